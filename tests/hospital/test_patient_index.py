"""Contract of `PatientIndex`."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from domain.errors import NotFound
from domain.patient import Document, PatientId
from tests.hospital.stage import BookingStage, an_identity

pytestmark = pytest.mark.contract


async def test_the_same_person_always_gets_the_same_id(stage: BookingStage) -> None:
    """Registering again finds the patient; another number is another patient."""
    first = await stage.patients.register(an_identity(1))
    assert await stage.patients.register(an_identity(1)) == first
    assert await stage.patients.register(an_identity(2)) != first


async def test_many_registrations_of_one_person_at_once_are_one_patient(stage: BookingStage) -> None:
    """A form sent twenty times does not make twenty patients."""
    ids = await asyncio.gather(*(stage.patients.register(an_identity()) for _ in range(20)))
    assert len(set(ids)) == 1


async def test_a_known_number_under_another_name_is_somebody_else(stage: BookingStage) -> None:
    """Who knows only a number neither becomes that patient nor learns that there is one."""
    known = await stage.patients.register(an_identity())
    other = await stage.patients.register(replace(an_identity(), name="李四"))
    assert other != known
    assert (await stage.patients.masked(known)).startswith("张*")


async def test_a_number_of_another_document_is_somebody_else(stage: BookingStage) -> None:
    """The same characters on a passport and on an identity card are two people."""
    card = replace(an_identity(), id_number="12345678", document=Document.TAIWAN_PERMIT)
    passport = replace(card, document=Document.PASSPORT)
    assert await stage.patients.register(card) != await stage.patients.register(passport)


async def test_a_known_person_with_another_phone_is_somebody_else(stage: BookingStage) -> None:
    """Who knows a name and a number, and proves a phone of their own, does not come to that person's bookings."""
    known = await stage.patients.register(an_identity())
    thief = replace(an_identity(), phone="13900139999")
    other = await stage.patients.register(thief)
    assert other != known
    assert await stage.patients.register(thief) == other
    assert await stage.patients.masked(known) == an_identity().masked()


async def test_only_the_masked_form_comes_back(stage: BookingStage) -> None:
    """First character of the name, ends of the number and of the phone."""
    shown = await stage.patients.masked(await stage.patient())
    assert shown == f"张* 9900**********{an_identity().id_number[-4:]} 138****8000"


async def test_an_unknown_patient_is_not_found(stage: BookingStage) -> None:
    """There is nothing to show."""
    with pytest.raises(NotFound):
        await stage.patients.masked(PatientId("never"))
