"""「别再发了」: one question about danger first, then everything stops but what a nurse has to look at."""

from __future__ import annotations

from dataclasses import replace

from agent import asking, cards, identifying
from agent.booking.step import NO, YES
from agent.conversation import Conversation
from agent.deps import Deps, TurnContext
from agent.follow_up import outcome
from agent.follow_up.outcome import Held
from agent.reply import Say, Show
from agent.state import Draft, Task, TurnUpdate
from domain.clinical import RuleId
from domain.follow_up import PATIENT
from domain.follow_up_alert import AlertLevel, AlertStatus
from domain.patient import PatientId
from domain.session import Option, Pending, PendingKind
from domain.turn import Origin
from tools.follow_up.readings import Verdict, entry_id

WHO = "patient"
"""Fact of the question: whose follow-up is to stop."""
UNWELL = Verdict(
    rule_id=RuleId("follow_up.stopping"),
    disposition=None,
    level=AlertLevel.RED,
    within_hours=0.5,
    because="想停随访的时候说有危险表现或没有说清楚",
    src=("OK",),
)


def ask(conversation: Conversation, draft: Draft, patient_id: PatientId, context: TurnContext) -> TurnUpdate:
    """Ask about danger before anything stops."""
    texts = context.deps.knowledge.texts
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.FOLLOW_UP_STOP,
        question=texts.say("followup.stop_danger"),
        subject="follow_up",
        options=(
            Option(label=texts.say("triage.yes_label"), value=YES),
            Option(label=texts.say("triage.no_label"), value=NO),
        ),
        facts={WHO: patient_id},
    )
    card = cards.question_card(pending)
    said = Say(text=texts.say("followup.stop_first") + pending.question)
    return TurnUpdate(conversation=asking.with_card(conversation, card), draft=draft.saying(said, Show(card=card)))


async def withdraw(conversation: Conversation, deps: Deps) -> None:
    """Stop at once for who took the consent to follow-up back; alerts stay open, and what they say is screened."""
    now = deps.clock.now()
    following = conversation.following
    patient_id = following.patient_id if following else identifying.at(conversation, now).patient_id
    if patient_id is not None:
        await deps.follow_up.stop(patient_id, by=PATIENT, now=now)


async def answer(conversation: Conversation, draft: Draft, pending: Pending, context: TurnContext) -> TurnUpdate:
    """Only a clear no stops without a nurse hearing of it; the patient's wish is kept either way."""
    deps, texts, utterance = context.deps, context.deps.knowledge.texts, context.utterance
    patient_id = PatientId(pending.facts[WHO])
    tapped = asking.chosen(pending, utterance.choice.value) if utterance.choice else ()
    read = draft.understanding.answer if draft.understanding else None
    safe = NO in tapped or (not tapped and read is not None and (read.yes is False or read.none_of_these))
    conversation = replace(conversation.awaiting(None), following=None)
    if not safe:
        unwell = Held(verdict=UNWELL, quote=draft.said)
        await outcome.alert(unwell, patient_id, entry_id(utterance.session_id, utterance.input_id), context)
    await deps.follow_up.stop(patient_id, by=PATIENT, now=deps.clock.now())
    alerts = await deps.follow_up.alerts.of_patient(patient_id)
    waiting = any(one.status is not AlertStatus.CLOSED for one in alerts)
    said = [texts.say("followup.stopped")]
    said += [texts.say("followup.stopped_nurse")] if waiting else []
    draft = draft.saying(Say(text="".join(said), origin=Origin.KNOWLEDGE))
    if safe:
        return TurnUpdate(conversation=conversation, draft=draft)
    draft = draft.saying(Say(text=texts.say("followup.stop_unwell")))
    tasks = tuple(dict.fromkeys((*draft.tasks, Task.HANDOFF)))
    return TurnUpdate(conversation=conversation, draft=replace(draft, tasks=tasks))
