"""Says the reply, sentence by sentence, each only after the safety check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from langgraph.runtime import Runtime

from agent import asking
from agent.conversation import Emergency
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.noticing import news
from agent.phrases import Phrases
from agent.reply import Offer, Part, Say, Show
from agent.safety.policy import judge
from agent.safety.sentences import split
from agent.state import Draft, TurnState, TurnUpdate
from domain.clinical import Disposition
from domain.session import Pending
from domain.turn import CardReady, ChoicesReady, Escalated, SentenceReady, TurnEvent


@stage("compose")
async def compose(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Stream the parts in order, an escalation before anything else.

    Once the saying is cancelled only an escalation is still sent; the reply is remembered whole. While an
    emergency stands, every later reply ends by saying so; after a digression the open question comes back.
    """
    context, draft, conversation = runtime.context, state["draft"], state["conversation"]
    texts = context.deps.knowledge.texts
    if not conversation.emergency and context.utterance.consented:
        conversation, told = await news(conversation, context)
        draft = draft.saying(*told)
    escalating = any(isinstance(part, Escalated) for part in draft.parts)
    if conversation.emergency and not escalating:
        draft = draft.saying(Say(text=texts.say(_standing(conversation.emergency))))
    elif conversation.pending and conversation.pending.id == draft.interrupted:
        draft = draft.saying(*_resumed(conversation.pending, texts))
    events = tuple(_events(draft, texts, grave=conversation.grave))
    for event in events:
        if context.saying.cancelled is None or isinstance(event, Escalated):
            runtime.stream_writer(event)
    return TurnUpdate(conversation=conversation, draft=replace(draft, events=events))


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


def _events(draft: Draft, texts: Phrases, *, grave: bool) -> Iterator[TurnEvent]:
    for part in sorted(draft.parts, key=lambda part: not isinstance(part, Escalated)):
        yield from _say(part, texts, grave=grave)


def _say(part: Part, texts: Phrases, *, grave: bool) -> Iterator[TurnEvent]:
    """One part as events; a sentence the policy forbids is replaced by a fixed text."""
    match part:
        case Say():
            for sentence in split(part.text):
                yield SentenceReady(
                    text=sentence
                    if part.trusted or not judge(sentence, grave=grave)
                    else texts.say("error.blocked_sentence")
                )
        case Show(card=card):
            yield CardReady(card=card)
        case Offer(choices=choices, action=action):
            yield ChoicesReady(choices=choices, action=action)
        case _:
            yield part
