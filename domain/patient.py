"""Who is ill, who is speaking, and what they agreed to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

PatientId = NewType("PatientId", str)

ADULT_AGE_YEARS = 14
"""Age from which an adult department sees a patient, unless the hospital says otherwise."""


class Sex(StrEnum):
    """Administrative sex, as FHIR's `AdministrativeGender` names it."""

    MALE = "male"
    FEMALE = "female"


class Relation(StrEnum):
    """What the patient is to the person writing."""

    SELF = "self"
    CHILD = "child"
    PARENT = "parent"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientProfile:
    """What is known of the person who is ill; `None` is unknown, never 'no'.

    `conditions` maps a profile name of the pack (`diabetes`, `anticoag`, `immuno`, `heart_hx` …) to
    whether it holds; a name that is missing is unknown.
    """

    age_years: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    gestation_weeks: float | None = None
    postpartum: bool | None = None
    temperature_celsius: float | None = None
    relation: Relation = Relation.SELF
    conditions: dict[str, bool] = field(default_factory=dict)


class Purpose(StrEnum):
    """What the patient's data may be used for; ids of protocol v1."""

    CARE_CHAT = "care_chat"
    VOICE_RECORDING = "voice_recording"
    FOLLOW_UP = "follow_up"
    TRANSCRIPT_REVIEW = "transcript_review"
    MODEL_IMPROVEMENT = "model_improvement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What was agreed to, under which version of the notice, and when."""

    version: str
    purposes: frozenset[Purpose] = frozenset()
    at: datetime | None = None

    def allows(self, purpose: Purpose) -> bool:
        """Whether the patient agreed to `purpose`."""
        return purpose in self.purposes


class Document(StrEnum):
    """What kind of document an identity number stands on."""

    ID_CARD = "id_card"
    PASSPORT = "passport"
    HONG_KONG_MACAO_PERMIT = "hong_kong_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A patient's registration facts; exist only in memory and encrypted in the hospital's store."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    phone: str = field(repr=False)
    document: Document = Document.ID_CARD

    def masked(self) -> str:
        """Shown form: 「张* 1101**********1234 138****5678」; of a shorter number only the last two show."""
        name = self.name[0] + "*" * (len(self.name) - 1)
        shown = (4, 4) if self.document is Document.ID_CARD else (1, 2)
        number = self.id_number[: shown[0]] + "*" * (len(self.id_number) - sum(shown)) + self.id_number[-shown[1] :]
        return f"{name} {number} {self.phone[:3]}****{self.phone[-4:]}"
