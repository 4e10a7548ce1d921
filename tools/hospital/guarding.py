"""Children are booked for by a guardian: the same for every hospital's people of an account."""

from __future__ import annotations

from collections.abc import Collection

from domain.booking_rules import BookingRules
from domain.errors import Conflict, NotFound
from domain.patient import PatientId
from domain.scheduling import Refusal


def check_ages(rules: BookingRules, *, age: int | None, guardian: PatientId | None, guardian_age: int | None) -> None:
    """Make sure that a child has a guardian, and that a guardian is no child; an age nobody knows passes.

    Raises:
        Conflict: `GUARDIAN`.
    """
    if _child(rules, age) and guardian is None:
        raise Conflict(Refusal.GUARDIAN)
    if guardian is not None and _child(rules, guardian_age):
        raise Conflict(Refusal.GUARDIAN)


def check_account(
    rules: BookingRules, known: Collection[PatientId], patient_id: PatientId, guardian: PatientId | None
) -> None:
    """Make sure that an account with these people may have one more, guarded by one of them.

    Raises:
        NotFound: the guardian is not among them.
        Conflict: `PEOPLE_LIMIT`.
    """
    if guardian is not None and (guardian == patient_id or guardian not in known):
        raise NotFound("guardian")
    if patient_id not in known and len(known) >= rules.people_limit:
        raise Conflict(Refusal.PEOPLE_LIMIT)


def _child(rules: BookingRules, age: int | None) -> bool:
    return age is not None and age < rules.guardian_age_years
