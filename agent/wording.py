"""Kind words before a fixed reply, where a person would not go straight to business.

The reply stands whatever the model does: its sentences, figures, names and cards are made before and are not
touched. The model may put one or two sentences in front, and each goes out only when `agent.safety.warmth` finds
nothing in it but sympathy. It is asked when the patient says how they feel, or has just been told an outcome that is
no emergency; never in an escalation, a crisis, while a red flag is asked about, or round another text of a model's.
"""

from __future__ import annotations

import re
from typing import Final

import structlog

from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.model.counsel import user
from agent.model.data import Block, block, masked
from agent.reply import Say, Tell
from agent.safety.injection import inspect
from agent.safety.policy import judge_reply
from agent.safety.sentences import split
from agent.safety.warmth import unfit
from agent.state import Draft
from agent.summaries.gist import background
from domain.clinical import Disposition
from domain.errors import Unavailable
from domain.model_call import ModelPurpose
from domain.session import PendingKind
from domain.turn import Escalated, Origin, SentenceReady
from prompts.loader import prompt

log = structlog.get_logger(__name__)

FEELINGS: Final = ("fear", "pain", "grief", "anger", "loneliness")
"""Intents that say how somebody feels."""
MOST_SENTENCES: Final = 2
MOST_TOKENS: Final = 400
"""Two sentences, and what a model that cannot be kept from thinking thinks before them."""
SHORTEST_WAIT_SECONDS: Final = 0.5
"""With less left of the budget the model is not asked."""
_FELT: Final = re.compile(
    r"等[了到][^，。！？]{0,6}(?:小时|钟头|半天|一上午|一下午|一天|这么久|很久|好久|那么久)|害怕|担心|着急|焦虑|崩溃|绝望|无助|委屈|"
    r"受不了|受够|熬不住|扛不住|撑不住|心疼|想哭|哭了|一直哭|难过|痛苦|折磨|(?:疼|痛|难受|痒)(?:得|的)(?:睡不着|要命|要死|厉害|不行)|疼死"
)


async def kindly(draft: Draft, conversation: Conversation, context: TurnContext) -> tuple[Say, ...]:
    """The words to say before the draft's reply; none when there is no need, no time, no model, or nothing fit."""
    left = context.counsel.budgets.first_sentence_seconds - sum(context.timing_ms.values()) / 1000
    if left < SHORTEST_WAIT_SECONDS or not context.counsel.available or not called_for(draft, conversation, context):
        return ()
    reply = "".join(part.text for part in draft.parts if isinstance(part, Say))  # it may quote the patient
    filled = prompt("word").fill()
    blocks = (
        *background(conversation, context.utterance.text),
        block(Block.PATIENT, context.utterance.text),
        block(Block.FACTS, masked(inspect(reply).legitimate)),
    )
    try:
        written = await context.counsel.whole(
            ModelPurpose.WORD, filled, user("\n".join(blocks)), most_tokens=MOST_TOKENS, seconds=left
        )
    except Unavailable:
        return ()
    text = "".join(_fit(split(written.text)[:MOST_SENTENCES], reply, conversation, context))
    if judge_reply(text, grave=conversation.grave):
        _left_out("whole", context)
        return ()
    return (Say(text=text, origin=Origin.MODEL, trusted=False),) if text else ()


def called_for(draft: Draft, conversation: Conversation, context: TurnContext) -> bool:
    """Whether kind words belong before this reply."""
    understanding, pending = draft.understanding, conversation.pending
    if understanding is None or not context.utterance.text or draft.settled or draft.alarming:
        return False
    if conversation.emergency or (pending and pending.kind is PendingKind.RED_FLAG):
        return False
    says = [part for part in draft.parts if isinstance(part, Say)]
    if not says or any(part.origin is Origin.MODEL for part in says):
        return False
    if any(isinstance(part, Escalated | Tell) for part in draft.parts) or understanding.wants("injection"):
        return False
    told = draft.judgement.disposition if draft.judgement else None
    outcome = told is not None and told < Disposition.ED_NOW
    return outcome or understanding.wants(*FEELINGS) or bool(_FELT.search(context.utterance.text))


def _fit(sentences: tuple[str, ...], reply: str, conversation: Conversation, context: TurnContext) -> list[str]:
    """The sentences that feel and say nothing else, and were not said in the last reply."""
    knowledge, now = context.deps.knowledge, context.utterance.at
    before = conversation.answered.events if conversation.answered else ()
    earlier = "".join(event.text for event in before if isinstance(event, SentenceReady))
    kept = []
    for sentence in sentences:
        fault = unfit(
            sentence,
            said=(*conversation.recent, context.utterance.text),
            reply=reply + earlier,
            symptoms=lambda text: frozenset(
                finding.concept for finding in knowledge.reader(text, pending=None, now=now).findings
            ),
            known=knowledge.names,
            grave=conversation.grave,
        )
        if fault:
            _left_out(fault, context)
        else:
            kept.append(_ended(sentence.strip()))
    return kept


def _left_out(reason: str, context: TurnContext) -> None:
    context.counsel.blocked(ModelPurpose.WORD, reason)
    log.warning("wording_left_out", reason=reason)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith(("。", "！", "…", "~", "～")) else f"{sentence}。"
