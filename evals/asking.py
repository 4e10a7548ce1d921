"""How often an evaluation asked a model, and how that ended: a `CallMeter` that counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from domain.model_call import ModelPurpose
from evals.statistics import Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """`model` is `name@digest`; `without_model` the share of messages, or turns, that were answered without asking.

    `ends` counts how questions ended (`understand.done`), `left_out` what a model wrote and was not used.
    """

    model: str
    without_model: Share
    ends: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """Counts what is asked."""

    ends: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    readings: Counter[str] = field(default_factory=Counter)

    def asked(self, purpose: ModelPurpose, outcome: str, seconds: float) -> None:  # noqa: ARG002 one of many meters
        """A question was put and ended."""
        self.ends[f"{purpose.value}.{outcome}"] += 1

    def blocked(self, purpose: ModelPurpose, reason: str) -> None:
        """Something a model wrote was not used."""
        self.left_out[f"{purpose.value}.{reason}"] += 1

    def read(self, by: str) -> None:
        """A message was read."""
        self.readings[by] += 1

    def asking(self, model: str) -> Asking:
        """What was counted so far, of messages that were read."""
        total = self.readings.total()
        return Asking(
            model=model,
            without_model=Share(hits=total - self.readings["model"], total=total),
            ends=dict(sorted(self.ends.items())),
            left_out=dict(sorted(self.left_out.items())),
        )
