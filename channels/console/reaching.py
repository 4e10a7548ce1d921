"""How a nurse reaches a patient: the number to call, a message to come back, a place booked for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from channels.console.bodies import Booking, Sending
from channels.console.door import answer, body_of, done
from channels.console.ports import Console
from domain.clinical import DepartmentId
from domain.errors import Unavailable
from domain.notices import Notice, NoticeId, NoticeKind
from domain.patient import PatientId
from domain.scheduling import Appointment, Slot, SlotId, SlotQuery
from domain.session import SessionId
from domain.staff import StaffSession

SLOTS_SHOWN: Final = 24
SLOTS_AHEAD: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaching:
    """The calls that reach a patient outside a conversation; each stands in the chain."""

    console: Console

    async def phone(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/patients/{id}/phone`: the number to call, shown to whoever asks for it and noted."""
        patient_id = _patient_of(request)
        phone = await self.console.contacts.phone(patient_id)
        await self._note("patient.phone_shown", session, patient_id)
        return answer({"phone": phone})

    async def message(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/patients/{id}/messages`: ask the patient to come to the chat.

        The wording is the pack's and names no plan and no illness, because it also goes to a phone.
        """
        asked = await body_of(request, Sending)
        patient_id, services = _patient_of(request), self.console.services
        if self.console.notifier is None:
            raise Unavailable("notices")
        await self.console.patients.masked(patient_id)
        await self._note("patient.messaged", session, patient_id)
        notice = Notice(
            id=NoticeId(f"console:{asked.id}"),
            kind=NoticeKind.FOLLOW_UP,
            patient_id=patient_id,
            subject=asked.id,
            text=services.wording.say("followup.nurse_asks"),
            at=services.clock.now(),
        )
        await self.console.notifier.notify(notice)
        return done()

    async def slots(self, request: Request, _session: StaffSession) -> Response:
        """`GET /console/api/slots?department=`: the departments, and what is free in one of them."""
        departments = [one for one in await self.console.scheduling.departments() if one.bookable]
        wanted, now = request.query_params.get("department", ""), self.console.services.clock.now()
        found: tuple[Slot, ...] = ()
        if wanted:
            query = SlotQuery(
                department_ids=(DepartmentId(wanted),),
                not_before=now,
                last_date=(now + SLOTS_AHEAD).date(),
                limit=SLOTS_SHOWN,
            )
            found = await self.console.scheduling.search(query)
        return answer(
            {
                "departments": [{"id": one.id, "name": one.name} for one in departments],
                "slots": [slot_fields(one) for one in found],
            }
        )

    async def book(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/patients/{id}/appointments`: hold a place and confirm it; the same `id` books once."""
        asked = await body_of(request, Booking)
        patient_id, now = _patient_of(request), self.console.services.clock.now()
        await self.console.patients.masked(patient_id)
        scheduling, desk = self.console.scheduling, SessionId(f"console:{session.staff.id}")
        key = f"console:{asked.id}"
        hold = await scheduling.hold(SlotId(asked.slot_id), session_id=desk, key=f"{key}:hold", now=now)
        try:
            booked = await scheduling.confirm(hold.id, patient_id, session_id=desk, key=key, now=now)
        except Exception:
            await scheduling.release(hold.id, session_id=desk)
            raise
        await self._note("patient.booked", session, patient_id, appointment=booked.id)
        return answer({"appointment": appointment_fields(booked)}, status=201)

    async def _note(self, act: str, session: StaffSession, patient_id: PatientId, **detail: str) -> None:
        await self.console.work.viewed(act, by=session.staff.id, detail={"patient": patient_id, **detail})


def appointment_fields(one: Appointment) -> dict[str, Any]:
    """A visit on the patient's page."""
    return {
        "id": one.id,
        "status": one.status.value,
        "department": one.slot.department,
        "doctor": one.slot.doctor,
        "date": one.slot.date.isoformat(),
        "start": one.slot.start.isoformat(timespec="minutes"),
        "where": one.where,
        "number": one.number,
    }


def slot_fields(one: Slot) -> dict[str, Any]:
    """A free place as the booking form shows it."""
    return {
        "id": one.id,
        "doctor": one.doctor,
        "title": one.title.value,
        "date": one.date.isoformat(),
        "start": one.start.isoformat(timespec="minutes"),
        "end": one.end.isoformat(timespec="minutes"),
        "left": one.left,
    }


def _patient_of(request: Request) -> PatientId:
    return PatientId(request.path_params["id"])
