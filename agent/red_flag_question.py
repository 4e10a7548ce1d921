"""Asks about doubtful red flags, one after the other, the most urgent first, the call button beside each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from agent import asking, cards, emergency
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.red_flag_reply import NO, YES
from agent.reply import Part, Say, Show
from agent.state import Draft, Judgement, TurnUpdate
from domain.clinical import Disposition, RedFlag
from domain.session import Option, Pending, PendingKind
from tools.triage.case import Raised
from understanding.options import coverage, plain

CONFIRM_WINDOW = timedelta(seconds=90)
AGAIN = "again"
"""Fact of a red flag's question that was put a second time."""
_SAME = 0.8
"""From this share of its character pairs on a question asks what another one did."""
DOUBTED = "doubted"
"""Fact of the question about a flag whose message is not worded like an emergency."""


def doubting(conversation: Conversation, flags: Iterable[RedFlag], *, quoting: bool) -> Conversation:
    """The conversation with these flags waiting to be asked about, each once, the most urgent first.

    Without `quoting` the words they rest on are left out.
    """
    pending = conversation.pending
    asked = {pending.subject} if pending and pending.kind is PendingKind.RED_FLAG else set()
    settled = asked.union(conversation.refuted, (one.rule_id for one in _raised(conversation)))
    waiting = {flag.rule_id: flag for flag in conversation.doubts}
    for flag in flags:
        known = waiting.get(flag.rule_id)
        if known is None or flag.disposition > known.disposition:
            waiting[flag.rule_id] = flag if quoting else replace(flag, anchors=())
    left = [flag for flag in waiting.values() if flag.rule_id not in settled]
    return replace(conversation, doubts=tuple(sorted(left, key=lambda flag: -flag.disposition)))


def settled_with(conversation: Conversation, question: str) -> Conversation:
    """The conversation without doubts that ask, in other words, what was just denied."""
    asked = plain(question)
    left = tuple(flag for flag in conversation.doubts if coverage(plain(flag.question), asked) < _SAME)
    return replace(conversation, doubts=left)


def ask_next(conversation: Conversation, draft: Draft, context: TurnContext) -> TurnUpdate:
    """Ask about the first flag that waits; raises `IndexError` when none does."""
    deps, utterance = context.deps, context.utterance
    texts = deps.knowledge.texts
    flag, left = conversation.doubts[0], conversation.doubts[1:]
    pending = Pending(
        id=conversation.next_pending_id(),
        kind=PendingKind.RED_FLAG,
        question=flag.question,
        subject=flag.rule_id,
        options=(
            Option(label=texts.say("triage.yes_label"), value=YES),
            Option(label=texts.say("triage.no_label"), value=NO),
        ),
        expires_at=deps.clock.now() + CONFIRM_WINDOW,
        facts={
            "text": _together(draft.held_text, utterance.text) if utterance.consented else "",
            "quotes": "、".join(flag.anchors),
            emergency.LEVEL: flag.disposition.name,
            **({DOUBTED: "1"} if flag.doubted else {}),
        },
    )
    card = cards.question_card(pending)
    parts: tuple[Part, ...] = (Say(text=flag.question), Show(card=card))
    if emergency.acts(flag.disposition, flag.crisis):
        confirm = "emergency.confirm" if flag.disposition is Disposition.CALL_120 else "emergency.confirm_ed"
        call = Show(card=cards.call(emergency.AMBULANCE, texts.say("emergency.call_label")))
        parts = (Say(text=texts.say(confirm, question=flag.question)), Show(card=card), call)
    judgement = Judgement(rule_ids=(flag.rule_id,), quotes=flag.anchors) if utterance.consented else None
    heard = replace(conversation.heard_from(utterance), doubts=left)
    return TurnUpdate(
        conversation=asking.with_card(heard.asking(pending), card),
        draft=replace(draft.saying(*parts), judgement=judgement, settled=True),
    )


def ask_again(conversation: Conversation, draft: Draft, pending: Pending, context: TurnContext) -> TurnUpdate:
    """Put a question once more, to a reply that spoke of something else; the time goes on."""
    texts, utterance = context.deps.knowledge.texts, context.utterance
    told = _together(pending.facts.get("text", ""), utterance.text) if utterance.consented else ""
    again = replace(pending, facts={**pending.facts, AGAIN: "1", "text": told})
    call = Show(card=cards.call(emergency.AMBULANCE, texts.say("emergency.call_label")))
    parts = (
        Say(text=texts.say("emergency.confirm_again", question=pending.question)),
        Show(card=cards.question_card(again)),
        call,
    )
    heard = conversation.heard_from(utterance)
    return TurnUpdate(conversation=heard.awaiting(again), draft=replace(draft.saying(*parts), settled=True))


def _together(*said: str) -> str:
    """What was said before a question and in reply to it, to be read together once all are settled."""
    return "。".join(part for part in said if part)


def _raised(conversation: Conversation) -> tuple[Raised, ...]:
    return conversation.case.raised if conversation.case else ()
