"""就诊人: the people an account may book for. FHIR R4: `RelatedPerson`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from domain.patient import PatientId

AccountId = NewType("AccountId", str)
"""Who signed in (a verified phone, an openid): opaque, never the number itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Whose account a session uses, and until when."""

    account_id: AccountId
    until: datetime


class Relationship(StrEnum):
    """What the patient is to the holder of the account."""

    SELF = "self"
    CHILD = "child"
    PARENT = "parent"
    SPOUSE = "spouse"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class RelatedPerson:
    """A patient of the account. `masked` is safe to show; `guardian_id` is set for a child, whom that adult books for.

    `birth_date` is `None` where the document does not tell.
    """

    account_id: AccountId
    patient_id: PatientId
    relationship: Relationship
    masked: str
    birth_date: date | None = None
    guardian_id: PatientId | None = None
