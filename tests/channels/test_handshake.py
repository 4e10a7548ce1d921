"""Who gets in, and with which close code the others do not."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from channels.ports import Rules
from tests.channels.ward import ward
from tests.fakes.timers import FakeTimers

pytestmark = pytest.mark.e2e


async def test_the_server_answers_with_its_subprotocol(tmp_path: Path) -> None:
    """`banyi.v1` is chosen, the token is not echoed."""
    async with ward(tmp_path) as service:
        client = await service.connected(await service.opened())
        assert client.socket.subprotocol == "banyi.v1"
        created = await client.next()
        assert created["type"] == "session.created"
        assert created["seq"] == 1
        assert created["mode"] == "knowledge"
        assert created["pending"] is None
        assert set(created["consent"].values()) == {False}


@pytest.mark.parametrize(
    ("query", "offered", "code"),
    [
        ("session={id}", ["token.{token}"], 4400),
        ("session=", ["banyi.v1", "token.{token}"], 4400),
        ("session={id}&last_seq=-1", ["banyi.v1", "token.{token}"], 4400),
        ("session={id}&last_seq=x", ["banyi.v1", "token.{token}"], 4400),
        ("session={id}", ["banyi.v1"], 4401),
        ("session={id}", ["banyi.v1", "token.wrong"], 4401),
        ("session={id}", ["banyi.v1", "token.{token}", "token.wrong"], 4401),
        ("session=s_unknown", ["banyi.v1", "token.{token}"], 4401),
        ("session={other}", ["banyi.v1", "token.{token}"], 4401),
    ],
)
async def test_a_bad_handshake_is_closed_with_its_code(
    tmp_path: Path, query: str, offered: list[str], code: int
) -> None:
    """The upgrade is accepted so that browsers see the code."""
    async with ward(tmp_path) as service:
        mine, other = await service.opened(), await service.opened()
        names = {"id": mine["session_id"], "token": mine["token"], "other": other["session_id"]}
        client = await service.socket(query.format(**names), [name.format(**names) for name in offered])
        assert await client.closed() == code


async def test_an_expired_token_is_refused(tmp_path: Path) -> None:
    """A session lasts a day."""
    async with ward(tmp_path) as service:
        opened = await service.opened()
        service.clock.advance(timedelta(hours=25))
        assert await (await service.connected(opened)).closed() == 4401


async def test_a_foreign_page_is_refused_and_an_allowed_one_is_not(tmp_path: Path) -> None:
    """The `Origin` must be the service's own or a configured one; clients without one are no browsers."""
    async with ward(tmp_path, allowed_origins=frozenset({"https://hospital.example"})) as service:
        opened = await service.opened()
        query, offered = f"session={opened['session_id']}", ["banyi.v1", f"token.{opened['token']}"]
        foreign = await service.socket(query, offered, Origin="https://evil.example")
        assert await foreign.closed() == 4403
        for origin in ("https://hospital.example", service.url):
            client = await service.socket(query, offered, Origin=origin)
            assert (await client.next())["type"].startswith("session.")


async def test_a_newer_socket_takes_the_session(tmp_path: Path) -> None:
    """The older one is closed with 4409, the newer goes on."""
    async with ward(tmp_path) as service:
        opened, older = await service.consented()
        newer = await service.connected(opened)
        assert (await newer.next())["type"] == "session.resumed"
        assert await older.closed() == 4409
        assert (await newer.asked("m1", "好"))["type"] == "response.done"
        assert service.meter.counts["sockets"] == 1


async def test_what_was_begun_for_the_older_socket_ends_on_the_newer(tmp_path: Path) -> None:
    """The running turn is not lost with its socket."""
    async with ward(tmp_path) as service:
        opened, older = await service.consented()
        await older.say("m1", "等")
        created = await older.until("response.created")
        newer = await service.connected(opened, last_seq=created["seq"])
        await newer.until("session.resumed")
        service.turns.gate.set()
        assert (await newer.end_of("m1"))["type"] == "response.done"


async def test_an_idle_socket_is_closed(tmp_path: Path) -> None:
    """Half an hour without a frame ends in 4408; any frame begins it anew."""
    timers = FakeTimers()
    async with ward(tmp_path, timers=timers) as service:
        _, client = await service.consented()
        service.clock.seconds += 1000
        timers.advance(1000)
        await client.asked("m1", "好")
        service.clock.seconds += 1000
        timers.advance(1000)
        await client.asked("m2", "好")
        service.clock.seconds += 1801
        timers.advance(1801)
        assert await client.closed() == 4408


async def test_an_idle_socket_stays_open_after_an_escalation(tmp_path: Path) -> None:
    """Nobody who may be unconscious is hung up on."""
    timers = FakeTimers()
    async with ward(tmp_path, timers=timers) as service:
        _, client = await service.consented()
        await client.asked("m1", "我妈突然嘴歪说不出话")
        service.clock.seconds += 7200
        timers.advance(7200)
        assert (await client.asked("m2", "好"))["type"] == "response.done"


async def test_the_conversation_is_let_go_with_its_socket(tmp_path: Path) -> None:
    """Nothing of a session stays in the process once its socket is gone and its work done."""
    async with ward(tmp_path, rules=Rules(frame_burst=200.0)) as service:
        _, client = await service.consented()
        await client.asked("m1", "好")
        assert len(service.hub) == 1
        await client.leave()
        _, other = await service.consented()
        await other.asked("m1", "好")
        assert len(service.hub) == 1
