"""Runs one turn: lock, graph, stream, record.

A run is never cancelled: it goes on in its own task when nobody listens any more, because a half-run
graph would leave half a turn behind. Cancelling stops the saying only.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import traceback
from collections.abc import AsyncIterator
from dataclasses import fields, replace
from typing import Any, Literal, TypeAlias, cast

import structlog

from agent import noticing
from agent.concern import Aftermath
from agent.conversation import Conversation
from agent.deps import Deps, Saying, TurnContext
from agent.follow_up import stopping
from agent.graph import TurnGraph
from agent.model.counsel import Counsel
from agent.nodes.check import Finished
from agent.packs import Library
from agent.recording import Recording
from agent.state import Draft, TurnInput
from agent.summaries.record import briefing_of, visit_of
from agent.summaries.rolling import Rolling
from domain.errors import BanyiError, Unavailable
from domain.notices import NoticeId
from domain.session import Author, InputId, Message, Pending, SessionId
from domain.summaries import HandoverBriefing, VisitSummary
from domain.turn import (
    Escalated,
    HandoffQueued,
    SentenceReady,
    TurnCancelled,
    TurnEvent,
    TurnFailed,
    Utterance,
)

log = structlog.get_logger(__name__)

_End: TypeAlias = None


class Turns:
    """The conversation's one entrance: an utterance in, events out."""

    def __init__(self, graph: TurnGraph, deps: Deps, library: Library | None = None) -> None:
        self._graph = graph
        self._library = library or Library(deps.knowledge)
        self._ports: dict[str, Any] = {one.name: getattr(deps, one.name) for one in fields(deps)}
        del self._ports["knowledge"]  # a pack that was let go must not be held here
        self._clock, self._desk, self._reception = deps.clock, deps.desk, deps.reception
        self._locks = deps.locks
        self._sayings: dict[SessionId, Saying] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._recording = Recording(deps.archive, deps.backlog, deps.follow_up)
        self._rolling = Rolling()

    async def run(self, utterance: Utterance) -> AsyncIterator[TurnEvent]:
        """Answer one input; the last event is `TurnDone`, `TurnCancelled` or `TurnFailed`.

        An input that was answered before says the same again and does nothing.
        """
        events: asyncio.Queue[TurnEvent | _End] = asyncio.Queue()
        task = asyncio.create_task(self._run(utterance, events))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        while (event := await events.get()) is not None:
            yield event

    async def cancel(
        self, session_id: SessionId, *, reason: Literal["barge_in", "client", "handoff", "escalation"]
    ) -> None:
        """Stop saying the answer on its way, if there is one; what it does is finished."""
        if saying := self._sayings.get(session_id):
            saying.cancel(TurnCancelled(reason=reason))

    def hurry(self, session_id: SessionId) -> None:
        """Finish the answer on its way without waiting for the model: nobody listens, or something is urgent."""
        if saying := self._sayings.get(session_id):
            saying.stop.stop()

    async def pending(self, session_id: SessionId) -> Pending | None:
        """What the agent waits for in this session."""
        remembered = await self._remembered(session_id)
        return remembered.pending if remembered else None

    async def news(self, session_id: SessionId) -> tuple[NoticeId, ...]:
        """The notices that wait for the patients of this session and were not said in it yet.

        Raises:
            Unavailable: memory or the hospital does not answer.
        """
        remembered = await self._remembered(session_id)
        if remembered is None or remembered.patient_id is None:
            return ()
        coming = Utterance(session_id=session_id, input_id=InputId(""), at=self._clock.now())
        context = TurnContext(deps=await self._surroundings(session_id), utterance=coming, trace_id="")
        return await noticing.waiting_for(remembered, context)

    async def end_follow_up(self, session_id: SessionId) -> None:
        """Stop the plans and reminders of the patient this session is of; nothing where nobody is known.

        Raises:
            Unavailable: memory or the archive does not answer.
        """
        remembered = await self._remembered(session_id)
        if remembered is not None:
            await stopping.withdraw(remembered, await self._surroundings(session_id))

    async def visit_summary(self, session_id: SessionId) -> VisitSummary | None:
        """What the patient told so far, for the doctor; nothing when nobody spoke yet.

        Raises:
            Unavailable: memory or the archive does not answer.
        """
        remembered = await self._remembered(session_id)
        if remembered is None:
            return None
        deps = await self._surroundings(session_id)
        counsel = Counsel(model=deps.model, meter=deps.model_meter, budgets=deps.budgets)
        return await visit_of(session_id, remembered, deps, counsel)

    async def briefing(self, session_id: SessionId) -> HandoverBriefing | None:
        """What a nurse needs to know before taking over; nothing when nobody spoke yet.

        Raises:
            Unavailable: memory or the archive does not answer.
        """
        remembered = await self._remembered(session_id)
        return await briefing_of(session_id, remembered, await self._surroundings(session_id)) if remembered else None

    async def catch_up(self) -> None:
        """Archive the turns that the archive could not take before.

        Raises:
            Unavailable: the archive or memory does not answer; what is left waits on.
        """
        await self._recording.catch_up()

    async def settle(self) -> None:
        """Wait for what is made beside the conversations."""
        await self._rolling.settle()

    async def drain(self) -> None:
        """Wait until every running turn has finished, and archive what waits if that can be done now."""
        while self._running:
            await asyncio.wait(set(self._running))
        await self._rolling.close()
        try:
            await self.catch_up()
        except Unavailable as error:
            log.warning("archive_behind", dependency=error.dependency)

    async def _run(self, utterance: Utterance, events: asyncio.Queue[TurnEvent | _End]) -> None:
        saying = Saying()
        trace_id = secrets.token_hex(8)
        structlog.contextvars.bind_contextvars(trace_id=trace_id)
        try:
            async with self._locks.hold(utterance.session_id):
                self._sayings[utterance.session_id] = saying
                if await self._is_held(utterance.session_id):
                    saying.listening = True
                    saying.cancel(TurnCancelled(reason="handoff"))
                deps = await self._surroundings(utterance.session_id)
                context = TurnContext(
                    deps=deps,
                    utterance=utterance,
                    trace_id=trace_id,
                    saying=saying,
                    counsel=_counsel(deps, utterance, saying),
                    gist=self._rolling.take(utterance.session_id),
                )
                finished = await self._graph_run(context, events)
                if finished.told:
                    await noticing.seen(await self._remembered(utterance.session_id) or Conversation(), context)
                await self._recording.record(_heard(finished, saying), finished.decision)
                await self._tell_people(utterance.session_id, finished.aftermath, ring=saying.called)
                if finished.gist_due:
                    self._rolling.begin(utterance.session_id, deps, turns=finished.turns)
            events.put_nowait(saying.cancelled or finished.done)
        except BanyiError as error:
            log.warning("turn_failed", code=error.code, kind=type(error).__name__)
            events.put_nowait(self._failure(error.code, retryable=error.retryable))
        except Exception as error:  # noqa: BLE001 the patient gets an answer whatever broke
            log.error("turn_defect", kind=type(error).__name__, where=_where(error))  # noqa: TRY400 no error text in logs
            events.put_nowait(self._failure("internal", retryable=False))
        finally:
            if self._sayings.get(utterance.session_id) is saying:
                del self._sayings[utterance.session_id]
            events.put_nowait(None)

    async def _graph_run(self, context: TurnContext, events: asyncio.Queue[TurnEvent | _End]) -> Finished:
        finished: Finished | None = None
        saying = context.saying
        stream = self._graph.astream(
            TurnInput(draft=Draft()),
            {"configurable": {"thread_id": context.utterance.session_id}},
            context=context,
            stream_mode="custom",
            durability="exit",
        )
        async for event in stream:
            if isinstance(event, Finished):
                finished = event
                continue
            if saying.cancelled is not None and not isinstance(event, Escalated):
                continue
            if isinstance(event, SentenceReady):
                saying.said.append(event.text)
            saying.called |= isinstance(event, Escalated | HandoffQueued)
            events.put_nowait(cast("TurnEvent", event))
        if finished is None:
            raise AssertionError("the graph ended without an answer")
        return finished

    async def hush(self) -> None:
        """Stop saying the answers on their way to patients whom a nurse answers now."""
        for session_id in tuple(self._sayings):
            if await self._is_held(session_id):
                await self.cancel(session_id, reason="handoff")

    async def _is_held(self, session_id: SessionId) -> bool:
        """Whether a nurse answers; while the desk does not say, the agent does."""
        try:
            return await self._desk.held(session_id, now=self._clock.now())
        except Unavailable as error:
            log.warning("desk_unreachable", dependency=error.dependency)
            return False

    async def _tell_people(self, session_id: SessionId, aftermath: Aftermath, *, ring: bool) -> None:
        await self._reception.tell(session_id, aftermath, self._clock.now(), ring=ring)

    async def _surroundings(self, session_id: SessionId) -> Deps:
        """The ports with this turn's pack; as long as one pack is held, nothing has to be looked up for it."""
        library = self._library
        if len(library.versions) == 1:
            return Deps(**self._ports, knowledge=library.newest)
        return Deps(**self._ports, knowledge=library.of(await self._remembered(session_id), at=time.monotonic()))

    async def _remembered(self, session_id: SessionId) -> Conversation | None:
        state = await self._graph.aget_state({"configurable": {"thread_id": session_id}})
        remembered: Conversation | None = state.values.get("remembered")
        return remembered

    def _failure(self, code: str, *, retryable: bool) -> TurnFailed:
        message = self._library.say(f"error.{code}")
        return TurnFailed(code=code, message=message, retryable=retryable)


def _heard(finished: Finished, saying: Saying) -> tuple[Message, ...]:
    """The transcript's lines: of an answer a nurse cut off, as much as the patient was told."""
    if saying.cancelled is None or saying.cancelled.reason != "handoff":
        return finished.messages
    said = "".join(saying.said)
    lines = (replace(one, text=said) if one.author is Author.AGENT else one for one in finished.messages)
    return tuple(one for one in lines if one.text)


def _counsel(deps: Deps, utterance: Utterance, saying: Saying) -> Counsel:
    """The model for this turn; a form and words said without consent never reach one."""
    may = utterance.consented and utterance.form is None
    return Counsel(model=deps.model if may else None, stop=saying.stop, meter=deps.model_meter, budgets=deps.budgets)


def _where(error: BaseException) -> str:
    """File and line an error was raised at; its text may hold a patient's words and stays out of the log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
