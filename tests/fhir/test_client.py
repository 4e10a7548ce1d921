"""The client on a real socket: paging, retries, what was lost on the way, and what is never said."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import structlog

from domain.errors import NotFound, Unavailable
from domain.patient import PatientId
from domain.scheduling import SlotQuery
from tests.fhir.server import Fault
from tests.fhir.stage import FhirStage
from tests.hospital.stage import an_identity
from tests.hospital.steps import NINE, SESSION, THREE
from tools.hospital.fhir.auth import StaticToken
from tools.hospital.fhir.client import ATTEMPTS, FhirClient
from tools.hospital.fhir.failures import HospitalFailed

pytestmark = pytest.mark.contract

FAULTS = [
    (Fault(kind="Slot", status=500), "status"),
    (Fault(kind="Slot", status=503), "status"),
    (Fault(kind="Slot", cut=True), "cut"),
]


async def test_every_page_is_read(behind: FhirStage) -> None:
    """Three places a page: all of them count."""
    behind.server.page_size = 3
    await behind.open_slot(NINE, capacity=10)
    (slot,) = await behind.scheduling.search(SlotQuery())
    assert slot.left == 10
    assert sum("GET /fhir/Slot" in one for one in behind.server.seen) == 4


@pytest.mark.parametrize(("fault", "kind"), FAULTS)
async def test_a_read_is_tried_again_and_then_told(behind: FhirStage, fault: Fault, kind: str) -> None:
    """One failure goes unnoticed; failing every time is `Unavailable`."""
    await behind.open_slot(NINE)
    behind.server.faults = [fault]
    assert len(await behind.scheduling.search(SlotQuery())) == 1
    behind.server.faults = [fault] * ATTEMPTS
    with pytest.raises(HospitalFailed) as failed:
        await behind.scheduling.search(SlotQuery())
    assert isinstance(failed.value, Unavailable)
    assert failed.value.kind == kind


async def test_silence_ends(behind: FhirStage) -> None:
    """A server that never answers is given up after the timeout, every time."""
    behind.server.faults = [Fault(kind="Slot", silent=True)] * ATTEMPTS
    async with httpx.AsyncClient(timeout=0.05, trust_env=False) as http:
        client = FhirClient(http, behind.server.url, StaticToken())
        with pytest.raises(HospitalFailed) as failed:
            await client.read("Slot", "1")
    assert failed.value.kind == "timeout"


async def test_nobody_there_is_told(behind: FhirStage) -> None:
    """A closed port is `connect`."""
    async with httpx.AsyncClient(timeout=1.0, trust_env=False) as http:
        client = FhirClient(http, "http://127.0.0.1:1/fhir", StaticToken())
        with pytest.raises(HospitalFailed) as failed:
            await client.read("Slot", "1")
    assert failed.value.kind == "connect"
    assert behind.server.seen == []


@pytest.mark.parametrize(
    "body", ["<html>", "[]", '{"resourceType": "Patient"}', '{"resourceType": "Bundle", "entry": 1}']
)
async def test_garbage_is_refused_at_once(behind: FhirStage, body: str) -> None:
    """What is no Bundle is not asked for again: it would be the same."""
    await behind.scheduling.departments()
    behind.server.faults = [Fault(kind="Slot", body=body)]
    behind.server.seen.clear()
    with pytest.raises(HospitalFailed) as failed:
        await behind.scheduling.search(SlotQuery())
    assert failed.value.kind == "garbage"
    assert len(behind.server.seen) == 1


async def test_a_next_page_elsewhere_is_not_followed(behind: FhirStage) -> None:
    """The token goes to the endpoint's host and to no other."""
    link = '[{"relation": "next", "url": "http://127.0.0.1:9/steal"}]'
    await behind.scheduling.departments()
    behind.server.faults = [
        Fault(kind="Slot", body=f'{{"resourceType": "Bundle", "type": "searchset", "link": {link}}}')
    ]
    with pytest.raises(HospitalFailed, match="another host"):
        await behind.scheduling.search(SlotQuery())


async def test_a_write_is_never_repeated_by_itself(behind: FhirStage) -> None:
    """A transaction that fails is `Unavailable` after one attempt, and nothing is held."""
    slot_id = await behind.open_slot(NINE)
    behind.server.faults = [Fault(kind="Bundle", method="POST", status=500)]
    with pytest.raises(HospitalFailed):
        await behind.scheduling.hold(slot_id, session_id=SESSION, key="k", now=behind.clock.now())
    assert behind.server.seen.count("POST /fhir") == 1
    assert [one.left for one in await behind.scheduling.search(SlotQuery())] == [1]


