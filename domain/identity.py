"""How sure the service is of who it talks to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NewType

from domain.patient import PatientId, Relation

ChallengeId = NewType("ChallengeId", str)


class IdentityLevel(IntEnum):
    """What was proven; a larger one opens more.

    NONE opens guidance and triage, PHONE (a one-time code came back) booking, REAL_NAME (name, document number and
    phone are those on the hospital's file) reports, bills and transcripts.
    """

    NONE = 0
    PHONE = 1
    REAL_NAME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What one session has proven, of which patient and until when. `relation` is the patient's to who writes."""

    level: IdentityLevel
    patient_id: PatientId
    relation: Relation
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedCode:
    """A one-time code on its way to a phone: six digits, good until `expires_at`."""

    id: ChallengeId
    code: str = field(repr=False)
    expires_at: datetime


class CodeFault(StrEnum):
    """Why a code is refused; the `reason` of the `Conflict`."""

    WRONG = "wrong"
    SPENT = "spent"
    """Wrong too often: the right one does not count any more either."""
