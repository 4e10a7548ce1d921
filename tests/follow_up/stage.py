"""Patients on plans, for any test: small builders over the real archive."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from archive.opening import OpenArchive
from domain.clinical import Disposition, RuleId
from domain.follow_up import AGENT, Actor, CarePlan, CarePlanId, CarePlanStatus, Task
from domain.follow_up_alert import Alert, AlertId, AlertLevel
from domain.patient import Consent, PatientId, PatientProfile
from domain.ports import SessionRecord
from domain.session import Channel, Session, SessionId
from knowledge.follow_up import FollowUpBook, Plan
from knowledge.follow_up_loading import load_follow_up
from knowledge.loader import DIRECTORY
from tests.stores import SetClock
from tools.follow_up.schedule import steps

NURSE = Actor(id="n1", person=True)
PATIENT_ID = PatientId("p_1")
SESSION_ID = SessionId("s_follow")


@cache
def book() -> FollowUpBook:
    """The pack's follow-up."""
    return load_follow_up(DIRECTORY / "follow_up")


def plan(plan_id: str) -> Plan:
    """One plan of the pack."""
    return next(course.plan for name, course in book().courses.items() if name == plan_id)


async def enrolled(
    opened: OpenArchive, clock: SetClock, plan_id: str = "postop_d3", *, number: int = 1
) -> tuple[CarePlan, tuple[Task, ...]]:
    """A patient who is on a plan from today on."""
    now, one = clock.now(), plan(plan_id)
    care_plan = CarePlan(
        id=CarePlanId(f"cp_{number}"),
        patient_id=PATIENT_ID,
        plan_id=one.id,
        plan_version=one.version,
        anchor=now.date(),
        status=CarePlanStatus.ACTIVE,
        enrolled_at=now,
        enrolled_by=AGENT,
    )
    started = await opened.follow_up.start(care_plan, steps(one, now.date(), now=now), now=now)
    return started, await opened.follow_up.tasks(started.id)


async def in_session(opened: OpenArchive, clock: SetClock) -> SessionId:
    """A session that exists."""
    session = Session(
        id=SESSION_ID,
        channel=Channel.WEB,
        locale="zh-CN",
        profile=PatientProfile(),
        consent=Consent(version="1"),
        created_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )
    await opened.sessions.create(SessionRecord(session=session, token_sha256="0" * 64, resume_sha256="1" * 64))
    return SESSION_ID


def alert(now: datetime, *, level: AlertLevel = AlertLevel.RED, name: str = "a1") -> Alert:
    """An alert raised in the session."""
    return Alert(
        id=AlertId(name),
        patient_id=PATIENT_ID,
        level=level,
        rule_id=RuleId("postop_d3.T04@1"),
        text="一侧小腿肿痛",
        quote="小腿又肿又痛",
        disposition=Disposition.ED_NOW,
        raised_at=now,
        act_by=now + timedelta(minutes=30),
        session_id=SESSION_ID,
    )
