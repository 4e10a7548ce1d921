"""What the record keeps of a question put to a model."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ModelPurpose(StrEnum):
    """What a model is asked for."""

    UNDERSTAND = "understand"
    ANSWER = "answer"
    """An answer from the hospital's own text."""
    WORD = "word"
    """Kind words round fixed facts."""
    SUMMARISE = "summarise"
    """预问诊 for the doctor."""
    BRIEF = "brief"
    """The hand-over for the nurse."""
    CONDENSE = "condense"
    """The rolling summary of a long session."""
    SEARCH = "search"
    """Vectors of a question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCall:
    """One question put to a model, for the record; never its words.

    `model` is `name@digest`, empty when none answered. `outcome` is `done`, `invalid` (not of the shape asked
    for), `stopped`, `busy`, `late.` with the budget that ran out, or `failed.` with a `FailureKind`.
    """

    purpose: ModelPurpose
    prompt_sha256: str
    model: str
    outcome: str
    milliseconds: float
