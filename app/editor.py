"""The pack as staff edit it: forms over its files, drafts examined in a process of their own, releases."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog
import yaml

from app.examining import Examination, Examiner, examine
from app.releases import COVER, Releases, copied, differing
from app.reloading import Reloaded
from app.sheets import FILE_TITLES, KINDS, SheetKind, label_of, owner_of
from channels.console.editor_ports import FormField, Sheet, Slip
from domain.correction import Corrections
from domain.drafts import Draft, DraftId, Drafts, DraftStatus, FieldValue, Release
from domain.errors import BanyiError, Conflict, KnowledgeError, NotFound
from domain.ports import Clock
from domain.staff import StaffId
from knowledge.editing import edited, fields
from knowledge.pack import Cover
from knowledge.strict import load
from knowledge.texts import parameters

log = structlog.get_logger(__name__)


class PackEditor:
    """Implements `Editor`."""

    def __init__(
        self,
        drafts: Drafts,
        corrections: Corrections,
        releases: Releases,
        clock: Clock,
        *,
        examiner: Examiner = examine,
    ) -> None:
        self._examiner = examiner
        self._drafts = drafts
        self._corrections = corrections
        self._releases = releases
        self._clock = clock
        self._under_way: dict[DraftId, asyncio.Task[None]] = {}

    @property
    def version(self) -> str:
        """The version at work."""
        return load(self._directory / COVER, Cover).version

    def sheets(self) -> Sequence[Sheet]:
        """Every file that may be edited."""
        return [
            Sheet(file=file, group=kind.group, title=self._title(file))
            for kind in KINDS
            for file in kind.files(self._directory)
        ]

    async def fields(self, file: str) -> Sequence[FormField]:
        """The fields of a file."""
        return await asyncio.to_thread(self._form, file)

    async def slips(self, file: str, values: Mapping[str, FieldValue]) -> Sequence[Slip]:
        """What is wrong with the file once these fields are changed."""
        kind, text = self._sheet(file)
        return await asyncio.to_thread(_slips, kind, file, text, values)

    def examine(self, draft: Draft) -> None:
        """Begin to look for everything a draft breaks or changes."""
        if not self.examining(draft.id):
            self._under_way[draft.id] = asyncio.create_task(self._examine(draft))

    def examining(self, draft_id: DraftId) -> bool:
        """Whether that is still under way."""
        task = self._under_way.get(draft_id)
        return task is not None and not task.done()

    async def settled(self, draft_id: DraftId) -> None:
        """Return when nothing is under way about a draft."""
        if self.examining(draft_id):
            await asyncio.wait([self._under_way[draft_id]])

    async def release(self, draft: Draft, *, approved_by: StaffId) -> Sequence[Slip]:
        """Put a draft to work under a new version."""
        check = draft.check or {}
        if not check.get("passed") or check.get("base") != self.version:
            raise Conflict("unchecked")
        newest = await self._drafts.newest()
        after = newest.number if newest else 0
        installed = load(self._releases.installed / COVER, Cover).version
        version = f"{installed}+{after + 1}"
        files = await asyncio.to_thread(self._files, draft, version)
        return await self._put_to_work(
            Release(
                number=after + 1,
                version=version,
                installed=installed,
                at=self._clock.now(),
                by=draft.by,
                approved_by=approved_by,
                draft_id=draft.id,
                files=files,
            ),
            draft,
        )

    async def restore(self, number: int, *, by: StaffId) -> Sequence[Slip]:
        """Put an earlier release to work again."""
        known = {one.number: one for one in await self._drafts.releases()}
        after = max(known, default=0)
        installed = load(self._releases.installed / COVER, Cover).version
        earlier = known.get(number)
        if earlier is None and number:
            raise NotFound("release")
        version = earlier.version if earlier else installed
        if version == self.version:
            raise Conflict("at work")
        return await self._put_to_work(
            Release(
                number=after + 1,
                version=version,
                installed=earlier.installed if earlier else installed,
                at=self._clock.now(),
                by=by,
                approved_by=by,
                restores=version,
                files=earlier.files if earlier else {},
            ),
            None,
        )

    @property
    def _directory(self) -> Path:
        return self._releases.directory

    def _title(self, file: str) -> str:
        if file in FILE_TITLES:
            return FILE_TITLES[file]
        text = (self._directory / file).read_text(encoding="utf-8")
        head = fields(file, text, ("title", "names/zh"))
        return str(head[0].value) if head else Path(file).stem

    def _form(self, file: str) -> Sequence[FormField]:
        kind, text = self._sheet(file)
        clinical = {one.key for one in fields(file, text, kind.clinical)}
        asks = {one.key: str(one.value) for one in fields(file, text, ("ask/*/text",))}
        return [
            FormField(
                key=one.key,
                of=owner_of(one.key, one.of, asks),
                label=label_of(one.key),
                value=one.value,
                clinical=one.key in clinical,
            )
            for one in fields(file, text, (*kind.staff, *kind.clinical))
        ]

    def _sheet(self, file: str) -> tuple[SheetKind, str]:
        for kind in KINDS:
            if file in kind.files(self._directory):
                return kind, (self._directory / file).read_text(encoding="utf-8")
        raise NotFound("sheet")

    def _files(self, draft: Draft, version: str) -> dict[str, str]:
        """The whole texts of everything that will differ from the installed pack."""
        with tempfile.TemporaryDirectory(prefix="banyi-release-") as folder:
            directory = Path(folder) / "pack"
            copied(self._directory, directory, changed_files(self._directory, draft))
            cover = directory / COVER
            cover.write_text(edited(COVER, cover.read_text(encoding="utf-8"), {"version": version}), encoding="utf-8")
            return differing(self._releases.installed, directory)

    async def _put_to_work(self, release: Release, draft: Draft | None) -> Sequence[Slip]:
        """Load it here first: what cannot be loaded is never written down as released."""
        before = self._directory
        reloaded = await self._releases.take_up(release)
        if reloaded.outcome == "refused":
            return _refused(reloaded)
        try:
            await self._drafts.release(release, after=release.number - 1, answers=draft.answers if draft else ())
        except BanyiError:
            await self._releases.back_to(before)
            raise
        self._releases.settled(release)
        return ()

    async def _examine(self, draft: Draft) -> None:
        released = [one for one in await self._drafts.listed(open_only=False) if one.status is DraftStatus.RELEASED]
        due = {*draft.answers, *(answer for one in released for answer in one.answers)}
        cases = [one.case for one in await self._corrections.listed(open_only=False) if one.id in due and one.case]
        base = self.version
        files = changed_files(self._directory, draft)
        try:
            found = await self._examiner(self._directory, files, cases)
        except (BanyiError, OSError) as problem:
            log.exception("examination_failed", draft=draft.id)
            found = Examination(failed=str(problem) if isinstance(problem, BanyiError) else type(problem).__name__)
        kept = {**found.fields(), "base": base, "at": self._clock.now().isoformat()}
        await self._drafts.checked(draft.id, kept, revision=draft.revision)


def changed_files(directory: Path, draft: Draft) -> dict[str, str]:
    """The files a draft touches as they would be.

    Raises:
        NotFound: the pack at work has no such file or field any more.
    """
    by_file: dict[str, dict[str, FieldValue]] = {}
    for edit in draft.edits:
        by_file.setdefault(edit.file, {})[edit.key] = edit.value
    try:
        return {
            file: edited(file, (directory / file).read_text(encoding="utf-8"), values)
            for file, values in by_file.items()
        }
    except (KeyError, OSError) as error:
        raise NotFound("field") from error


def _slips(kind: SheetKind, file: str, text: str, values: Mapping[str, FieldValue]) -> list[Slip]:
    try:
        changed = edited(file, text, values)
    except KeyError as error:
        raise NotFound("field") from error
    except ValueError:
        return [Slip(file=file, line=1, text="这里不能为空，也不能有逗号、制表符或换行")]
    before = {one.key: one.value for one in fields(file, text, values)}
    found = [
        Slip(
            file=file, line=_line(file, changed, key), text=f"参数要原样保留：{'、'.join(sorted(parameters(str(was))))}"
        )
        for key, was in before.items()
        if file == "fixed_texts.yaml" and parameters(str(was)) != parameters(str(values[key]))
    ]
    if kind.read is None:
        return found
    with tempfile.TemporaryDirectory(prefix="banyi-form-") as folder:
        path = Path(folder) / Path(file).name
        path.write_text(changed, encoding="utf-8")
        try:
            kind.read(path)
        except KnowledgeError as problem:
            found.append(Slip(file=file, line=problem.line, text=problem.message))
        except yaml.YAMLError:
            found.append(Slip(file=file, line=1, text="不是正确的 YAML"))
    return found


def _line(file: str, text: str, key: str) -> int:
    return text.count("\n", 0, next(one.start for one in fields(file, text, (key,)))) + 1


def _refused(reloaded: Reloaded) -> list[Slip]:
    """The reasons of a reload that was refused; each names its own file and line."""
    return [Slip(file="", line=0, text=problem) for problem in reloaded.problems]