async def test_a_write_whose_answer_was_lost_is_found_again_by_its_key(behind: FhirStage) -> None:
    """Hold, confirm and cancel were done although nobody learned of it; the replay does nothing twice."""
    slot_id, now = await behind.open_slot(THREE, capacity=3), behind.clock.now()
    lost = Fault(kind="Bundle", method="POST", cut=True, after=True)
    patient_id, scheduling = await behind.patient(), behind.scheduling

    behind.server.faults = [lost]
    with pytest.raises(HospitalFailed):
        await scheduling.hold(slot_id, session_id=SESSION, key="h", now=now)
    held = await scheduling.hold(slot_id, session_id=SESSION, key="h", now=now)
    assert held.slot.left == 2

    behind.server.faults = [lost]
    with pytest.raises(HospitalFailed):
        await scheduling.confirm(held.id, patient_id, session_id=SESSION, key="c", now=now)
    booked = await scheduling.confirm(held.id, patient_id, session_id=SESSION, key="c", now=now)
    assert await scheduling.appointments(patient_id) == (booked,)

    behind.server.faults = [lost]
    with pytest.raises(HospitalFailed):
        await scheduling.cancel(booked.id, patient_id=patient_id, key="x", now=now)
    assert (await scheduling.cancel(booked.id, patient_id=patient_id, key="x", now=now)).slot.left == 3
    assert await behind.broken() == []


async def test_a_place_lost_to_somebody_else_is_read_again(behind: FhirStage) -> None:
    """A 412 means the version was old: the next place is taken."""
    slot_id = await behind.open_slot(NINE, capacity=2)
    behind.server.faults = [Fault(kind="Bundle", method="POST", status=412)]
    held = await behind.scheduling.hold(slot_id, session_id=SESSION, key="k", now=behind.clock.now())
    assert held.slot.left == 1
    assert await behind.broken() == []


async def test_a_lapsed_hold_ends_when_its_place_is_taken(behind: FhirStage) -> None:
    """The hospital keeps no pending appointment of a place that somebody else has."""
    slot_id = await behind.open_slot(NINE)
    await behind.scheduling.hold(slot_id, session_id=SESSION, key="a", now=behind.clock.now())
    behind.clock.advance(timedelta(minutes=11))
    await behind.scheduling.hold(slot_id, session_id=SESSION, key="b", now=behind.clock.now())
    assert sorted(one["status"] for one in behind.server.store.all("Appointment")) == ["cancelled", "pending"]


async def test_what_an_assistant_wrote_says_so(behind: FhirStage) -> None:
    """The security label AIAST stands on the appointment."""
    slot_id = await behind.open_slot(NINE)
    await behind.scheduling.hold(slot_id, session_id=SESSION, key="a", now=behind.clock.now())
    (written,) = behind.server.store.all("Appointment")
    assert [one["code"] for one in written["meta"]["security"]] == ["AIAST"]


async def test_no_patient_data_stands_in_an_address_or_a_log(behind: FhirStage) -> None:
    """Names, numbers and an OperationOutcome's own words stay out of both."""
    await behind.patient()
    behind.server.faults = [Fault(kind="Patient", method="GET", status=422)]
    with structlog.testing.capture_logs() as logged, pytest.raises(HospitalFailed) as failed:
        await behind.patients.masked(await behind.patient(2))
    said = f"{behind.server.seen} {logged} {failed.value}"
    for secret in (an_identity().id_number, "张三", "13800138000"):
        assert secret not in said
    assert logged[0]["issues"] == ["exception"]


async def test_a_phone_given_for_a_booking_proves_nothing(behind: FhirStage) -> None:
    """Only the phone on the hospital's own file does; nobody gets at a file by booking with it."""
    patient_id = await behind.patient()
    assert await behind.patients.matching(an_identity()) is None
    filed = behind.server.store.read("Patient", patient_id)
    own = {"system": "phone", "value": an_identity().phone, "use": "mobile"}
    behind.server.store.put(filed | {"telecom": [own]})
    assert await behind.patients.matching(an_identity()) == patient_id


async def test_a_patient_that_is_not_there_is_not_found(behind: FhirStage) -> None:
    """Nor is one with a path for a name."""
    for name in ("nobody", "../Slot/1"):
        with pytest.raises(NotFound):
            await behind.patients.masked(PatientId(name))
