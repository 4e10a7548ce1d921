"""Runs the evaluations once more with a model: the same messages, the same budgets as in the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from prometheus_client import CollectorRegistry

from agent.conversation import Conversation
from agent.model.counsel import Counsel
from agent.reading import completed, danger
from app.evaluating import Readings
from app.model import OpenModel, open_model
from app.model_metrics import ModelMetrics
from app.model_settings import ModelSettings
from domain.clinical import Finding, Screening
from domain.errors import SettingsError, Unavailable
from evals.asking import Asking, Tally
from understanding.reading import Understanding


@asynccontextmanager
async def open_answering(settings: ModelSettings) -> AsyncIterator[OpenModel]:
    """The model's hosts with their ladders climbed.

    Raises:
        SettingsError: no host is set.
        Unavailable: no host has a model that answers.
    """
    if not settings.ollama_hosts:
        raise SettingsError("BANYI_OLLAMA_HOSTS", "names no host, so there is no model to compare with")
    async with open_model(settings, ModelMetrics(CollectorRegistry())) as model:
        if model is not None:
            await model.watch.look()
            await model.watch.settled()
        if model is None or not model.pool.answers():
            raise Unavailable("model")
        yield model


@dataclass(frozen=True, slots=True)
class ModelReadings(Readings):
    """The pack's understanding, completed by a model for the messages that were put to it."""

    read: Mapping[str, Understanding] = field(default_factory=dict)

    def understanding(self, text: str) -> Understanding:
        """One message, read by both; one never put to the model, by the pack alone."""
        return self.read.get(text) or Readings.understanding(self, text)

    def intents(self, text: str) -> frozenset[str]:
        """What a message asks for, the model's suppositions included."""
        read = self.understanding(text)
        return frozenset(intent.id for intent in (*read.intents, *read.supposed.intents))

    def findings(self, text: str) -> Sequence[Finding]:
        """Symptoms of one message, those only the model made out last."""
        read = self.understanding(text)
        known = {finding.concept for finding in read.findings}
        return (*read.findings, *(one for one in read.supposed.findings if one.concept not in known))

    def screen(self, text: str) -> Screening:
        """What the emergency screen finds, and the dangers the model adds: they are asked about, never acted on."""
        found = Readings.screen(self, text)
        added = danger(self.understanding(text), Conversation(), self.knowledge)
        return Screening(flags=(*found.flags, *added), alarm=found.alarm)


async def with_model(readings: Readings, texts: Iterable[str], settings: ModelSettings) -> tuple[ModelReadings, Asking]:
    """The readings with every text put to the model that needs one, and how often that was.

    Raises:
        SettingsError: no host is set.
        Unavailable: no host has a model that answers.
    """
    async with open_answering(settings) as model:
        tally = Tally()
        counsel = Counsel(model=model.pool, meter=tally)
        places = asyncio.Semaphore(settings.model_places * len(settings.ollama_hosts))

        async def read(text: str) -> tuple[str, Understanding]:
            async with places:
                lexical = readings.understanding(text)
                return text, await completed(lexical, Conversation(), readings.knowledge, counsel)

        read_texts = dict(await asyncio.gather(*(read(text) for text in dict.fromkeys(texts))))
        completed_readings = ModelReadings(readings.knowledge, readings.now, readings.resemblances, read_texts)
        return completed_readings, tally.asking(counsel.named)
