"""What is done for a patient once it is known who they are; who is not known yet is asked first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TypeAlias

from agent.booking import arriving, cancelling, confirming, extra, finding, moving, people, waiting, wishes
from agent.booking.refusing import refused
from agent.booking.step import Step
from agent.conversation import Conversation
from agent.deps import TurnContext
from domain.errors import Conflict, NotFound
from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentId, Refusal
from tools import appointments


class Errand(StrEnum):
    """What waits for the patient's identity; an id may follow after a colon."""

    SHOW = "show"
    CANCEL = "cancel"
    MOVE = "move"
    WAIT = "wait"
    WAITS = "waits"
    TAKE = "take"
    STOP = "stop"
    EXTRA = "extra"
    EXTRAS = "extras"
    STOP_EXTRA = "stop_extra"
    ARRIVE = "arrive"
    QUEUE = "queue"


IN_EMERGENCY = frozenset(
    {Errand.SHOW, Errand.CANCEL, Errand.WAITS, Errand.STOP, Errand.EXTRAS, Errand.STOP_EXTRA, Errand.QUEUE}
)
"""Errands that book nothing, which no emergency forbids."""


FOR_ONE = frozenset({Errand.WAIT, Errand.EXTRA})
"""Errands for one patient, of one department."""


def allowed_in_emergency(then: str) -> bool:
    """Whether what waits may be done while an emergency stands."""
    return then.partition(":")[0] in IN_EMERGENCY


async def run(conversation: Conversation, context: TurnContext, then: str) -> Step:
    """Do what `then` says; a rule of the hospital that forbids it is said."""
    name, _, subject = then.partition(":")
    errand = Errand(name)
    if errand in FOR_ONE:
        conversation = wishes.carried(conversation)
        if not (conversation.booking.department_ids or conversation.booking.doctor):
            return await finding.ask_department(conversation, (), context)
        patient_id = await people.meant(conversation, context)
        if patient_id is None:
            return confirming.ask_identity(conversation, context, then=then)
        try:
            conversation = await people.choose(conversation, patient_id, context)
        except Conflict as error:
            return confirming.ask_guardian(conversation, error, context, then=then)
    elif not await people.everybody(conversation, context):
        return confirming.ask_identity(conversation, context, then=then)
    try:
        return await _ERRANDS[errand](conversation, context, subject)
    except NotFound:
        return conversation.awaiting(None), (refused(Conflict(Refusal.STATUS), context),)
    except Conflict as error:
        if error.reason == Refusal.PLACES_FREE:
            return await finding.show_slots(conversation, context)
        return conversation.awaiting(None), (refused(error, context),)


async def upcoming(conversation: Conversation, context: TurnContext) -> tuple[Appointment, ...]:
    """The appointments still to come of this conversation's patients, soonest first."""
    now = context.deps.clock.now()
    found: list[Appointment] = []
    for patient_id in await people.everybody(conversation, context):
        found += await appointments.upcoming(context.deps.scheduling, patient_id, now=now)
    return tuple(sorted(found, key=lambda one: (one.slot.date, one.slot.start)))


async def owned(conversation: Conversation, context: TurnContext, appointment_id: str) -> PatientId:
    """Which of this conversation's patients has the appointment.

    Raises:
        NotFound: none of them.
    """
    for patient_id in await people.everybody(conversation, context):
        if any(one.id == appointment_id for one in await context.deps.scheduling.appointments(patient_id)):
            return patient_id
    raise NotFound("appointment")


async def _show(conversation: Conversation, context: TurnContext, _subject: str) -> Step:
    found: list[Appointment] = []
    for patient_id in await people.everybody(conversation, context):
        found += await context.deps.scheduling.appointments(patient_id)
    return cancelling.show(conversation, tuple(found), context)


async def _cancel(conversation: Conversation, context: TurnContext, subject: str) -> Step:
    booked = await upcoming(conversation, context)
    if subject:
        return cancelling.review(conversation, booked, AppointmentId(subject), context)
    return cancelling.choose(conversation, booked, context)


async def _move(conversation: Conversation, context: TurnContext, subject: str) -> Step:
    booked = await upcoming(conversation, context)
    meant = tuple(one for one in booked if one.id == subject) or booked
    return await moving.choose(conversation, meant, context)


async def _wait(conversation: Conversation, context: TurnContext, _subject: str) -> Step:
    wish = conversation.booking.missed or await waiting.wish_of(conversation.booking, context)
    if wish is None or conversation.patient_id is None:
        return await finding.ask_department(conversation, (), context)
    return await waiting.join(conversation, wish, conversation.patient_id, context)


async def _extra(conversation: Conversation, context: TurnContext, _subject: str) -> Step:
    return await extra.ask(conversation, context)


async def _waits(conversation: Conversation, context: TurnContext, _subject: str) -> Step:
    return await waiting.show(conversation, context)


async def _take(conversation: Conversation, context: TurnContext, _subject: str) -> Step:
    return await waiting.take(conversation, context)


async def _stop(conversation: Conversation, context: TurnContext, subject: str) -> Step:
    for entry in await waiting.opened(conversation, context) if subject else ():
        if entry.id == subject:
            return await waiting.end(conversation, entry, context)
    return await waiting.stop(conversation, context)


async def _extras(conversation: Conversation, context: TurnContext, _subject: str) -> Step:
    return await extra.show(conversation, context)


async def _stop_extra(conversation: Conversation, context: TurnContext, _subject: str) -> Step:
    return await extra.stop(conversation, context)


async def _arrive(conversation: Conversation, context: TurnContext, subject: str) -> Step:
    return await arriving.arrive(conversation, context, subject)


async def _queue(conversation: Conversation, context: TurnContext, _subject: str) -> Step:
    return await arriving.queue(conversation, context)


_Run: TypeAlias = Callable[[Conversation, TurnContext, str], Awaitable[Step]]
_ERRANDS: dict[Errand, _Run] = {
    Errand.SHOW: _show,
    Errand.CANCEL: _cancel,
    Errand.MOVE: _move,
    Errand.WAIT: _wait,
    Errand.WAITS: _waits,
    Errand.TAKE: _take,
    Errand.STOP: _stop,
    Errand.EXTRA: _extra,
    Errand.EXTRAS: _extras,
    Errand.STOP_EXTRA: _stop_extra,
    Errand.ARRIVE: _arrive,
    Errand.QUEUE: _queue,
}
