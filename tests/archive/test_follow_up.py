"""The follow-up store on both databases: what is kept once, who may close what, what erasure leaves."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from archive.opening import OpenArchive
from domain.diary import Measure, Observation
from domain.errors import Conflict, NotFound
from domain.follow_up import AGENT, PATIENT, Answered, CarePlanStatus, QuestionnaireResponse, ResponseStatus, TaskStatus
from domain.follow_up_alert import ONLY_A_PERSON, AlertId, AlertLevel, AlertStatus
from tests.follow_up.stage import NURSE, PATIENT_ID, SESSION_ID, alert, enrolled, in_session
from tests.stores import SetClock

pytestmark = pytest.mark.contract


async def test_the_same_enrolment_is_kept_once(opened: OpenArchive, clock: SetClock) -> None:
    """A plan's tasks and due work are written with it, and not again."""
    first, tasks = await enrolled(opened, clock, "cataract")
    again, same = await enrolled(opened, clock, "cataract")
    assert (again, same) == (first, tasks)
    assert [task.step for task in tasks] == ["D1", "D7", "D30", "D90"]
    late = clock.now() + timedelta(days=100)
    assert len(await opened.follow_up.due.claim(now=late, limit=20)) == len(tasks)


async def test_answers_come_back_as_they_were_given(opened: OpenArchive, clock: SetClock) -> None:
    """Values, quotes, corrections and scores, sealed; saving again replaces."""
    _, [task] = await enrolled(opened, clock)
    await in_session(opened, clock)
    response = QuestionnaireResponse(
        task_id=task.id,
        patient_id=PATIENT_ID,
        plan_id=task.plan_id,
        plan_version="1",
        status=ResponseStatus.IN_PROGRESS,
        authored_at=clock.now(),
        session_id=SESSION_ID,
        scores={"nrs": 4.0},
    )
    response = response.with_answer(Answered(link_id="nrs", value=4.0, at=clock.now(), quote="三四分吧"))
    await opened.follow_up.responses.save(response)
    response = response.with_answer(Answered(link_id="nrs", value=5.0, at=clock.now(), quote="是5分"))
    await opened.follow_up.responses.save(response)
    kept = await opened.follow_up.responses.of_task(task.id)
    assert kept == response
    assert kept is not None
    assert kept.items[0].corrects == 4.0


async def test_only_a_person_closes_a_red_alert(opened: OpenArchive, clock: SetClock) -> None:
    """The service closes an amber one; a red one it neither closes nor acknowledges."""
    await enrolled(opened, clock)
    await in_session(opened, clock)
    alerts, now = opened.follow_up.alerts, clock.now()
    red = await alerts.raise_alert(alert(now))
    amber = await alerts.raise_alert(alert(now, level=AlertLevel.AMBER, name="a2"))
    assert [one.id for one in await alerts.open_alerts()] == [red.id, amber.id]
    for step in (
        alerts.close(red.id, by=AGENT, reason="", now=now),
        alerts.acknowledge(red.id, by=PATIENT, now=now),
    ):
        with pytest.raises(Conflict) as refused:
            await step
        assert refused.value.reason == ONLY_A_PERSON
    assert (await alerts.close(amber.id, by=AGENT, reason="更正", now=now)).status is AlertStatus.CLOSED
    assert (await alerts.acknowledge(red.id, by=NURSE, now=now)).acknowledged_by == NURSE
    closed = await alerts.close(red.id, by=NURSE, reason="已到急诊", now=now)
    assert (closed.closing_reason, await alerts.open_alerts()) == ("已到急诊", ())


async def test_one_of_two_nurses_takes_an_alert_or_a_call(opened: OpenArchive, clock: SetClock) -> None:
    """Both act at once; exactly one succeeds."""
    _, [task] = await enrolled(opened, clock)
    await in_session(opened, clock)
    red = await opened.follow_up.alerts.raise_alert(alert(clock.now()))
    call = await opened.follow_up.missed(task.id, now=clock.now())
    assert call is not None
    other = type(NURSE)(id="n2", person=True)
    for steps in (
        [opened.follow_up.alerts.acknowledge(red.id, by=one, now=clock.now()) for one in (NURSE, other)],
        [opened.follow_up.take(call.id, by=one, now=clock.now()) for one in (NURSE, other)],
    ):
        ended = await asyncio.gather(*steps, return_exceptions=True)
        assert sorted(isinstance(one, Conflict) for one in ended) == [False, True]


