"""Says the reply, sentence by sentence, each only after the safety check."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace

import structlog
from langgraph.runtime import Runtime

from agent import asking
from agent.conversation import Conversation, Emergency
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.noticing import news
from agent.phrases import Phrases
from agent.reply import Heard, Offer, Part, Say, Show, Tell
from agent.safety.policy import Violation, judge
from agent.safety.sentences import split
from agent.state import Draft, TurnState, TurnUpdate
from agent.wording import kindly
from domain.clinical import Disposition
from domain.model_call import ModelPurpose
from domain.session import Pending
from domain.turn import CardReady, ChoicesReady, Escalated, SentenceReady, TurnEvent

log = structlog.get_logger(__name__)


@stage("compose")
async def compose(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Stream the parts in order, an escalation before anything else.

    Once the saying is cancelled only an escalation is still sent; the reply is remembered whole. While an
    emergency stands, every later reply ends by saying so; after a digression the open question comes back.
    """
    context, draft, conversation = runtime.context, state["draft"], state["conversation"]
    if not context.saying.listening:
        conversation, draft = await _whole(conversation, draft, context)
    parts: list[Heard] = []
    events: list[TurnEvent] = []
    async for part in _heard(draft.parts):
        parts.append(part)
        for event in _say(part, context, grave=conversation.grave):
            events.append(event)
            if context.saying.cancelled is None or isinstance(event, Escalated):
                runtime.stream_writer(event)
    return TurnUpdate(conversation=conversation, draft=replace(draft, parts=tuple(parts), events=tuple(events)))


async def _whole(conversation: Conversation, draft: Draft, context: TurnContext) -> tuple[Conversation, Draft]:
    """The reply with what belongs to any: news, the emergency that stands, the question that was open, a kind word."""
    texts = context.deps.knowledge.texts
    if not conversation.emergency and context.utterance.consented:
        conversation, told = await news(conversation, context)
        draft = draft.saying(*told)
    escalating = any(isinstance(part, Escalated) for part in draft.parts)
    if conversation.emergency and not escalating:
        draft = draft.saying(Say(text=texts.say(_standing(conversation.emergency))))
    elif conversation.pending and conversation.pending.id == draft.interrupted:
        draft = draft.saying(*_resumed(conversation.pending, texts))
    kind = await kindly(draft, conversation, context)
    return conversation, replace(draft, parts=(*kind, *draft.parts))


def _standing(emergency: Emergency) -> str:
    """The text that keeps a standing emergency in view."""
    if emergency.crisis:
        return "crisis.stay"
    return "emergency.after" if emergency.disposition is Disposition.CALL_120 else "emergency.after_ed"


def _resumed(pending: Pending, texts: Phrases) -> tuple[Part, ...]:
    """The question that was open before a digression, put again with its card."""
    card = asking.card_of(pending)
    again = Say(text=texts.say("talk.back") + pending.question)
    return (again, Show(card=card)) if card else (again,)


async def _heard(parts: Sequence[Part]) -> AsyncIterator[Heard]:
    """The parts, an escalation first; what is still being written comes as it is."""
    for part in sorted(parts, key=lambda part: not isinstance(part, Escalated)):
        if isinstance(part, Tell):
            async with aclosing(part.says) as says:
                async for said in says:
                    yield said
        else:
            yield part


def _instead(broken: Violation, context: TurnContext) -> str:
    log.warning("policy_sentence", rule_ids=[broken.rule])
    context.counsel.blocked(ModelPurpose.ANSWER, broken.rule)
    return context.deps.knowledge.texts.say("error.blocked_sentence")


def _say(part: Heard, context: TurnContext, *, grave: bool) -> Iterator[TurnEvent]:
    """One part as events; a sentence the policy forbids is replaced by a fixed text, logged and counted."""
    match part:
        case Say():
            for sentence in split(part.text):
                broken = () if part.trusted else judge(sentence, grave=grave)
                yield SentenceReady(text=_instead(broken[0], context) if broken else sentence)
        case Show(card=card):
            yield CardReady(card=card)
        case Offer(choices=choices, action=action):
            yield ChoicesReady(choices=choices, action=action)
        case _:
            yield part
