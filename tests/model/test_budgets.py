"""Nobody waits longer than the budgets say, and the host stops when they are over."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

import pytest

from agent.model.budgets import Budgets, Stop, sentences, whole
from agent.model.pool import Pool
from domain.errors import ModelFailed, TooLate
from tests.fakes.ollama_server import Model, OllamaServer, serving
from tests.model.bench import ASK, SCHEMA, pool_of

pytestmark = pytest.mark.contract

SHORT = 0.05
STOPS_WITHIN = 0.2


async def _gone(server: OllamaServer, since: float) -> None:
    seen = await server.chat()
    await seen.gone.wait()
    assert seen.gone_at - since < STOPS_WITHIN


async def test_a_whole_reply_in_time() -> None:
    """Text, usage; JSON for a schema."""
    async with serving({"r1": Model()}) as server, pool_of([server.url]) as pool:
        reply = await whole(pool, SCHEMA)
        assert reply.text == '{"symptom": "腹痛", "days": 2}'
        assert reply.usage.model.digest == "d1"


async def test_understanding_that_takes_too_long_is_dropped_and_the_host_stops() -> None:
    """The caller is told why; nothing comes later."""
    async with serving({"r1": Model(hold=1)}) as server, pool_of([server.url]) as pool:
        with pytest.raises(TooLate) as caught:
            await whole(pool, SCHEMA, seconds=SHORT)
        assert caught.value.reason == "understanding"
        await _gone(server, time.perf_counter())
        assert pool.members[0].in_flight == 0


async def test_a_reply_is_given_sentence_by_sentence() -> None:
    """The tail without a mark too, then the usage."""
    model = Model(pieces=("您好", "。请先", "挂号。带好", "医保卡"))
    async with serving({"r1": model}) as server, pool_of([server.url]) as pool:
        said = [one async for one in sentences(pool, ASK)]
        assert [one.sentence for one in said] == ["您好。", "请先挂号。", "带好医保卡", ""]
        assert [one.usage is None for one in said] == [True, True, True, False]


async def test_a_first_sentence_that_takes_too_long_ends_the_waiting() -> None:
    """Pieces without an end of sentence do not count."""
    async with serving({"r1": Model(pieces=("您好", "请"), hold=2)}) as server, pool_of([server.url]) as pool:
        with pytest.raises(TooLate) as caught:
            await _all(pool, Budgets(first_sentence_seconds=SHORT))
        assert caught.value.reason == "first_sentence"
        await _gone(server, time.perf_counter())


async def test_what_was_said_in_time_stays_said_when_the_rest_is_late() -> None:
    """The whole answer has its own budget."""
    model = Model(pieces=("您好。", "请"), hold=2)
    heard: list[str] = []
    async with serving({"r1": model}) as server, pool_of([server.url]) as pool:
        with pytest.raises(TooLate) as caught:
            await _all(pool, Budgets(answer_seconds=SHORT), heard=heard)
        assert caught.value.reason == "answer"
        assert heard == ["您好。"]
        await _gone(server, time.perf_counter())


async def test_waiting_for_a_place_counts() -> None:
    """The budget begins when the model is asked, not when a host takes it."""
    async with serving({"r1": Model(hold=0)}) as server, pool_of([server.url], places=1) as pool:
        first = asyncio.create_task(whole(pool, ASK, seconds=60))
        await (await server.chat()).held.wait()
        with pytest.raises(TooLate):
            await whole(pool, ASK, seconds=SHORT)
        assert len(server.chats()) == 1
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)


@pytest.mark.parametrize("hold", [0, 2])
async def test_barge_in_stops_the_host(hold: int) -> None:
    """Said from another task, before or within the reply: the host sees the client leave within 200 ms."""
    stop = Stop()
    async with serving({"r1": Model(hold=hold)}) as server, pool_of([server.url]) as pool:
        task = asyncio.create_task(_all(pool, stop=stop))
        await (await server.chat()).held.wait()
        since = time.perf_counter()
        stop.stop()
        await _gone(server, since)
        with pytest.raises(TooLate) as caught:
            await task
        assert caught.value.reason == "stopped"


async def test_a_stop_said_before_asks_nobody_and_may_be_said_twice() -> None:
    """Nothing is sent for an answer nobody wants."""
    stop = Stop()
    stop.stop()
    stop.stop()
    assert stop.stopped
    async with serving({"r1": Model()}) as server, pool_of([server.url]) as pool:
        with pytest.raises(TooLate):
            await whole(pool, ASK, stop=stop)
        assert server.seen == []


async def test_closing_the_sentences_stops_the_host() -> None:
    """Leaving early with `aclosing`."""
    async with serving({"r1": Model(pieces=("您好。", "请"), hold=2)}) as server, pool_of([server.url]) as pool:
        async with aclosing(sentences(pool, ASK)) as said:
            assert (await anext(said)).sentence == "您好。"
            since = time.perf_counter()
        await _gone(server, since)


async def test_a_reply_cut_within_is_an_error_after_its_sentences() -> None:
    """Never taken for a whole one."""
    async with serving({"r1": Model(ending="cut")}) as server, pool_of([server.url]) as pool:
        with pytest.raises(ModelFailed):
            await _all(pool)
        with pytest.raises(ModelFailed):
            await whole(pool, ASK)


async def _all(
    pool: Pool, budgets: Budgets | None = None, *, stop: Stop | None = None, heard: list[str] | None = None
) -> None:
    """Listen to the end, keeping what was heard."""
    async with aclosing(sentences(pool, ASK, budgets=budgets or Budgets(), stop=stop)) as said:
        async for one in said:
            if heard is not None:
                heard.append(one.sentence)
