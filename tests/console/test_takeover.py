"""Two nurses, patients, and one conversation after the other: claim, answer, give back."""

from __future__ import annotations

import asyncio

import pytest

from domain.desk import LEASE, OVERDUE_AFTER
from domain.staff import Role
from tests.console.station import Station

pytestmark = pytest.mark.e2e


async def test_of_two_nurses_who_click_at_once_one_gets_the_conversation(station: Station) -> None:
    """The other is told; the patient hears of one person, by role."""
    session_id, client = await station.red()
    nurses = [await station.nurse(name) for name in ("lihua", "wang")]
    path = f"/console/api/sessions/{session_id}/claim"
    answers = await asyncio.gather(*(nurse.http.post(path, json={}) for nurse in nurses))
    assert sorted(one.status_code for one in answers) == [200, 409]
    started = await client.until("handoff.started")
    assert started["by"] == "nurse"
    loser = nurses[[one.status_code for one in answers].index(409)]
    row = (await loser.get(f"/sessions/{session_id}"))["row"]
    assert row["state"] == "nurse"
    await loser.post(f"/sessions/{session_id}/messages", 409, id="m1", text="我来", token=1)


async def test_nurse_and_patient_talk_and_the_agent_goes_on_where_it_stood(station: Station) -> None:
    """The agent is mute in between; its open question is put again at the end."""
    session_id, client = await station.patient()
    await client.asked("m1", "我咳嗽三天了")
    nurse = await station.nurse()
    opened = await nurse.get(f"/sessions/{session_id}")
    question = opened["pending"]["question"]
    watch = await nurse.watch()
    await watch.send(type="follow", session_id=session_id, after=opened["last_seq"])
    number = await nurse.claim(session_id)
    await watch.event("handoff.started")
    ended = await client.asked("m2", "护士你好")
    assert (ended["type"], ended["reason"]) == ("response.cancelled", "handoff")
    said = await watch.until("message")
    assert (said["message"]["author"], said["message"]["text"]) == ("patient", "护士你好")
    for _ in range(2):
        answer = await nurse.post(
            f"/sessions/{session_id}/messages", 202, id="n1", text="您好，我是值班护士", token=number
        )
    heard = await client.until("response.done", response_id=answer["response_id"])
    assert (heard["text"], heard["origin"]) == ("您好，我是值班护士", "nurse")
    assert heard["label"]
    await nurse.post(f"/sessions/{session_id}/release", 204, token=number)
    await client.until("handoff.ended")
    assert question in (await client.until("response.done", origin="fixed"))["text"]
    messages = (await nurse.get(f"/sessions/{session_id}"))["messages"]
    assert [one["author"] for one in messages].count("nurse") == 1
    assert (await client.asked("m3", "没有"))["type"] == "response.done"


async def test_an_emergency_reaches_patient_and_nurse_while_the_nurse_answers(station: Station) -> None:
    """The screen works on."""
    session_id, client = await station.patient()
    await client.asked("m1", "你好")
    nurse = await station.nurse()
    number = await nurse.claim(session_id)
    watch = await nurse.watch()
    await watch.send(type="follow", session_id=session_id, after=0)
    await client.say("m2", "我胸口压着疼，喘不上气，出冷汗")
    assert (await client.until("escalation.raised"))["disposition"] == "CALL_120"
    assert (await watch.event("escalation.raised"))["disposition"] == "CALL_120"
    assert (await client.end_of("m2"))["reason"] == "handoff"
    await nurse.post(f"/sessions/{session_id}/release", 204, token=number)
    assert "120" in (await client.until("response.done", origin="fixed"))["text"]


