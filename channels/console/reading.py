"""A conversation opened: what was said word for word, and why the agent did what it did."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response

from channels.console.door import answer
from channels.console.export import EXPORTS, Record
from channels.console.ports import Console, Names
from channels.console.rows import GONE, Rows, message_fields, stamp
from channels.events import consented, pending_question
from channels.problems import Refusal
from domain.clinical import DecisionRecord
from domain.desk import Case, Note, Rating
from domain.errors import BanyiError, NotFound
from domain.patient import PatientProfile
from domain.ports import SessionRecord
from domain.session import Message, SessionId
from domain.staff import StaffId, StaffSession
from domain.summaries import HandoverBriefing
from domain.turn import Json

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a nurse reads of one conversation."""

    console: Console
    rows: Rows

    async def open(self, request: Request, session: StaffSession) -> Response:
        """`GET /console/api/sessions/{id}`: noted as a view, and as opened when it is the first."""
        session_id = SessionId(request.path_params["id"])
        console, now = self.console, self.console.services.clock.now()
        await console.work.open(session_id, by=session.staff.id, now=now)
        await console.bell.ring()
        case = await console.cases.case(session_id, now=now)
        record = await console.services.sessions.get(session_id)
        if record is None:
            raise NotFound("session")
        events = await self._events(session_id)
        messages = await console.services.archive.transcript(session_id)
        staff = await self.rows.displays()
        [row] = await self.rows.of([case])
        claim = case.claim
        return answer(
            {
                "row": row,
                **_about(record),
                "patient": await self._patient(case),
                "briefing": await self._briefing(session_id),
                "messages": [message_fields(one) for one in messages],
                "decisions": await self._decisions(messages),
                **_of_answers(events),
                "pending": await self._pending(session_id),
                "claim": claim
                and {
                    "by": row["claimed_by"],
                    "mine": claim.staff_id == session.staff.id,
                    "until": stamp(claim.until),
                },
                "notes": [note_fields(one, staff) for one in await console.cases.notes(session_id)],
                "tags": list(case.tags),
                "ratings": [rating_fields(one, staff) for one in await console.cases.ratings(session_id)],
                "last_seq": events[-1]["seq"] if events else 0,
            }
        )

    async def export(self, request: Request, session: StaffSession) -> Response:
        """`GET /console/api/sessions/{id}/export`: the whole record as a file, with the AI label on every line."""
        session_id = SessionId(request.path_params["id"])
        export = EXPORTS.get(request.query_params.get("format", "json"))
        if export is None:
            raise Refusal("bad_fields")
        services, now = self.console.services, self.console.services.clock.now()
        case = await self.console.cases.case(session_id, now=now)
        messages = await services.archive.transcript(session_id)
        record = Record(
            session_id=session_id,
            case=case,
            messages=messages,
            decisions=await self._decisions_of(messages),
            made_at=now,
        )
        detail = {"format": export.name}
        await self.console.work.viewed("case.exported", by=session.staff.id, session_id=session_id, detail=detail)
        content = await asyncio.to_thread(export.write, record)
        disposition = f'attachment; filename="{session_id}.{export.suffix}"'
        headers = {"Cache-Control": "no-store", "Content-Disposition": disposition}
        return Response(content, media_type=export.media_type, headers=headers)

    async def _patient(self, case: Case) -> dict[str, str] | None:
        if case.patient_id is None:
            return None
        try:
            return {"id": case.patient_id, "masked": await self.console.patients.masked(case.patient_id)}
        except BanyiError as error:
            log.warning("patient_unreadable", code=error.code)
            return {"id": case.patient_id, "masked": ""}

    async def _briefing(self, session_id: SessionId) -> dict[str, Any] | None:
        try:
            briefing = await self.console.talks.briefing(session_id)
        except BanyiError as error:
            log.warning("briefing_unreadable", code=error.code)
            return None
        return briefing_fields(briefing) if briefing else None

    async def _pending(self, session_id: SessionId) -> dict[str, Json] | None:
        try:
            pending = await self.console.talks.pending(session_id)
        except BanyiError as error:
            log.warning("pending_unreachable", code=error.code)
            return None
        return pending_question(pending) if pending else None

    async def _events(self, session_id: SessionId) -> Sequence[dict[str, Json]]:
        """What memory still has to replay; nothing of a conversation long ago."""
        try:
            return await self.console.services.events.since(session_id, 0)
        except BanyiError as error:
            log.warning("events_unreachable", code=error.code)
            return ()

    async def _decisions_of(self, messages: Sequence[Message]) -> tuple[DecisionRecord, ...]:
        traces = dict.fromkeys(message.trace_id for message in messages if message.trace_id)
        found = await asyncio.gather(*(self.console.services.archive.decision(trace) for trace in traces))
        return tuple(one for one in found if one is not None)

    async def _decisions(self, messages: Sequence[Message]) -> dict[str, Any]:
        decisions = await self._decisions_of(messages)
        return {one.trace_id: decision_fields(one, self.console.names) for one in decisions}


def decision_fields(one: DecisionRecord, names: Names) -> dict[str, Any]:
    """Why a turn judged as it did."""
    named = [(rule_id, *names.rule(rule_id)) for rule_id in one.rule_ids]
    return {
        "at": stamp(one.at),
        "rule_ids": list(one.rule_ids),
        "rules": [{"id": rule_id, "name": name, "source": source} for rule_id, name, source in named],
        "quotes": list(one.quotes),
        "answers": one.answers,
        "disposition": one.disposition.name if one.disposition is not None else None,
        "departments": [{"id": each, "name": names.department(each)} for each in one.departments],
        "knowledge_version": one.knowledge_version,
        "model": one.model,
        "model_calls": [
            {name: value for name, value in asdict(call).items() if value is not None} for call in one.model_calls
        ],
    }


def briefing_fields(one: HandoverBriefing) -> dict[str, Any]:
    """The briefing as it is shown before taking over."""
    fields = asdict(one)
    fields["disposition"] = one.disposition.name if one.disposition is not None else None
    fields["profile"] = profile_fields(one.profile)
    return fields


def profile_fields(one: PatientProfile) -> dict[str, Any]:
    """What is known of the person who is ill."""
    return asdict(one)


def note_fields(one: Note, staff: Mapping[StaffId, str]) -> dict[str, Any]:
    """A note with who wrote it."""
    by = staff.get(one.by, GONE)
    return {"id": one.id, "by": by, "kind": one.kind, "at": stamp(one.at), "text": one.text}


def rating_fields(one: Rating, staff: Mapping[StaffId, str]) -> dict[str, Any]:
    """Marks with who gave them."""
    return {**asdict(one), "by": staff.get(one.by, GONE), "at": stamp(one.at)}


def _about(record: SessionRecord) -> dict[str, Any]:
    session = record.session
    return {"profile": profile_fields(session.profile), "consent": consented(session.consent)}


def _of_answers(events: Sequence[dict[str, Json]]) -> dict[str, Any]:
    """Timings and sources by trace, as they were sent."""
    answers = [event for event in events if event["type"] == "response.done"]
    return {
        "timings": {str(event["trace_id"]): event["timing_ms"] for event in answers},
        "sources": {str(event["trace_id"]): event["sources"] for event in answers},
    }
