"""The one way the conversation asks the model: stopped with the saying, bounded, on record."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import pytest
from pydantic import BaseModel

from agent.deps import Saying
from agent.model.budgets import Budgets
from agent.model.counsel import REPAIR, Counsel, user
from domain.errors import ModelFailed, TooLate
from domain.model_call import ModelPurpose
from domain.turn import TurnCancelled
from prompts.loader import Filled
from tests.fakes.ollama_server import Model, serving
from tests.model.bench import pool_of

pytestmark = pytest.mark.contract

PROMPT = Filled(text="读这条消息。", sha256="f" * 64)
STOPS_WITHIN = 0.2


class Read(BaseModel):
    """What the scripted model says."""

    symptom: str
    days: int


@dataclass
class Calls:
    """A `CallMeter` that remembers."""

    ends: list[tuple[str, str]] = field(default_factory=list)

    def asked(self, purpose: ModelPurpose, outcome: str, seconds: float) -> None:
        """A question's end."""
        assert seconds >= 0
        self.ends.append((purpose.value, outcome))

    def blocked(self, purpose: ModelPurpose, reason: str) -> None:
        """Something not used."""
        self.ends.append((purpose.value, f"blocked.{reason}"))

    def read(self, by: str) -> None:
        """A message read."""
        self.ends.append(("read", by))


async def test_cancelling_the_saying_stops_the_model_at_its_host() -> None:
    """The server sees the client leave at once; nothing comes later; the record says stopped."""
    async with serving({"r1": Model(hold=1)}) as server, pool_of([server.url]) as pool:
        saying = Saying()
        counsel = Counsel(model=pool, stop=saying.stop)
        asking = asyncio.create_task(counsel.whole(ModelPurpose.ANSWER, PROMPT, user("你好"), seconds=60))
        seen = await server.chat()
        await seen.held.wait()
        since = time.perf_counter()
        saying.cancel(TurnCancelled(reason="barge_in"))
        with pytest.raises(TooLate) as caught:
            await asking
        await seen.gone.wait()
        assert seen.gone_at - since < STOPS_WITHIN
        assert caught.value.reason == "stopped"
        assert counsel.calls[0].outcome == "stopped"
        assert not counsel.available


async def test_a_whole_reply_is_on_record_with_its_prompt_and_model() -> None:
    """Hash, digest, purpose, end and time; never the words."""
    meter = Calls()
    async with serving({"r1": Model()}) as server, pool_of([server.url]) as pool:
        counsel = Counsel(model=pool, meter=meter)
        assert counsel.named == "none"
        reply = await counsel.whole(ModelPurpose.ANSWER, PROMPT, user("你好"))
        assert reply.text == "请带好身份证和医保卡。"
        [call] = counsel.calls
        assert (call.prompt_sha256, call.model, call.outcome) == (PROMPT.sha256, "r1@d1", "done")
        assert call.milliseconds > 0
        assert counsel.named == "r1@d1"
        assert meter.ends == [("answer", "done")]
        sent = (await server.chat()).body["messages"]
        assert [one["role"] for one in sent] == ["system", "user"]


async def test_json_of_the_wrong_shape_is_asked_for_once_more() -> None:
    """Then it is given up: the caller answers from knowledge."""
    async with serving({"r1": Model(json=('{"mood": "好"}',))}) as server, pool_of([server.url]) as pool:
        counsel = Counsel(model=pool)
        with pytest.raises(ModelFailed):
            await counsel.shaped(ModelPurpose.UNDERSTAND, PROMPT, user("你好"), shape=Read)
        assert [call.outcome for call in counsel.calls] == ["invalid", "invalid"]
        assert [one.body["messages"][-1]["content"] for one in server.chats()] == ["你好", REPAIR]
        assert all(one.body["format"] for one in server.chats())


async def test_json_with_words_round_it_is_read() -> None:
    """A code fence, or a thought that was never opened."""
    said = ('好的：```json\n{"symptom": "腹痛",', ' "days": 2}\n```')
    async with serving({"r1": Model(json=said)}) as server, pool_of([server.url]) as pool:
        counsel = Counsel(model=pool)
        found = await counsel.shaped(ModelPurpose.UNDERSTAND, PROMPT, user("你好"), shape=Read)
        assert found == Read(symptom="腹痛", days=2)


async def test_the_budget_covers_the_repair_too() -> None:
    """A second question gets what the first left over."""
    budgets = Budgets(understanding_seconds=0.05)
    async with serving({"r1": Model(json=("{}",), hold=1)}) as server, pool_of([server.url]) as pool:
        counsel = Counsel(model=pool, budgets=budgets)
        with pytest.raises(TooLate):
            await counsel.shaped(ModelPurpose.UNDERSTAND, PROMPT, user("你好"), shape=Read)
        assert [call.outcome for call in counsel.calls] == ["late.understanding"]


async def test_a_sentence_stream_left_early_stops_the_host() -> None:
    """Closing the generator is enough."""
    async with serving({"r1": Model(pieces=("您好。", "请", "坐。"), hold=2)}) as server, pool_of([server.url]) as pool:
        counsel = Counsel(model=pool)
        written = counsel.sentences(ModelPurpose.WORD, PROMPT, user("你好"))
        assert (await anext(written)).sentence == "您好。"
        await written.aclose()
        await (await server.chat()).gone.wait()
        assert [call.outcome for call in counsel.calls] == ["stopped"]


async def test_without_a_model_nothing_is_available() -> None:
    """Asking all the same fails like a host that is away."""
    counsel = Counsel()
    assert not counsel.available
    with pytest.raises(ModelFailed):
        await counsel.whole(ModelPurpose.ANSWER, PROMPT, user("你好"))
    assert counsel.calls[0].outcome == "failed.connect"


async def test_vectors_stop_with_the_saying_too() -> None:
    """A stop said before is a stop."""
    async with serving({"bge": Model()}) as server, pool_of([server.url]) as pool:
        counsel = Counsel(model=pool)
        assert len(await counsel.vectors(("停车", "食堂"), seconds=5)) == 2
        counsel.stop.stop()
        with pytest.raises(TooLate):
            await counsel.vectors(("停车",), seconds=5)
        assert [call.outcome for call in counsel.calls] == ["done", "stopped"]
