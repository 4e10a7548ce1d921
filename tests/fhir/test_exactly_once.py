"""A booking step over FHIR that dies anywhere and is replayed is done once: no place lost, none taken twice.

It dies before each of its requests, and after each that writes, when the system has done its work and only the answer
is lost. Between two requests nothing has an effect on the hospital. The step is replayed by another process: other
connections, nothing remembered.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from domain.clinical import Disposition
from domain.scheduling import AppointmentStatus, SlotQuery
from domain.visit_reason import VisitReason
from tests.fhir.stage import FhirStage
from tests.hospital.steps import SESSION, TOMORROW, book, hold
from tests.stores import booking_rules
from tools.hospital.fhir.auth import StaticToken
from tools.hospital.fhir.client import FhirClient
from tools.hospital.fhir.scheduling import FhirScheduling

pytestmark = pytest.mark.contract

MOST_REQUESTS = 40
"""Far more requests than a step makes; reaching it is a defect of the test."""
FEWEST_POINTS = 5
WHY = VisitReason(complaint="胃疼", conclusion="看门诊", urgency=Disposition.OPD)


class Dying(httpx.AsyncHTTPTransport):
    """A process whose task is cancelled at its request number `at`, counted from 1."""

    def __init__(self, at: int, *, after_writing: bool) -> None:
        super().__init__()
        self._at = at
        self._after_writing = after_writing
        self.requests = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it, or die before; or after, when it writes."""
        writes = request.method == "PUT" or (request.method == "POST" and "_search" not in request.url.path)
        counts = writes or not self._after_writing
        self.requests += counts
        dies = counts and self.requests == self._at
        if dies and not self._after_writing:
            raise asyncio.CancelledError
        answer = await super().handle_async_request(request)
        if dies:
            await answer.aread()
            raise asyncio.CancelledError
        return answer


async def _prepared(behind: FhirStage, name: str, number: int) -> tuple[tuple[str, ...], dict[str, Any]]:
    """What the step is called with: two places to begin with, one more to move to."""
    now, patient_id, key = behind.clock.now(), await behind.patient(number), f"{name} {number}"
    slot_id = await behind.open_slot(TOMORROW + timedelta(minutes=number), capacity=2)
    mine = {"session_id": SESSION, "key": key, "now": now}
    if name == "hold":
        return (slot_id,), mine
    if name == "confirm":
        held = await hold(behind, slot_id, key=key)
        return (held.id, patient_id), mine | {"reason": WHY}
    booked = await book(behind, slot_id, patient=number)
    theirs = {"patient_id": patient_id, "key": key, "now": now}
    if name == "cancel":
        return (booked.id,), theirs
    other = await behind.open_slot(TOMORROW + timedelta(days=1, minutes=number), capacity=2)
    return (booked.id, (await hold(behind, other, key=key)).id), theirs | {"session_id": SESSION}


async def _free(behind: FhirStage) -> int:
    return sum(slot.left for slot in await behind.scheduling.search(SlotQuery(limit=1000)))


@pytest.mark.parametrize(
    ("after_writing", "stride"), [(True, 1), (False, 5), pytest.param(False, 1, marks=pytest.mark.long)]
)
@pytest.mark.parametrize(
    ("name", "freed", "statuses"),
    [
        ("hold", -1, []),
        ("confirm", 0, [AppointmentStatus.BOOKED]),
        ("reschedule", 1, [AppointmentStatus.BOOKED, AppointmentStatus.CANCELLED]),
        ("cancel", 1, [AppointmentStatus.CANCELLED]),
    ],
)
async def test_a_step_that_dies_at_any_request_and_is_replayed_is_done_once(
    behind: FhirStage, name: str, freed: int, statuses: list[AppointmentStatus], *, after_writing: bool, stride: int
) -> None:
    """Requests all through the step, until one lies beyond its end."""
    for at in range(1, MOST_REQUESTS, stride):
        subject, given = await _prepared(behind, name, at)
        before, transport = await _free(behind), Dying(at, after_writing=after_writing)
        async with httpx.AsyncClient(transport=transport, trust_env=False) as http:
            client = FhirClient(http, behind.server.url, StaticToken())
            dying = FhirScheduling(client, behind.mapping, booking_rules(), behind.clock)
            try:
                await getattr(dying, name)(*subject, **given)
            except asyncio.CancelledError:
                assert transport.requests == at
        outcome = await getattr(behind.scheduling, name)(*subject, **given)
        assert await getattr(behind.scheduling, name)(*subject, **given) == outcome
        assert await behind.broken() == []
        assert await _free(behind) == before + freed
        mine = await behind.scheduling.appointments(await behind.patient(at))
        assert [one.status for one in mine] == statuses
        if transport.requests < at:
            break
    assert (1 if after_writing else FEWEST_POINTS) < at < MOST_REQUESTS - stride
