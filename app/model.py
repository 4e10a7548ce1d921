"""Puts the model together from the settings: hosts, pool, and the watch over them. Without hosts there is none."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agent.model.ladder import Wanted
from agent.model.places import Meter
from agent.model.pool import Pool
from agent.model.watch import Watch
from app.model_settings import ModelSettings

if TYPE_CHECKING:
    from agent.model.ollama import OllamaHost
    from tools.guidance.indexing import Indexing
    from tools.guidance.meanings import Meanings

LADDERS: Final = "model_ladders.json"
"""Where under the data directory the ladders of earlier runs stand."""
VECTORS: Final = "guide_vectors"
"""Where under the data directory the vectors of the guide stand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenModel:
    """The pool, which is both `ChatModel` and `Embedder`, and the watch over its hosts."""

    pool: Pool
    watch: Watch


def wanted(settings: ModelSettings) -> Wanted:
    """Which models are to be used, the better one first."""
    models = tuple(dict.fromkeys(name for name in (settings.model, settings.light_model) if name))
    return Wanted(models=models, embedder=settings.embed_model)


@asynccontextmanager
async def open_hosts(settings: ModelSettings) -> AsyncIterator[tuple[OllamaHost, ...]]:
    """A client of every host, none of them asked yet."""
    from agent.model.ollama import OllamaHost, Options  # noqa: PLC0415 - who has no model does not load its client

    options = Options(
        context_tokens=settings.model_context_tokens,
        keep_alive=settings.model_keep_alive,
        temperature=settings.model_temperature,
        seed=settings.model_seed,
    )
    async with AsyncExitStack() as stack:
        hosts = tuple(OllamaHost(url, options) for url in settings.ollama_hosts)
        for host in hosts:
            stack.push_async_callback(host.aclose)
        yield hosts


@asynccontextmanager
async def open_model(
    settings: ModelSettings, meter: Meter, *, data_dir: Path | None = None
) -> AsyncIterator[OpenModel | None]:
    """The model, or none where no host is set. Nothing is asked until `watch.look`."""
    if not settings.ollama_hosts:
        yield None
        return
    async with open_hosts(settings) as hosts:
        model = over(hosts, settings, meter, data_dir=data_dir)
        try:
            yield model
        finally:
            await model.watch.aclose()


@asynccontextmanager
async def open_indexing(
    model: OpenModel | None, meanings: Meanings, *, data_dir: Path
) -> AsyncIterator[Indexing | None]:
    """What keeps `meanings` up to date; nothing without a model. Nothing is built until `refresh`."""
    if model is None:
        yield None
        return
    from tools.guidance.indexing import Indexing  # noqa: PLC0415 - who has no model does not load numpy

    pool = model.pool
    indexing = Indexing(pool, lambda: pool.embedder, meanings, folder=data_dir / VECTORS)
    try:
        yield indexing
    finally:
        await indexing.aclose()


def over(
    hosts: Sequence[OllamaHost], settings: ModelSettings, meter: Meter, *, data_dir: Path | None = None
) -> OpenModel:
    """The pool and the watch over these hosts."""
    pool = Pool(hosts, meter, places=settings.model_places, queue=settings.model_queue, monotonic=time.monotonic)
    kept_in = None if data_dir is None else data_dir / LADDERS
    return OpenModel(pool=pool, watch=Watch(pool, wanted(settings), monotonic=time.monotonic, kept_in=kept_in))
