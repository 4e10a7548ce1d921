"""Taking a conversation over and giving it back: the claim first, then the word to the patient and to colleagues."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import structlog

from agent.asking import card_of
from channels import events as wire
from channels.answering import SERVER_MADE
from channels.console.ports import Console
from domain.clinical import Disposition
from domain.desk import Case, Claim, Urgency
from domain.errors import BanyiError
from domain.session import Author, InputId, Message, Pending, SessionId
from domain.staff import StaffId
from domain.turn import Json, Origin, TurnDone

log = structlog.get_logger(__name__)

NURSE: Final = "nurse"
"""Who answers, as the patient is told: a role, never a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """The use cases around a claim."""

    console: Console

    async def claim(self, session_id: SessionId, *, by: StaffId) -> Claim:
        """From now on the nurse answers; the answer on its way is cut off.

        Raises:
            Conflict: a colleague holds the conversation.
            NotFound: no such conversation.
        """
        console = self.console
        before = await console.claims.claim_on(session_id, now=console.services.clock.now())
        claim = await console.claims.claim(session_id, by=by, now=console.services.clock.now())
        await console.talks.cancel(session_id, reason="handoff")
        if before is None:
            await self._append(session_id, {"type": "handoff.started", "queue_position": None, "by": NURSE})
        await console.bell.ring()
        return claim

    async def release(self, session_id: SessionId, *, by: StaffId, number: int) -> None:
        """The agent goes on where it stood.

        Raises:
            Conflict: the claim ran out or is somebody else's.
        """
        await self.console.claims.release(session_id, by=by, number=number, now=self.console.services.clock.now())
        await self._give_back(session_id)
        await self.console.bell.ring()

    async def lapse(self) -> None:
        """Give the conversations back whose nurse is gone."""
        lapsed = await self.console.claims.lapse(now=self.console.services.clock.now())
        for session_id in lapsed:
            try:
                await self._give_back(session_id)
            except BanyiError as error:
                log.warning("lapse_untold", code=error.code)
        if lapsed:
            await self.console.bell.ring()

    async def say(self, session_id: SessionId, text: str, *, message_id: str, by: StaffId, number: int) -> str:
        """Say something to the patient; the response's id. The same message may come again and is said once.

        Raises:
            Conflict: the claim ran out or is somebody else's.
        """
        console, now = self.console, self.console.services.clock.now()
        await console.claims.renew(session_id, by=by, number=number, now=now)
        response_id = "n_" + hashlib.sha256(f"{session_id}:{message_id}".encode()).hexdigest()[:12]
        label = console.services.wording.say("label.nurse")
        said = _reply(text, label, response_id, origin=Origin.NURSE)
        await self._append(session_id, wire.created(response_id, 1, None), wire.done(response_id, None, said))
        message = Message(
            session_id=session_id,
            author=Author.NURSE,
            text=text,
            at=now,
            input_id=InputId(f"{SERVER_MADE}nurse.{message_id}"),
            origin=Origin.NURSE.value,
            label=label,
        )
        await console.services.archive.record_turn([message], None)
        return response_id

    async def _give_back(self, session_id: SessionId) -> None:
        """Tell the patient that the agent answers again, and put the question that is open."""
        console = self.console
        pending = await self._pending(session_id)
        wording = console.services.wording
        now = console.services.clock.now()
        case = await console.cases.case(session_id, now=now)
        text = wording.say("talk.back") + pending.question if pending else wording.say(_farewell(case))
        response_id = f"b_{hashlib.sha256(f'{session_id}:{now.isoformat()}'.encode()).hexdigest()[:12]}"
        label = wording.say("label.fixed")
        card = card_of(pending) if pending else None
        await self._append(
            session_id,
            {"type": "handoff.ended", "queue_position": None, "by": NURSE},
            wire.created(response_id, 1, None),
            *([wire.card(response_id, card)] if card else []),
            wire.done(response_id, None, _reply(text, label, response_id, origin=Origin.FIXED)),
        )
        message = Message(
            session_id=session_id,
            author=Author.AGENT,
            text=text,
            at=now,
            input_id=InputId(f"{SERVER_MADE}back.{response_id}"),
            origin=Origin.FIXED.value,
            label=label,
        )
        await console.services.archive.record_turn([message], None)

    async def _pending(self, session_id: SessionId) -> Pending | None:
        try:
            return await self.console.talks.pending(session_id)
        except BanyiError as error:
            log.warning("pending_unreachable", code=error.code)
            return None

    async def _append(self, session_id: SessionId, *events: dict[str, Json]) -> None:
        """Add to what the patient's socket is sent, wherever it is."""
        services = self.console.services
        at = services.clock.now().isoformat(timespec="milliseconds")
        stamped: list[dict[str, Json]] = [{**event, "session_id": session_id, "at": at} for event in events]
        await services.events.append(session_id, stamped)


def _farewell(case: Case) -> str:
    """The text that gives a conversation back: an emergency nobody closed is kept in view."""
    if case.urgency is not Urgency.RED:
        return "handoff.ended"
    if case.crisis:
        return "crisis.stay"
    return "emergency.after" if case.disposition == Disposition.CALL_120.name else "emergency.after_ed"


def _reply(text: str, label: str, trace_id: str, *, origin: Origin) -> TurnDone:
    return TurnDone(text=text, origin=origin, label=label, sources=(), timing_ms={}, trace_id=trace_id, pending=None)
