"""The summaries of a session, made from what the archive and the checkpoint hold of it."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from agent.conversation import Conversation
from agent.deps import Deps
from agent.model.counsel import Counsel
from agent.summaries.filling import filled
from agent.summaries.handover import handover_briefing
from agent.summaries.visit import visit_summary
from domain.clinical import DecisionRecord
from domain.errors import Unavailable
from domain.ports import Archive
from domain.session import Message, SessionId
from domain.summaries import HandoverBriefing, VisitSummary

log = structlog.get_logger(__name__)


async def visit_of(
    session_id: SessionId, conversation: Conversation, deps: Deps, counsel: Counsel | None = None
) -> VisitSummary:
    """The visit summary as the session stands now; with a counsel the model may fill what the rules left open.

    Raises:
        Unavailable: the archive does not answer.
    """
    transcript = await deps.archive.transcript(session_id)
    summary = visit_summary(conversation, transcript, deps.knowledge, session_id=session_id, now=deps.clock.now())
    if counsel is None or not counsel.available:
        return summary
    try:
        return await filled(summary, transcript, deps.knowledge, counsel)
    except Unavailable as error:
        log.info("visit_summary_not_filled", dependency=error.dependency)
        return summary


async def briefing_of(session_id: SessionId, conversation: Conversation, deps: Deps) -> HandoverBriefing:
    """The hand-over briefing as the session stands now.

    Raises:
        Unavailable: the archive does not answer.
    """
    transcript = await deps.archive.transcript(session_id)
    decisions = await decisions_of(transcript, deps.archive)
    return handover_briefing(
        conversation, transcript, decisions, deps.knowledge, session_id=session_id, now=deps.clock.now()
    )


async def decisions_of(transcript: Sequence[Message], archive: Archive) -> tuple[DecisionRecord, ...]:
    """The decision records the transcript's turns left, oldest first.

    Raises:
        Unavailable: the archive does not answer.
    """
    traces = dict.fromkeys(message.trace_id for message in transcript if message.trace_id)
    found = [await archive.decision(trace_id) for trace_id in traces]
    return tuple(one for one in found if one is not None)
