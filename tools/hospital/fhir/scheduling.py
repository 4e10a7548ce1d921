"""The hospital's booking system behind the `Scheduling` port, over FHIR."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping as Map
from datetime import datetime
from urllib.parse import quote
from weakref import WeakValueDictionary

from domain.booking_rules import BookingRules
from domain.errors import Conflict, NotFound
from domain.patient import PatientId
from domain.ports import Clock
from domain.scheduling import (
    Appointment,
    AppointmentId,
    AppointmentStatus,
    Hold,
    HoldId,
    HospitalDepartment,
    Practitioner,
    Refusal,
    Slot,
    SlotId,
    SlotQuery,
    SlotStatus,
)
from domain.session import SessionId
from domain.visit_reason import VisitReason
from tools.hospital.fhir import places, visits
from tools.hospital.fhir.booking import House
from tools.hospital.fhir.client import Entry, FhirClient
from tools.hospital.fhir.failures import HospitalFailed
from tools.hospital.fhir.mapping import Mapping
from tools.hospital.fhir.places import Time
from tools.hospital.fhir.resources import Resource, extension, identifier
from tools.hospital.fhir.retrying import until_fresh
from tools.hospital.fhir.roster import Roster, RosterKeeper
from tools.hospital.fhir.visits import digest
from tools.hospital.fhir.wishes import matches, search_of

_WITH_SCHEDULE = {"_include": "Slot:schedule"}


class FhirScheduling:
    """Implements `Scheduling`. `clock` decides what a search still shows.

    Every write reads first and then changes all its resources in one transaction, each on the version that was
    read; whoever was slower reads again. Two bookings of one patient at the same moment wait for each other within
    this process; between processes the rule of one appointment a half day is the hospital's own to enforce.
    """

    def __init__(self, client: FhirClient, mapping: Mapping, rules: BookingRules, clock: Clock) -> None:
        self._client = client
        self._mapping = mapping
        self._house = House(rules=rules, zone=mapping.zone)
        self._clock = clock
        self._roster = RosterKeeper(client, mapping, clock)
        self._booking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def departments(self) -> tuple[HospitalDepartment, ...]:
        """Every department of the mapping that the hospital has."""
        return tuple((await self._roster.roster()).departments.values())

    async def practitioners(self) -> tuple[Practitioner, ...]:
        """Every doctor who has clinics, once, however many roles they have."""
        roster = await self._roster.roster()
        return tuple({doctor.id: doctor for doctor in roster.roles.values()}.values())

    async def search(self, query: SlotQuery) -> tuple[Slot, ...]:
        """Slots with places left that match, earliest first, at most `query.limit`."""
        now, roster = self._clock.now(), await self._roster.roster()
        asked = search_of(query, roster, self._house, now)
        if asked is None:
            return ()
        found = await self._times(asked | _WITH_SCHEDULE, roster, now)
        fitting = [one.slot for one in found if matches(query, one, now)]
        return tuple(fitting[: query.limit])

    async def hold(self, slot_id: SlotId, *, session_id: SessionId, key: str, now: datetime) -> Hold:
        """Keep one place of a slot for as long as the rules say; raises as the port says."""
        written = digest("hold", key)
        roster = await self._roster.roster()

        async def attempt() -> Hold:
            wanted = await self._time(slot_id, roster, now)
            known = await self._by_identifier("hold", written)
            if known is not None:
                return self._held(known, wanted)
            self._house.check_open(wanted, now)
            place = next((one for one in wanted.places if places.free(one, self._mapping, now)), None)
            if place is None:
                raise Conflict(Refusal.FULL)
            await self._keep(place, wanted, roster, session_id=session_id, key=written, now=now)
            made = await self._by_identifier("hold", written)
            if made is None:
                raise HospitalFailed("garbage", "Appointment was created and is not found")
            return self._held(made, await self._time(slot_id, roster, now))

        return await until_fresh(attempt)

    async def release(self, hold_id: HoldId, *, session_id: SessionId) -> None:
        """Give a held place back; a hold that is gone already is fine."""

        async def attempt() -> None:
            hold = await self._appointment_or_none(hold_id)
            mine = hold is not None and identifier(hold, self._mapping.system("session")) == digest(session_id)
            if hold is None or not mine or hold["status"] != AppointmentStatus.PENDING:
                return
            ended = visits.cancelled(hold, step="session", key=None, mapping=self._mapping)
            place = await self._client.read("Slot", visits.slot_of(hold))
            await self._client.transaction([Entry(resource=ended), *self._freed(place, hold)])

        await until_fresh(attempt)

    async def confirm(
        self,
        hold_id: HoldId,
        patient_id: PatientId,
        *,
        session_id: SessionId,
        key: str,
        now: datetime,
        reason: VisitReason | None = None,
    ) -> Appointment:
        """Turn a hold into a booked appointment with its queue number; raises as the port says."""
        written = digest("confirm", key)

        async def attempt() -> Appointment:
            known = await self._by_identifier("confirm", written)
            if known is not None:
                return await self._again(known, hold_id, patient_id, now)
            hold, wanted, place = await self._standing_hold(hold_id, session_id, now)
            mine = await self._of_patient(patient_id, now)
            self._house.check_patient((one for one, _ in mine), wanted.slot, now)
            given = visits.with_reason(reason)
            done = visits.booked(hold, patient_id, step="confirm", key=written, mapping=self._mapping, given=given)
            taken = places.put(place, SlotStatus.BUSY, self._mapping)
            await self._client.transaction([Entry(resource=done), Entry(resource=taken)])
            return await self._appointment(AppointmentId(hold_id), patient_id, now)

        async with self._one_at_a_time(patient_id):
            return await until_fresh(attempt)

    async def reschedule(
        self,
        appointment_id: AppointmentId,
        hold_id: HoldId,
        *,
        patient_id: PatientId,
        session_id: SessionId,
        key: str,
        now: datetime,
    ) -> Appointment:
        """Book the held place and cancel the earlier appointment in one transaction; raises as the port says."""
        written = digest("reschedule", appointment_id, key)

        async def attempt() -> Appointment:
            known = await self._by_identifier("reschedule", written)
            if known is not None:
                return await self._again(known, hold_id, patient_id, now)
            hold, wanted, place = await self._standing_hold(hold_id, session_id, now)
            earlier, at, left = await self._cancellable(appointment_id, patient_id, now)
            self._house.check_cancellable(visits.status_of(earlier), at, now)
            mine = await self._of_patient(patient_id, now)
            self._house.check_patient((one for one, _ in mine), wanted.slot, now, replacing=appointment_id)
            given = visits.reason_elements(earlier)
            done = visits.booked(hold, patient_id, step="reschedule", key=written, mapping=self._mapping, given=given)
            ended = visits.cancelled(earlier, step="moved", key=written, mapping=self._mapping)
            taken = places.put(place, SlotStatus.BUSY, self._mapping)
            given_back = places.put(left, SlotStatus.FREE, self._mapping)
            await self._client.transaction([Entry(resource=one) for one in (done, taken, ended, given_back)])
            return await self._appointment(AppointmentId(hold_id), patient_id, now)

        async with self._one_at_a_time(patient_id):
            return await until_fresh(attempt)

    async def cancel(
        self, appointment_id: AppointmentId, *, patient_id: PatientId, key: str, now: datetime
    ) -> Appointment:
        """Cancel a booked appointment and free its place; raises as the port says."""
        written = digest("cancel", key)

        async def attempt() -> Appointment:
            known = await self._by_identifier("cancel", written)
            if known is not None:
                return await self._again(known, appointment_id, patient_id, now)
            earlier, at, left = await self._cancellable(appointment_id, patient_id, now)
            self._house.check_cancellable(visits.status_of(earlier), at, now)
            ended = visits.cancelled(earlier, step="cancel", key=written, mapping=self._mapping)
            given_back = places.put(left, SlotStatus.FREE, self._mapping)
            await self._client.transaction([Entry(resource=ended), Entry(resource=given_back)])
            return await self._appointment(appointment_id, patient_id, now)

        return await until_fresh(attempt)

    async def appointments(self, patient_id: PatientId) -> tuple[Appointment, ...]:
        """All appointments of a patient, soonest first, cancelled ones last."""
        return visits.soonest_first(await self._of_patient(patient_id, self._clock.now(), known=False))

    async def _keep(
        self, place: Resource, wanted: Time, roster: Roster, *, session_id: str, key: str, now: datetime
    ) -> None:
        """Write a hold of one place; a hold of it that ran out ends with it."""
        until = now + self._house.rules.hold
        role = next(role for role, doctor in roster.roles.items() if doctor.id == wanted.slot.practitioner_id)
        made = visits.pending(place, role=role, key=key, session_id=session_id, until=until, mapping=self._mapping)
        kept = places.put(place, SlotStatus.BUSY_TENTATIVE, self._mapping, until=until)
        unless = f"identifier={quote(self._mapping.system('hold') + '|' + key)}"
        entries = [Entry(resource=kept), Entry(resource=made, if_none_exist=unless)]
        if place["status"] == SlotStatus.BUSY_TENTATIVE:
            lapsed = {"slot": f"Slot/{place['id']}", "status": AppointmentStatus.PENDING.value}
            async for one in self._client.search("Appointment", lapsed):
                ended = visits.cancelled(one, step="cancel", key=None, mapping=self._mapping)
                entries.append(Entry(resource=ended))
        _, created, *_ = await self._client.transaction(entries)
        if created.startswith("200"):  # a copy of this call made the hold meanwhile, with another place
            held = await self._client.read("Slot", place["id"])
            await self._client.update(places.put(held, SlotStatus.FREE, self._mapping))

    def _held(self, hold: Resource, wanted: Time) -> Hold:
        if visits.slot_of(hold) not in {place["id"] for place in wanted.places}:
            raise Conflict(Refusal.KEY_REUSED)
        until = extension(hold, self._mapping.extensions.hold_until)
        expires_at = places.moment(until).astimezone(self._mapping.zone)
        return Hold(id=HoldId(hold["id"]), slot=wanted.slot, expires_at=expires_at)

    def _freed(self, place: Resource, hold: Resource) -> list[Entry]:
        """The place given back, unless somebody else holds it by now."""
        url = self._mapping.extensions.hold_until
        if extension(place, url) != extension(hold, url):
            return []
        return [Entry(resource=places.put(place, SlotStatus.FREE, self._mapping))]

    async def _standing_hold(self, hold_id: str, session_id: str, now: datetime) -> tuple[Resource, Time, Resource]:
        hold = await self._appointment_or_none(hold_id)
        if hold is None:
            raise NotFound("hold")
        visits.check_hold(hold, session_id, self._mapping, now)
        wanted, place = await self._place(hold, now)
        if wanted.stopped:
            raise Conflict(Refusal.STOPPED)
        return hold, wanted, place

    async def _cancellable(
        self, appointment_id: str, patient_id: str, now: datetime
    ) -> tuple[Resource, Time, Resource]:
        found = await self._appointment_or_none(appointment_id)
        if found is None or visits.patient_of(found) != patient_id:
            raise NotFound("appointment")
        at, place = await self._place(found, now)
        return found, at, place

    async def _again(self, known: Resource, subject: str, patient_id: PatientId, now: datetime) -> Appointment:
        """What an earlier write of the same key made."""
        if known["id"] != subject or visits.patient_of(known) != patient_id:
            raise Conflict(Refusal.KEY_REUSED)
        return await self._appointment(AppointmentId(subject), patient_id, now)

    async def _appointment(self, appointment_id: AppointmentId, patient_id: PatientId, now: datetime) -> Appointment:
        found, at, _ = await self._cancellable(appointment_id, patient_id, now)
        return visits.to_appointment(found, at, await self._roster.roster(), self._mapping)

    async def _of_patient(
        self, patient_id: PatientId, now: datetime, *, known: bool = True
    ) -> list[tuple[Appointment, datetime]]:
        """A patient's appointments with their times; `known` asks first whether there is such a patient."""
        if known:
            await self._client.read("Patient", quote(patient_id, safe=""))
        roster = await self._roster.roster()
        found: dict[str, Resource] = {}
        slots: dict[str, Resource] = {}
        asked = {"patient": f"Patient/{patient_id}", "_include": "Appointment:slot"}
        async for one in self._client.search("Appointment", asked):
            (slots if one["resourceType"] == "Slot" else found)[one["id"]] = one
        mine = [
            one for one in found.values() if visits.patient_of(one) == patient_id and one["status"] in visits.STATUSES
        ]
        ids = {one["id"]: _own_slot_id(one, slots) for one in mine}
        read = await asyncio.gather(*(self._time(slot_id, roster, now) for slot_id in sorted(set(ids.values()))))
        at = {one.slot.id: one for one in read}
        return [
            (visits.to_appointment(one, at[ids[one["id"]]], roster, self._mapping), at[ids[one["id"]]].starts_at)
            for one in mine
        ]

    async def _place(self, appointment: Resource, now: datetime) -> tuple[Time, Resource]:
        """The time of an appointment, and its own place there."""
        own = await self._client.read("Slot", visits.slot_of(appointment))
        at = await self._time(places.own_slot_id(own), await self._roster.roster(), now)
        return at, next(place for place in at.places if place["id"] == own["id"])

    async def _time(self, slot_id: SlotId, roster: Roster, now: datetime) -> Time:
        found = await self._times(places.of_slot_id(slot_id) | _WITH_SCHEDULE, roster, now)
        if not found:
            raise NotFound("slot")
        return found[0]

    async def _times(self, asked: Map[str, str | list[str]], roster: Roster, now: datetime) -> list[Time]:
        read: dict[str, dict[str, Resource]] = {"Slot": {}, "Schedule": {}}
        async for one in self._client.search("Slot", asked):
            read.setdefault(one["resourceType"], {})[one["id"]] = one
        return places.times(read["Slot"].values(), read["Schedule"], roster, self._mapping, now)

    async def _by_identifier(self, step: str, key: str) -> Resource | None:
        asked = {"identifier": f"{self._mapping.system(step)}|{key}"}
        found = [one async for one in self._client.search("Appointment", asked) if one["resourceType"] == "Appointment"]
        return found[0] if found else None

    async def _appointment_or_none(self, appointment_id: str) -> Resource | None:
        try:
            return await self._client.read("Appointment", quote(appointment_id, safe=""))
        except NotFound:
            return None

    def _one_at_a_time(self, patient_id: PatientId) -> asyncio.Lock:
        return self._booking.setdefault(patient_id, asyncio.Lock())


def _own_slot_id(appointment: Resource, slots: Map[str, Resource]) -> SlotId:
    place = slots.get(visits.slot_of(appointment))
    if place is None:
        raise HospitalFailed("garbage", "Appointment.slot was not included")
    return places.own_slot_id(place)
