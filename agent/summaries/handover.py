"""The hand-over briefing: what a nurse needs to know before the first word, from the record alone.

From the state come what stands and what is open, from the decision records how urgent it was judged and by which
rules, from the transcript the patient's words. Nothing is concluded that was not concluded before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from agent.conversation import Conversation
from agent.deps import Knowledge
from agent.phrases import Phrases
from agent.summaries.facts import readings_of
from agent.summaries.lines import Line, lines
from agent.summaries.visit import visit_summary
from domain.clinical import DecisionRecord, RuleId
from domain.session import Message, PendingKind, SessionId
from domain.summaries import BriefedFlag, BriefedQuestion, FlagState, HandoverBriefing, Mood, Section
from knowledge.pack import Pack

MOODS = ("fear", "pain", "grief", "anger", "loneliness", "complaint", "pressure")
"""Intents that say how somebody feels."""
MOST_QUESTIONS = 12
"""Of the questions the latest are briefed."""


def handover_briefing(
    conversation: Conversation,
    transcript: Sequence[Message],
    decisions: Sequence[DecisionRecord],
    knowledge: Knowledge,
    *,
    session_id: SessionId,
    now: datetime,
) -> HandoverBriefing:
    """The briefing as the conversation stands now; `decisions` are those of the session, oldest first."""
    summary = visit_summary(conversation, transcript, knowledge, session_id=session_id, now=now)
    judged = [one.disposition for one in decisions if one.disposition is not None]
    if conversation.emergency:
        judged.append(conversation.emergency.disposition)
    if conversation.result:
        judged.append(conversation.result.disposition)
    said = lines(transcript, knowledge)
    wishes, moods = _wanted(said, knowledge.pack)
    result, pack = conversation.result, knowledge.pack
    flags = _flags(conversation, decisions, pack)
    return HandoverBriefing(
        session_id=session_id,
        made_at=now,
        profile=summary.profile,
        disposition=max(judged, default=None),
        crisis=any(flag.state is not FlagState.DENIED and pack.red_flags[flag.rule_id].crisis for flag in flags)
        or (conversation.emergency is not None and conversation.emergency.crisis),
        chief_complaint=summary.of(Section.CHIEF_COMPLAINT),
        questions=_questions(conversation, said, pack)[-MOST_QUESTIONS:],
        flags=flags,
        departments=tuple(choice.name for choice in result.departments) if result else (),
        wishes=wishes,
        pending=_pending(conversation, knowledge.texts),
        moods=moods,
        knowledge_version=pack.version,
        label=knowledge.texts.say("label.fixed"),
    )


def _questions(conversation: Conversation, said: Sequence[Line], pack: Pack) -> tuple[BriefedQuestion, ...]:
    return tuple(
        BriefedQuestion(
            question=line.asked,
            answer=line.text,
            turn=line.turn,
            readings=readings_of(line.text, conversation.case, pack),
        )
        for line in said
        if line.asked
    )


def _flags(conversation: Conversation, decisions: Sequence[DecisionRecord], pack: Pack) -> tuple[BriefedFlag, ...]:
    """Every red flag that stands, is asked about or was denied, each once, with all the words it rests on."""
    states: dict[RuleId, FlagState] = {}
    quotes: dict[RuleId, dict[str, None]] = {}
    for rule_id, state, said in _noted(conversation, decisions):
        if rule_id in pack.red_flags:
            states.setdefault(rule_id, state)
            quotes.setdefault(rule_id, {}).update(dict.fromkeys(filter(None, said)))
    return tuple(
        BriefedFlag(rule_id=rule_id, name=pack.red_flags[rule_id].name, state=state, quotes=tuple(quotes[rule_id]))
        for rule_id, state in states.items()
    )


def _noted(
    conversation: Conversation, decisions: Sequence[DecisionRecord]
) -> Iterator[tuple[RuleId, FlagState, tuple[str, ...]]]:
    """Rules with their state and words; of a rule named twice the first state holds."""
    for rule_id in conversation.emergency.rule_ids if conversation.emergency else ():
        yield rule_id, FlagState.RAISED, ()
    pending = conversation.pending
    if pending and pending.kind is PendingKind.RED_FLAG:
        yield RuleId(pending.subject), FlagState.OPEN, (pending.facts.get("quotes", ""),)
    for flag in conversation.doubts:
        yield flag.rule_id, FlagState.OPEN, flag.anchors
    for rule_id in conversation.refuted:
        yield rule_id, FlagState.DENIED, ()
    for one in conversation.case.raised if conversation.case else ():
        yield one.rule_id, FlagState.RAISED, (one.quote,)
    for reason in conversation.result.reasons if conversation.result else ():
        yield reason.rule_id, FlagState.RAISED, (reason.quote,)
    for decision in decisions:
        for rule_id in decision.rule_ids:
            yield rule_id, FlagState.RAISED, decision.quotes if len(decision.rule_ids) == 1 else ()


def _wanted(said: Sequence[Line], pack: Pack) -> tuple[tuple[str, ...], tuple[Mood, ...]]:
    """What the patient asked for, and the feelings said: of each the latest words."""
    wishes: dict[str, None] = {}
    moods: dict[str, Mood] = {}
    names = {spec.id: spec.name for spec in pack.intents.intents}
    for line in said:
        for intent in line.read.intents:
            name = names.get(intent.id, intent.id)
            if intent.id in MOODS:
                moods.pop(intent.id, None)
                moods[intent.id] = Mood(id=intent.id, name=name, quote=intent.quote, turn=line.turn)
            elif intent.id not in _PASSING:
                wishes[name] = None
    return tuple(wishes), tuple(moods.values())


_PASSING = frozenset(
    {
        "greeting",
        "thanks",
        "farewell",
        "who_are_you",
        "are_you_human",
        "go_on",
        "never_mind",
        "why",
        "can_do",
        "repeat",
        "injection",
    }
)
"""Intents a nurse need not know of."""


def _pending(conversation: Conversation, texts: Phrases) -> tuple[str, ...]:
    """What is open: the question that waits for its answer, and a place that is held."""
    found = []
    if conversation.pending:
        found.append(texts.say("briefing.unanswered", question=conversation.pending.question))
    if conversation.booking.hold:
        found.append(texts.say("briefing.holding"))
    if conversation.booking.moving:
        found.append(texts.say("briefing.moving"))
    return tuple(found)
