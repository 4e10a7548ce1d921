"""A conversation with a scripted model behind it, on the wire format, and a meter that remembers what was left out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from agent.deps import Deps
from agent.graph import build
from agent.model.budgets import Budgets
from agent.turn import Turns
from domain.model_call import ModelPurpose
from memory.codec import codec
from prompts.loader import PLACES, prompt
from tests.fakes.ollama_server import Model, OllamaServer, Seen, serving
from tests.model.bench import pool_of
from tests.turn.bedside import Bedside, bedside

PATIENT = Budgets(understanding_seconds=60.0, first_sentence_seconds=60.0, answer_seconds=60.0)
"""What is tested is not how quick this machine is; the tests of lateness bring budgets of their own."""


@dataclass
class Counted:
    """A `CallMeter` that remembers."""

    ends: list[tuple[ModelPurpose, str]] = field(default_factory=list)
    left_out: list[tuple[ModelPurpose, str]] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)

    def asked(self, purpose: ModelPurpose, outcome: str, seconds: float) -> None:
        """A question's end."""
        assert seconds >= 0
        self.ends.append((purpose, outcome))

    def blocked(self, purpose: ModelPurpose, reason: str) -> None:
        """Something not used."""
        self.left_out.append((purpose, reason))

    def read(self, by: str) -> None:
        """A message read."""
        self.readings.append(by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counselled:
    """The patient, the host and the meter."""

    patient: Bedside
    server: OllamaServer
    meter: Counted

    def asked_with(self, name: str) -> list[Seen]:
        """The chats that were asked with the prompt of this name."""
        return [one for one in self.server.chats() if _is(name, one.body)]


def answering(says: Mapping[str, str], **changed: Any) -> Model:
    """A model that answers by the prompt it is given, `{}` or nothing to our others, and the ladder as it should."""

    def script(body: dict[str, Any]) -> list[dict[str, Any]]:
        if not any(_is(name, body) for name in PLACES):
            return Model().parts(body)
        said = next((text for name, text in says.items() if _is(name, body)), "{}" if body.get("format") else "")
        return [{"content": said[at : at + 4]} for at in range(0, len(said), 4)]

    return Model(script=script, **changed)


@asynccontextmanager
async def counselled(folder: Path, model: Model, **changed: Any) -> AsyncIterator[Counselled]:
    """A conversation with this model; `changed` are further parts of its surroundings."""
    meter = Counted()
    async with AsyncExitStack() as stack:
        patient = await stack.enter_async_context(bedside(folder))
        server = await stack.enter_async_context(serving({"r1": model}))
        pool = await stack.enter_async_context(pool_of([server.url]))
        deps: Deps = replace(patient.deps, **{"model": pool, "model_meter": meter, "budgets": PATIENT, **changed})
        turns = Turns(build(InMemorySaver(serde=codec)), deps)
        try:
            yield Counselled(patient=replace(patient, turns=turns, deps=deps), server=server, meter=meter)
        finally:
            await turns.drain()


def _is(name: str, body: dict[str, Any]) -> bool:
    """Whether a request carries this prompt, whatever its places are filled with."""
    begun = prompt(name).text.split("{{")[0]
    content: str = body["messages"][0]["content"]
    return content.startswith(begun)
