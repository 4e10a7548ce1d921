"""A terminal in the hall: handed on to a phone once, left behind clean, never left while somebody may be dying."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.channels.ward import Ward, ward
from tests.fakes.turns import FakeTurns, red_flag_question

pytestmark = pytest.mark.e2e


async def _post(service: Ward, opened: dict[str, Any], call: str, **body: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {opened['token']}"}
    return await service.http.post(f"/v1/sessions/{opened['session_id']}/{call}", json=body, headers=headers)


async def _code(service: Ward, opened: dict[str, Any]) -> str:
    offered = (await _post(service, opened, "continue")).json()
    assert offered["url"].startswith(service.url)
    assert offered["svg"].startswith("<svg")
    return str(offered["url"].partition("/continue#")[2])


async def test_a_code_carries_the_session_to_the_phone_once(tmp_path: Path) -> None:
    """The phone goes on where the terminal was; the terminal's socket and tokens end; the code is used up."""
    async with ward(tmp_path) as service:
        opened, terminal = await service.consented()
        await terminal.asked("m1", "你好")
        code = await _code(service, opened)
        moved = await service.http.post("/v1/continue", json={"code": code})
        assert moved.status_code == 201
        assert moved.json()["session_id"] == opened["session_id"]
        assert await terminal.closed() == 4401
        assert (await _post(service, opened, "continue")).status_code == 401
        phone = await service.connected(moved.json(), last_seq=0)
        assert (await phone.until("response.done"))["text"] == "收到：你好"
        again = await service.http.post("/v1/continue", json={"code": code})
        assert (again.status_code, again.json()["code"]) == (403, "forbidden")


async def test_a_code_runs_out_and_cannot_be_made_to_last(tmp_path: Path) -> None:
    """After five minutes it is worth nothing, also with another time in it, also as a resume token."""
    async with ward(tmp_path) as service:
        opened, _ = await service.consented()
        code = await _code(service, opened)
        service.clock.advance(timedelta(minutes=5, seconds=1))
        late = await service.http.post("/v1/continue", json={"code": code})
        assert (late.status_code, late.json()["code"]) == (401, "expired")
        kind, until, secret = code.split(".")
        forged = f"{kind}.{int(until) + 600}.{secret}"
        assert (await service.http.post("/v1/continue", json={"code": forged})).status_code == 403
        assert (await service.http.post("/v1/continue", json={"code": "c.1"})).status_code == 403
        resumed = await service.http.post("/v1/sessions", json={"channel": "web", "resume_token": code})
        assert resumed.status_code == 403


async def test_leaving_ends_the_tokens_and_keeps_the_record(tmp_path: Path) -> None:
    """The next person at the terminal finds nothing; what was said stays stored."""
    async with ward(tmp_path) as service:
        opened, terminal = await service.consented()
        await terminal.asked("m1", "你好")
        left = await _post(service, opened, "leave")
        assert (left.status_code, left.json()) == (200, {"status": "wiped"})
        assert await terminal.closed() == 4401
        resumed = await service.http.post(
            "/v1/sessions", json={"channel": "kiosk", "resume_token": opened["resume_token"]}
        )
        assert resumed.status_code == 403
        assert await service.services.events.since(opened["session_id"], 0)


async def test_walking_away_from_an_emergency_calls_staff_first(tmp_path: Path) -> None:
    """Nothing is wiped until the case is closed or taken; asking again calls nobody twice."""
    async with ward(tmp_path) as service:
        opened, terminal = await service.consented()
        await terminal.asked("m1", "他嘴歪了")
        for _ in range(2):
            left = await _post(service, opened, "leave")
            assert (left.status_code, left.json()) == (202, {"status": "ringing"})
        desk, session_id = service.services.desk, opened["session_id"]
        assert await desk.open_for(session_id)
        await desk.close(session_id, now=service.clock.now())
        assert (await _post(service, opened, "leave")).json() == {"status": "wiped"}


async def test_a_question_left_open_counts_and_the_screen_may_be_sure(tmp_path: Path) -> None:
    """A red-flag question without an answer calls staff; `sure` wipes, and staff stays called."""
    turns = FakeTurns()
    async with ward(tmp_path, turns=turns) as service:
        turns.question = red_flag_question(service.clock.now() + timedelta(seconds=90))
        opened, terminal = await service.consented()
        await terminal.asked("m1", "闷")
        assert (await _post(service, opened, "leave")).json() == {"status": "ringing"}
        assert (await _post(service, opened, "leave", sure=True)).json() == {"status": "wiped"}
        assert await service.services.desk.open_for(opened["session_id"])


@pytest.mark.parametrize("call", ["continue", "leave", "voice"])
async def test_nobody_acts_on_a_session_without_its_token(tmp_path: Path, call: str) -> None:
    """Another session's token is as good as none."""
    async with ward(tmp_path) as service:
        mine, another = await service.opened(), await service.opened()
        refused = await _post(service, {**mine, "token": another["token"]}, call)
        assert refused.status_code == 401
