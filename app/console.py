"""Puts the nurses' console together."""

from __future__ import annotations

from dataclasses import dataclass

from agent.packs import Library
from agent.reception import Reception
from agent.turn import Turns
from app.stores import Stores
from channels.console.live import Live
from channels.console.ports import Canned, Console
from channels.console.takeover import Takeover
from channels.ports import Services
from domain.clinical import DepartmentId, RuleId
from domain.diary import Measure
from domain.follow_up import PlanId, Value
from domain.follow_up_ports import Enrolment
from domain.hospital_ports import Notifier
from domain.scheduling import HospitalDepartment
from knowledge.desk_hours import DeskPlan
from tools.follow_up.readings import LABELS, unremarked


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConsole:
    """The console of this process: what it works with, who has it open, and what gives conversations back."""

    console: Console
    live: Live
    takeover: Takeover


class PackNames:
    """What ids mean: red flags by the packs held, departments by the hospital."""

    def __init__(self, library: Library, departments: tuple[HospitalDepartment, ...]) -> None:
        self._library = library
        self._departments = {one.id: one.name for one in departments}

    def rule(self, rule_id: RuleId) -> tuple[str, str]:
        """A red flag's name and source; empty for a rule that is none, or is gone."""
        try:
            rule = self._library.flag(rule_id)
        except KeyError:
            return "", ""
        return rule.name, self._library.newest.pack.cover.cite(rule.sources)

    def department(self, department_id: DepartmentId) -> str:
        """A department's name; its id when the hospital has none such."""
        return self._departments.get(department_id, department_id)

    def textbook(self, department_id: DepartmentId) -> str:
        """A department's name in the pack, whatever it is called here."""
        known = self._library.newest.pack.departments.get(department_id)
        return known.name if known else department_id

    def plan(self, plan_id: PlanId) -> str:
        """A follow-up plan's title; its id when the pack has none such."""
        course = self._library.newest.pack.follow_up.courses.get(plan_id)
        return course.plan.names.zh if course else plan_id

    def answer(self, plan_id: PlanId, link_id: str, value: Value) -> tuple[str, str]:
        """What was asked and what was answered; a sign asks by its own name."""
        course = self._library.newest.pack.follow_up.courses.get(plan_id)
        item = course.by_link.get(link_id) if course else None
        if course is None or item is None:
            return link_id, str(value)
        return item.signs.get(link_id, item.text), course.label(link_id, value)

    def instrument(self, instrument_id: str) -> str:
        """An instrument's title; its id when the pack has none such."""
        known = self._library.newest.pack.follow_up.instruments.get(instrument_id)
        return known.title if known else instrument_id

    def measure(self, measure: Measure) -> tuple[str, float | None, float | None]:
        """What a reading is called, and between which values the pack's tables say nothing to it."""
        pack = self._library.newest.pack
        return LABELS[measure], *unremarked(measure, pack.follow_up.diary, pack.vitals)


def reception(stores: Stores, plan: DeskPlan) -> Reception:
    """The desk as the conversation sees it."""
    return Reception(
        hours=plan.hours,
        attended=stores.archive.staff.attended,
        cases=stores.archive.case_work,
        bell=stores.bell,
    )


def open_console(
    services: Services,
    stores: Stores,
    turns: Turns,
    names: PackNames,
    plan: DeskPlan,
    enrolment: Enrolment | None = None,
    notifier: Notifier | None = None,
) -> OpenConsole:
    """The console over these services."""
    archive = stores.archive
    console = Console(
        services=services,
        staff=archive.staff,
        claims=archive.claims,
        cases=archive.cases,
        work=archive.case_work,
        numbers=archive.figures,
        bell=stores.bell,
        typing=stores.typing,
        talks=turns,
        names=names,
        patients=stores.ports.patients,
        contacts=stores.hospital.patients,
        scheduling=stores.ports.scheduling,
        follow_up=archive.follow_up,
        enrolment=enrolment,
        notifier=notifier,
        corrections=archive.corrections,
        hours=plan.hours,
        canned=tuple(Canned(id=one.id, title=one.title, text=one.text) for one in plan.canned),
    )
    return OpenConsole(console=console, live=Live(), takeover=Takeover(console=console))
