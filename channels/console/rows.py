"""Cases, staff and sessions as the console's pages read them. No name of a patient stands in a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from channels.console.ports import Console
from domain.desk import Case
from domain.patient import PatientProfile, Sex
from domain.session import Message
from domain.staff import Staff, StaffId, StaffSession

SEXES: Final = {Sex.MALE: "男", Sex.FEMALE: "女"}
GONE: Final = "已停用"
"""What stands for a colleague whose account is disabled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Makes rows, looking up what a case only names by id."""

    console: Console

    async def of(self, cases: Iterable[Case]) -> list[dict[str, Any]]:
        """Rows in order."""
        staff, now = await self.displays(), self.console.services.clock.now()
        return [row(case, staff, now) for case in cases]

    async def displays(self) -> Mapping[StaffId, str]:
        """What colleagues are called."""
        return {one.id: one.display for one in await self.console.staff.colleagues()}


def who(profile: PatientProfile) -> str:
    """Sex and age: 「女 32岁」, 「男 8个月」."""
    parts = [SEXES[profile.sex]] if profile.sex else []
    if profile.age_years is not None:
        parts.append(f"{profile.age_years:.0f}岁" if profile.age_years >= 1 else f"{profile.age_years * 12:.0f}个月")
    return " ".join(parts)


def row(case: Case, staff: Mapping[StaffId, str], now: datetime) -> dict[str, Any]:
    """A case in the inbox."""
    return {
        "session_id": case.session_id,
        "who": who(case.profile),
        "channel": case.channel,
        "urgency": case.urgency.name.lower(),
        "crisis": case.crisis,
        "state": case.holding.value,
        "reason": case.cause.value if case.cause else "",
        "since": stamp(case.since),
        "last_at": stamp(case.last_at),
        "ageing": case.ageing(now),
        "opened_at": stamp(case.opened_at),
        "handled_at": stamp(case.handled_at),
        "disposition": case.disposition or None,
        "assigned_to": colleague(case.assigned_to, staff),
        "claimed_by": colleague(case.claim.staff_id if case.claim else None, staff),
        "tags": list(case.tags),
        "messages": case.messages,
        "why": [why.value for why in case.why],
    }


def colleague(staff_id: StaffId | None, staff: Mapping[StaffId, str]) -> dict[str, str] | None:
    """Somebody, as colleagues read them."""
    return None if staff_id is None else {"id": staff_id, "display": staff.get(staff_id, GONE)}


def staff_fields(one: Staff) -> dict[str, str]:
    """An account as its owner reads it."""
    return {"id": one.id, "name": one.name, "display": one.display, "role": one.role.value}


def session_fields(one: StaffSession, current: StaffSession) -> dict[str, Any]:
    """Where somebody is signed in."""
    return {
        "id": one.id,
        "current": one.id == current.id,
        "created_at": stamp(one.created_at),
        "seen_at": stamp(one.seen_at),
        "client": one.client,
    }


def message_fields(message: Message) -> dict[str, Any]:
    """A line of the transcript."""
    return {
        "author": message.author.value,
        "text": message.text,
        "at": stamp(message.at),
        "input_id": message.input_id,
        "origin": message.origin,
        "label": message.label,
        "trace_id": message.trace_id,
    }


def stamp(at: datetime | None) -> str | None:
    """A moment as text."""
    return at.isoformat(timespec="seconds") if at else None
