"""What the model's adapter costs beside the raw stream and the raw client, in one run.

The server is a process of its own that says scripted words; there is no model behind it. Only this process's
CPU time counts, and rounds of the ways alternate, so a busy machine slows all alike.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx
import ollama

from agent.model.budgets import Budgets, sentences, whole
from agent.model.mode import Mode
from agent.model.ollama import OllamaHost, Options
from agent.model.pool import Pool
from app.metrics import Metrics
from benchmarks.figures import Figure, percentile
from domain.model import ChatMessage, ChatRequest, ModelDigest

TOKENS = 400
"""Of a reply, a sentence end every fourth."""
ROUNDS = 15
REPLIES = 5
"""Of each way in a round."""
FIRSTS = 40
STREAMS = 100
PATIENT = Budgets(first_sentence_seconds=60, answer_seconds=60)
"""The machine may be busy with other things; costs are measured, not budgets."""
PACE_SECONDS = 0.05
"""20 tokens a second for every patient of the crowd, quicker than people read."""
ARRIVAL_SECONDS = 0.01
"""Patients of the crowd ask one after the other, this far apart, and all are answered at once."""
TICK_SECONDS = 0.002
MESSAGES = [{"role": "user", "content": "您好"}]
BODY = {"model": "words", "messages": MESSAGES, "stream": True, "think": False}
ASK = ChatRequest(messages=(ChatMessage(role="user", content="您好"),))


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    """The scripted server; its address."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.fakes.ollama_server",
        str(TOKENS),
        str(PACE_SECONDS),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def pool_at(*urls: str, name: str = "words") -> AsyncIterator[Pool]:
    """A pool as the service holds it, its metrics included."""
    hosts = [OllamaHost(url, Options(connect_seconds=10)) for url in urls]
    pool = Pool(hosts, Metrics().model, places=STREAMS, queue=STREAMS, monotonic=time.monotonic)
    for member in pool.members:
        member.mode = Mode(model=ModelDigest(name=name), think_for_text=False)
    try:
        yield pool
    finally:
        for host in hosts:
            await host.aclose()


async def raw(http: httpx.AsyncClient) -> float:
    """One reply as lines of JSON; seconds to the first whole sentence."""
    since, first, text = time.perf_counter(), 0.0, ""
    async with http.stream("POST", "/api/chat", json=BODY) as response:
        async for line in response.aiter_lines():
            text += json.loads(line)["message"]["content"]
            if not first and "。" in text:
                first = time.perf_counter() - since
    return first


async def client(raw_client: ollama.AsyncClient) -> None:
    """One reply through Ollama's own client."""
    parts: Any = await raw_client.chat(model="words", messages=MESSAGES, stream=True, think=False)
    async for part in parts:
        assert part.message.content is not None


async def pieces(pool: Pool) -> None:
    """One reply through pool and adapter, piece by piece, within its budget."""
    await whole(pool, ASK, seconds=PATIENT.answer_seconds)


async def first_sentence(pool: Pool) -> float:
    """One reply sentence by sentence; seconds to the first."""
    since, first = time.perf_counter(), 0.0
    async with aclosing(sentences(pool, ASK, budgets=PATIENT)) as said:
        async for _ in said:
            first = first or time.perf_counter() - since
    return first


async def cpu(work: Callable[[], Awaitable[object]]) -> float:
    """CPU microseconds a token."""
    since = time.process_time()
    for _ in range(REPLIES):
        await work()
    return (time.process_time() - since) * 1e6 / (REPLIES * TOKENS)


