"""Has the model answer an open question from the hospital's own text, and lets out only what that text bears out.

A sentence goes out when it cites a text it was given, everything checkable in it stands in that text, and the
policy has nothing against it. What does not is counted and left out. When nothing is left, or the model is not
there, not in time or not honest, there is no answer, and the caller says what the knowledge says.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

import structlog

from agent import identifying
from agent.answers.citing import Citations, Cited
from agent.answers.evidence import Evidence, honest
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.model.counsel import user
from agent.model.data import Block, block, masked
from agent.reply import Say
from agent.safety.deeds import claims_a_deed
from agent.safety.policy import judge
from agent.safety.sentences import split
from domain.errors import Unavailable
from domain.model import ChatMessage
from domain.model_call import ModelPurpose
from domain.ports import Passage
from domain.turn import Origin, Source
from prompts.loader import prompt
from tools.guidance.meanings import content

log = structlog.get_logger(__name__)

SURE: Final = 0.8
"""A passage the words of the question name so clearly is quoted as it stands; no model is asked.

On `tests/guidance/questions/tuning.tsv` every quotation at or above it is right.
"""
MOST_PASSAGES: Final = 6
MOST_SENTENCES: Final = 6
SEARCH_SECONDS: Final = 0.4
"""The vector of a question takes so long at most; without it words alone find."""


async def answer(question: str, conversation: Conversation, context: TurnContext) -> AsyncGenerator[Say, None]:
    """The sentences of an answer as they are written and found right; none when there is no answer.

    Never raises what the model or the hospital raise.
    """
    counsel = context.counsel
    if not counsel.available:
        return
    guide = context.deps.knowledge.guide
    evidence = Evidence(known=context.deps.knowledge.names)
    passages = honest(await guide.retrieve(question, await _vector(question, context), limit=MOST_PASSAGES))
    offered = not guide.search(question, limit=1) and counsel.calls_tools
    if not passages and not offered:
        return
    given = [evidence.add(Block.PASSAGE, content(one), _source(one)) for one in passages]
    asked = user("\n".join((*given, block(Block.PATIENT, question))))
    said = 0
    try:
        async with aclosing(_written(asked, conversation, context, evidence, offered=offered)) as written:
            async for cited in written:
                if say := _checked(cited, evidence, context, grave=conversation.grave):
                    yield say
                    said += 1
                if said == MOST_SENTENCES:
                    return
    except Unavailable as error:
        log.info("answer_given_up", code=error.code, said=said)


async def _written(
    asked: ChatMessage, conversation: Conversation, context: TurnContext, evidence: Evidence, *, offered: bool
) -> AsyncGenerator[Cited, None]:
    """What the model writes, sentence by sentence with what each cites; after looking things up where it may."""
    counsel, filled = context.counsel, prompt("answer").fill()
    messages: tuple[ChatMessage, ...] = (asked,)
    citations = Citations()
    if offered:
        # langchain-core's tools are loaded only where a model calls them
        from agent.answers.looking_up import look_up  # noqa: PLC0415
        from tools.lookups import lookups  # noqa: PLC0415

        now = context.deps.clock.now()
        proof = identifying.at(conversation, now).proof
        tools = lookups(
            context.deps.scheduling,
            context.deps.knowledge.guide,
            now=now,
            patient_id=proof.patient_id if proof is not None else None,
        )
        looked = await look_up(counsel, filled, messages, tools=tools, evidence=evidence)
        if looked.reply:
            for sentence in split(looked.reply):
                for cited in citations.feed(sentence):
                    yield cited
            for cited in citations.flush():
                yield cited
            return
        messages = looked.messages
    async with aclosing(counsel.sentences(ModelPurpose.ANSWER, filled, *messages)) as written:
        async for said in written:
            for cited in citations.feed(said.sentence):
                yield cited
    for cited in citations.flush():
        yield cited


def _checked(cited: Cited, evidence: Evidence, context: TurnContext, *, grave: bool) -> Say | None:
    """The sentence as it may be said, or nothing."""
    texts = evidence.cited(cited.numbers)
    if not texts:
        reason = "uncited"
    elif lacking := evidence.lacks(cited.text, texts):
        reason = f"ungrounded.{lacking[0]}"
    elif claims_a_deed(cited.text):
        reason = "deed"
    elif broken := judge(cited.text, grave=grave):
        reason = broken[0].rule
    else:
        sources = tuple(dict.fromkeys(text.source for text in texts))
        return Say(text=cited.text, origin=Origin.MODEL, trusted=False, sources=sources)
    context.counsel.blocked(ModelPurpose.ANSWER, reason)
    return None


async def _vector(question: str, context: TurnContext) -> Sequence[float] | None:
    """The question's vector, when one can be had in time."""
    if not context.deps.knowledge.guide.by_meaning:
        return None
    try:
        (vector,) = await context.counsel.vectors((masked(question),), seconds=SEARCH_SECONDS)
    except (Unavailable, ValueError):
        return None
    return vector


def _source(passage: Passage) -> Source:
    return Source(id=passage.id, title=passage.title, section=passage.section)
