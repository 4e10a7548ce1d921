"""The knowledge pages: sheets of the pack as forms, drafts, their examination, release and undoing it.

A draft changes nothing. Whoever wrote a word of it cannot approve it, and what is clinical is an admin's.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from channels.console.bodies import Nothing
from channels.console.door import Handler, answer, body_of, done
from channels.console.editing_bodies import Answering, NewDraft, Revised, Trial, Value, Writing
from channels.console.editor_ports import Editor, FormField, Slip
from channels.console.ports import Console
from channels.console.rows import GONE, Rows, stamp
from domain.correction import CorrectionId
from domain.drafts import Draft, DraftId, Drafts, DraftStatus, Edit, FieldValue, Release
from domain.errors import Conflict, Forbidden, InvalidFields, NotFound
from domain.staff import Role, StaffId, StaffSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Editing:
    """The calls around drafts of the knowledge pack."""

    console: Console
    rows: Rows
    editor: Editor
    drafts: Drafts

    def calls(self) -> list[tuple[str, str, Role, Handler]]:
        """Every call and who may make it."""
        one = "/knowledge/drafts/{id}"
        return [
            ("GET", "/knowledge", Role.NURSE, self.overview),
            ("GET", "/knowledge/sheet", Role.NURSE, self.sheet),
            ("POST", "/knowledge/validate", Role.NURSE, self.validate),
            ("POST", "/knowledge/drafts", Role.NURSE, self.add),
            ("GET", one, Role.NURSE, self.read),
            ("PUT", one + "/fields", Role.NURSE, self.write),
            ("PUT", one + "/answers", Role.NURSE, self.link),
            ("POST", one + "/check", Role.NURSE, self.check),
            ("POST", one + "/drop", Role.NURSE, self.drop),
            ("POST", one + "/release", Role.SUPERVISOR, self.release),
            ("POST", "/knowledge/releases/{number:int}/restore", Role.SUPERVISOR, self.restore),
        ]

    async def overview(self, _request: Request, _session: StaffSession) -> Response:
        """`GET /console/api/knowledge`: the version at work, the files, open drafts, releases."""
        staff = await self.rows.displays()
        sheets = await asyncio.to_thread(self.editor.sheets)
        return answer(
            {
                "version": self.editor.version,
                "sheets": [{"file": one.file, "group": one.group, "title": one.title} for one in sheets],
                "drafts": [self._head(one, staff) for one in await self.drafts.listed()],
                "releases": [_release(one, staff) for one in await self.drafts.releases()],
            }
        )

    async def sheet(self, request: Request, _session: StaffSession) -> Response:
        """`GET /console/api/knowledge/sheet?file=…&draft=…`: the fields of a file, and what a draft makes of them."""
        file, draft_id = request.query_params.get("file", ""), request.query_params.get("draft", "")
        found = await self.editor.fields(file)
        draft = await self.drafts.get(DraftId(draft_id)) if draft_id else None
        drafted = {one.key: one.value for one in draft.edits if one.file == file} if draft else {}
        return answer({"fields": [_field(one) | {"draft": drafted.get(one.key)} for one in found]})

    async def validate(self, request: Request, _session: StaffSession) -> Response:
        """`POST /console/api/knowledge/validate`: what would be wrong with the file."""
        asked = await body_of(request, Trial)
        values = {key: _value(value) for key, value in asked.values.items()}
        return answer({"slips": _slips(await self.editor.slips(asked.file, values))})

    async def add(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/knowledge/drafts`."""
        asked = await body_of(request, NewDraft)
        draft = Draft(
            id=DraftId("D-" + secrets.token_hex(5)),
            title=asked.title,
            by=session.staff.id,
            at=self.console.services.clock.now(),
            base=self.editor.version,
            answers=await self._known(asked.answers),
        )
        await self.drafts.add(draft)
        return answer(await self._whole(draft, session), status=201)

    async def read(self, request: Request, session: StaffSession) -> Response:
        """`GET …/drafts/{id}`."""
        return answer(await self._whole(await self._draft(request), session))

    async def write(self, request: Request, session: StaffSession) -> Response:
        """`PUT …/drafts/{id}/fields`: kept only if nothing is wrong with the file then."""
        asked = await body_of(request, Writing)
        draft = await self._at(request, asked.revision)
        found = {one.key: one for one in await self.editor.fields(asked.file)}
        for key in asked.values:
            if key not in found:
                raise NotFound("field")
            if found[key].clinical and not session.staff.role.includes(Role.ADMIN):
                raise Forbidden
        kept = [one for one in draft.edits if one.file != asked.file or one.key not in asked.values]
        new = {key: _value(value) for key, value in asked.values.items() if value is not None}
        edits = (
            *kept,
            *(
                Edit(file=asked.file, key=key, value=value, by=session.staff.id)
                for key, value in new.items()
                if value != found[key].value
            ),
        )
        slips = await self.editor.slips(asked.file, {one.key: one.value for one in edits if one.file == asked.file})
        if slips:
            return answer({"draft": None, "slips": _slips(slips)})
        changed = await self.drafts.change(replace(draft, edits=edits))
        return answer({"draft": await self._whole(changed, session), "slips": []})

    async def link(self, request: Request, session: StaffSession) -> Response:
        """`PUT …/drafts/{id}/answers`: the corrections whose cases must pass with it."""
        asked = await body_of(request, Answering)
        draft = await self._at(request, asked.revision)
        changed = await self.drafts.change(replace(draft, answers=await self._known(asked.answers)))
        return answer(await self._whole(changed, session))

    async def check(self, request: Request, _session: StaffSession) -> Response:
        """`POST …/drafts/{id}/check`: begins; the draft says when it is done."""
        asked = await body_of(request, Revised)
        self.editor.examine(await self._at(request, asked.revision))
        return answer({"checking": True}, status=202)

    async def drop(self, request: Request, session: StaffSession) -> Response:
        """`POST …/drafts/{id}/drop`: its authors may, and supervisors."""
        asked = await body_of(request, Revised)
        draft = await self._at(request, asked.revision)
        if session.staff.id not in draft.authors and not session.staff.role.includes(Role.SUPERVISOR):
            raise Forbidden
        await self.drafts.change(replace(draft, status=DraftStatus.DROPPED))
        return done()

    async def release(self, request: Request, session: StaffSession) -> Response:
        """`POST …/drafts/{id}/release`: by a second person, an admin where something clinical changes."""
        asked = await body_of(request, Revised)
        draft = await self._at(request, asked.revision)
        if session.staff.id in draft.authors:
            raise Forbidden
        if await self._clinical(draft) and not session.staff.role.includes(Role.ADMIN):
            raise Forbidden
        return self._ended(await self.editor.release(draft, approved_by=session.staff.id))

    async def restore(self, request: Request, session: StaffSession) -> Response:
        """`POST …/releases/{number}/restore`: an earlier pack again, which two people had approved; 0 is the first."""
        await body_of(request, Nothing)
        return self._ended(await self.editor.restore(request.path_params["number"], by=session.staff.id))

    def _ended(self, slips: Any) -> Response:
        return answer({"released": not slips, "version": self.editor.version, "slips": _slips(slips)})

    async def _draft(self, request: Request) -> Draft:
        return await self.drafts.get(DraftId(request.path_params["id"]))

    async def _at(self, request: Request, revision: int) -> Draft:
        """The draft, open and as whoever asks has read it."""
        draft = await self._draft(request)
        if draft.revision != revision or draft.status is not DraftStatus.OPEN:
            raise Conflict("draft")
        return draft

    async def _known(self, answers: list[str]) -> tuple[CorrectionId, ...]:
        if not answers or self.console.corrections is None:
            return ()
        known = {one.id for one in await self.console.corrections.listed(open_only=False)}
        if unknown := set(answers) - known:
            raise InvalidFields({"answers": ", ".join(sorted(unknown))})
        return tuple(CorrectionId(one) for one in dict.fromkeys(answers))

    async def _was(self, draft: Draft) -> dict[tuple[str, str], FormField]:
        """The fields a draft touches as they stand in the pack at work; those that are gone are left out."""
        found: dict[tuple[str, str], FormField] = {}
        for file in dict.fromkeys(one.file for one in draft.edits):
            try:
                found |= {(file, one.key): one for one in await self.editor.fields(file)}
            except NotFound:
                continue
        return found

    async def _clinical(self, draft: Draft) -> bool:
        was = await self._was(draft)
        return any((known := was.get((one.file, one.key))) is None or known.clinical for one in draft.edits)

    def _head(self, draft: Draft, staff: Mapping[StaffId, str]) -> dict[str, Any]:
        return {
            "id": draft.id,
            "title": draft.title,
            "by": staff.get(draft.by, GONE),
            "at": stamp(draft.at),
            "status": draft.status.value,
            "revision": draft.revision,
            "answers": list(draft.answers),
            "edits": len(draft.edits),
            "checking": self.editor.examining(draft.id),
            "passed": bool(draft.check and draft.check["passed"]),
        }

    async def _whole(self, draft: Draft, session: StaffSession) -> dict[str, Any]:
        staff, was = await self.rows.displays(), await self._was(draft)
        edits = []
        for one in draft.edits:
            known = was.get((one.file, one.key))
            before = {"of": known.of, "label": known.label, "was": known.value} if known else {}
            edits.append({"file": one.file, "key": one.key, "value": one.value, "by": staff.get(one.by, GONE)} | before)
        return self._head(draft, staff) | {
            "base": draft.base,
            "edits": edits,
            "check": draft.check,
            "clinical": any((known := was.get((one.file, one.key))) is None or known.clinical for one in draft.edits),
            "mine": session.staff.id in draft.authors,
        }


def _value(given: Value) -> FieldValue:
    return given if isinstance(given, str) else tuple(given)


def _field(one: FormField) -> dict[str, Any]:
    return {"key": one.key, "of": one.of, "label": one.label, "value": one.value, "clinical": one.clinical}


def _slips(slips: Any) -> list[dict[str, Any]]:
    found: list[Slip] = list(slips)
    return [{"file": one.file, "line": one.line, "text": one.text} for one in found]


def _release(one: Release, staff: Mapping[StaffId, str]) -> dict[str, Any]:
    return {
        "number": one.number,
        "version": one.version,
        "at": stamp(one.at),
        "by": staff.get(one.by, GONE),
        "approved_by": staff.get(one.approved_by, GONE),
        "draft": one.draft_id,
        "restores": one.restores,
        "files": sorted(one.files),
    }
