"""Notices a patient has not seen: said when the patient comes back, and with any answer.

They are marked as read once the answer that held them is remembered: a turn that is run again says them again, and
none is lost.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from agent.booking import people, waiting
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.follow_up.replies import START
from agent.reply import Offer, Part, Say
from domain.errors import Unavailable
from domain.notices import NoticeId, NoticeKind
from domain.patient import PatientId
from domain.session import Option, PendingKind
from domain.turn import Origin
from domain.waitlist import WaitlistId, WaitlistStatus

log = structlog.get_logger(__name__)

ARRIVED = "arrived"
"""Action of the choice a session makes for a patient who came back to notices; `value` is of no account."""


async def waiting_for(conversation: Conversation, context: TurnContext) -> tuple[NoticeId, ...]:
    """What was not said yet; nothing while an emergency stands or a red flag is asked about.

    Raises:
        Unavailable: the people or the inbox do not answer.
    """
    asked = conversation.pending is not None and conversation.pending.kind is PendingKind.RED_FLAG
    if conversation.patient_id is None or conversation.emergency or asked:
        return ()
    inbox, waiting = context.deps.inbox, list[NoticeId]()
    for patient_id in await people.everybody(conversation, context):
        waiting += [notice.id for notice in await inbox.unread(patient_id) if notice.id not in conversation.told]
    return tuple(waiting)


async def seen(conversation: Conversation, context: TurnContext) -> None:
    """Mark as read what the remembered answer told; where that fails the next answer does it."""
    try:
        for patient_id in await people.everybody(conversation, context):
            await _mark(patient_id, conversation, context)
    except Unavailable as error:
        log.warning("inbox_not_read", dependency=error.dependency)


async def news(conversation: Conversation, context: TurnContext) -> tuple[Conversation, tuple[Part, ...]]:
    """What the patients of this conversation were told meanwhile; a silent inbox keeps nobody waiting."""
    if conversation.patient_id is None:
        return conversation, ()
    deps, said, told = context.deps, list[Part](), list[NoticeId]()
    try:
        for patient_id in await people.everybody(conversation, context):
            await _mark(patient_id, conversation, context)
            for notice in await deps.inbox.unread(patient_id):
                told.append(notice.id)
                if notice.kind is NoticeKind.WAITLIST_OFFER and conversation.pending is None:
                    entry = await deps.waitlist.entry(WaitlistId(notice.subject))
                    if entry.status is WaitlistStatus.OFFERED:
                        conversation, asked = waiting.ask(conversation, entry, context)
                        said.extend(asked)
                        continue
                text = deps.knowledge.texts.say("remind.news", text=notice.text)
                said.append(Say(text=text, origin=Origin.KNOWLEDGE))
                if notice.kind is NoticeKind.FOLLOW_UP and conversation.pending is None:
                    start = Option(label=deps.knowledge.texts.say("followup.start_label"), value=notice.subject)
                    said.append(Offer(choices=(start,), action=START))
    except Unavailable as error:
        log.warning("inbox_not_read", dependency=error.dependency)
    return replace(conversation, told=tuple(told)), tuple(said)


async def _mark(patient_id: PatientId, conversation: Conversation, context: TurnContext) -> None:
    if conversation.told:
        await context.deps.inbox.mark_read(patient_id, conversation.told, now=context.deps.clock.now())
