"""A nurse says what was wrong in a turn: a task for the keepers of the knowledge and, where it may be, a case."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from channels.console.bodies import Correcting
from channels.console.case_making import deidentified, made
from channels.console.door import answer, body_of, done
from channels.console.ports import Console
from channels.console.rows import GONE, Rows, stamp
from domain.clinical import DecisionRecord, DepartmentId
from domain.correction import Correction, CorrectionId, Corrections, Fault
from domain.errors import NotFound, Unavailable
from domain.patient import Purpose
from domain.ports import SessionRecord
from domain.session import SessionId
from domain.staff import StaffSession
from domain.turn import Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrector:
    """The calls around corrections."""

    console: Console
    rows: Rows

    async def add(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/sessions/{id}/corrections`.

        The patient's words enter a case only with their consent to improvement; a nurse's own wording always may.
        """
        asked = await body_of(request, Correcting)
        services = self.console.services
        session_id = SessionId(request.path_params["id"])
        record = await services.sessions.get(session_id)
        decision = await services.archive.decision(asked.trace_id) if asked.trace_id else None
        if record is None or (decision is not None and decision.session_id != session_id):
            raise NotFound("turn")
        correction_id = CorrectionId("C-" + secrets.token_hex(5))
        correction = Correction(
            id=correction_id,
            session_id=session_id,
            by=session.staff.id,
            fault=Fault(asked.kind),
            at=services.clock.now(),
            content=_content(asked, decision),
            case=await self._case(correction_id, asked, record, decision),
        )
        await self._corrections.add(correction)
        fields = {"id": correction.id, "case_id": correction.id if correction.case else None, "case": correction.case}
        return answer(fields, status=201)

    async def listed(self, request: Request, _session: StaffSession) -> Response:
        """`GET /console/api/corrections`: what is to be put right, and with `all` what was."""
        found = await self._corrections.listed(open_only="all" not in request.query_params)
        staff = await self.rows.displays()
        return answer({"items": [correction_fields(one) | {"by": staff.get(one.by, GONE)} for one in found]})

    async def close(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/corrections/{id}/close`: by somebody else than whoever wrote it."""
        now = self.console.services.clock.now()
        await self._corrections.close(CorrectionId(request.path_params["id"]), by=session.staff.id, now=now)
        return done()

    async def departments(self, _request: Request, _session: StaffSession) -> Response:
        """`GET /console/api/departments`: what the hospital has, for saying what would have been right."""
        found = await self.console.scheduling.departments()
        return answer({"items": [{"id": one.id, "name": one.name} for one in found]})

    @property
    def _corrections(self) -> Corrections:
        if self.console.corrections is None:
            raise Unavailable("corrections")
        return self.console.corrections

    async def _case(
        self, case_id: str, asked: Correcting, record: SessionRecord, decision: DecisionRecord | None
    ) -> dict[str, Json] | None:
        gold = self._gold(asked, decision)
        may_quote = record.session.consent.allows(Purpose.MODEL_IMPROVEMENT)
        if gold is None or not (may_quote or asked.opening):
            return None
        messages = await self.console.services.archive.transcript(record.session.id)
        return made(
            case_id,
            messages,
            record.session.profile,
            upto=asked.trace_id,
            opening=asked.opening,
            gold=gold,
            tags=("correction", asked.kind),
        )

    def _gold(self, asked: Correcting, decision: DecisionRecord | None) -> dict[str, Json] | None:
        """The right outcome: as the nurse says, and as it was judged where the nurse found nothing wrong."""
        judged = decision.disposition if decision else None
        level = asked.right.disposition or (judged.name if judged is not None else "")
        if not level:
            return None
        ids = [DepartmentId(one) for one in asked.right.departments] or list(decision.departments if decision else ())
        names = [self.console.names.textbook(one) for one in ids]
        return {"disposition": level, "acceptable": [level], "departments": list(names), "no_triage": False}


def correction_fields(one: Correction) -> dict[str, Any]:
    """A correction as its keepers read it."""
    return {
        "id": one.id,
        "session_id": one.session_id,
        "kind": one.fault.value,
        "at": stamp(one.at),
        "content": one.content,
        "case": one.case,
        "closed_at": stamp(one.closed_at),
    }


def _content(asked: Correcting, decision: DecisionRecord | None) -> dict[str, Json]:
    judged = decision.disposition.name if decision and decision.disposition is not None else None
    return {
        "trace_id": asked.trace_id,
        "judged": judged,
        "judged_departments": list(decision.departments) if decision else [],
        "rule_ids": list(decision.rule_ids) if decision else [],
        "knowledge_version": decision.knowledge_version if decision else "",
        "model": decision.model if decision else "",
        "right": asked.right.model_dump() | {"text": deidentified(asked.right.text)},
        "note": deidentified(asked.note),
    }
