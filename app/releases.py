"""The packs that staff released: whole directories under the data folder, as the archive's newest release says."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import orjson
import structlog

from app.reloading import Reloaded, content_files
from app.settings import Settings
from domain.drafts import Drafts, Release
from domain.errors import BanyiError, Conflict
from knowledge.pack import Cover
from knowledge.strict import load

log = structlog.get_logger(__name__)

FOLDER: Final = "knowledge"
COVER: Final = "clinical/pack.yaml"
CURRENT: Final = "current"
SIGNED: Final = "release.json"
"""Who released a pack, and when; it lies beside the pack's files."""


def at_work(settings: Settings) -> Path:
    """The pack this data folder was on last: a released one, or the installed one."""
    folder = settings.data_dir / FOLDER
    try:
        version = (folder / CURRENT).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return settings.knowledge_dir
    directory = folder / version
    return directory if version and directory.is_dir() else settings.knowledge_dir


def copied(source: Path, to: Path, files: Mapping[str, str]) -> None:
    """A whole copy of a pack with these files in place of its own."""
    shutil.copytree(source, to, ignore=shutil.ignore_patterns("*.py", "*.pyc", "__pycache__", SIGNED))
    for name, text in files.items():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_text(text, encoding="utf-8")


def differing(installed: Path, changed: Path) -> dict[str, str]:
    """The whole texts of `changed` that are not the same in `installed`."""
    return {
        name: text.decode()
        for name, text in content_files(changed).items()
        if not (installed / name).is_file() or (installed / name).read_bytes() != text
    }


def _holds(directory: Path, files: Mapping[str, str]) -> bool:
    """Whether a pack is there with these texts; one that was refused before may have left others."""
    return all(
        (directory / name).is_file() and (directory / name).read_text(encoding="utf-8") == text
        for name, text in files.items()
    )


class Loading(Protocol):
    """What loads a pack and puts it to work: `Reloading`."""

    @property
    def directory(self) -> Path:
        """Where the pack at work was read from."""

    async def turn_to(self, directory: Path) -> Reloaded:
        """Load the pack of another directory, whole or not at all."""


class Releases:
    """Puts the newest release to work here; another replica sees it in the archive and does the same."""

    def __init__(self, drafts: Drafts, reloading: Loading, settings: Settings) -> None:
        self._drafts = drafts
        self._reloading = reloading
        self._installed = settings.knowledge_dir
        self._folder = settings.data_dir / FOLDER
        self._number = 0

    @property
    def installed(self) -> Path:
        """The pack that was installed with the service, or that `BANYI_KNOWLEDGE_DIR` names."""
        return self._installed

    @property
    def directory(self) -> Path:
        """The pack at work."""
        return self._reloading.directory

    async def follow(self) -> None:
        """Take up what was released since, here or elsewhere; one that is refused here is not tried again."""
        newest = await self._drafts.newest()
        if newest is None or newest.number == self._number:
            return
        self._number = newest.number
        try:
            reloaded = await self.take_up(newest)
        except BanyiError as problem:
            log.warning("release_refused", version=newest.version, problem=str(problem))
            return
        if reloaded.outcome != "refused":
            self.settled(newest)

    async def take_up(self, release: Release) -> Reloaded:
        """Lay the pack down and load it.

        Raises:
            Conflict: it is not on this machine, and another pack is installed than the one it was made from.
        """
        return await self._reloading.turn_to(await asyncio.to_thread(self.laid, release))

    async def back_to(self, directory: Path) -> None:
        """Load the pack of another directory again."""
        await self._reloading.turn_to(directory)

    def settled(self, release: Release) -> None:
        """From the next start on this pack is loaded."""
        self._number = max(self._number, release.number)
        self._folder.mkdir(parents=True, exist_ok=True)
        beside = self._folder / f"{CURRENT}.new"
        beside.write_text(release.version if release.files else "", encoding="utf-8")
        beside.replace(self._folder / CURRENT)

    def laid(self, release: Release) -> Path:
        """The release's directory, made if it is not there; the installed pack where nothing differs from it."""
        if not release.files:
            return self._installed
        directory = self._folder / release.version
        if not _holds(directory, release.files):
            if load(self._installed / COVER, Cover).version != release.installed:
                raise Conflict("installed")
            shutil.rmtree(directory, ignore_errors=True)
            beside = self._folder / f".{release.version}.{os.getpid()}"
            shutil.rmtree(beside, ignore_errors=True)
            copied(self._installed, beside, release.files)
            signed = {
                "version": release.version,
                "installed": release.installed,
                "at": release.at.isoformat(),
                "by": release.by,
                "approved_by": release.approved_by,
                "draft": release.draft_id,
                "files": sorted(release.files),
            }
            (beside / SIGNED).write_bytes(orjson.dumps(signed, option=orjson.OPT_INDENT_2))
            beside.rename(directory)
        return directory
