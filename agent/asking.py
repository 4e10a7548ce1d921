"""Asking the patient something, so that it can be answered, repeated and resumed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import orjson

from agent import cards
from agent.conversation import Conversation
from domain.session import Option, Pending, PendingKind
from domain.turn import Json

CARD = "card"


def ask(
    conversation: Conversation,
    *,
    kind: PendingKind,
    question: str,
    subject: str,
    options: tuple[Option, ...] = (),
    expires_at: datetime | None = None,
    facts: dict[str, str] | None = None,
) -> tuple[Conversation, Pending]:
    """The conversation waiting for an answer, and what it waits for."""
    pending = Pending(
        id=conversation.next_pending_id(),
        kind=kind,
        question=question,
        subject=subject,
        options=options,
        expires_at=expires_at,
        facts=facts or {},
    )
    return conversation.asking(pending), pending


def with_card(conversation: Conversation, card: dict[str, Json]) -> Conversation:
    """The open question together with its card, to be shown again after a digression."""
    pending = conversation.pending
    if pending is None:
        return conversation
    facts = {**pending.facts, CARD: orjson.dumps(card).decode()}
    return conversation.awaiting(replace(pending, facts=facts))


def card_of(pending: Pending) -> dict[str, Json] | None:
    """The card the question was shown with, if it had one."""
    stored = pending.facts.get(CARD)
    return orjson.loads(stored) if stored else None


def choices(pending: Pending) -> tuple[Option, ...]:
    """The question's options as tap choices whose values name the question."""
    return tuple(Option(label=option.label, value=cards.option_value(pending, option)) for option in pending.options)


def chosen(pending: Pending, value: str) -> tuple[str, ...]:
    """The options a tap names, without the question's id; empty when the tap is for another question."""
    named = [part.split(":", 1) for part in value.split(",")]
    return tuple(part[1] for part in named if len(part) > 1 and part[0] == pending.id)
