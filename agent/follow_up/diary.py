"""The diary: home readings told in the chat, what the tables make of them, and how they went."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent import identifying
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.follow_up import outcome, replies
from agent.follow_up.outcome import Held
from agent.follow_up.sitting import week_means
from agent.reply import Say, Show
from agent.state import Draft, Judgement, TurnUpdate
from domain.clinical import Disposition
from domain.diary import Measure
from domain.follow_up import Value
from domain.patient import PatientId
from domain.turn import Origin
from tools.follow_up.course import person_facts
from tools.follow_up.readings import (
    PRESSURES,
    entry_id,
    measured,
    observations,
    symptom_groups,
    verdicts,
    words,
)
from understanding import past_days
from understanding.reading import Understanding

SHOWN = timedelta(days=30)
_ADVICE: dict[Disposition | None, str] = {Disposition.VISIT_24H: "diary.visit", Disposition.OPD: "diary.clinic"}
"""What is said where the patient has to do something; elsewhere a nurse looks at it."""


async def note(conversation: Conversation, draft: Draft, patient_id: PatientId, context: TurnContext) -> TurnUpdate:
    """Keep the readings of a message and answer by the tables; only the most urgent row is acted on.

    Earlier readings are drawn only for who has proven to be the patient a short while ago.
    """
    deps, utterance = context.deps, context.utterance
    understanding = draft.understanding or Understanding(raw="")
    found = await keep(patient_id, understanding, context)
    pack, texts = deps.knowledge.pack, deps.knowledge.texts
    facts: dict[str, Value] = {
        **await _person(conversation, patient_id, context),
        **symptom_groups(understanding, pack),
        **{measure.value: value for measure, value in found.items()},
    }
    if set(PRESSURES) & found.keys():
        facts |= await week_means(patient_id, context, until=utterance.at)
    rows = verdicts(pack.follow_up.diary, pack.vitals, facts)
    top = Held(verdict=rows[0], quote=draft.said) if rows else None
    if top is not None:
        source = entry_id(utterance.session_id, utterance.input_id)
        await outcome.alert(top, patient_id, source, context)
    if top is not None and top.acts:
        return outcome.raise_emergency(conversation, draft, top, context)
    advice = texts.say("diary.fine")
    if top is not None:
        advice = texts.say(_ADVICE.get(top.verdict.disposition, "diary.nurse"), because=top.verdict.because)
        judged = Judgement(rule_ids=(top.verdict.rule_id,), disposition=top.verdict.disposition)
        draft = replace(draft, judgement=judged)
    past = past_days.read(understanding.raw, utterance.at)
    day = f"{past.name}的" if past else ""
    noted = texts.say("diary.noted", readings=day + words(found)) + advice
    draft = draft.saying(Say(text=noted, origin=Origin.KNOWLEDGE))
    if identifying.at(conversation, deps.clock.now()).patient_id == patient_id:
        draft = await _drawn(draft, patient_id, tuple(found), context)
    return TurnUpdate(conversation=conversation, draft=draft)


async def keep(patient_id: PatientId, understanding: Understanding, context: TurnContext) -> dict[Measure, float]:
    """Keep the readings of a message under the day they are said to be of; which they are."""
    utterance, found = context.utterance, measured(understanding)
    if found:
        session_id, input_id = utterance.session_id, utterance.input_id
        past = past_days.read(understanding.raw, utterance.at)
        at = past.at if past else utterance.at
        kept = observations(found, patient_id, session_id=session_id, input_id=input_id, at=at)
        await context.deps.follow_up.diary.add(kept)
    return found


async def show(
    conversation: Conversation,
    draft: Draft,
    patient_id: PatientId,
    measures: tuple[Measure, ...],
    context: TurnContext,
) -> TurnUpdate:
    """How the readings of a month went."""
    texts = context.deps.knowledge.texts
    drawn = await _drawn(draft, patient_id, measures, context)
    if drawn is draft:
        drawn = draft.saying(Say(text=texts.say("diary.empty")))
    return TurnUpdate(conversation=conversation, draft=drawn)


async def _drawn(draft: Draft, patient_id: PatientId, measures: tuple[Measure, ...], context: TurnContext) -> Draft:
    """The draft with the card of these measures, once there is anything to draw."""
    since = context.utterance.at - SHOWN
    readings = await context.deps.follow_up.diary.readings(patient_id, measures, since=since)
    if not readings:
        return draft
    texts = context.deps.knowledge.texts
    title = texts.say("diary.title")
    return draft.saying(Show(card=replies.trend(title, replies.latest(readings), readings)))


async def _person(conversation: Conversation, patient_id: PatientId, context: TurnContext) -> dict[str, Value]:
    """The person's facts, with what is true of everybody on their plans."""
    known: dict[str, Value] = dict(person_facts(conversation.profile))
    known.pop("temp", None)
    courses = context.deps.knowledge.pack.follow_up.courses
    for care_plan in await context.deps.follow_up.of_patient(patient_id):
        if care_plan.status.open and care_plan.plan_id in courses:
            known |= courses[care_plan.plan_id].plan.profile
    return known
