"""The visit summary (预问诊): what the patient told, under the headings of an outpatient record. No model is needed.

Nothing is concluded: an item is a stretch of the patient's own words, with the question it answers and the
pack's plain words for what it means. The words of somebody spoken of earlier are left out once the conversation
turned to another person or began anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

from agent.conversation import Conversation
from agent.deps import Knowledge
from agent.nodes.understand import known
from agent.safety.sentences import split
from agent.summaries.facts import readings_of
from agent.summaries.sections import section_asked, stretches, trimmed
from domain.patient import PatientProfile, Relation
from domain.session import Author, Message, SessionId
from domain.summaries import Section, SummaryItem, VisitSummary
from understanding.reading import Understanding

_QUESTION_MARKS = ("？", "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of the patient's: its number among them (1 is the first), and what was asked just before it."""

    turn: int
    text: str
    at: datetime
    asked: str = ""


def visit_summary(
    conversation: Conversation,
    transcript: Sequence[Message],
    knowledge: Knowledge,
    *,
    session_id: SessionId,
    now: datetime,
) -> VisitSummary:
    """Everything the patient said so far that a doctor would read, without a model."""
    items: list[tuple[Section, SummaryItem, bool]] = []
    profile = PatientProfile()
    relation: Relation | None = None
    for line in lines(transcript):
        read = knowledge.reader(line.text, pending=None, now=line.at)
        if _about_another(read, relation):
            items.clear()
            profile = PatientProfile()
        profile = known(profile, read)
        relation = read.person.relation or relation
        items += _items(line, read, conversation, knowledge)
    sections: dict[Section, tuple[SummaryItem, ...]] = {}
    chief = next((place for place, (section, _, symptom) in enumerate(items) if _opens(section) and symptom), None)
    if chief is None:
        chief = next((place for place, (section, _, _) in enumerate(items) if _opens(section)), None)
    for place, (section, item, _) in enumerate(items):
        under = Section.CHIEF_COMPLAINT if place == chief else section
        sections[under] = (*sections.get(under, ()), item)
    return VisitSummary(
        session_id=session_id,
        made_at=now,
        profile=_completed(conversation.profile, profile),
        sections={section: sections[section] for section in Section if section in sections},
        knowledge_version=knowledge.pack.version,
        label=knowledge.texts.say("label.fixed"),
    )


def lines(transcript: Sequence[Message]) -> tuple[Line, ...]:
    """The patient's messages, each with the question that stood before it."""
    found: list[Line] = []
    asked = ""
    for message in transcript:
        if message.author is Author.PATIENT:
            found.append(Line(turn=len(found) + 1, text=message.text, at=message.at, asked=asked))
            asked = ""
        else:
            asked = question_of(message.text)
    return tuple(found)


def question_of(reply: str) -> str:
    """The question a reply ends with; empty when it asks nothing."""
    asking = [sentence.strip() for sentence in split(reply) if sentence.rstrip().endswith(_QUESTION_MARKS)]
    return asking[-1] if asking else ""


def _completed(remembered: PatientProfile, said: PatientProfile) -> PatientProfile:
    """What is remembered of the person, and what only the words say: a turn that escalates reads no profile."""
    missing = {one.name: getattr(said, one.name) for one in fields(said) if getattr(remembered, one.name) is None}
    return replace(remembered, **missing, conditions={**said.conditions, **remembered.conditions})


def _opens(section: Section) -> bool:
    return section is Section.PRESENT_ILLNESS


def _about_another(read: Understanding, relation: Relation | None) -> bool:
    """Whether this message begins anew, or turns to another person."""
    if read.wants("start_over"):
        return True
    return read.wants("another_person") and read.person.relation not in {None, relation}


def _items(
    line: Line, read: Understanding, conversation: Conversation, knowledge: Knowledge
) -> list[tuple[Section, SummaryItem, bool]]:
    """The items of one message: its stretches, or as an answer the message as it stands."""
    found = stretches(line.text, read, lambda clause: knowledge.reader(clause, pending=None, now=line.at))
    items = [(one.section, SummaryItem(quote=one.quote, turn=line.turn), one.symptom) for one in found]
    facts = readings_of(line.text, conversation.case, knowledge.pack) if line.asked else ()
    whole = trimmed(line.text)
    if not facts or not whole:
        return items
    answer = SummaryItem(quote=whole, turn=line.turn, asked=line.asked, readings=facts)
    under = section_asked(line.asked)
    return [(under, answer, any(one.symptom for one in found)), *(one for one in items if one[0] is not under)]
