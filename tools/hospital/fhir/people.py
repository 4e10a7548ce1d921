"""The people of an account: one FHIR RelatedPerson for each patient an account books for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

from domain.booking_rules import BookingRules
from domain.errors import Conflict
from domain.patient import Identity, PatientId
from domain.related_person import AccountId, RelatedPerson, Relationship
from domain.scheduling import Refusal
from tools.hospital.fhir import visits
from tools.hospital.fhir.client import FhirClient
from tools.hospital.fhir.failures import HospitalFailed
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.patients import FhirPatientIndex
from tools.hospital.fhir.resources import Resource, extension, identifier, reference_id, with_extension, with_identifier
from tools.hospital.fhir.retrying import until_fresh
from tools.hospital.guarding import check_account, check_ages
from tools.identity import age_years, birth_date

ACCOUNT, PERSON, RELATIONSHIP, GUARDIAN, ADDED = "account", "person", "relationship", "guardian", "added"
"""Names of our identifiers and extensions: whose account, which person of it, and what is known of them there."""


class FhirRelatedPeople:
    """Implements `RelatedPeople`; `account` makes an account of a phone, as the embedded hospital does.

    Somebody removed stays as a RelatedPerson that is not `active`.
    """

    def __init__(
        self,
        client: FhirClient,
        mapping: Mapping,
        rules: BookingRules,
        patients: FhirPatientIndex,
        account: Callable[[str], AccountId],
    ) -> None:
        self._client = client
        self._mapping = mapping
        self._rules = rules
        self._patients = patients
        self._account = account

    def account(self, phone: str) -> AccountId:
        """The account of a phone."""
        return self._account(phone)

    async def people(self, account_id: AccountId) -> tuple[RelatedPerson, ...]:
        """Everybody the account may book for, the holder first."""
        found = sorted(await self._of(account_id), key=self._order)
        return tuple([await self._person(account_id, one) for one in found])

    async def add(
        self,
        account_id: AccountId,
        identity: Identity,
        *,
        relationship: Relationship,
        guardian_id: PatientId | None,
        key: str,
        now: datetime,
    ) -> RelatedPerson:
        """Let the account book for this person; raises as the port says."""
        today = now.astimezone(self._mapping.zone).date()
        guardian = None if guardian_id is None else await self._patients.identity(guardian_id)
        guardian_age = None if guardian is None else age_years(guardian, today=today)
        check_ages(self._rules, age=age_years(identity, today=today), guardian=guardian_id, guardian_age=guardian_age)
        patient_id = await self._patients.register(identity)

        written, name = visits.digest("add", key), self._name(account_id, patient_id)

        async def attempt() -> Resource:
            for one in await self._identified("add", written):
                if identifier(one, self._mapping.system(PERSON)) != name:
                    raise Conflict(Refusal.KEY_REUSED)
                return one
            here = await self._of(account_id)
            check_account(self._rules, {_patient_of(one) for one in here}, patient_id, guardian_id)
            known = await self._identified(PERSON, name) or [self._new(account_id, patient_id, now)]
            changed = self._related(known[0], relationship, guardian_id) | {"active": True}
            changed = with_identifier(changed, self._mapping.system("add"), written)
            if "id" in changed:
                return await self._client.update(changed)
            return await self._client.create(changed, if_none_exist=f"identifier={quote(self._token(PERSON, name))}")

        return await self._person(account_id, await until_fresh(attempt))

    async def remove(self, account_id: AccountId, patient_id: PatientId, *, key: str, now: datetime) -> None:
        """Let the account no longer book for this person; raises as the port says."""
        del now
        written = visits.digest("remove", key)

        async def attempt() -> None:
            known = next(iter(await self._identified(PERSON, self._name(account_id, patient_id))), None)
            if known is None or identifier(known, self._mapping.system("remove")) == written:
                return
            if any(self._guardian(one) == patient_id for one in await self._of(account_id)):
                raise Conflict(Refusal.GUARDIAN)
            gone = with_identifier(known | {"active": False}, self._mapping.system("remove"), written)
            await self._client.update(gone)

        await until_fresh(attempt)

    async def _of(self, account_id: AccountId) -> list[Resource]:
        return [one for one in await self._identified(ACCOUNT, account_id) if one.get("active", True)]

    async def _identified(self, name: str, value: str) -> list[Resource]:
        """Everybody with one of our identifiers, removed or not."""
        asked = {"identifier": self._token(name, value)}
        return [one async for one in self._client.search("RelatedPerson", asked)]

    def _new(self, account_id: AccountId, patient_id: PatientId, now: datetime) -> Resource:
        made: Resource = {
            "resourceType": "RelatedPerson",
            "meta": visits.labelled(self._mapping),
            "identifier": [
                {"system": self._mapping.system(ACCOUNT), "value": account_id},
                {"system": self._mapping.system(PERSON), "value": self._name(account_id, patient_id)},
            ],
            "patient": {"reference": f"Patient/{patient_id}"},
        }
        return with_extension(made, self._mapping.system(ADDED), {"valueDateTime": now.isoformat()})

    def _related(self, one: Resource, relationship: Relationship, guardian_id: PatientId | None) -> Resource:
        code = {"system": self._mapping.system(RELATIONSHIP), "code": relationship.value}
        guardian = None if guardian_id is None else {"valueReference": {"reference": f"Patient/{guardian_id}"}}
        related = one | {"relationship": [{"coding": [code]}]}
        return with_extension(related, self._mapping.system(GUARDIAN), guardian)

    async def _person(self, account_id: AccountId, one: Resource) -> RelatedPerson:
        patient_id = _patient_of(one)
        identity = await self._patients.identity(patient_id)
        return RelatedPerson(
            account_id=account_id,
            patient_id=patient_id,
            relationship=self._relationship(one),
            masked=identity.masked(),
            birth_date=birth_date(identity),
            guardian_id=self._guardian(one),
        )

    def _relationship(self, one: Resource) -> Relationship:
        codings = (coding for code in one.get("relationship", ()) for coding in code.get("coding", ()))
        system = self._mapping.system(RELATIONSHIP)
        found = next((coding["code"] for coding in codings if coding.get("system") == system), None)
        return Relationship(found) if found in _RELATIONSHIPS else Relationship.OTHER

    def _guardian(self, one: Resource) -> PatientId | None:
        found = reference_id(extension(one, self._mapping.system(GUARDIAN)), "Patient")
        return None if found is None else PatientId(found)

    def _order(self, one: Resource) -> tuple[bool, str, str]:
        added = str(extension(one, self._mapping.system(ADDED)))
        return self._relationship(one) is not Relationship.SELF, added, _patient_of(one)

    def _token(self, name: str, value: str) -> str:
        return f"{self._mapping.system(name)}|{value}"

    def _name(self, account_id: AccountId, patient_id: PatientId) -> str:
        return visits.digest("person", account_id, patient_id)


_RELATIONSHIPS = frozenset(one.value for one in Relationship)


def _patient_of(one: Resource) -> PatientId:
    found = reference_id(one["patient"], "Patient")
    if found is None:
        raise HospitalFailed("garbage", "RelatedPerson.patient is no Patient")
    return PatientId(found)