async def test_a_nurse_who_is_gone_loses_the_conversation_to_the_agent(station: Station) -> None:
    """The patient is told, the nurse's next heartbeat says so."""
    session_id, client = await station.patient()
    await client.asked("m1", "你好")
    nurse = await station.nurse()
    number = await nurse.claim(session_id)
    await client.until("handoff.started")
    watch = await nurse.watch()
    await watch.send(type="heartbeat", claims=[{"session_id": session_id, "token": number}])
    assert (await watch.until("claims"))["held"][0]["session_id"] == session_id
    station.bedside.clock.advance(LEASE)
    await station.takeover.lapse()
    await client.until("handoff.ended")
    assert (await client.asked("m2", "门诊几点开门"))["type"] == "response.done"
    await watch.send(type="heartbeat", claims=[{"session_id": session_id, "token": number}])
    assert (await watch.until("claims"))["lost"] == [session_id]


async def test_supervisors_are_told_of_a_red_case_nobody_opened(station: Station) -> None:
    """Once it has waited ten minutes; a nurse's console is not."""
    session_id, _ = await station.red()
    supervisor = await station.nurse("chief", Role.SUPERVISOR)
    watch = await supervisor.watch()
    station.bedside.clock.advance(OVERDUE_AFTER)
    await watch.send(type="heartbeat", claims=[])
    assert (await watch.until("alert"))["session_id"] == session_id
    inbox = await supervisor.get("/inbox")
    assert (inbox["items"][0]["ageing"], inbox["counts"]["overdue"]) == ("overdue", 1)


async def test_open_consoles_are_told_to_look_again(station: Station) -> None:
    """Whoever changed something, and once for several changes."""
    session_id, _ = await station.red()
    nurse, other = await station.nurse(), await station.nurse("wang")
    watch = await other.watch()
    await watch.until("hello")
    await nurse.claim(session_id)
    await watch.until("inbox.changed")


async def test_a_revoked_session_closes_its_console(station: Station) -> None:
    """At its next heartbeat."""
    nurse = await station.nurse()
    watch = await nurse.watch()
    await nurse.post("/sign-out", 204)
    await watch.send(type="heartbeat", claims=[])
    assert await watch.closed() == 4401


async def test_nurse_and_patient_see_each_other_typing(station: Station) -> None:
    """While the nurse answers; nothing of it is numbered or kept."""
    session_id, client = await station.patient()
    await client.asked("m1", "你好")
    nurse = await station.nurse()
    watch = await nurse.watch()
    await watch.send(type="follow", session_id=session_id, after=0)
    await watch.send(type="typing", session_id=session_id)
    await nurse.claim(session_id)
    await client.until("handoff.started")
    await watch.event("handoff.started")
    await station.typing.until_followed(session_id)
    await watch.send(type="typing", session_id=session_id)
    seen = await client.until("typing")
    assert seen["by"] == "nurse"
    assert "seq" not in seen
    await client.send("typing")
    assert (await watch.until("typing"))["by"] == "patient"


async def test_an_agent_that_fails_twice_opens_the_conversation_to_people(station: Station) -> None:
    """The patient is queued, the inbox says why."""
    session_id, client = await station.patient()
    await client.asked("m1", "你好")
    station.bedside.turns._graph = None  # type: ignore[assignment]  # broken in a way nothing foresees
    for number in ("m2", "m3"):
        assert (await client.asked(number, "在吗"))["code"] == "internal"
    assert (await client.until("handoff.queued"))["queue_position"] == 1
    [row] = (await (await station.nurse()).get("/inbox"))["items"]
    assert (row["session_id"], row["state"], row["reason"]) == (session_id, "waiting", "failed")


async def test_a_bad_rating_puts_the_conversation_before_a_reviewer(station: Station) -> None:
    """The patient's thumb down."""
    session_id, client = await station.patient()
    answered = await client.asked("m1", "你好")
    await client.send("feedback.give", response_id=answered["response_id"], rating=-1)
    await client.asked("m2", "再见")
    review = (await (await station.nurse()).get("/review"))["items"]
    assert [(one["session_id"], "negative" in one["why"]) for one in review] == [(session_id, True)]
