"""Critical values: the department that took the sample is told at once, day or night."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.hospital_ports import TextSender
from domain.notices import Due, DueKind, TextMessage
from domain.ports import PatientIndex
from domain.record_ports import Records
from domain.records import ReportId
from jobs.telling import Wording
from jobs.worker import Handler


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalValues:
    """Tells the staff; the message names the patient masked and holds no value, which stands in the hospital's system.

    `sender` takes a department where other senders take a phone.
    """

    records: Records
    patients: PatientIndex
    sender: TextSender
    wording: Wording

    def handlers(self) -> Mapping[DueKind, Handler]:
        """The one handler."""
        return {DueKind.CRITICAL_VALUE: self.tell}

    async def tell(self, due: Due, now: datetime) -> None:
        """Call the staff to the patient; the first call for a report counts."""
        report = await self.records.any_report(ReportId(due.subject))
        who = await self.patients.masked(report.patient_id)
        text = self.wording.say("records.critical", title=report.title, patient=who)
        await self.sender.send(TextMessage(id=due.id, to=report.department, text=text, at=now))
