"""What the doctor reads beside an appointment, sealed under the patient's key."""

from __future__ import annotations

import orjson
from sqlalchemy import select

from archive.database import Database
from archive.sealing import Cipher, MasterKey
from domain.clinical import Disposition
from domain.errors import NotFound
from domain.patient import PatientId
from domain.scheduling import AppointmentId
from domain.visit_reason import VisitReason
from tools.hospital.sql.schema import appointments, patients


class SqlVisitNotes:
    """Implements `VisitNotes`, and seals what a booking stores."""

    def __init__(self, database: Database, *, cipher: Cipher, master: MasterKey) -> None:
        self._database = database
        self._cipher = cipher
        self._master = master

    async def reason(self, appointment_id: AppointmentId) -> VisitReason | None:
        """Why the patient comes; raises as the port says."""
        wanted = (
            select(appointments.c.patient_id, appointments.c.sealed_reason, patients.c.wrapped_key)
            .join(patients, patients.c.id == appointments.c.patient_id)
            .where(appointments.c.id == appointment_id)
        )
        row = await self._database.read(lambda c: c.execute(wanted).first())
        if row is None:
            raise NotFound("appointment")
        if row.sealed_reason is None:
            return None
        key = self._master.unwrap(row.wrapped_key, row.patient_id.encode())
        complaint, conclusion, urgency = orjson.loads(
            self._cipher.unseal(key, row.sealed_reason, _context(row.patient_id))
        )
        return VisitReason(complaint=complaint, conclusion=conclusion, urgency=Disposition(urgency))

    async def sealed(self, reason: VisitReason | None, patient_id: PatientId) -> bytes | None:
        """A reason as it is stored; nothing for none.

        Raises:
            NotFound: no such patient.
        """
        if reason is None:
            return None
        wanted = select(patients.c.wrapped_key).where(patients.c.id == patient_id)
        wrapped = await self._database.read(lambda c: c.execute(wanted).scalar())
        if wrapped is None:
            raise NotFound("patient")
        plain = orjson.dumps([reason.complaint, reason.conclusion, int(reason.urgency)])
        return self._cipher.seal(self._master.unwrap(wrapped, patient_id.encode()), plain, _context(patient_id))


def _context(patient_id: str) -> bytes:
    """What a reason is bound to; it outlives the appointment it was given for when that is moved."""
    return b"reason " + patient_id.encode()
