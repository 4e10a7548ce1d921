"""The ladder finds by trying what a host's models can do, and the watch keeps it up to date behind everyone's back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from agent.model.budgets import Budgets
from agent.model.ladder import Rung, Wanted, climb
from agent.model.mode import Mode
from agent.model.watch import Watch
from domain.errors import ModelFailed
from domain.model import ModelDigest
from tests.fakes.ollama_server import Model, serving
from tests.model.bench import R1, host_at, pool_of

pytestmark = pytest.mark.contract

WANTED = Wanted(models=("r1", "small"), embedder="bge")
CALLS = ({"name": "departments", "arguments": {"name": "骨科"}},)
THINKS = Model(thinks=True, capabilities=("completion", "thinking", "tools"), calls=CALLS)
BGE = ModelDigest(name="bge:latest", digest="d1")


def _still() -> float:
    return 0.0


def _verdicts(rungs: tuple[Rung, ...], model: str = "r1") -> dict[tuple[bool, bool], str]:
    """(schema, think) → verdict and detail, of the rungs without tools."""
    found = (one for one in rungs if one.model == model and not one.tools)
    return {(one.schema, one.think): f"{one.verdict} {one.detail}".strip() for one in found}


async def test_a_good_thinking_model_works_on_every_rung_and_answers_without_thinking() -> None:
    """Thinking costs time, so it is left out where it may be."""
    async with serving({"r1": THINKS, "bge:latest": Model()}) as server, host_at(server.url) as host:
        found = await climb(host, WANTED, monotonic=_still)
    assert set(_verdicts(found.rungs).values()) == {"works"}
    assert all(one.chinese for one in found.rungs)
    assert found.mode == Mode(model=R1, think_for_text=False, think_for_schema=False, tools=True, embedder=BGE)
    assert found.missing == ("small",)


async def test_a_schema_ignored_without_thinking_is_asked_with_it() -> None:
    """As Ollama does with `think` false and a format on some versions."""
    async with serving({"r1": replace(THINKS, ignores_format=True)}) as server, host_at(server.url) as host:
        found = await climb(host, WANTED, monotonic=_still)
    assert _verdicts(found.rungs)[True, False] == "broken shape"
    assert (found.mode.think_for_text, found.mode.think_for_schema) == (False, True)


async def test_a_model_that_cannot_think_is_never_told_to() -> None:
    """400 on those rungs, the others work."""
    async with serving({"r1": Model()}) as server, host_at(server.url) as host:
        found = await climb(host, WANTED, monotonic=_still)
    assert _verdicts(found.rungs)[False, True] == "failed refused"
    assert found.mode == Mode(model=R1, think_for_text=False, think_for_schema=False)


@pytest.mark.parametrize(
    ("model", "rung", "verdict"),
    [
        (Model(json=('{"answer": "the patient has pain"}',)), (True, False), "broken shape"),
        (Model(json=('{"symptom": "咳嗽", "days": 5}',)), (True, False), "broken"),
        (Model(pieces=("Please bring your ID card.",)), (False, False), "broken"),
        (Model(pieces=()), (False, False), "broken empty"),
        (Model(pieces=("想一想</think>好的。",)), (False, False), "failed garbage"),
        (Model(status=500), (False, False), "failed status"),
    ],
)
async def test_what_is_wrong_with_a_rung_is_said(model: Model, rung: tuple[bool, bool], verdict: str) -> None:
    """Shape, copied example, English, nothing, leaked thinking, a host in trouble."""
    async with serving({"r1": model}) as server, host_at(server.url) as host:
        found = await climb(host, WANTED, monotonic=_still)
    assert _verdicts(found.rungs)[rung] == verdict


@pytest.mark.parametrize(
    ("calls", "verdict"),
    [
        (CALLS, "works"),
        ((), "broken empty"),
        (({"name": "book", "arguments": {"name": "骨科"}},), "broken shape"),
        (({"name": "departments", "arguments": {"name": "眼科"}},), "broken"),
    ],
)
async def test_tools_are_offered_only_to_a_model_that_was_seen_to_call_them(
    calls: tuple[dict[str, Any], ...], verdict: str
) -> None:
    """What a model says of itself is not enough."""
    async with serving({"r1": replace(THINKS, calls=calls)}) as server, host_at(server.url) as host:
        found = await climb(host, WANTED, monotonic=_still)
    [rung] = [one for one in found.rungs if one.tools]
    assert f"{rung.verdict} {rung.detail}".strip() == verdict
    assert found.mode.tools is (verdict == "works")
    assert found.mode.answers


async def test_a_model_too_slow_for_a_turn_is_not_used_and_the_light_one_is() -> None:
    """The clock says a second between any two looks at it; the budget allows less, then more."""
    served = {"r1": Model(), "small": Model()}
    async with serving(served) as server, host_at(server.url) as host:
        ticks = count()
        slow = await climb(host, WANTED, monotonic=lambda: next(ticks), budgets=Budgets(understanding_seconds=0.5))
        assert _verdicts(slow.rungs)[True, False] == "slow"
        assert slow.mode.think_for_schema is None
        server.models["r1"] = Model(pieces=("Hello",))
        light = await climb(host, WANTED, monotonic=_still)
        assert light.mode.model == ModelDigest(name="small", digest="d1")
        server.models["small"] = Model(pieces=("Hello",))
        assert not (await climb(host, WANTED, monotonic=_still)).mode.answers


async def test_a_host_that_says_nothing_has_no_ladder() -> None:
    """Gone before the first question."""
    async with serving({}) as server:
        url = server.url
    async with host_at(url) as host:
        with pytest.raises(ModelFailed):
            await climb(host, WANTED, monotonic=_still)


async def test_a_new_host_answers_once_its_ladder_was_climbed() -> None:
    """Looking does not wait for it."""
    async with (
        serving({"r1": replace(THINKS, hold=0), "bge": Model()}) as server,
        pool_of([server.url], mode=None) as pool,
    ):
        watch = Watch(pool, WANTED, monotonic=_still)
        await watch.look()
        assert not pool.answers()
        await (await server.chat()).held.wait()
        await watch.aclose()
        server.models["r1"] = THINKS
        await watch.look()
        await watch.settled()
        assert pool.answers()
        assert [one.host for one in watch.ladders] == [server.url]


async def test_a_host_that_comes_back_is_put_to_its_ladder_again() -> None:
    """Away while it does not answer; a look without a change climbs nothing."""
    async with serving({"r1": THINKS}) as server, pool_of([server.url], mode=None) as pool:
        watch = Watch(pool, WANTED, monotonic=_still)
        await watch.look()
        await watch.settled()
        await watch.look()
        assert len(server.chats()) == 5
        await server.stop()
        await watch.look()
        assert pool.members[0].away
        assert not pool.answers()
        await server.start()
        await watch.look()
        await watch.settled()
        assert pool.answers()
        assert len(server.chats()) == 10


async def test_another_model_under_the_same_name_is_tried_anew() -> None:
    """The digest tells."""
    async with serving({"r1": THINKS}) as server, pool_of([server.url], mode=None) as pool:
        watch = Watch(pool, WANTED, monotonic=_still)
        await watch.look()
        await watch.settled()
        server.models["r1"] = replace(THINKS, digest="d2", pieces=("Hello",))
        await watch.look()
        await watch.settled()
        assert not pool.answers()


async def test_a_restart_knows_the_ladder_of_the_same_models(tmp_path: Path) -> None:
    """From the file; a damaged file is climbed again, as is one for other wishes."""
    file = tmp_path / "ladders.json"
    async with serving({"r1": THINKS}) as server:
        for wanted, asked in ((WANTED, 5), (WANTED, 5), (replace(WANTED, models=("r1", "other")), 10)):
            async with pool_of([server.url], mode=None) as pool:
                watch = Watch(pool, wanted, monotonic=_still, kept_in=file)
                await watch.look()
                await watch.settled()
                assert pool.answers()
                assert len(server.chats()) == asked
        file.write_text("{")
        async with pool_of([server.url], mode=None) as pool:
            watch = Watch(pool, WANTED, monotonic=_still, kept_in=file)
            await watch.look()
            await watch.settled()
            assert len(server.chats()) == 15


async def test_a_ladder_broken_off_by_the_host_is_climbed_again() -> None:
    """An error of the host's says little about the model."""
    async with serving({"r1": Model(status=500)}) as server, pool_of([server.url], mode=None) as pool:
        watch = Watch(pool, WANTED, monotonic=_still)
        await watch.look()
        await watch.settled()
        assert not pool.answers()
        server.models["r1"] = THINKS
        await asyncio.gather(watch.look(), watch.look())
        await watch.settled()
        assert pool.answers()
