"""Departments and doctors: HealthcareService, PractitionerRole and Practitioner, kept for a minute."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass

from domain.clinical import DepartmentId
from domain.ports import Clock
from domain.scheduling import HospitalDepartment, Practitioner, PractitionerId, Title
from tools.hospital.fhir.client import FhirClient
from tools.hospital.fhir.failures import HospitalFailed
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.resources import Resource, extension, reference_id

KEPT_SECONDS = 60.0
"""How long a change at the hospital may go unseen here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """`roles` maps the id of a PractitionerRole to its doctor; `where` and `bring` are what the patient reads."""

    departments: Map[DepartmentId, HospitalDepartment]
    roles: Map[str, Practitioner]
    where: Map[DepartmentId, str]
    bring: Map[DepartmentId, tuple[str, ...]]


class RosterKeeper:
    """Reads the roster, and reads it again when it is a minute old."""

    def __init__(self, client: FhirClient, mapping: Mapping, clock: Clock) -> None:
        self._client = client
        self._mapping = mapping
        self._clock = clock
        self._kept: Roster | None = None
        self._until = float("-inf")

    async def roster(self) -> Roster:
        """The departments and doctors of now, or of less than a minute ago.

        Raises:
            HospitalFailed: the system did not answer as it should.
        """
        now = self._clock.monotonic()
        if self._kept is None or now >= self._until:
            self._kept = await self._read()
            self._until = now + KEPT_SECONDS
        return self._kept

    async def _read(self) -> Roster:
        services = {
            one["id"]: one
            async for one in self._client.search("HealthcareService", {"active": "true"})
            if one["resourceType"] == "HealthcareService"
        }
        mapped = [one for one in self._mapping.departments if one.service in services]
        found: dict[str, dict[str, Resource]] = {"PractitionerRole": {}, "Practitioner": {}}
        wanted = {"active": "true", "_include": "PractitionerRole:practitioner"}
        async for one in self._client.search("PractitionerRole", wanted):
            found.setdefault(one["resourceType"], {})[one["id"]] = one
        departments = {one.service: one.id for one in mapped}
        doctors = {
            role_id: self._doctor(role, found["Practitioner"], departments)
            for role_id, role in sorted(found["PractitionerRole"].items())
        }
        return Roster(
            departments={one.id: self._department(one.id, services[one.service], one.bookable) for one in mapped},
            roles={role_id: doctor for role_id, doctor in doctors.items() if doctor is not None},
            where={one.id: self._where(services[one.service]) for one in mapped},
            bring={one.id: self._mapping.bring + one.bring for one in mapped},
        )

    def _department(self, department_id: DepartmentId, service: Resource, bookable: bool) -> HospitalDepartment:  # noqa: FBT001 - passed on
        urls = self._mapping.extensions
        return HospitalDepartment(
            id=department_id,
            name=_name(service),
            building=str(extension(service, urls.building) or ""),
            floor=str(extension(service, urls.floor) or ""),
            bookable=bookable,
        )

    def _where(self, service: Resource) -> str:
        urls = self._mapping.extensions
        building, floor, area = (str(extension(service, url) or "") for url in (urls.building, urls.floor, urls.area))
        return " ".join(part for part in (building + floor, _name(service), area) if part)

    def _doctor(
        self, role: Resource, practitioners: Map[str, Resource], departments: Map[str, DepartmentId]
    ) -> Practitioner | None:
        """The doctor of a role; nothing when the role is of a department the mapping does not name."""
        services = [reference_id(one, "HealthcareService") for one in role.get("healthcareService", ())]
        department_id = next((departments[one] for one in services if one is not None and one in departments), None)
        practitioner_id = reference_id(role.get("practitioner"), "Practitioner")
        if department_id is None or practitioner_id is None:
            return None
        if practitioner_id not in practitioners:
            raise HospitalFailed("garbage", "PractitionerRole.practitioner was not included")
        return Practitioner(
            id=PractitionerId(practitioner_id),
            name=human_name(practitioners[practitioner_id]),
            title=self._title(role),
            department_id=department_id,
            speciality=next((one["text"] for one in role.get("specialty", ()) if "text" in one), ""),
        )

    def _title(self, role: Resource) -> Title:
        codes = [coding.get("code") for code in role.get("code", ()) for coding in code.get("coding", ())]
        title = next((self._mapping.titles[code] for code in codes if code in self._mapping.titles), None)
        if title is None:
            raise HospitalFailed("garbage", "PractitionerRole.code is none of the mapping's titles")
        return title


def human_name(resource: Resource) -> str:
    """A person's name as it is written in China: the text, or the family name before the given one.

    Raises:
        HospitalFailed: there is no name.
    """
    for name in resource.get("name", ()):
        shown = name.get("text") or name.get("family", "") + "".join(name.get("given", ()))
        if shown:
            return str(shown)
    raise HospitalFailed("garbage", f"{resource['resourceType']}.name is missing")


def _name(service: Resource) -> str:
    if not service.get("name"):
        raise HospitalFailed("garbage", "HealthcareService.name is missing")
    return str(service["name"])
