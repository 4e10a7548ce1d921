"""How a host is to be asked, as its ladder found it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.model import ChatRequest, ModelDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Which model of a host to ask, and whether to let it think."""

    model: ModelDigest
    think: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """What works on one host.

    `model` is the model to ask, if any may be. `think_for_text` and `think_for_schema` say with which `think`
    the model answers well and in time; `None` where neither does. `embedder` is the embedding model it has.
    """

    model: ModelDigest | None = None
    think_for_text: bool | None = None
    think_for_schema: bool | None = None
    tools: bool = False
    embedder: ModelDigest | None = None

    @property
    def answers(self) -> bool:
        """Whether patients can be answered with a model at all."""
        return self.model is not None and self.think_for_text is not None

    def ask(self, request: ChatRequest) -> Ask | None:
        """How to send a request; `None` when it may not be sent."""
        if self.model is None or (request.tools and not self.tools):
            return None
        found = self.think_for_text if request.schema is None else self.think_for_schema
        if found is None:
            return None
        return Ask(model=self.model, think=found if request.think is None else request.think)

    def ask_embedder(self) -> Ask | None:
        """How to send texts to be embedded; `None` when they may not be sent."""
        return None if self.embedder is None else Ask(model=self.embedder)