async def costs(url: str) -> list[Figure]:
    """CPU a token of the three ways, and the time to the first sentence beside the raw stream."""
    async with httpx.AsyncClient(base_url=url, timeout=60) as http, pool_at(url) as pool:
        raw_client = ollama.AsyncClient(host=url)
        ways: dict[str, Callable[[], Awaitable[object]]] = {
            "raw": lambda: raw(http),
            "client": lambda: client(raw_client),
            "ours": lambda: pieces(pool),
            "sentences": lambda: first_sentence(pool),
        }
        for way in ways.values():
            await way()
        rounds = [{name: await cpu(way) for name, way in ways.items()} for _ in range(ROUNDS)]
        firsts = [(await raw(http), await first_sentence(pool)) for _ in range(FIRSTS)]
        await raw_client.close()  # type: ignore[no-untyped-call]  # it has no annotations

    def middle(name: str) -> float:
        return round(statistics.median(one[name] for one in rounds), 1)

    def ratio(one: str, other: str) -> float:
        return round(statistics.median(found[one] / found[other] for found in rounds), 2)

    over = [(ours - bare) * 1000 for bare, ours in firsts]
    note = f"CPU, {TOKENS} tokens a reply, median of {ROUNDS} rounds"
    return [
        Figure(
            name="model: before the first sentence, p95",
            value=round(percentile(over, 0.95), 2),
            unit="ms",
            most=30,
            note="wall, beyond the raw HTTP stream's own first sentence",
        ),
        Figure(name="model: a token, raw HTTP stream", value=middle("raw"), unit="µs", note=note),
        Figure(name="model: a token, ollama's client", value=middle("client"), unit="µs", note=note),
        Figure(name="model: a token, pool and budget", value=middle("ours"), unit="µs", note=note),
        Figure(name="model: beside ollama's client", value=ratio("ours", "client"), unit="×", most=2, note=note),
        Figure(
            name="model: by sentences, beside ollama's client", value=ratio("sentences", "client"), unit="×", most=2
        ),
        Figure(name="model: beside the raw HTTP stream", value=ratio("ours", "raw"), unit="×", note=note),
    ]


async def crowd(url: str) -> list[Figure]:
    """The event loop's lag while many replies stream at once."""
    async with pool_at(url, name="paced") as pool:
        busy: list[float] = []
        late: list[float] = []
        ended = asyncio.Event()

        async def tick() -> None:
            while not ended.is_set():
                since, used = time.perf_counter(), time.process_time()
                await asyncio.sleep(TICK_SECONDS)  # noqa: TID251 - lateness of a timer is what is measured
                busy.append((time.process_time() - used) * 1000)
                late.append((time.perf_counter() - since - TICK_SECONDS) * 1000)

        async def patient(place: int) -> None:
            await asyncio.sleep(place * ARRIVAL_SECONDS)  # noqa: TID251 - patients do not ask in chorus
            await first_sentence(pool)

        ticking = asyncio.create_task(tick())
        since = time.perf_counter()
        await asyncio.gather(*map(patient, range(STREAMS)))
        seconds = time.perf_counter() - since
        ended.set()
        await ticking
    note = f"{STREAMS} replies at once, {round(STREAMS * TOKENS / 4 / seconds):,} tokens/s"
    return [
        Figure(
            name="model: event loop kept, most",
            value=round(max(busy), 1),
            unit="ms",
            most=50,
            note=f"CPU between two timers; {note}",
        ),
        Figure(
            name="model: event loop late, p99",
            value=round(percentile(late, 0.99), 1),
            unit="ms",
            note="wall, the neighbours on the machine included",
        ),
        Figure(name="model: event loop late, most", value=round(max(late), 1), unit="ms", note="the same"),
    ]


async def dead_host(url: str) -> Figure:
    """What the first turn pays for a host that is gone and not known to be."""
    costs_ms = []
    for _ in range(10):
        async with pool_at(url) as alone:
            await first_sentence(alone)
            bare = await first_sentence(alone)
        async with pool_at("http://127.0.0.1:9", url) as pool:
            pool.members[1].in_flight += 1
            costs_ms.append((await first_sentence(pool) - bare) * 1000)
            pool.members[1].in_flight -= 1
    return Figure(
        name="model: a dead host, one turn",
        value=round(max(costs_ms), 1),
        unit="ms",
        most=300,
        note="refused; one that swallows connections costs the connect timeout, 250 ms; later turns nothing",
    )


async def measure() -> list[Figure]:
    """All figures of this file."""
    async with server() as url:
        return [*await costs(url), *await crowd(url), await dead_host(url)]
