"""Several hosts as one: the least busy, another before the first piece, a bounded queue, breakers."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest

from agent.model.mode import Mode
from agent.model.pool import SLOW_SECONDS, Pool
from domain.errors import Busy, ModelFailed
from domain.model import ChatRequest, ToolOffer
from tests.fakes.ollama_server import Model, serving
from tests.model.bench import ASK, R1, SCHEMA, WORKS, FakeModelMeter, pool_of
from tests.stores import SetClock

pytestmark = pytest.mark.contract


async def _said(pool: Pool, request: ChatRequest = ASK) -> str:
    async with aclosing(pool.stream(request)) as pieces:
        return "".join([piece.text async for piece in pieces])


async def test_the_host_with_the_least_to_do_is_asked() -> None:
    """Four replies held open spread evenly over two hosts."""
    model = {"r1": Model(hold=0)}
    async with serving(model) as one, serving(model) as other, pool_of([one.url, other.url]) as pool:
        tasks = [asyncio.create_task(_said(pool)) for _ in range(4)]
        for server in (one, other):
            await (await server.chat(1)).held.wait()
        assert (len(one.chats()), len(other.chats())) == (2, 2)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("bad", [Model(status=500), Model(pieces=(), ending="cut"), Model(pieces=(), ending="garbage")])
async def test_another_host_answers_when_the_first_fails_before_its_first_piece(bad: Model) -> None:
    """The patient notices nothing; the failure is counted."""
    meter = FakeModelMeter()
    async with (
        serving({"r1": bad}) as one,
        serving({"r1": Model()}) as other,
        pool_of([one.url, other.url], meter=meter) as pool,
    ):
        assert await _said(pool) == "请带好身份证和医保卡。"
        assert meter.outcomes[other.url, "done"] == 1
        assert sum(meter.outcomes.values()) == 2


async def test_after_the_first_piece_no_other_host_is_asked() -> None:
    """Half an answer is never begun anew."""
    meter = FakeModelMeter()
    async with (
        serving({"r1": Model(ending="cut")}) as one,
        serving({"r1": Model()}) as other,
        pool_of([one.url, other.url], meter=meter) as pool,
    ):
        with pytest.raises(ModelFailed) as caught:
            await _said(pool)
        assert caught.value.kind == "cut"
        assert (len(one.chats()), len(other.chats())) == (1, 0)


async def test_a_host_that_is_gone_is_asked_once_and_left_alone_until_its_pause_is_over() -> None:
    """Breaker: nobody there opens it at once; the next turn does not even try."""
    meter, clock = FakeModelMeter(), SetClock()
    async with serving({"r1": Model()}) as gone:
        url = gone.url
    async with (
        serving({"r1": Model()}) as other,
        pool_of([url, other.url], meter=meter, monotonic=clock.monotonic) as pool,
    ):
        for _ in range(3):
            assert await _said(pool)
        assert meter.outcomes[url, "connect"] == 1
        assert meter.breakers[url] == "open"
        clock.advance(timedelta(seconds=6))
        other.models["r1"] = Model(status=500)
        with pytest.raises(ModelFailed):
            await _said(pool)
        assert meter.outcomes[url, "connect"] == 2


async def test_the_only_host_comes_back_by_one_try() -> None:
    """Open, then one request closes it."""
    meter, clock = FakeModelMeter(), SetClock()
    async with (
        serving({"r1": Model(status=500)}) as server,
        pool_of([server.url], meter=meter, monotonic=clock.monotonic) as pool,
    ):
        for _ in range(3):
            with pytest.raises(ModelFailed):
                await _said(pool)
        with pytest.raises(ModelFailed):
            await _said(pool)
        assert len(server.chats()) == 3
        server.models["r1"] = Model()
        clock.advance(timedelta(seconds=6))
        assert pool.answers()
        assert await _said(pool)
        assert meter.breakers[server.url] == "closed"


async def test_a_host_nobody_waits_for_to_the_end_is_left_alone() -> None:
    """Given up again and again without a first piece: silent is as bad as failing."""
    clock = SetClock()
    async with (
        serving({"r1": Model(hold=0)}) as server,
        pool_of([server.url], monotonic=clock.monotonic) as pool,
    ):
        for number in range(3):
            task = asyncio.create_task(_said(pool))
            await (await server.chat(number)).held.wait()
            clock.advance(timedelta(seconds=SLOW_SECONDS))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert not pool.answers()


async def test_beyond_the_queue_busy_is_said_at_once_and_places_are_handed_on_in_order() -> None:
    """One place, one in the queue, the third goes away with `Busy`."""
    meter = FakeModelMeter()
    async with (
        serving({"r1": Model(hold=0)}) as server,
        pool_of([server.url], meter=meter, places=1, queue=1) as pool,
    ):
        first = asyncio.create_task(_said(pool))
        held = await server.chat()
        await held.held.wait()
        second = asyncio.create_task(_said(pool))
        while 1 not in meter.queue:
            await asyncio.wait([second], timeout=0.001)
        with pytest.raises(Busy):
            await _said(pool)
        server.models["r1"] = Model()
        first.cancel()
        assert await second == "请带好身份证和医保卡。"
        assert (meter.flying[server.url], meter.queue[-1]) == (0, 0)
        await asyncio.gather(first, return_exceptions=True)


async def test_who_leaves_the_queue_leaves_no_trace() -> None:
    """A waiting patient who goes is not asked for; the next gets the place."""
    meter = FakeModelMeter()
    async with (
        serving({"r1": Model(hold=0)}) as server,
        pool_of([server.url], meter=meter, places=1, queue=2) as pool,
    ):
        first = asyncio.create_task(_said(pool))
        await (await server.chat()).held.wait()
        second, third = (asyncio.create_task(_said(pool)) for _ in range(2))
        while 2 not in meter.queue:
            await asyncio.wait([second, third], timeout=0.001)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        server.models["r1"] = Model()
        first.cancel()
        assert await third
        await asyncio.gather(first, return_exceptions=True)
        assert len(server.chats()) == 2
        assert meter.flying[server.url] == 0


async def test_a_place_given_to_one_who_leaves_at_that_moment_is_given_back() -> None:
    """Cancelled between being served and waking up."""
    meter = FakeModelMeter()
    async with (
        serving({"r1": Model(hold=0)}) as server,
        pool_of([server.url], meter=meter, places=1, queue=2) as pool,
    ):
        first = asyncio.create_task(_said(pool))
        await (await server.chat()).held.wait()
        second = asyncio.create_task(_said(pool))
        while 1 not in meter.queue:
            await asyncio.wait([second], timeout=0.001)
        pool.members[0].in_flight -= 1
        pool.settle()
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        assert pool.members[0].in_flight == 0
        pool.members[0].in_flight += 1
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


async def test_whom_no_host_can_serve_any_more_waits_no_longer() -> None:
    """The only host goes away while one waits for a place on it."""
    meter = FakeModelMeter()
    async with (
        serving({"r1": Model(hold=0)}) as server,
        pool_of([server.url], meter=meter, places=1) as pool,
    ):
        first = asyncio.create_task(_said(pool))
        await (await server.chat()).held.wait()
        second = asyncio.create_task(_said(pool))
        while 1 not in meter.queue:
            await asyncio.wait([second], timeout=0.001)
        pool.members[0].away = True
        pool.settle()
        with pytest.raises(ModelFailed):
            await second
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


@pytest.mark.parametrize(
    ("mode", "request_"),
    [
        (None, ASK),
        (Mode(), ASK),
        (Mode(model=R1, think_for_schema=False), ASK),
        (Mode(model=R1, think_for_text=False), SCHEMA),
        (
            Mode(model=R1, think_for_text=False),
            ChatRequest(messages=ASK.messages, tools=(ToolOffer(name="a", description="b", parameters={}),)),
        ),
    ],
)
async def test_what_the_ladder_has_not_found_to_work_is_not_asked(mode: Mode | None, request_: ChatRequest) -> None:
    """No ladder yet, no model, no text, no schema, no tools."""
    async with serving({"r1": Model()}) as server, pool_of([server.url], mode=mode) as pool:
        with pytest.raises(ModelFailed):
            await _said(pool, request_)
        assert server.seen == []


async def test_the_ladders_choice_of_thinking_is_used_unless_the_request_says_otherwise() -> None:
    """Text with, schema without, and a request that insists."""
    mode = Mode(model=R1, think_for_text=True, think_for_schema=False)
    async with serving({"r1": Model(thinks=True)}) as server, pool_of([server.url], mode=mode) as pool:
        for one in (ASK, SCHEMA, ChatRequest(messages=ASK.messages, think=False)):
            await _said(pool, one)
        assert [one.body["think"] for one in server.chats()] == [True, False, False]


async def test_embedding_fails_over_too() -> None:
    """One host lost the model; the other has it. What is asked of both fails with the last failure."""
    async with serving({}) as one, serving({"bge": Model()}) as other, pool_of([one.url, other.url]) as pool:
        assert await pool.embed(["头痛"]) == ((2.0, 1.0, 0.5),)
        other.models["bge"] = Model(status=500)
        with pytest.raises(ModelFailed):
            await pool.embed(["头痛"])
    async with serving({}) as bare, pool_of([bare.url], mode=Mode(model=R1)) as pool:
        with pytest.raises(ModelFailed):
            await pool.embed(["头痛"])


async def test_the_usage_of_whole_replies_is_told() -> None:
    """Tokens, first piece, model and digest."""
    meter = FakeModelMeter()
    async with serving({"r1": Model()}) as server, pool_of([server.url], meter=meter, mode=WORKS) as pool:
        await _said(pool)
    assert [(one.model, one.output_tokens) for one in meter.usages] == [(R1, 3)]
    assert len(meter.firsts) == 1
