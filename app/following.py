"""Chooses how discharges come in, and what does follow-up when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.packs import Library
from app.duties import notifier
from app.settings import Settings
from app.stores import Stores
from channels.discharges import Discharges
from domain.follow_up import Discharge
from domain.notices import FOLLOW_UP_WORK
from domain.ports import Clock
from jobs.following import Following
from jobs.quiet import QuietHours
from jobs.worker import Worker
from knowledge.follow_up import FollowUpBook
from tools.follow_up.encounter import discharge_of
from tools.follow_up.enrolling import Enrolling


def discharges(settings: Settings, stores: Stores, library: Library, enrolment: Enrolling, clock: Clock) -> Discharges:
    """The hospital's way to report a discharge, open to its token."""

    def read(encounter: Mapping[str, Any], *, consented: bool) -> Discharge:
        return discharge_of(encounter, library.newest.pack.follow_up, consented=consented)

    token = settings.hospital_token.get_secret_value() if settings.hospital_token else ""
    return Discharges(
        enrolment=enrolment,
        reminders=stores.archive.follow_up.reminders,
        clock=clock,
        read_encounter=read,
        token=token,
    )


def follow_up_worker(settings: Settings, stores: Stores, library: Library, clock: Clock) -> Worker:
    """One worker for the archive's due work; every process has its own."""
    house = stores.hospital.house

    def book() -> FollowUpBook:
        return library.newest.pack.follow_up

    following = Following(
        follow_up=stores.archive.follow_up,
        notifier=notifier(settings, stores, library),
        wording=library,
        quiet=QuietHours(rules=house.rules, zone=house.zone),
        book=book,
    )
    return Worker(stores.archive.follow_up.due, following.handlers(), clock, kinds=FOLLOW_UP_WORK)