async def test_stopping_cancels_what_is_to_come_and_no_alert(opened: OpenArchive, clock: SetClock) -> None:
    """Plans are revoked, their open tasks cancelled; an alert stays open."""
    care_plan, _ = await enrolled(opened, clock, "cataract")
    await in_session(opened, clock)
    await opened.follow_up.alerts.raise_alert(alert(clock.now()))
    assert await opened.follow_up.stop(PATIENT_ID, by=PATIENT, now=clock.now()) == 1
    assert (await opened.follow_up.care_plan(care_plan.id)).status is CarePlanStatus.REVOKED
    assert {task.status for task in await opened.follow_up.tasks(care_plan.id)} == {TaskStatus.CANCELLED}
    assert await opened.follow_up.board(now=clock.now() + timedelta(days=30)) == ()
    assert (await opened.follow_up.alerts.alert(AlertId("a1"))).status is AlertStatus.OPEN


async def test_a_plan_is_complete_with_its_last_task(opened: OpenArchive, clock: SetClock) -> None:
    """Each task ends once."""
    care_plan, tasks = await enrolled(opened, clock, "cataract")
    for task in tasks:
        assert (await opened.follow_up.care_plan(care_plan.id)).status is CarePlanStatus.ACTIVE
        await opened.follow_up.begin(task.id, now=clock.now())
        await opened.follow_up.complete(task.id, by=PATIENT, now=clock.now())
    assert (await opened.follow_up.care_plan(care_plan.id)).status is CarePlanStatus.COMPLETED
    with pytest.raises(Conflict):
        await opened.follow_up.begin(tasks[0].id, now=clock.now())


async def test_erasing_a_patient_destroys_everything_but_waits_for_an_alert(
    opened: OpenArchive, clock: SetClock
) -> None:
    """While an alert is open nothing is erased; afterwards nothing can be read."""
    care_plan, _ = await enrolled(opened, clock)
    await in_session(opened, clock)
    reading = Observation(
        id="o1", patient_id=PATIENT_ID, measure=Measure.GLUCOSE, value=7.8, at=clock.now(), session_id=SESSION_ID
    )
    await opened.follow_up.diary.add([reading, reading])
    since = clock.now() - timedelta(days=1)
    assert await opened.follow_up.diary.readings(PATIENT_ID, since=since) == (reading,)
    await opened.follow_up.alerts.raise_alert(alert(clock.now()))
    assert await opened.follow_up.alerts.open_for(SESSION_ID)
    assert not await opened.follow_up.erase(PATIENT_ID, now=clock.now())
    await opened.follow_up.alerts.close(AlertId("a1"), by=NURSE, reason="已处理", now=clock.now())
    assert not await opened.follow_up.alerts.open_for(SESSION_ID)
    assert await opened.follow_up.erase(PATIENT_ID, now=clock.now())
    assert await opened.follow_up.diary.readings(PATIENT_ID, since=since) == ()
    with pytest.raises(NotFound):
        await opened.follow_up.care_plan(care_plan.id)
    assert (await opened.archive.verify()).broken_at is None


async def test_what_was_said_in_a_session_goes_with_it(embedded: OpenArchive, clock: SetClock, tmp_path: Path) -> None:
    """Readings of an erased session are gone; no patient text ever stands in the file."""
    await enrolled(embedded, clock)
    await in_session(embedded, clock)
    reading = Observation(
        id="o1", patient_id=PATIENT_ID, measure=Measure.GLUCOSE, value=7.8, at=clock.now(), session_id=SESSION_ID
    )
    await embedded.follow_up.diary.add([reading])
    await embedded.follow_up.alerts.raise_alert(alert(clock.now()))
    await embedded.follow_up.alerts.close(AlertId("a1"), by=NURSE, reason="已到急诊", now=clock.now())
    assert not any(text.encode() in _files(tmp_path) for text in ("小腿又肿又痛", "已到急诊"))
    await embedded.archive.erase(SESSION_ID)
    assert await embedded.follow_up.diary.readings(PATIENT_ID, since=clock.now() - timedelta(days=1)) == ()
    assert await embedded.follow_up.alerts.of_patient(PATIENT_ID) == ()


def _files(folder: Path) -> bytes:
    """Everything in the database's files."""
    return b"".join(path.read_bytes() for path in folder.glob("archive.db*"))
