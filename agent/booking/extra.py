"""加号: asking the desk for a place beyond a doctor's half day."""

from __future__ import annotations

from dataclasses import replace

from agent.booking import people
from agent.booking.refusing import refused
from agent.booking.step import Step, asked, knowledge
from agent.cards import PERIODS, WEEKDAYS
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.reply import Say
from domain.clinical import Disposition
from domain.errors import Conflict, IdentityRequired, NotFound
from domain.front_desk import ExtraRequest, ExtraRequestStatus
from domain.scheduling import Period, Practitioner, Refusal

_ELSEWHERE = {Refusal.STOPPED, Refusal.PAST}
"""Refusals that hold for one half day of one doctor only."""


async def ask(conversation: Conversation, context: TurnContext) -> Step:
    """Ask for a place with the doctor wished, or else with the first of the department who has a clinic that day."""
    deps, texts, draft = context.deps, context.deps.knowledge.texts, conversation.booking
    patient_id = conversation.patient_id
    if patient_id is None:
        raise IdentityRequired("加号 is asked for a patient")
    urgent = draft.urgency is Disposition.VISIT_24H
    day = draft.first_date or deps.clock.now().date()
    halves = (draft.period,) if draft.period else tuple(Period)
    for half in halves:
        for doctor in await _doctors(draft, context):
            try:
                request = await deps.front_desk.request_extra(
                    patient_id,
                    doctor.id,
                    day=day,
                    period=half,
                    urgent=urgent,
                    key=asked(conversation, context).key("extra", f"{doctor.id}:{day}:{half}"),
                    now=deps.clock.now(),
                )
            except NotFound:
                continue
            except Conflict as error:
                if error.reason in _ELSEWHERE:
                    continue
                return conversation.awaiting(None), (refused(error, context), *_warned(urgent, context))
            text = texts.say("extra.asked", what=await what(request, context))
            done = replace(conversation.awaiting(None), booking=BookingDraft())
            return done, (knowledge(text), *_warned(urgent, context))
    return conversation.awaiting(None), (knowledge(texts.say("extra.no_clinic")), *_warned(urgent, context))


def _warned(urgent: bool, context: TurnContext) -> tuple[Say, ...]:  # noqa: FBT001 - one fact, named at its only use
    return (Say(text=context.deps.knowledge.texts.say("extra.not_for_urgent")),) if urgent else ()


async def _doctors(draft: BookingDraft, context: TurnContext) -> tuple[Practitioner, ...]:
    """The doctors who may be asked; who was named comes alone."""
    return tuple(
        one
        for one in await context.deps.scheduling.practitioners()
        if (not draft.department_ids or one.department_id in draft.department_ids)
        and (draft.doctor is None or one.name.startswith(draft.doctor))
    )


async def show(conversation: Conversation, context: TurnContext) -> Step:
    """How the requests stand."""
    texts = context.deps.knowledge.texts
    lines = [
        texts.say(f"extra.{one.status.value}", what=await what(one, context))
        for one in await _requests(conversation, context)
        if one.status is not ExtraRequestStatus.WITHDRAWN
    ]
    said = "".join(lines) or texts.say("extra.none")
    return conversation.awaiting(None), (knowledge(said),)


async def stop(conversation: Conversation, context: TurnContext) -> Step:
    """Take the newest open request back."""
    deps, texts = context.deps, context.deps.knowledge.texts
    done = conversation.awaiting(None)
    for one in await _requests(conversation, context):
        if one.status is ExtraRequestStatus.REQUESTED:
            key = asked(conversation, context).key("withdraw_extra", one.id)
            try:
                await deps.front_desk.withdraw_extra(one.id, patient_id=one.patient_id, key=key, now=deps.clock.now())
            except Conflict as error:
                return done, (refused(error, context),)
            return done, (knowledge(texts.say("extra.stopped", what=await what(one, context))),)
    return done, (knowledge(texts.say("extra.none")),)


async def _requests(conversation: Conversation, context: TurnContext) -> list[ExtraRequest]:
    found: list[ExtraRequest] = []
    for patient_id in await people.everybody(conversation, context):
        found += await context.deps.front_desk.extra_requests(patient_id)
    return found


async def what(request: ExtraRequest, context: TurnContext) -> str:
    """Doctor and half day of a request."""
    doctors = {one.id: one.name for one in await context.deps.scheduling.practitioners()}
    day = request.date
    weekday = WEEKDAYS[day.weekday()]
    return f"{doctors[request.practitioner_id]} {day.month}月{day.day}日 周{weekday} {PERIODS[request.period]}"
