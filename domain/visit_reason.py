"""Why a patient comes: what the doctor reads beside the appointment."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.clinical import Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitReason:
    """The chief complaint in the patient's own words, what the triage concluded from it, and how urgent that is.

    FHIR R4 `Appointment`: `reasonCode.text`, `description` and `priority`.
    """

    complaint: str = field(repr=False)
    conclusion: str = field(repr=False)
    urgency: Disposition
