"""Fixed words for feelings, thanks, refusals and questions about the agent itself."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from agent import cards, emergency, opening
from agent.conversation import UNCLEAR_BEFORE_HANDOFF, Conversation
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.reply import Offer, Say, Show
from agent.routing import INTERRUPTED, ONCE_A_QUESTION
from agent.state import Task, TurnState, TurnUpdate
from agent.talk import (
    CALLS,
    GRAVE,
    LAST_REFUSAL,
    LOST_CHILD,
    LOST_CHILD_TEXT,
    MOST_PRESSED,
    OFFERS_A_PERSON,
    PRESSED_AGAIN,
    TEXTS,
    WITH_GRAVITY,
    WITHOUT_ADVICE,
)
from domain.session import Option
from understanding.reading import Understanding


@stage("small_talk")
async def small_talk(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Say the fixed text of each such intent once; what was not understood is asked again, then handed on."""
    conversation, draft = state["conversation"], state["draft"].done_with(Task.SMALL_TALK)
    texts = runtime.context.deps.knowledge.texts
    understanding = draft.understanding or Understanding(raw="")
    ids = [intent.id for intent in understanding.intents if intent.id in TEXTS]
    person = Offer(choices=(Option(label=texts.say("handoff.accept_label"), value="talk"),), action=cards.HANDOFF)
    if ids:
        conversation = conversation.pressed_for(PRESSED_AGAIN.keys() & set(ids))
        conversation = _interrupting(conversation) if ONCE_A_QUESTION & set(ids) else conversation
        said = dict.fromkeys(_text_of(name, conversation, understanding.raw) for name in ids)
        draft = draft.saying(*(Say(text=texts.say(text_id)) for text_id in said))
        if "ambulance" in ids:
            draft = draft.saying(Say(text=texts.say("emergency.in_hospital")))
        if CALLS & set(ids):
            draft = draft.saying(Show(card=cards.call(emergency.AMBULANCE, texts.say("emergency.call_label"))))
        suffers = said.keys() <= {TEXTS["pain"], TEXTS["fear"]}
        if suffers and conversation.case is None and not conversation.opened:
            conversation, question = opening.asks(conversation, texts.say("triage.what_is_wrong"))
            draft = draft.saying(question)
        if OFFERS_A_PERSON & set(ids) or LAST_REFUSAL in said:
            draft = draft.saying(person)
        grave = conversation.grave or bool(GRAVE & set(ids))
        return TurnUpdate(conversation=replace(conversation, unclear_turns=0, grave=grave), draft=draft)
    if runtime.context.utterance.choice:
        return TurnUpdate(draft=draft.saying(Say(text=texts.say("talk.late_tap"))))
    unclear = conversation.unclear_turns + 1
    if unclear < UNCLEAR_BEFORE_HANDOFF:
        draft = draft.saying(Say(text=texts.say("talk.not_understood")))
    else:
        draft = draft.saying(Say(text=texts.say("talk.not_understood_twice")), person)
    return TurnUpdate(conversation=replace(conversation, unclear_turns=unclear), draft=draft)


def _interrupting(conversation: Conversation) -> Conversation:
    """The open question noted as interrupted once."""
    pending = conversation.pending
    if pending is None:
        return conversation
    return replace(conversation, pending=replace(pending, facts={**pending.facts, INTERRUPTED: "1"}))


def _text_of(intent: str, conversation: Conversation, told: str) -> str:
    """The intent's text: nothing cheerful once the conversation turned grave, firmer when the patient presses on."""
    grave = conversation.emergency is not None or conversation.grave
    if grave and intent in WITH_GRAVITY:
        return WITH_GRAVITY[intent]
    if intent == "grief" and LOST_CHILD.search(told):
        return LOST_CHILD_TEXT
    times = conversation.pressed.count(intent)
    if times > 1:
        return LAST_REFUSAL if times > MOST_PRESSED else PRESSED_AGAIN[intent]
    if conversation.result is None and intent in WITHOUT_ADVICE:
        return WITHOUT_ADVICE[intent]
    return TEXTS[intent]
