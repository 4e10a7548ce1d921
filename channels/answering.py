"""Answers accepted inputs one at a time: runs the turn, sends its events, ends the input."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

import structlog

from channels import events as wire
from channels.history import standing
from channels.lane import Lane
from channels.outbox import Outbox
from channels.ports import Services
from channels.speech import error_text
from domain.desk import Cause
from domain.errors import BanyiError, Unavailable
from domain.session import InputId, SessionId
from domain.turn import (
    CardReady,
    ChoicesReady,
    Escalated,
    HandoffQueued,
    SentenceReady,
    TurnCancelled,
    TurnDone,
    TurnEvent,
    TurnFailed,
    Utterance,
)

log = structlog.get_logger(__name__)

SERVER_MADE = "~"
"""First character of an input id the server made; clients cannot use it."""


RESPONSE = "r_"
"""What the id of a response begins with."""

FAILURES_BEFORE_HANDOFF = 2
"""Defects in a row after which a person is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A journalled input.

    `again`: it was accepted before and may have been answered in part. `awaited`: a client just sent it, so
    it gets an answer even if that is an error; a recovered one is left to the next attempt instead.
    """

    utterance: Utterance
    again: bool = False
    awaited: bool = True

    @property
    def in_reply_to(self) -> InputId | None:
        """The id the client knows the input by."""
        input_id = self.utterance.input_id
        return None if input_id.startswith(SERVER_MADE) else input_id


class Answering:
    """The session's turns, in order.

    `on_escalated` is called for every emergency a turn reports, `on_ended` once for each input.
    """

    def __init__(
        self,
        session_id: SessionId,
        services: Services,
        outbox: Outbox,
        *,
        on_escalated: Callable[[Escalated, Accepted], None],
        on_ended: Callable[[Accepted, TurnEvent | None], None],
        on_idle: Callable[[], None],
    ) -> None:
        self._session_id = session_id
        self._services = services
        self._outbox = outbox
        self._on_escalated = on_escalated
        self._on_ended = on_ended
        self._lane = Lane(on_idle)
        self._open: set[InputId] = set()
        self._failures = 0
        self.response_id: str | None = None
        self.number = 0

    @property
    def busy(self) -> bool:
        """Whether an input is being answered or waits."""
        return self._lane.busy

    def has(self, input_id: InputId) -> bool:
        """Whether the input waits or is being answered here."""
        return input_id in self._open

    def add(self, accepted: Accepted) -> None:
        """Answer an input after those before it."""
        self._open.add(accepted.utterance.input_id)
        self._services.meter.waiting(1)
        self._lane.add(partial(self._answer, accepted))

    def stop(self, reason: Literal["barge_in", "client"]) -> None:
        """Stop the saying of the answer on its way, never the doing."""
        task = asyncio.ensure_future(self._services.turns.cancel(self._session_id, reason=reason))
        task.add_done_callback(lambda done: done.exception())

    def leave_the_rest(self) -> None:
        """Answer nothing that has not begun; it stays in the journal."""
        self._services.meter.waiting(-self._lane.clear())

    async def idle(self) -> None:
        """Wait until every answer is out."""
        await self._lane.idle()

    async def _answer(self, accepted: Accepted) -> None:
        self._services.meter.waiting(-1)
        input_id = _loggable(accepted.utterance.input_id)
        structlog.contextvars.bind_contextvars(session_id=self._session_id, input_id=input_id)
        ending: TurnEvent | None = None
        try:
            ending = await self._respond(accepted)
            await self._finish(accepted, ending)
        finally:
            self.response_id = None
            self._open.discard(accepted.utterance.input_id)
            self._on_ended(accepted, ending)

    async def _respond(self, accepted: Accepted) -> TurnEvent | None:
        """Send the whole answer; returns its end, `None` when another replica gave it."""
        started = self._services.clock.monotonic()
        turn = self._events(accepted.utterance)
        ending: TurnEvent | None = None
        response_id = ""
        if not accepted.again:
            response_id = self._begin(accepted)
        async for event in turn:
            if not response_id:
                if not await self._may_answer_again(accepted, event):
                    return None
                response_id = self._begin(accepted)
            if isinstance(event, TurnDone | TurnCancelled | TurnFailed):
                ending = event
            self._say(accepted, response_id, event)
        if ending is None:
            ending = self._failure("internal", retryable=False)
            self._say(accepted, response_id, ending)
        self._measure(ending, self._services.clock.monotonic() - started)
        await self._count(ending, accepted)
        return ending

    async def _count(self, ending: TurnEvent, accepted: Accepted) -> None:
        """An agent that fails twice in a row opens the conversation to people."""
        failed = isinstance(ending, TurnFailed) and ending.code == "internal"
        self._failures = self._failures + 1 if failed else 0
        if self._failures != FAILURES_BEFORE_HANDOFF:
            return
        now, input_id = self._services.clock.now(), accepted.utterance.input_id
        key = f"{self._session_id}:failed:{input_id}"
        try:
            position = await self._services.desk.request(
                self._session_id, reason="failed", urgent=False, key=key, now=now, cause=Cause.FAILED
            )
        except BanyiError as error:
            log.warning("handoff_unavailable", code=error.code)
            return
        self._outbox.put(wire.handoff_queued(HandoffQueued(queue_position=position)))
        await self._services.bell.ring()

    def next_number(self) -> int:
        """A number no response, and no audio, of this session bore before."""
        self.number += 1
        return self.number

    def _begin(self, accepted: Accepted) -> str:
        unasked = accepted.in_reply_to is None
        self.response_id = _unasked_id(accepted) if unasked else RESPONSE + secrets.token_hex(6)
        self._outbox.put(wire.created(self.response_id, self.next_number(), accepted.in_reply_to))
        return self.response_id

    async def _may_answer_again(self, accepted: Accepted, first: TurnEvent) -> bool:
        """Close what an earlier process left open; `False` when there is nothing left to answer.

        Asked when the turn holds the session, so that a replica which still answered has finished.
        """
        if isinstance(first, TurnFailed) and first.retryable:
            return accepted.awaited
        try:
            events = await self._services.events.since(self._session_id, 0)
            if accepted.in_reply_to is None:
                own = _unasked_id(accepted)
                events = tuple(event for event in events if event.get("response_id") == own)
            found = standing(events, accepted.in_reply_to)
        except Unavailable:
            return accepted.awaited
        if found.ended:
            await self._forget(accepted)
            return False
        if found.response_id is not None:
            self._outbox.put(wire.cancelled(found.response_id, accepted.in_reply_to, "restarted"))
        return True

    def _say(self, accepted: Accepted, response_id: str, event: TurnEvent) -> None:
        match event:
            case SentenceReady():
                self._outbox.put(wire.delta(response_id, event.text))
            case CardReady():
                self._services.meter.card(event.card)
                self._outbox.put(wire.card(response_id, event.card))
            case ChoicesReady():
                self._outbox.put(wire.choices(response_id, event))
            case Escalated():
                self._on_escalated(event, accepted)
            case HandoffQueued():
                self._outbox.put(wire.handoff_queued(event))
            case TurnDone():
                self._outbox.put(wire.done(response_id, accepted.in_reply_to, event))
            case TurnCancelled():
                self._outbox.put(wire.cancelled(response_id, accepted.in_reply_to, event.reason))
            case TurnFailed():
                self._services.meter.refused(event.code)
                message = error_text(self._services.wording, event.message, accepted.utterance.screening)
                self._outbox.put(
                    wire.error(event.code, message, retryable=event.retryable, in_reply_to=accepted.in_reply_to)
                )

    async def _events(self, utterance: Utterance) -> AsyncIterator[TurnEvent]:
        """The turn's events; whatever it raises is an end too."""
        try:
            async for event in self._services.turns.run(utterance):
                yield event
        except BanyiError as error:
            log.warning("turn_failed", code=error.code, kind=type(error).__name__)
            yield self._failure(error.code, retryable=error.retryable)
        except Exception:
            log.exception("turn_defect")
            yield self._failure("internal", retryable=False)

    def _failure(self, code: str, *, retryable: bool) -> TurnFailed:
        return TurnFailed(code=code, message=self._services.wording.say(f"error.{code}"), retryable=retryable)

    async def _finish(self, accepted: Accepted, ending: TurnEvent | None) -> None:
        """Strike the input from the journal once its end is stored; one that may be retried stays."""
        stored = await self._outbox.settle()
        if ending is None or not stored or (isinstance(ending, TurnFailed) and ending.retryable):
            return
        await self._forget(accepted)

    async def _forget(self, accepted: Accepted) -> None:
        try:
            await self._services.journal.finish(self._session_id, accepted.utterance.input_id)
        except Unavailable:
            log.warning("journal_unreachable")

    def _measure(self, ending: TurnEvent, seconds: float) -> None:
        match ending:
            case TurnDone():
                self._services.meter.answered("done", seconds, ending.timing_ms)
            case TurnFailed():
                self._services.meter.answered(ending.code, seconds, {})
            case _:
                self._services.meter.answered("cancelled", seconds, {})


def _unasked_id(accepted: Accepted) -> str:
    """The response to an input the server made: always the same, so that what was said already is known again."""
    return RESPONSE + _loggable(accepted.utterance.input_id)


def _loggable(input_id: InputId) -> str:
    """An input id for the log: its hash, since a client makes its ids of whatever it likes."""
    return hashlib.sha256(input_id.encode(errors="surrogatepass")).hexdigest()[:12]
