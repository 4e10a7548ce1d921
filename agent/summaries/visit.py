"""The visit summary (预问诊): what the patient told, under the headings of an outpatient record. No model is needed.

Nothing is concluded: an item is a stretch of the patient's own words, with the question it answers and the
pack's plain words for what it means.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime

from agent.conversation import Conversation
from agent.deps import Knowledge
from agent.nodes.understand import known
from agent.summaries.facts import readings_of
from agent.summaries.lines import Line, own_lines
from agent.summaries.sections import section_asked, stretches, trimmed
from domain.patient import PatientProfile
from domain.session import Message, SessionId
from domain.summaries import Section, SummaryItem, VisitSummary


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
    for line in own_lines(transcript, knowledge):
        profile = known(profile, line.read)
        items += _items(line, conversation, knowledge)
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


def _completed(remembered: PatientProfile, said: PatientProfile) -> PatientProfile:
    """What is remembered of the person, and what only the words say: a turn that escalates reads no profile."""
    missing = {one.name: getattr(said, one.name) for one in fields(said) if getattr(remembered, one.name) is None}
    return replace(remembered, **missing, conditions={**said.conditions, **remembered.conditions})


def _opens(section: Section) -> bool:
    return section is Section.PRESENT_ILLNESS


def _items(line: Line, conversation: Conversation, knowledge: Knowledge) -> list[tuple[Section, SummaryItem, bool]]:
    """The items of one message: its stretches, or as an answer the message as it stands."""
    found = stretches(line.text, line.read, lambda clause: knowledge.reader(clause, pending=None, now=line.at))
    items = [(one.section, SummaryItem(quote=one.quote, turn=line.turn), one.symptom) for one in found]
    facts = readings_of(line.text, conversation.case, knowledge.pack) if line.asked else ()
    whole = trimmed(line.text)
    if not facts or not whole:
        return items
    answer = SummaryItem(quote=whole, turn=line.turn, asked=line.asked, readings=facts)
    under = section_asked(line.asked)
    return [(under, answer, any(one.symptom for one in found)), *(one for one in items if one[0] is not under)]
