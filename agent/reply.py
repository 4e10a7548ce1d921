"""What a node wants said: parts in order, judged and streamed by `compose`."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import TypeAlias

from domain.session import Option
from domain.turn import Escalated, HandoffQueued, Json, Origin, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Words for the patient.

    `trusted` words are the pack's fixed texts or quoted hospital text, signed as a whole: the policy
    does not judge them sentence by sentence. Everything else is judged before it is heard.
    """

    text: str
    origin: Origin = Origin.FIXED
    trusted: bool = True
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A card of protocol v1."""

    card: dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Tap choices beside free text."""

    choices: tuple[Option, ...]
    action: str = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Words that are still being written; each is said as it comes. It is never remembered, what it says is."""

    says: AsyncGenerator[Say, None]


Heard: TypeAlias = Say | Show | Offer | Escalated | HandoffQueued
"""A part as it was said."""
Part: TypeAlias = Heard | Tell
