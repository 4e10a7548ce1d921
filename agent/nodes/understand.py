"""Reads the message and plans who answers it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TypeVar

from langgraph.runtime import Runtime

from agent import opening, reading, red_flag_question, routing
from agent.booking import finding
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.reply import Say
from agent.state import Task, TurnState, TurnUpdate
from domain.patient import PatientProfile
from domain.session import Pending, PendingKind
from tools.follow_up.readings import measured
from tools.triage.case import TriageCase
from understanding.reading import Understanding

T = TypeVar("T")
_CODE = re.compile(r"[0-9０-９]{4,8}")
"""A one-time code typed into the chat all the same; it never enters the transcript."""
WITHOUT_CONSENT = frozenset({Task.GUIDANCE, Task.SMALL_TALK, Task.HANDOFF})


@stage("understand")
async def understand(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """The lexicon's reading of the text, completed by a model; a tap or a form says all by itself.

    An emergency that only a model makes out is asked about before anything else is answered.
    """
    context = runtime.context
    conversation, draft, utterance = state["conversation"], state["draft"], context.utterance
    said = "" if opening.unsure(conversation, utterance.text) else utterance.text
    text = "。".join(part for part in (draft.held_text or opening.held(conversation), said) if part)
    conversation = opening.taken_up(conversation)
    understanding = Understanding(raw="")
    if text:
        knowledge = context.deps.knowledge
        understanding = knowledge.reader(text, pending=_closed(conversation.pending), now=utterance.at)
        understanding = await reading.completed(understanding, conversation, knowledge, context.counsel)
        understanding = _without(understanding, draft.dismissed, context)
        if flags := reading.danger(understanding, conversation, knowledge):
            doubting = red_flag_question.doubting(conversation, flags, quoting=True)
            if doubting.doubts:
                return red_flag_question.ask_next(doubting, draft, context)
        conversation = conversation.heard_from(utterance)
        if _someone_else(conversation, understanding):
            same = understanding.person.relation in {None, conversation.profile.relation}
            conversation = starts_over(await finding.release(conversation, context), same_person=same)
        conversation = replace(conversation, profile=known(conversation.profile, understanding))
    tasks = routing.plan(utterance, conversation, understanding, resumed=bool(draft.held_text))
    if draft.alarming and not _replies(conversation, understanding, context):
        tasks = (Task.TRIAGE, *(task for task in tasks if task not in {Task.TRIAGE, Task.SMALL_TALK}))
    if utterance.consented and text and opening.hints_at_illness(conversation, understanding, tasks):
        question = context.deps.knowledge.texts.say("triage.open_before_booking")
        conversation, put = opening.asks(conversation, question, held=text)
        return TurnUpdate(conversation=conversation, draft=replace(draft.saying(put), understanding=understanding))
    if not utterance.consented:
        return _without_consent(state, understanding, tasks, context)
    if {Task.TRIAGE, Task.BOOKING} & set(tasks):
        conversation = replace(conversation, viewing="")
    if conversation.pending and conversation.pending.kind is PendingKind.CODE_FORM:
        draft = replace(draft, said=_CODE.sub(lambda code: "*" * len(code[0]), draft.said))
    return TurnUpdate(
        conversation=conversation,
        draft=replace(draft, understanding=understanding, tasks=tasks, interrupted=_open_question(conversation)),
    )


def _without(understanding: Understanding, dismissed: tuple[str, ...], context: TurnContext) -> Understanding:
    """The reading without what rests on words that were denied to mean what they say (「卡得我要吐血」)."""
    rests = [one for one in understanding.findings if any(one.quote in word or word in one.quote for word in dismissed)]
    if not rests:
        return understanding
    concepts = context.deps.knowledge.pack.lexicon.concepts
    left = tuple(one for one in understanding.findings if one not in rests)
    gone = {concepts[one.concept].complaint for one in rests} - {concepts[one.concept].complaint for one in left}
    quotes = {one.quote for one in rests}
    return replace(
        understanding,
        findings=left,
        complaint_ids=tuple(one for one in understanding.complaint_ids if one not in gone),
        departments=tuple(one for one in understanding.departments if one.quote not in quotes),
        feels=False,
        heard=tuple(
            one for one in understanding.heard if not any(one.quote in quote or quote in one.quote for quote in quotes)
        ),
    )


def _closed(pending: Pending | None) -> Pending | None:
    """The open question has no options to choose from: what is said to it is read like a first message."""
    return None if pending is not None and pending.kind is PendingKind.OPEN_QUESTION else pending


def _replies(conversation: Conversation, understanding: Understanding, context: TurnContext) -> bool:
    """Whether a message tells an open follow-up what it asks about; its own questions then go for the danger."""
    pending = conversation.pending
    if pending is None or pending.kind is not PendingKind.FOLLOW_UP_QUESTION:
        return False
    return bool(measured(understanding) or context.deps.knowledge.follow_up(understanding.raw))


def _without_consent(
    state: TurnState, understanding: Understanding, tasks: tuple[Task, ...], context: TurnContext
) -> TurnUpdate:
    """A refusal keeps guidance and people; nothing said of the patient is remembered."""
    allowed = tuple(task for task in tasks if task in WITHOUT_CONSENT)
    draft = replace(state["draft"], understanding=understanding, tasks=allowed)
    if allowed != tasks:
        draft = draft.saying(Say(text=context.deps.knowledge.texts.say("consent.needed_again")))
    return TurnUpdate(conversation=state["conversation"], draft=draft)


def _open_question(conversation: Conversation) -> str:
    return conversation.pending.id if conversation.pending else ""


def _someone_else(conversation: Conversation, understanding: Understanding) -> bool:
    """Whether what was said so far is about another person, or is to be forgotten."""
    if understanding.wants("start_over"):
        return True
    relation = understanding.person.relation
    changed = relation is not None and relation is not conversation.profile.relation
    return understanding.wants("another_person") and changed and conversation.case is not None


def known(profile: PatientProfile, understanding: Understanding) -> PatientProfile:
    """The profile with what this message adds; what it does not say stays."""
    person, temperature = understanding.person, understanding.readings.temperature_celsius
    return replace(
        profile,
        age_years=_either(person.age_years, profile.age_years),
        sex=_either(person.sex, profile.sex),
        pregnant=_either(person.pregnant, profile.pregnant),
        gestation_weeks=_either(person.gestation_weeks, profile.gestation_weeks),
        postpartum=_either(person.postpartum, profile.postpartum),
        relation=person.relation or profile.relation,
        temperature_celsius=_either(temperature, profile.temperature_celsius),
        conditions={**profile.conditions, **person.conditions},
    )


def _either(said: T | None, before: T | None) -> T | None:
    return before if said is None else said


def starts_over(conversation: Conversation, *, same_person: bool) -> Conversation:
    """The conversation from the beginning. About the same person nothing that was raised is taken back."""
    fresh = Conversation(
        asked=conversation.asked,
        grave=conversation.grave,
        answered=conversation.answered,
        ended=conversation.ended,
    )
    if not same_person:
        return fresh
    case = conversation.case
    kept = TriageCase(knowledge_version=case.knowledge_version, month=case.month, raised=case.raised) if case else None
    return replace(fresh, case=kept, emergency=conversation.emergency, refuted=conversation.refuted)
