"""The first stage: replays, red flags, and the answer to a red flag's question."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from langgraph.runtime import Runtime

from agent import cards, emergency, opening, red_flag_question, red_flag_reply
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.listening import listen
from agent.nodes.check import Finished
from agent.nodes.stage import stage
from agent.noticing import ARRIVED
from agent.red_flag_reply import Reply
from agent.state import Draft, TurnState, TurnUpdate
from domain.clinical import Disposition, RedFlag, RuleId, Screening
from domain.session import Pending, PendingKind
from domain.turn import Escalated, Origin, TurnDone, Utterance
from knowledge.profile import profile_facts
from knowledge.red_flags import RedFlagRule
from tools.triage.case import Raised, TriageCase
from tools.triage.interview import open_case, raise_flag, take_alarm
from tools.triage.resemblance import CLEAR


@stage("guard")
async def guard(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Let nothing past an emergency.

    A certain red flag answers at once. A red flag that was asked about counts as confirmed unless it
    was clearly denied. Every other red flag is asked about, the call button already shown, the most urgent
    first; so is one that is brought up while a question is open.
    """
    context = runtime.context
    conversation = state.get("remembered")
    if conversation is None:
        conversation = await _first(context)
    draft = state["draft"]
    if context.utterance.input_id in conversation.ended:
        return _replay(conversation, runtime)

    draft = replace(draft, said=_said(conversation, context))
    screening = screen(conversation, context)
    if context.saying.listening:
        return listen(conversation, draft, screening, context)
    pending = conversation.pending
    asked = pending if pending and pending.kind is PendingKind.RED_FLAG else None
    if acting := tuple(flag for flag in screening.flags if _acts(flag, asked)):
        return emergency.escalate(conversation, draft, acting, context)
    if _says_nothing(asked, context.utterance):
        return TurnUpdate(conversation=conversation, draft=replace(draft, settled=True))
    if asked:
        return _answer(conversation, draft, asked, screening, context)
    return _go_on(conversation, draft, screening, context)


def _go_on(conversation: Conversation, draft: Draft, screening: Screening, context: TurnContext) -> TurnUpdate:
    """Take up what the message shows without being an emergency, and ask about the first flag that is doubtful."""
    conversation = _taken_up(conversation, screening, context)
    if conversation.doubts:
        return red_flag_question.ask_next(conversation, draft, context)
    draft = replace(draft, alarm=screening.alarm if context.utterance.consented else 0.0)
    return TurnUpdate(conversation=conversation, draft=draft)


def _taken_up(conversation: Conversation, screening: Screening, context: TurnContext) -> Conversation:
    """The flags that hold are noted, the doubtful ones wait for their question."""
    consented = context.utterance.consented
    if consented:
        for flag in screening.flags:
            if flag.certain:
                conversation = _noted(conversation, _held(flag, context), context)
        if screening.alarm >= CLEAR:
            conversation = replace(conversation, case=take_alarm(_case(conversation, context)))
    doubtful = (flag for flag in screening.flags if not flag.certain)
    return red_flag_question.doubting(conversation, doubtful, quoting=consented)


def _says_nothing(asked: Pending | None, utterance: Utterance) -> bool:
    """Whether a patient only came back, or a session counted the silence on a question that is not open any more."""
    choice = utterance.choice
    if choice is not None and choice.action == ARRIVED:
        return True
    if choice is None or choice.action != red_flag_reply.SILENCE:
        return False
    return asked is None or choice.value != asked.id


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
    reply = red_flag_reply.read(pending, context.utterance, context.deps.knowledge.reader)
    put_again = red_flag_question.AGAIN in pending.facts
    if reply in {Reply.BESIDE, Reply.PARTLY} and not put_again:
        conversation = _taken_up(conversation, screening, context)
        return red_flag_question.ask_again(conversation, draft, pending, context)
    denied = reply in {Reply.NO, Reply.PARTLY}
    if not denied and emergency.acts(level, rule.crisis):
        return emergency.confirm(conversation, draft, pending, context, level)
    draft = replace(draft, held_text=pending.facts.get("text", ""))
    if denied:
        conversation = replace(conversation, refuted=(*conversation.refuted, rule.id))
    doubted = red_flag_question.DOUBTED in pending.facts
    if denied and doubted:
        draft = replace(draft, dismissed=tuple(pending.facts["quotes"].split("、")))
    floor = None if doubted else rule.floor
    conversation = _answered(conversation, pending, rule, context, level=floor if denied else level)
    if denied:
        conversation = red_flag_question.settled_with(conversation, pending.question)
    return _go_on(conversation, draft, screening, context)


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
    return replace(conversation, case=raise_flag(_case(conversation, context), raised))


def _case(conversation: Conversation, context: TurnContext) -> TriageCase:
    """The case under way, or a new one."""
    deps = context.deps
    return conversation.case or open_case(deps.knowledge.pack, now=deps.clock.now(), profile=conversation.profile)


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
    if level is None or not context.utterance.consented:
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
    """What the message shows, seen on receipt or now with the stored messages; never less than either.

    Of a reply that only says how hard it is to say, doubtful flags are left out; a certain one stands.
    """
    utterance = context.utterance
    if not utterance.text:
        return utterance.screening
    question = (conversation.pending.question,) if conversation.pending else ()
    facts = profile_facts(conversation.profile)
    now = context.deps.knowledge.screen(utterance.text, (*conversation.recent, *question), facts)
    known = {flag.rule_id for flag in now.flags if flag.certain}
    flags = [*now.flags, *(flag for flag in utterance.screening.flags if flag.rule_id not in known)]
    if opening.unsure(conversation, utterance.text):
        return Screening(flags=tuple(flag for flag in flags if flag.certain))
    ordered = sorted(flags, key=lambda flag: (not flag.certain, -flag.disposition))
    return Screening(flags=tuple(ordered), alarm=0.0 if flags else now.alarm)


def _replay(conversation: Conversation, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Say again what was said to the last input; an earlier one is only ended, its answer was heard long ago."""
    context, answered = runtime.context, conversation.answered
    if answered and answered.input_id == context.utterance.input_id:
        *events, done = answered.events
        for event in events:
            if context.saying.cancelled is None or isinstance(event, Escalated):
                runtime.stream_writer(event)
    else:
        done = TurnDone(
            text="",
            origin=Origin.FIXED,
            label=context.deps.knowledge.texts.say("label.fixed"),
            sources=(),
            timing_ms={},
            trace_id=context.trace_id,
            pending=conversation.pending,
        )
    runtime.stream_writer(Finished(done=cast("TurnDone", done), messages=(), decision=None))
    return TurnUpdate(draft=Draft(replayed=True))
