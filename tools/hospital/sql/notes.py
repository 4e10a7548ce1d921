"""What the doctor reads beside an appointment, sealed under the patient's key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select, update

from archive.database import Database
from archive.sealing import Cipher, MasterKey
from domain.clinical import Disposition
from domain.errors import NotFound
from domain.patient import PatientId
from domain.scheduling import AppointmentId
from domain.summaries import Section, SummaryItem, VisitSummary
from domain.visit_reason import VisitReason
from tools.hospital.sql.schema import appointments, patients

_REASON, _SUMMARY = b"reason ", b"summary "
"""What sealed notes are bound to, before the patient's id: they outlive an appointment that is moved."""


class SqlVisitNotes:
    """Implements `VisitNotes`, and seals what a booking stores."""

    def __init__(self, database: Database, *, cipher: Cipher, master: MasterKey) -> None:
        self._database = database
        self._cipher = cipher
        self._master = master

    async def reason(self, appointment_id: AppointmentId) -> VisitReason | None:
        """Why the patient comes; raises as the port says."""
        stored = await self._read("sealed_reason", appointment_id, _REASON)
        if stored is None:
            return None
        complaint, conclusion, urgency = stored
        return VisitReason(complaint=complaint, conclusion=conclusion, urgency=Disposition(urgency))

    async def hand_over(self, appointment_id: AppointmentId, summary: VisitSummary, *, patient_id: PatientId) -> None:
        """Keep the first summary of an appointment; raises as the port says."""
        sections = {
            section.value: [[one.quote, one.turn, one.asked, one.readings, one.origin] for one in items]
            for section, items in summary.sections.items()
            if items
        }
        sealed = await self._seal(patient_id, _SUMMARY, sections)
        mine = (appointments.c.id == appointment_id, appointments.c.patient_id == patient_id)
        first = update(appointments).where(*mine, appointments.c.sealed_summary.is_(None)).values(sealed_summary=sealed)

        def work(connection: Connection) -> None:
            if (
                not connection.execute(first).rowcount
                and not connection.execute(select(appointments.c.id).where(*mine)).first()
            ):
                raise NotFound("appointment")

        await self._database.write(work)

    async def told(self, appointment_id: AppointmentId) -> Mapping[Section, tuple[SummaryItem, ...]]:
        """What the patient told, by heading; raises as the port says."""
        stored = await self._read("sealed_summary", appointment_id, _SUMMARY) or {}
        return {
            Section(section): tuple(
                SummaryItem(quote=quote, turn=turn, asked=asked, readings=tuple(readings), origin=origin)
                for quote, turn, asked, readings, origin in items
            )
            for section, items in stored.items()
        }

    async def sealed(self, reason: VisitReason | None, patient_id: PatientId) -> bytes | None:
        """A reason as it is stored; nothing for none.

        Raises:
            NotFound: no such patient.
        """
        if reason is None:
            return None
        return await self._seal(patient_id, _REASON, [reason.complaint, reason.conclusion, int(reason.urgency)])

    async def _seal(self, patient_id: PatientId, what: bytes, value: object) -> bytes:
        wanted = select(patients.c.wrapped_key).where(patients.c.id == patient_id)
        wrapped = await self._database.read(lambda c: c.execute(wanted).scalar())
        if wrapped is None:
            raise NotFound("patient")
        whose = patient_id.encode()
        return self._cipher.seal(self._master.unwrap(wrapped, whose), orjson.dumps(value), what + whose)

    async def _read(self, column: str, appointment_id: AppointmentId, what: bytes) -> Any:
        """What a column of the appointment seals; nothing when it is empty."""
        wanted = (
            select(appointments.c.patient_id, appointments.c[column], patients.c.wrapped_key)
            .join(patients, patients.c.id == appointments.c.patient_id)
            .where(appointments.c.id == appointment_id)
        )
        row = await self._database.read(lambda c: c.execute(wanted).first())
        if row is None:
            raise NotFound("appointment")
        patient_id, sealed, wrapped = row
        if sealed is None:
            return None
        whose = patient_id.encode()
        return orjson.loads(self._cipher.unseal(self._master.unwrap(wrapped, whose), sealed, what + whose))
