"""What the console needs from outside itself; `app.bootstrap` fills it in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from channels.ports import Services
from domain.clinical import DepartmentId, RuleId
from domain.correction import Corrections
from domain.desk import Bell, Cases, CaseWork, Claims, Numbers, Ringing, Typing
from domain.desk_hours import DeskHours
from domain.diary import Measure
from domain.follow_up import PlanId, Value
from domain.follow_up_ports import Enrolment, FollowUp
from domain.hospital_ports import Contacts, Notifier
from domain.ports import PatientIndex, Scheduling
from domain.session import Pending, SessionId
from domain.staff import StaffBook
from domain.summaries import HandoverBriefing


class Talks(Protocol):
    """The conversations as the console acts on them."""

    async def briefing(self, session_id: SessionId) -> HandoverBriefing | None:
        """What a nurse needs to know before taking over."""

    async def pending(self, session_id: SessionId) -> Pending | None:
        """What the agent waits for."""

    async def cancel(self, session_id: SessionId, *, reason: Literal["handoff"]) -> None:
        """Stop saying the answer on its way."""

    async def hush(self) -> None:
        """Stop saying the answers on their way to patients whom a nurse answers now."""


class Names(Protocol):
    """What ids mean, by the pack at work."""

    def rule(self, rule_id: RuleId) -> tuple[str, str]:
        """A red flag's name and source; empty when the pack has none such."""

    def department(self, department_id: DepartmentId) -> str:
        """A department's name; its id when the hospital has none such."""

    def textbook(self, department_id: DepartmentId) -> str:
        """A department's name in the pack, whatever it is called here."""

    def plan(self, plan_id: PlanId) -> str:
        """A follow-up plan's title; its id when the pack has none such."""

    def answer(self, plan_id: PlanId, link_id: str, value: Value) -> tuple[str, str]:
        """What was asked and what was answered, in words."""

    def instrument(self, instrument_id: str) -> str:
        """An instrument's title."""

    def measure(self, measure: Measure) -> tuple[str, float | None, float | None]:
        """What a reading is called, and between which values the pack's tables say nothing to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Canned:
    """A text a nurse may send with one tap."""

    id: str
    title: str
    text: str


class TheBell(Bell, Ringing, Protocol):
    """Rung and heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Everything the console works with."""

    services: Services
    staff: StaffBook
    claims: Claims
    cases: Cases
    work: CaseWork
    numbers: Numbers
    bell: TheBell
    typing: Typing
    talks: Talks
    names: Names
    patients: PatientIndex
    contacts: Contacts
    scheduling: Scheduling
    follow_up: FollowUp
    hours: DeskHours
    canned: tuple[Canned, ...]
    enrolment: Enrolment | None = None
    notifier: Notifier | None = None
    corrections: Corrections | None = None
