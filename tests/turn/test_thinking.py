"""What a model thinks is never shown, spoken, stored or sent on, in whatever pieces it comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver

from agent.graph import build
from agent.turn import Turns
from memory.codec import codec
from prompts.loader import prompt
from tests.fakes.model import reading
from tests.fakes.ollama_server import Model, OllamaServer, serving
from tests.model.bench import pool_of
from tests.turn.bedside import Bedside
from tests.turn.sessions import anew

pytestmark = pytest.mark.turn

SECRET = "机密思路"
OPENED = st.sampled_from(["<think>", "<Think>", "< think >", "<thinking>", "<thought>", "<think a='b'>", ""])
CLOSED = st.sampled_from(["</think>", "</THINK>", "</ think >", "</thinking>", "</thought>", ""])
SAYS = {
    prompt("understand").text: reading(symptoms=[("乏力", "散了架子")]),
    prompt("answer").text: "停车场在门诊楼地下一层[1]。",
    prompt("word").text: "这几天一定很难熬。",
}
MESSAGES = ("开车来的话停车怎么算，能停电动车吗", "我好害怕，整夜睡不着", "俺浑身跟散了架子似的，提溜不起来")


@dataclass
class Thinker:
    """Thinks around what it says; every thought holds the secret. `beside` puts one into Ollama's own field too."""

    opened: str = "<think>"
    closed: str = "</think>"
    width: int = 1
    after: bool = False
    beside: bool = False

    def __call__(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The parts of a reply."""
        thought = f"{self.opened}{SECRET}，其实不用去医院。\n{SECRET}{self.closed}"
        says = SAYS.get(body["messages"][0]["content"], "")
        text = f"{says}{thought}" if self.after else f"{thought}{says}"
        parts = [{"content": text[start : start + self.width]} for start in range(0, len(text), self.width)]
        return [{"content": "", "thinking": SECRET}, *parts] if self.beside else parts


@pytest.fixture
async def told(patient: Bedside) -> AsyncIterator[tuple[Bedside, OllamaServer, Thinker]]:
    """A conversation with a thinking model behind it."""
    thinker = Thinker()
    async with serving({"r1": Model(script=thinker)}) as server, pool_of([server.url]) as pool:
        deps = replace(patient.deps, model=pool)
        yield replace(patient, deps=deps, turns=Turns(build(InMemorySaver(serde=codec)), deps)), server, thinker


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(opened=OPENED, closed=CLOSED, width=st.integers(1, 12), after=st.booleans(), beside=st.booleans())
async def test_no_thought_gets_out(
    told: tuple[Bedside, OllamaServer, Thinker], *, opened: str, closed: str, width: int, after: bool, beside: bool
) -> None:
    """Not to the patient, the transcript, the record, the memory, nor into a later question to the model."""
    patient, server, thinker = told
    if not opened and not closed:
        opened = "<think>"  # without any mark at all it would be no thought, but what the model says
    thinker.opened, thinker.closed, thinker.width, thinker.after, thinker.beside = opened, closed, width, after, beside
    patient = await anew(patient)
    said, traces = "", []
    for message in MESSAGES:
        answer = await patient.say(message)
        traces.append(answer.done.trace_id)
        said += "".join(orjson.dumps(asdict(event), default=str).decode() for event in answer.events)
    kept = repr(await patient.deps.archive.transcript(patient.session_id))
    kept += "".join([repr(await patient.deps.archive.decision(trace)) for trace in traces])
    kept += repr(await patient.turns._remembered(patient.session_id))
    sent = "".join(orjson.dumps(seen.body).decode() for seen in server.chats())
    assert len(server.chats()) > 0
    assert all(SECRET not in everything for everything in (said, kept, sent))
    assert all("think" not in everything.lower() for everything in (said, kept))


async def test_words_beside_a_thought_are_still_heard(told: tuple[Bedside, OllamaServer, Thinker]) -> None:
    """Taking thinking out takes nothing else."""
    patient, _, thinker = told
    thinker.width = 3
    answer = await patient.say(MESSAGES[1])
    assert SAYS[prompt("word").text] in answer.text
