"""What a turn does while a nurse answers the patient: it hears, it raises an emergency, it says nothing else.

The open question stays open, so that the agent goes on where it stood once the conversation is given back.
"""

from __future__ import annotations

from dataclasses import replace

from agent import emergency, red_flag_reply
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.red_flag_reply import Reply
from agent.reply import Part
from agent.state import Draft, TurnUpdate
from domain.clinical import RuleId, Screening
from domain.session import PendingKind
from domain.turn import Escalated


def listen(conversation: Conversation, draft: Draft, screening: Screening, context: TurnContext) -> TurnUpdate:
    """Raise what is certain, and the red flag whose question is affirmed; remember everything else."""
    acting = tuple(flag for flag in screening.flags if flag.certain and emergency.acts(flag.disposition, flag.crisis))
    if acting:
        return _quietly(emergency.escalate(conversation, draft, acting, context))
    pending = conversation.pending
    if pending is not None and pending.kind is PendingKind.RED_FLAG:
        knowledge = context.deps.knowledge
        rule = knowledge.pack.red_flags[RuleId(pending.subject)]
        level = emergency.asked_level(rule, pending, screening.flags)
        reply = red_flag_reply.read(pending, context.utterance, knowledge.reader)
        if reply is Reply.YES and emergency.acts(level, rule.crisis):
            return _quietly(emergency.confirm(conversation, draft, pending, context, level))
    return TurnUpdate(conversation=conversation.heard_from(context.utterance), draft=replace(draft, settled=True))


def only_escalations(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """What may still be said."""
    return tuple(part for part in parts if isinstance(part, Escalated))


def _quietly(update: TurnUpdate) -> TurnUpdate:
    """The escalation without what follows it: the person it would call is here."""
    draft = update["draft"]
    return TurnUpdate(
        conversation=update["conversation"], draft=replace(draft, parts=only_escalations(draft.parts), tasks=())
    )
