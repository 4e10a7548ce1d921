"""Interrupting an operation at a chosen await, as a cancelled task or a dying process does."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Generator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from domain.patient import PatientId
from domain.ports import Scheduling
from domain.scheduling import Appointment, AppointmentId, Hold, HoldId, SlotId
from domain.session import SessionId


class When(StrEnum):
    """Whether what is awaited still runs, or is done and only its answer is lost."""

    RUNNING = "running"
    ANSWERED = "answered"


@dataclass(slots=True)
class _Interrupting(Awaitable[Any]):
    """Awaits a coroutine and throws `CancelledError` into it at its await number `at`, counted from 1."""

    coroutine: Coroutine[Any, Any, Any]
    at: int
    when: When
    reached: bool = False

    def __await__(self) -> Generator[Any, Any, Any]:
        """Pass every await on until the chosen one."""
        resume: Callable[[Any], Any] = self.coroutine.send
        given: Any = None
        number = 0
        try:
            while True:
                awaited = resume(given)
                number += 1
                chosen = number == self.at
                self.reached = self.reached or chosen
                if chosen and self.when is When.RUNNING and awaited is not None:
                    awaited.cancel()
                try:
                    given = yield awaited
                    resume = self.coroutine.send
                except BaseException as error:  # noqa: BLE001 - whatever the loop throws goes on inwards
                    resume, given = self.coroutine.throw, error
                if chosen:
                    resume, given = self.coroutine.throw, asyncio.CancelledError()
        except StopIteration as ended:
            return ended.value


class FaultInjectingScheduling:
    """A `Scheduling` whose next write is interrupted at its await number `at`; `reached` says whether it has one."""

    def __init__(self, scheduling: Scheduling, *, at: int, when: When) -> None:
        self._scheduling = scheduling
        self._at = at
        self._when = when
        self.reached = False

    async def hold(self, slot_id: SlotId, **given: Any) -> Hold:
        """Hold, interrupted."""
        held: Hold = await self._interrupted(self._scheduling.hold, slot_id, **given)
        return held

    async def confirm(self, hold_id: HoldId, patient_id: PatientId, **given: Any) -> Appointment:
        """Confirm, interrupted."""
        booked: Appointment = await self._interrupted(self._scheduling.confirm, hold_id, patient_id, **given)
        return booked

    async def reschedule(self, appointment_id: AppointmentId, hold_id: HoldId, **given: Any) -> Appointment:
        """Reschedule, interrupted."""
        moved: Appointment = await self._interrupted(self._scheduling.reschedule, appointment_id, hold_id, **given)
        return moved

    async def cancel(self, appointment_id: AppointmentId, **given: Any) -> Appointment:
        """Cancel, interrupted."""
        cancelled: Appointment = await self._interrupted(self._scheduling.cancel, appointment_id, **given)
        return cancelled

    async def release(self, hold_id: HoldId, *, session_id: SessionId) -> None:
        """Release, interrupted."""
        await self._interrupted(self._scheduling.release, hold_id, session_id=session_id)

    async def _interrupted(self, write: Callable[..., Coroutine[Any, Any, Any]], *given: Any, **named: Any) -> Any:
        interrupting = _Interrupting(write(*given, **named), self._at, self._when)
        try:
            return await interrupting
        finally:
            self.reached = interrupting.reached
