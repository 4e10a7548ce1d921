"""A meter that keeps what it was told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from domain.turn import Escalated, Json


@dataclass
class FakeMeter:
    """Counts by name."""

    counts: Counter[str] = field(default_factory=Counter)

    def socket(self, change: Literal[1, -1]) -> None:
        """A socket came or went."""
        self.counts["sockets"] += change

    def waiting(self, change: int) -> None:
        """Inputs joined or left."""
        self.counts["waiting"] += change

    def refused(self, code: str) -> None:
        """An error was answered."""
        self.counts[f"refused.{code}"] += 1

    def escalated(self, escalation: Escalated) -> None:
        """An emergency was raised."""
        self.counts[f"escalated.{escalation.disposition.name}"] += 1

    def card(self, card: dict[str, Json]) -> None:
        """A card was shown."""
        self.counts[f"card.{card['type']}"] += 1

    def recognised(self, outcome: str, seconds: float) -> None:
        """An utterance was heard."""
        assert seconds >= 0
        self.counts[f"recognised.{outcome}"] += 1

    def first_audio(self, seconds: float) -> None:
        """An answer is heard."""
        assert seconds >= 0
        self.counts["first_audio"] += 1

    def barged_in(self) -> None:
        """The agent was interrupted."""
        self.counts["barged_in"] += 1

    def answered(self, outcome: str, seconds: float, timing_ms: dict[str, float]) -> None:
        """A turn ended."""
        assert seconds >= 0
        self.counts[f"answered.{outcome}"] += 1
        self.counts["stages"] += len(timing_ms)
