"""Examines an edited pack with the program's own commands, in processes that leave the service its time."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import orjson

from app.releases import copied
from domain.errors import Unavailable
from domain.turn import Json

POLITE: Final = "import os; os.nice(10); from app.cli import main; main()"
"""The program with less claim to the processor than the service."""
LONGEST_SECONDS: Final = 1200.0
MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was found: errors anywhere, warnings in the edited files, what changes for patients, cases that fail.

    `failed` says why nothing was found out.
    """

    errors: tuple[Mapping[str, Json], ...] = ()
    warnings: tuple[Mapping[str, Json], ...] = ()
    changes: tuple[Mapping[str, Json], ...] = ()
    cases: tuple[Mapping[str, Json], ...] = ()
    failed: str = ""

    @property
    def passed(self) -> bool:
        """Whether the draft may be released."""
        return not self.failed and not self.errors and all(case["passed"] for case in self.cases)

    def fields(self) -> dict[str, Json]:
        """For keeping."""
        return {**asdict(self), "passed": self.passed}


class Examiner(Protocol):
    """What looks through an edited pack: `examine`."""

    async def __call__(
        self, pack: Path, files: Mapping[str, str], cases: Sequence[Mapping[str, Json]], /
    ) -> Examination:
        """What is wrong with `pack` once these files are replaced, and what changes; `cases` have to pass."""


async def examine(pack: Path, files: Mapping[str, str], cases: Sequence[Mapping[str, Json]]) -> Examination:
    """`knowledge check`, then `knowledge diff` and the cases of corrections, over a pack with these files replaced.

    Raises:
        Unavailable: a command did not end in time, or said nothing that can be read.
    """
    with tempfile.TemporaryDirectory(prefix="banyi-draft-") as folder:
        draft = Path(folder) / "pack"
        await asyncio.to_thread(copied, pack, draft, files)
        async with _within(LONGEST_SECONDS):
            remarks = await _said("knowledge", "check", str(draft), "--json")
            errors = tuple(_remark(one) for one in remarks if one["weight"] == "error")
            warnings = tuple(_remark(one) for one in remarks if one["weight"] != "error" and one["file"] in files)
            if errors:
                return Examination(errors=errors[:MOST_SHOWN], warnings=warnings[:MOST_SHOWN])
            changes = await _said("knowledge", "diff", str(pack), str(draft), "--json")
            return Examination(
                warnings=warnings[:MOST_SHOWN],
                changes=tuple(_change(one) for one in changes[:MOST_SHOWN]),
                cases=await _played(cases, draft, Path(folder)),
            )


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Unavailable("examination") from error


async def _played(cases: Sequence[Mapping[str, Json]], pack: Path, folder: Path) -> tuple[Mapping[str, Json], ...]:
    if not cases:
        return ()
    file = folder / "cases.jsonl"
    file.write_bytes(b"\n".join(orjson.dumps(case) for case in cases) + b"\n")
    said = await _said("eval", "triage", "--cases", str(file), "--json", "--processes", "1", pack=pack)
    wrong = set(said["failing"])
    return tuple({"id": case["id"], "passed": case["id"] not in wrong} for case in cases)


async def _said(*arguments: str, pack: Path | None = None) -> Any:
    """What a command prints as JSON."""
    environment = os.environ | ({"BANYI_KNOWLEDGE_DIR": str(pack)} if pack else {})
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        POLITE,
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        printed, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    try:
        return orjson.loads(printed)
    except orjson.JSONDecodeError as error:
        raise Unavailable(" ".join(arguments[:2])) from error


def _remark(one: Mapping[str, Json]) -> dict[str, Json]:
    return {"file": one["file"], "line": one["line"], "text": one["text"]}


def _change(one: Mapping[str, Any]) -> dict[str, Json]:
    sentence = f"{one['subject']}：{one['count']} 个情形由 {one['before']} 变为 {one['after']}，例如：{one['example']}"
    return {"sentence": sentence, "lowered": one["lowered"], "count": one["count"]}
