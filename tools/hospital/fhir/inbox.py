"""Notices to patients as FHIR Communications: ours, with the AI label, and those the hospital writes itself."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote

from domain.notices import Notice, NoticeId, NoticeKind
from domain.patient import PatientId
from domain.session import SessionId
from tools.hospital.fhir import visits
from tools.hospital.fhir.client import FhirClient
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.places import moment
from tools.hospital.fhir.resources import Resource, identifier
from tools.hospital.fhir.retrying import until_fresh

_KINDS = {kind.value: kind for kind in NoticeKind}


class FhirInbox:
    """Implements `Inbox`. What was shown has `received`.

    Nobody is told of a notice the moment the hospital writes one: patients see it with the next answer.
    """

    def __init__(self, client: FhirClient, mapping: Mapping) -> None:
        self._client = client
        self._mapping = mapping

    async def put(self, notice: Notice) -> bool:
        """Keep a notice; `False` when its id is known."""
        token = f"{self._mapping.system('notice')}|{notice.id}"
        async for _ in self._client.search("Communication", {"identifier": token}):
            return False
        patient = {"reference": f"Patient/{notice.patient_id}"}
        made: Resource = {
            "resourceType": "Communication",
            "meta": visits.labelled(self._mapping),
            "identifier": [
                {"system": self._mapping.system("notice"), "value": notice.id},
                {"system": self._mapping.system("about"), "value": notice.subject},
            ],
            "status": "completed",
            "category": [{"coding": [{"system": self._mapping.system("notice-kind"), "code": notice.kind.value}]}],
            "subject": patient,
            "recipient": [patient],
            "sent": notice.at.isoformat(),
            "payload": [{"contentString": notice.text}],
        }
        await self._client.create(made, if_none_exist=f"identifier={quote(token)}")
        return True

    async def unread(self, patient_id: PatientId) -> tuple[Notice, ...]:
        """What the patient has not been shown, oldest first."""
        asked = {"subject": f"Patient/{patient_id}", "status": "completed"}
        found = [
            self._notice(one, patient_id)
            async for one in self._client.search("Communication", asked)
            if "received" not in one and "sent" in one
        ]
        return tuple(sorted((one for one in found if one.text), key=lambda one: (one.at, one.id)))

    async def watch(self, patient_id: PatientId, session_id: SessionId, *, until: datetime) -> None:
        """Nothing comes by itself."""

    async def watching(self, patient_id: PatientId, *, now: datetime) -> tuple[SessionId, ...]:
        """Nobody."""
        del patient_id, now
        return ()

    async def mark_read(self, patient_id: PatientId, notice_ids: tuple[NoticeId, ...], *, now: datetime) -> None:
        """These were shown."""
        asked = {"subject": f"Patient/{patient_id}", "status": "completed"}

        async def attempt() -> None:
            shown = [
                one
                async for one in self._client.search("Communication", asked)
                if self._id(one) in notice_ids and "received" not in one
            ]
            for one in shown:
                await self._client.update(one | {"received": now.isoformat()})

        await until_fresh(attempt)

    async def forget(self, *, before: datetime) -> int:
        """The hospital keeps its Communications as long as it wants."""
        del before
        return 0

    def _id(self, one: Resource) -> NoticeId:
        """Our own id, or the resource's where the hospital wrote it."""
        return NoticeId(identifier(one, self._mapping.system("notice")) or f"Communication/{one['id']}")

    def _notice(self, one: Resource, patient_id: PatientId) -> Notice:
        codes = (coding.get("code") for category in one.get("category", ()) for coding in category.get("coding", ()))
        texts = (part["contentString"] for part in one.get("payload", ()) if "contentString" in part)
        return Notice(
            id=self._id(one),
            kind=next((_KINDS[code] for code in codes if code in _KINDS), NoticeKind.REMINDER),
            patient_id=patient_id,
            subject=identifier(one, self._mapping.system("about")) or "",
            text="\n".join(texts),
            at=moment(one["sent"]).astimezone(self._mapping.zone),
        )
