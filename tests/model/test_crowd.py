"""Many replies stream at once in one process, and nothing else in it waits for them."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator

import pytest

from agent.model.budgets import Budgets, sentences
from agent.model.mode import Mode
from agent.model.ollama import Options
from domain.model import ModelDigest
from tests.model.bench import ASK, FakeModelMeter, pool_of

pytestmark = pytest.mark.e2e

STREAMS = 100
PATIENT = Budgets(first_sentence_seconds=60, answer_seconds=60)
TOKENS = 40
KEPT_SECONDS = 0.25
"""Generous: what is promised, 50 ms, is measured by the benchmarks."""


@pytest.fixture
async def words() -> AsyncIterator[str]:
    """A server in a process of its own that says 20 tokens a second to everybody."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.ollama_server", str(4 * TOKENS), "0.05", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    yield (await process.stdout.readline()).decode().strip()
    process.terminate()
    await process.wait()


async def test_a_hundred_replies_stream_at_once_and_none_keeps_the_event_loop(words: str) -> None:
    """All at the same time, every sentence of each; CPU time between two ticks of a timer stays short."""
    meter, loop, kept = FakeModelMeter(), asyncio.get_running_loop(), [0.0]
    ended = asyncio.Event()

    def tick(since: float) -> None:
        kept.append(time.process_time() - since)
        if not ended.is_set():
            loop.call_later(0.005, tick, time.process_time())

    tick(time.process_time())
    mode = Mode(model=ModelDigest(name="paced"), think_for_text=False)
    async with pool_of([words], meter=meter, mode=mode, places=STREAMS, options=Options(connect_seconds=10)) as pool:

        async def patient() -> int:
            said = [one.sentence async for one in sentences(pool, ASK, budgets=PATIENT)]
            return len([one for one in said if one])

        peak = 0
        replies = [asyncio.create_task(patient()) for _ in range(STREAMS)]
        while len(meter.firsts) < STREAMS:
            await asyncio.wait(replies, timeout=0.01)
            peak = max(peak, meter.flying[words])
        kept.clear()
        said = await asyncio.gather(*replies)
    ended.set()
    assert said == [TOKENS // 4] * STREAMS
    assert meter.outcomes == {(words, "done"): STREAMS}
    assert peak == STREAMS
    assert max(kept, default=0) < KEPT_SECONDS
