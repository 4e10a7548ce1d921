"""The first stage: replays, red flags, and the answer to a red flag's question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from langgraph.runtime import Runtime

from agent import asking, cards, emergency, red_flag_reply
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.nodes.check import Finished
from agent.nodes.stage import stage
from agent.red_flag_reply import NO, YES, Reply
from agent.reply import Part, Say, Show
from agent.state import Draft, Judgement, TurnState, TurnUpdate
from domain.clinical import Disposition, RedFlag, RuleId, Screening
from domain.session import Option, Pending, PendingKind
from domain.turn import TurnDone
from knowledge.profile import profile_facts
from knowledge.red_flags import RedFlagRule
from tools.triage.case import Raised
from tools.triage.interview import open_case, raise_flag

CONFIRM_WINDOW = timedelta(seconds=90)
AGAIN = "again"
"""Fact of a red flag's question that was put a second time."""


@stage("guard")
async def guard(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Let nothing past an emergency.

    A certain red flag answers at once. A red flag that was asked about counts as confirmed unless it
    was clearly denied. Any other red flag asks its one question, the call button already shown; so does one
    that the denying reply itself brings up.
    """
    context = runtime.context
    conversation = state.get("remembered")
    if conversation is None:
        conversation = await _first(context)
    draft = state["draft"]
    answered = conversation.answered
    if answered and answered.input_id == context.utterance.input_id:
        return _replay(conversation, runtime)

    draft = replace(draft, said=_said(conversation, context))
    screening = screen(conversation, context)
    pending = conversation.pending
    asked = pending if pending and pending.kind is PendingKind.RED_FLAG else None
    if acting := tuple(flag for flag in screening.flags if _acts(flag, asked)):
        return emergency.escalate(conversation, draft, acting, context)
    if asked:
        return _answer(conversation, draft, asked, screening, context)
    return _go_on(conversation, draft, screening, context)


def _go_on(conversation: Conversation, draft: Draft, screening: Screening, context: TurnContext) -> TurnUpdate:
    """Note the flags that hold without being an emergency, and ask about the first that is doubtful."""
    for flag in screening.flags:
        if flag.certain:
            conversation = _noted(conversation, _held(flag, context), context)
    to_ask = [flag for flag in screening.flags if not flag.certain and not _known(conversation, flag)]
    if to_ask:
        return _ask(conversation, draft, to_ask[0], context)
    return TurnUpdate(conversation=conversation, draft=draft)


def _acts(flag: RedFlag, asked: Pending | None) -> bool:
    """Whether a flag interrupts now; words of a crisis in reply to another red flag are not asked about first."""
    sure = flag.certain or (flag.crisis and asked is not None and asked.subject != flag.rule_id)
    return sure and emergency.acts(flag.disposition, flag.crisis)


def _answer(
    conversation: Conversation, draft: Draft, pending: Pending, screening: Screening, context: TurnContext
) -> TurnUpdate:
    """The reply to a red flag's question: raise it, put it once more, or go on with what was said before it."""
    rule = context.deps.knowledge.pack.red_flags[RuleId(pending.subject)]
    level = emergency.asked_level(rule, pending, screening.flags)
    reply = red_flag_reply.read(pending, context)
    if reply is Reply.BESIDE and AGAIN not in pending.facts:
        return _ask_again(conversation, draft, pending, context)
    denied = reply is Reply.NO
    if not denied and emergency.acts(level, rule.crisis):
        return emergency.confirm(conversation, draft, pending, context, level)
    draft = replace(draft, held_text=pending.facts.get("text", ""))
    if denied:
        conversation = replace(conversation, refuted=(*conversation.refuted, rule.id))
    conversation = _answered(conversation, pending, rule, context, level=rule.floor if denied else level)
    return _go_on(conversation, draft, screening, context)


def _known(conversation: Conversation, flag: RedFlag) -> bool:
    """Whether the flag was asked about already, or its answer is part of the case."""
    raised = conversation.case.raised if conversation.case else ()
    return flag.rule_id in conversation.refuted or any(one.rule_id == flag.rule_id for one in raised)


def _held(flag: RedFlag, context: TurnContext) -> Raised:
    """A flag that holds but is no emergency by itself."""
    return Raised(
        rule_id=flag.rule_id,
        disposition=flag.disposition,
        text=context.deps.knowledge.texts.say("triage.flag_reason"),
        quote="、".join(flag.anchors),
        source=context.deps.knowledge.pack.cover.cite(flag.sources),
    )


def _noted(conversation: Conversation, raised: Raised, context: TurnContext) -> Conversation:
    """The conversation whose case remembers the flag; nothing later lowers it."""
    deps = context.deps
    case = conversation.case or open_case(deps.knowledge.pack, now=deps.clock.now(), profile=conversation.profile)
    return replace(conversation, case=raise_flag(case, raised))


def _answered(
    conversation: Conversation,
    pending: Pending,
    rule: RedFlagRule,
    context: TurnContext,
    *,
    level: Disposition | None,
) -> Conversation:
    """After the flag's question: denied down to its floor, or affirmed without being an emergency."""
    conversation = conversation.awaiting(None)
    if level is None:
        return conversation
    raised = Raised(
        rule_id=rule.id,
        disposition=level,
        text=context.deps.knowledge.texts.say("triage.flag_reason"),
        quote=pending.facts.get("quotes", ""),
        source=context.deps.knowledge.pack.cover.cite(rule.sources),
    )
    return _noted(conversation, raised, context)


async def _first(context: TurnContext) -> Conversation:
    """The conversation before its first turn: all that is known is the session's profile."""
    record = await context.deps.sessions.get(context.utterance.session_id)
    return Conversation(profile=record.session.profile) if record else Conversation()


def _said(conversation: Conversation, context: TurnContext) -> str:
    """The patient's line: the text, or the label of what was tapped."""
    utterance, pending = context.utterance, conversation.pending
    if utterance.choice is None or pending is None:
        return utterance.text
    ticked = utterance.choice.value.split(",")
    return "、".join(option.label for option in pending.options if cards.option_value(pending, option) in ticked)


def screen(conversation: Conversation, context: TurnContext) -> Screening:
    """What the message shows, seen on receipt or now with the stored messages; never less than either."""
    utterance = context.utterance
    if not utterance.text:
        return utterance.screening
    question = (conversation.pending.question,) if conversation.pending else ()
    facts = profile_facts(conversation.profile)
    now = context.deps.knowledge.screen(utterance.text, (*conversation.recent, *question), facts)
    known = {flag.rule_id for flag in now.flags if flag.certain}
    flags = [*now.flags, *(flag for flag in utterance.screening.flags if flag.rule_id not in known)]
    return Screening(flags=tuple(sorted(flags, key=lambda flag: (not flag.certain, -flag.disposition))))


def _replay(conversation: Conversation, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Say again what was said to this input."""
    events = conversation.answered.events if conversation.answered else ()
    for event in events:
        if isinstance(event, TurnDone):
            runtime.stream_writer(Finished(done=event, messages=(), decision=None))
        else:
            runtime.stream_writer(event)
    return TurnUpdate(draft=Draft(replayed=True))


def _ask_again(conversation: Conversation, draft: Draft, pending: Pending, context: TurnContext) -> TurnUpdate:
    """Put a red flag's question once more, to a reply that spoke of something else; the time goes on."""
    texts = context.deps.knowledge.texts
    again = replace(pending, facts={**pending.facts, AGAIN: "1", "text": _joined(pending, context)})
    call = Show(card=cards.call(emergency.AMBULANCE, texts.say("emergency.call_label")))
    parts = (
        Say(text=texts.say("emergency.confirm_again", question=pending.question)),
        Show(card=cards.question_card(again)),
        call,
    )
    heard = conversation.heard(context.utterance.text)
    return TurnUpdate(conversation=heard.awaiting(again), draft=replace(draft.saying(*parts), settled=True))


def _joined(pending: Pending, context: TurnContext) -> str:
    """What was said before the question and in reply to it, to be read together once it is settled."""
    return "。".join(part for part in (pending.facts.get("text", ""), context.utterance.text) if part)


def _ask(conversation: Conversation, draft: Draft, flag: RedFlag, context: TurnContext) -> TurnUpdate:
    """Ask the flag's one question with the call button beside it."""
    deps, utterance = context.deps, context.utterance
    texts = deps.knowledge.texts
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
            "text": "。".join(part for part in (draft.held_text, utterance.text) if part),
            "quotes": "、".join(flag.anchors),
            emergency.LEVEL: flag.disposition.name,
        },
    )
    card = cards.question_card(pending)
    parts: tuple[Part, ...] = (Say(text=flag.question), Show(card=card))
    if emergency.acts(flag.disposition, flag.crisis):
        confirm = "emergency.confirm" if flag.disposition is Disposition.CALL_120 else "emergency.confirm_ed"
        call = Show(card=cards.call(emergency.AMBULANCE, texts.say("emergency.call_label")))
        parts = (Say(text=texts.say(confirm, question=flag.question)), Show(card=card), call)
    judgement = Judgement(rule_ids=(flag.rule_id,), quotes=flag.anchors)
    heard = conversation.heard(utterance.text) if utterance.text else conversation
    return TurnUpdate(
        conversation=asking.with_card(heard.asking(pending), card),
        draft=replace(draft.saying(*parts), judgement=judgement, settled=True),
    )
