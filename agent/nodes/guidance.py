"""Answers from the hospital's own guide: word for word, or in a model's words that the guide bears out."""

from __future__ import annotations

import re
from dataclasses import replace

from langgraph.runtime import Runtime

from agent import cards
from agent.answers.answering import SURE, answer
from agent.answers.evidence import honest
from agent.conversation import UNCLEAR_BEFORE_HANDOFF
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.reply import Offer, Say, Show, Tell
from agent.safety.injection import inspect
from agent.safety.sentences import split
from agent.state import Task, TurnState, TurnUpdate
from domain.guide import GuideBook
from domain.ports import Passage
from domain.session import Option
from domain.turn import Origin, Source
from understanding.reading import Understanding

FEWEST_CHARACTERS = 8
CHINESE = re.compile(r"[\u4e00-\u9fff]")
ASKED = re.compile(r"(?:吗|呢|么|哪里?|哪儿|几点|多少钱|怎么[走去办挂]|在哪|谁)[？?。！!]*$")
"""How a question about the hospital ends."""
ASKING = re.compile(r"怎么|哪|多少|几[点号楼层时]|[吗么]|谁|什么时候|多久|能不能|可不可以|有没有")
"""What stands in a question."""


@stage("guidance")
async def guidance(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Quote the passage that answers clearly, else ask the model, else quote; with nothing, offer a person.

    What is addressed to the machine rather than asked is not searched for. Words that may be a complaint go to the
    interview and not to the model.
    """
    conversation, draft, context = state["conversation"], state["draft"], runtime.context
    knowledge, utterance = context.deps.knowledge, context.utterance
    question = inspect(utterance.text).legitimate
    found = _passage(knowledge.guide, question)
    left = draft.done_with(Task.GUIDANCE)
    complaint = not found and utterance.consented and _may_be_a_complaint(state)
    if not complaint and not (found and found[0].score >= SURE):
        says = answer(question, conversation, context)
        if first := await anext(says, None):
            return TurnUpdate(
                conversation=replace(conversation, unclear_turns=0), draft=left.saying(first, Tell(says=says))
            )
    if found:
        passage = found[0]
        source = Source(id=passage.id, title=passage.title, section=passage.section)
        said = Say(text=passage.text, origin=Origin.KNOWLEDGE, sources=(source,))
        card = Show(card=cards.guide(passage.text, (source,)))
        return TurnUpdate(conversation=replace(conversation, unclear_turns=0), draft=left.saying(said, card))
    if complaint:
        tasks = tuple(dict.fromkeys((Task.TRIAGE, *left.tasks)))
        return TurnUpdate(draft=replace(left, tasks=tasks, uncovered=True))
    if left.tasks and not (draft.understanding or Understanding(raw="")).intents:
        return TurnUpdate(draft=left)
    unclear = conversation.unclear_turns + 1
    text = "talk.not_understood_twice" if unclear >= UNCLEAR_BEFORE_HANDOFF else "guide.unknown"
    person = Option(label=knowledge.texts.say("handoff.accept_label"), value="guidance")
    parts = (Say(text=knowledge.texts.say(text)), Offer(choices=(person,), action=cards.HANDOFF))
    return TurnUpdate(conversation=replace(conversation, unclear_turns=unclear), draft=left.saying(*parts))


def _passage(guide: GuideBook, question: str) -> tuple[Passage, ...]:
    """The passage for all that was said, else for one of the questions in it; none when nothing is good enough."""
    asked = (sentence for sentence in split(question) if ASKING.search(sentence))
    tried = (honest(guide.search(part, limit=1)) for part in (question, *asked))
    return next((found for found in tried if found), ())


def _may_be_a_complaint(state: TurnState) -> bool:
    """Whether words nothing here understands could be about somebody's body: told, not asked, and long enough."""
    understanding = state["draft"].understanding
    if understanding is None or understanding.intents or understanding.educational or state["draft"].parts:
        return False
    told = len(CHINESE.findall(understanding.raw)) >= FEWEST_CHARACTERS or understanding.person.relation is not None
    return told and not ASKED.search(understanding.raw)
