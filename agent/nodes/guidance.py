"""Answers from the hospital's own guide, word for word."""

from __future__ import annotations

import re
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

FEWEST_CHARACTERS = 8
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ASKED = re.compile(r"(?:吗|呢|么|哪里?|哪儿|几点|多少钱|怎么[走去办挂]|在哪|谁)[？?。！!]*$")
"""How a question about the hospital ends."""


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
    if utterance.consented and _may_be_a_complaint(state):
        return TurnUpdate(draft=replace(left, tasks=(*left.tasks, Task.TRIAGE), uncovered=True))
    unclear = conversation.unclear_turns + 1
    text = "talk.not_understood_twice" if unclear >= UNCLEAR_BEFORE_HANDOFF else "guide.unknown"
    person = Option(label=knowledge.texts.say("handoff.accept_label"), value="guidance")
    parts = (Say(text=knowledge.texts.say(text)), Offer(choices=(person,), action=cards.HANDOFF))
    return TurnUpdate(conversation=replace(conversation, unclear_turns=unclear), draft=left.saying(*parts))


def _may_be_a_complaint(state: TurnState) -> bool:
    """Whether words nothing here understands could be about somebody's body: told, not asked, and long enough."""
    understanding = state["draft"].understanding
    if understanding is None or understanding.intents or understanding.educational or state["draft"].parts:
        return False
    told = len(CHINESE.findall(understanding.raw)) >= FEWEST_CHARACTERS
    return told and not ASKED.search(understanding.raw)
