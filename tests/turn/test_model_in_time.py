"""The model in a turn: nobody waits longer than the budgets, late words are dropped, and stopping stops the host."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.graph import build
from agent.model.budgets import Budgets
from agent.turn import Turns
from app.metrics import Metrics
from domain.turn import Origin, TurnCancelled, TurnDone
from memory.codec import codec
from tests.fakes.ollama_server import Model, OllamaServer, serving
from tests.model.bench import FakeModelMeter, pool_of
from tests.turn.bedside import Answer, Bedside
from tests.turn.sessions import anew

pytestmark = pytest.mark.turn

UNREAD = "俺浑身跟散了架子似的，提溜不起来"
SHORT = Budgets(understanding_seconds=0.05, first_sentence_seconds=0.05, answer_seconds=0.05)
PATIENT = Budgets(understanding_seconds=600.0, first_sentence_seconds=600.0, answer_seconds=600.0)
"""Far longer than a test may take: what ends sooner was stopped."""
SILENT = Model(hold=0)


@asynccontextmanager
async def behind(
    patient: Bedside,
    model: Model,
    budgets: Budgets,
    *,
    metrics: Metrics | None = None,
    meter: FakeModelMeter | None = None,
) -> AsyncIterator[tuple[Bedside, OllamaServer]]:
    """The bedside with this model behind it, over the wire."""
    async with serving({"r1": model}) as server, pool_of([server.url], meter=meter) as pool:
        deps = replace(patient.deps, model=pool, budgets=budgets, model_meter=(metrics or Metrics()).counsel)
        yield replace(patient, deps=deps, turns=Turns(build(InMemorySaver(serde=codec)), deps)), server


async def _said(patient: Bedside, text: str) -> asyncio.Task[Answer]:
    return asyncio.create_task(patient.say(text))


async def test_past_its_budget_knowledge_answers_and_nothing_comes_later(patient: Bedside) -> None:
    """The turn is the one without a model; the record and the metrics say that it was late."""
    metrics = Metrics()
    without = await patient.say(UNREAD)
    async with behind(patient, SILENT, SHORT, metrics=metrics) as (other, _):
        told = await anew(other)
        answer = await told.say(UNREAD)
        assert answer.text == without.text
        assert answer.done.origin is not Origin.MODEL
        decision = await told.deps.archive.decision(answer.done.trace_id)
        assert decision is not None
        assert decision.model == "none"
        assert {call.outcome for call in decision.model_calls} == {"late.understanding"}
        transcript = await told.deps.archive.transcript(told.session_id)
        assert transcript[-1].text == answer.text
    shown = metrics.exposition()[0].decode()
    assert 'banyi_model_asked_total{outcome="late.understanding",purpose="understand"} 1.0' in shown
    assert 'banyi_readings_total{by="model"} 1.0' in shown


async def test_cancelling_the_answer_stops_the_host_and_ends_the_turn(patient: Bedside) -> None:
    """Barge-in: nothing more is said, the host is free, and what was told is remembered."""
    async with behind(patient, SILENT, PATIENT) as (told, server):
        saying = await _said(told, UNREAD)
        seen = await server.chat()
        await seen.held.wait()
        await told.turns.cancel(told.session_id, reason="barge_in")
        await seen.gone.wait()
        answer = await saying
        assert answer.events[-1] == TurnCancelled(reason="barge_in")
        assert answer.text == ""
        assert await told.turns.pending(told.session_id) is not None


async def test_hurrying_the_answer_stops_the_host_and_says_what_knowledge_says(patient: Bedside) -> None:
    """Nobody listens, or something is urgent: the answer is finished without the model and kept."""
    without = await patient.say(UNREAD)
    async with behind(patient, SILENT, PATIENT) as (other, server):
        told = await anew(other)
        saying = await _said(told, UNREAD)
        seen = await server.chat()
        await seen.held.wait()
        told.turns.hurry(told.session_id)
        await seen.gone.wait()
        answer = await saying
        assert isinstance(answer.events[-1], TurnDone)
        assert answer.text == without.text
        assert len(server.chats()) == 1


async def test_a_host_that_keeps_failing_is_left_alone(patient: Bedside) -> None:
    """After three failures in a row the breaker is open, and a turn costs no time on it."""
    meter = FakeModelMeter()
    async with behind(patient, Model(status=500), PATIENT, meter=meter) as (told, server):
        while told.deps.model is not None and told.deps.model.answers():
            answer = await (await anew(told)).say(UNREAD)
            assert isinstance(answer.events[-1], TurnDone)
        asked = len(server.chats())
        assert asked == 3
        assert list(meter.breakers.values()) == ["open"]
        await (await anew(told)).say(UNREAD)
        assert len(server.chats()) == asked
