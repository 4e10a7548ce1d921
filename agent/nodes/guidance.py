"""Answers from the hospital's own guide, word for word."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from agent import cards
from agent.conversation import UNCLEAR_BEFORE_HANDOFF
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.reply import Offer, Say, Show
from agent.safety.injection import inspect
from agent.state import Task, TurnState, TurnUpdate
from domain.session import Option
from domain.turn import Origin, Source


@stage("guidance")
async def guidance(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Quote the best passage; when none is good enough, say so and offer a person.

    What is addressed to the machine rather than asked is not searched for.
    """
    conversation, draft = state["conversation"], state["draft"]
    knowledge, utterance = runtime.context.deps.knowledge, runtime.context.utterance
    found = knowledge.guide.search(inspect(utterance.text).legitimate, limit=1)
    left = draft.done_with(Task.GUIDANCE)
    if found:
        passage = found[0]
        source = Source(id=passage.id, title=passage.title, section=passage.section)
        said = Say(text=passage.text, origin=Origin.KNOWLEDGE, sources=(source,))
        card = Show(card=cards.guide(passage.text, (source,)))
        return TurnUpdate(conversation=replace(conversation, unclear_turns=0), draft=left.saying(said, card))
    unclear = conversation.unclear_turns + 1
    text = "talk.not_understood_twice" if unclear >= UNCLEAR_BEFORE_HANDOFF else "guide.unknown"
    person = Option(label=knowledge.texts.say("handoff.accept_label"), value="guidance")
    parts = (Say(text=knowledge.texts.say(text)), Offer(choices=(person,), action=cards.HANDOFF))
    return TurnUpdate(conversation=replace(conversation, unclear_turns=unclear), draft=left.saying(*parts))
