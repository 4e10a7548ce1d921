"""Steps every contract of booking takes, on any stage."""

from __future__ import annotations

from datetime import timedelta

from domain.patient import PatientId
from domain.scheduling import Appointment, AppointmentId, Hold, SlotId
from domain.session import SessionId
from tests.hospital.stage import BookingStage, Stage
from tests.stores import MONDAY_MORNING

NINE = MONDAY_MORNING + timedelta(hours=2)
THREE = MONDAY_MORNING + timedelta(hours=8)
TOMORROW = NINE + timedelta(days=1)
SESSION = SessionId("session-1")


async def hold(stage: BookingStage, slot_id: SlotId, *, key: str = "h") -> Hold:
    """Keep a place of a slot."""
    return await stage.scheduling.hold(slot_id, session_id=SESSION, key=f"hold {key}", now=stage.clock.now())


async def book(stage: BookingStage, slot_id: SlotId, *, patient: int = 1, key: str = "") -> Appointment:
    """Hold and confirm a place; the keys follow from slot and patient."""
    key = key or f"{slot_id} {patient}"
    held, patient_id = await hold(stage, slot_id, key=key), await stage.patient(patient)
    now = stage.clock.now()
    return await stage.scheduling.confirm(held.id, patient_id, session_id=SESSION, key=f"confirm {key}", now=now)


async def move(
    stage: BookingStage, appointment_id: AppointmentId, slot_id: SlotId, *, patient: int = 1, key: str = "m"
) -> Appointment:
    """Hold a place and reschedule to it."""
    held, patient_id = await hold(stage, slot_id, key=key), await stage.patient(patient)
    return await stage.scheduling.reschedule(
        appointment_id,
        held.id,
        patient_id=patient_id,
        session_id=SESSION,
        key=f"move {key}",
        now=stage.clock.now(),
    )


async def cancel(stage: BookingStage, appointment: Appointment, *, key: str = "") -> Appointment:
    """Cancel an appointment for its patient."""
    return await stage.scheduling.cancel(
        appointment.id,
        patient_id=appointment.patient_id,
        key=f"cancel {key or appointment.id}",
        now=stage.clock.now(),
    )


async def miss(stage: Stage, patient_id: PatientId, appointment: Appointment) -> None:
    """Let an appointment's day go by without the patient."""
    assert appointment.patient_id == patient_id
    days = (appointment.slot.date - stage.clock.now().date()).days + 1
    stage.clock.advance(timedelta(days=days))
    await stage.front_desk.close(appointment.id, now=stage.clock.now())
