"""Why the patient comes, as the doctor is told with the booking, unless the patient leaves it out."""

from __future__ import annotations

import re
from dataclasses import replace

import structlog

from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.summaries.record import visit_of
from domain.clinical import Disposition
from domain.errors import NotFound, Unavailable
from domain.scheduling import Appointment, Slot
from domain.visit_reason import VisitReason
from understanding.private import mask

log = structlog.get_logger(__name__)

LONGEST_COMPLAINT = 200
_LEFT_OUT = re.compile(
    r"(?:不|别)(?:要|用|想|必)?(?:让|给|跟|和|告诉|写|带|填|说).{0,4}(?:医生|大夫|原因|病情)"
    r"|(?:原因|病情).{0,6}(?:去掉|删|不写|不填|不带|不要|不给|别)"
)


def begun(conversation: Conversation, words: str) -> Conversation:
    """The conversation whose interview begins with these words; numbers in them are starred."""
    if conversation.case is not None or not words:
        return conversation
    return replace(conversation, complaint=mask(words)[:LONGEST_COMPLAINT])


def given(conversation: Conversation, slot: Slot, context: TurnContext) -> VisitReason | None:
    """What goes to the doctor of `slot`: only of the patient who was asked, and only to where the triage led."""
    if not context.utterance.consented:
        return None
    result, case, draft = conversation.result, conversation.case, conversation.booking
    if result is None or case is None or draft.without_reason or draft.moving or not conversation.complaint:
        return None
    same_patient = case.profile.relation is conversation.profile.relation
    triaged = slot.department_id in {choice.id for choice in result.departments}
    if not (same_patient and triaged) or result.disposition >= Disposition.ED_NOW:
        return None
    conclusion = "；".join((result.title, *(reason.text for reason in result.reasons)))
    return VisitReason(complaint=conversation.complaint, conclusion=conclusion, urgency=result.disposition)


async def hand_over(conversation: Conversation, booked: Appointment, context: TurnContext) -> None:
    """Give the doctor what the patient told before; where that fails the booking stands all the same."""
    deps = context.deps
    try:
        summary = await visit_of(context.utterance.session_id, conversation, deps)
        if not summary.empty:
            await deps.notes.hand_over(booked.id, summary, patient_id=booked.patient_id)
    except (NotFound, Unavailable) as error:
        log.warning("summary_not_handed_over", kind=type(error).__name__)


def left_out(words: str) -> bool:
    """Whether the patient does not want the doctor to be told."""
    return _LEFT_OUT.search(words) is not None


def without(conversation: Conversation) -> Conversation:
    """The conversation whose booking says nothing of why the patient comes."""
    return replace(conversation, booking=replace(conversation.booking, without_reason=True))
