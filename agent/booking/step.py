"""What every step of a booking shares."""

from __future__ import annotations

from typing import TypeAlias

from agent import cards
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.reply import Part, Say
from domain.scheduling import Appointment, Slot
from domain.turn import Origin
from tools.appointments import Asked

Step: TypeAlias = tuple[Conversation, tuple[Part, ...]]
"""The conversation after the step, and what is to be said."""

YES, NO = "yes", "no"
LEAVE_OUT = "leave_out"
"""At the review: book, and do not tell the doctor why the patient comes."""
WAIT, EXTRA, PERSON = "wait", "extra", "person"
"""Ways on when nothing is free: to wait, to ask for 加号, to talk to a person."""


def knowledge(text: str) -> Say:
    """Facts of the hospital's own systems in a fixed frame."""
    return Say(text=text, origin=Origin.KNOWLEDGE)


def asked(conversation: Conversation, context: TurnContext) -> Asked:
    """The question a write answers; the same answer to it, replayed, never writes twice."""
    pending = conversation.pending
    pending_id = pending.id if pending else context.utterance.input_id
    return Asked(session_id=context.utterance.session_id, pending_id=pending_id)


def label(one: Appointment) -> str:
    """An appointment in one line, as a tap choice shows it."""
    return f"{one.slot.department} {cards.moment(one.slot)} {one.slot.doctor}"


def slot_words(slot: Slot) -> dict[str, str]:
    """A slot's facts as the fixed texts name them."""
    return {
        "department": slot.department,
        "doctor": slot.doctor,
        "date": cards.day(slot),
        "time": f"{cards.PERIODS[slot.period]} {slot.start:%H:%M}",
    }
