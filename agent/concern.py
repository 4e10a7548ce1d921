"""What people are told of a turn when it is over: that somebody should look, and who the patient is. Pure.

Source of when a person should look though nobody asked for one: clinical content draft, §8.5. An emergency opens
the conversation by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from agent.conversation import UNCLEAR_BEFORE_HANDOFF, Conversation
from agent.state import Draft
from agent.talk import MOST_PRESSED
from domain.patient import PatientId

CONCERNING = frozenset({"anger", "complaint", "legal", "foreign_language", "stop_medication"})
"""Intents a person should look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """`concerning`: a person should look; `unclear`: the agent did not understand; `proven`: who the patient is."""

    concerning: bool = False
    unclear: bool = False
    proven: PatientId | None = None


def aftermath(before: Conversation | None, conversation: Conversation, draft: Draft) -> Aftermath:
    """Anger, complaint, law, another language, twice not understood, in circles; and a patient proven just now."""
    unclear = conversation.unclear_turns >= UNCLEAR_BEFORE_HANDOFF
    intents = {intent.id for intent in draft.understanding.intents} if draft.understanding else set()
    in_circles = any(conversation.pressed.count(one) > MOST_PRESSED for one in intents)
    known = before.patient_id if before else None
    return Aftermath(
        concerning=bool(intents & CONCERNING) or in_circles or unclear,
        unclear=unclear,
        proven=conversation.patient_id if conversation.patient_id != known else None,
    )
