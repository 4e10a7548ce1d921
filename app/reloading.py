"""Takes up a changed pack while the service runs: beside the old one, whole or not at all."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, Literal

import structlog

from agent.deps import Knowledge
from agent.packs import Library
from app.metrics import Metrics
from domain.errors import KnowledgeError
from knowledge.loader import survey
from tools.triage.inquiry import forget

log = structlog.get_logger(__name__)

REPORT: Final = "knowledge.json"
"""Where under the data directory the last reload's outcome stands."""
RETIRED_AFTER_SECONDS: Final = 3600.0
"""An earlier pack that no interview was on for so long is let go."""
_CONTENT: Final = frozenset({".yaml", ".tsv", ".md"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """How a reload ended. `problems` are `file:line: what`, in the editors' words."""

    outcome: Literal["applied", "unchanged", "refused"]
    version: str
    problems: tuple[str, ...] = ()


class Reloading:
    """Loads the pack of a directory anew when told to, or that of another; one at a time."""

    def __init__(
        self, library: Library, opening: Callable[[Path], Knowledge], metrics: Metrics, *, directory: Path, report: Path
    ) -> None:
        self._library = library
        self._opening = opening
        self._metrics = metrics
        self._directory = directory
        self._report = report
        self._turn = asyncio.Lock()
        self._content = content_of(directory)
        metrics.packs(library.versions)

    @property
    def directory(self) -> Path:
        """Where the pack at work was read from."""
        return self._directory

    async def reload(self) -> Reloaded:
        """Load and check the pack in a thread, and put it to work only if nothing is wrong with it."""
        return await self.turn_to(self._directory)

    async def turn_to(self, directory: Path) -> Reloaded:
        """The same with the pack of another directory, which is the one that is reloaded from then on."""
        async with self._turn:
            reloaded = await self._reload(directory)
        self._metrics.reloaded(reloaded.outcome)
        self._metrics.packs(self._library.versions)
        log.info("pack_reloaded", outcome=reloaded.outcome, version=reloaded.version)
        for problem in reloaded.problems:
            log.error("pack_refused", problem=problem)
        await asyncio.to_thread(self._write, reloaded)
        return reloaded

    async def retire(self) -> None:
        """Let go of the packs that no interview is on any more."""
        if self._library.retire(unused_since=time.monotonic() - RETIRED_AFTER_SECONDS):
            self._metrics.packs(self._library.versions)
            collect()

    async def _reload(self, directory: Path) -> Reloaded:
        at_work = self._library.newest
        content = await asyncio.to_thread(content_of, directory)
        if content == self._content:
            self._directory = directory
            return Reloaded(outcome="unchanged", version=at_work.pack.version)
        problems, knowledge = await asyncio.to_thread(self._load, directory)
        if knowledge is not None:
            problems = _against(at_work, knowledge)
        if knowledge is None or problems:
            return Reloaded(outcome="refused", version=at_work.pack.version, problems=problems)
        self._library.release(knowledge, at=time.monotonic())
        self._directory, self._content = directory, content
        collect()
        return Reloaded(outcome="applied", version=knowledge.pack.version)

    def _load(self, directory: Path) -> tuple[tuple[str, ...], Knowledge | None]:
        """The pack, compiled; or everything that is wrong with it."""
        try:
            return (), self._opening(directory)
        except KnowledgeError as problem:
            found = survey(directory)[1] or (problem,)
            return tuple(str(one) for one in found), None

    def _write(self, reloaded: Reloaded) -> None:
        record = {**asdict(reloaded), "at": time.time()}
        beside = self._report.with_suffix(".new")
        beside.write_text(json.dumps(record, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        beside.replace(self._report)


def _against(at_work: Knowledge, fresh: Knowledge) -> tuple[str, ...]:
    """What keeps a pack that is right by itself from following the one at work."""
    cover = fresh.pack.cover
    problems = []
    if fresh.pack.version == at_work.pack.version:
        problems.append(
            cover.mark.error(f"内容改了，version 还是 {fresh.pack.version}：请提高 version，决定记录靠它区分")
        )
    if fresh.pack.texts.consent != at_work.pack.texts.consent:
        problems.append(cover.mark.error("同意书改了：要重新启动服务，患者才会重新看到并同意"))
    return tuple(str(problem) for problem in problems)


def content_of(directory: Path) -> str:
    """A fingerprint of everything the pack is read from."""
    digest = hashlib.sha256()
    for name, text in content_files(directory).items():
        digest.update(name.encode() + b"\0" + text + b"\0")
    return digest.hexdigest()


def content_files(directory: Path) -> dict[str, bytes]:
    """Every file the pack is read from, by its name from the directory, in order."""
    paths = sorted(path for path in directory.rglob("*") if path.suffix in _CONTENT)
    return {str(path.relative_to(directory)): path.read_bytes() for path in paths}


def collect() -> None:
    """Give back what loading and a pack that was let go held; it is out of the collector's sight otherwise."""
    forget()
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # only the GNU C library keeps free memory for itself
    if trim is not None:
        trim(0)
