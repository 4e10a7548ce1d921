"""The interview: hears, asks what can still change the outcome, and decides."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from agent import asking, cards, emergency, explaining, opening, routing
from agent.booking import reason
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.packs import moved
from agent.reply import Part, Say, Show
from agent.state import Draft, Judgement, Task, TurnState, TurnUpdate
from domain.clinical import Disposition, Presence
from domain.errors import Unavailable
from domain.session import PendingKind
from domain.turn import Origin
from tools.triage.case import TriageCase
from tools.triage.hearing import answer, hear
from tools.triage.interview import Ask, Decide, decide, next_step, open_case
from tools.triage.resemblance import CLEAR
from understanding.reading import Answer, Understanding

INTERVIEW = frozenset({PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING})


@stage("triage")
async def triage(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Answer the part of a message that is about what somebody feels."""
    context, conversation = runtime.context, state["conversation"]
    draft = state["draft"].done_with(Task.TRIAGE)
    understanding = draft.understanding or Understanding(raw="")
    if understanding.wants("why"):
        return TurnUpdate(draft=draft.saying(*explaining.why(conversation, context.deps.knowledge.texts)))
    told = routing.complains(understanding) or understanding.departments or understanding.supposed.findings
    nothing_told = not told and not understanding.unwell and not draft.uncovered and not draft.alarming
    if conversation.case is None and nothing_told and not conversation.opened:
        conversation, question = opening.asks(conversation, context.deps.knowledge.texts.say("triage.what_is_wrong"))
        return TurnUpdate(conversation=conversation, draft=draft.saying(question))
    fresh = not _interviewing(conversation)
    conversation = reason.begun(conversation, context.utterance.text)
    case = _heard(conversation, understanding, draft, context)
    conversation = replace(conversation, profile=case.profile)
    if conversation.emergency:
        return _standing(replace(conversation, case=case), draft, case, context)
    step = await _next(case, context)
    if isinstance(step, Ask) and opening.fits_nothing(conversation, case, step, draft, context.deps.knowledge.pack):
        conversation = replace(conversation, case=case, unclear_turns=0)
        conversation, question = opening.asks(conversation, context.deps.knowledge.texts.say("triage.open"))
        return TurnUpdate(conversation=conversation, draft=draft.saying(question))
    conversation = replace(conversation, case=step.case, unclear_turns=0)
    if isinstance(step, Ask):
        conversation, parts = _ask(conversation, step, context, fresh=fresh, uncovered=draft.uncovered)
        return TurnUpdate(conversation=conversation, draft=draft.saying(*parts))
    return _decided(conversation, draft, step, context)


async def _next(case: TriageCase, context: TurnContext) -> Ask | Decide:
    """The next question or the outcome. An emergency does not wait for the hospital's system to answer.

    Raises:
        Unavailable: the outcome names departments and the hospital's own are not known.
    """
    pack = context.deps.knowledge.pack
    try:
        hospital = await context.deps.scheduling.departments()
    except Unavailable:
        step = next_step(case, pack)
        if isinstance(step, Decide) and step.result.disposition < Disposition.ED_NOW:
            raise
        return step
    return next_step(case, pack, hospital)


def _interviewing(conversation: Conversation) -> bool:
    pending = conversation.pending
    return pending is not None and pending.kind in INTERVIEW | {PendingKind.OPEN_QUESTION}


def _heard(conversation: Conversation, understanding: Understanding, draft: Draft, context: TurnContext) -> TriageCase:
    """The case after this message: the answer to the open question, and everything else that was said."""
    pack, utterance, pending = context.deps.knowledge.pack, context.utterance, conversation.pending
    case = conversation.case or open_case(pack, now=context.deps.clock.now())
    asked_here = case.knowledge_version == pack.version
    case = replace(moved(case, pack), profile=conversation.profile)
    if pending and pending.kind in INTERVIEW and asked_here:
        taps = asking.chosen(pending, utterance.choice.value) if utterance.choice else ()
        reply = Answer(ticked=taps) if utterance.choice else understanding.answer
        case = answer(case, pending.subject, reply, quote=draft.said, pack=pack, alarming=_alarms(draft, understanding))
    return hear(case, understanding, pack)


def _alarms(draft: Draft, understanding: Understanding) -> bool:
    """Whether a reply is worded like an emergency, and denies nothing of what it was asked."""
    denies = any(finding.presence is Presence.ABSENT for finding in understanding.findings)
    return draft.alarm >= CLEAR and not denies


def _ask(
    conversation: Conversation, step: Ask, context: TurnContext, *, fresh: bool, uncovered: bool
) -> tuple[Conversation, tuple[Part, ...]]:
    """Put the question with its card; the first one says why questions come at all."""
    texts = context.deps.knowledge.texts
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.CARD_CLOSING if step.closing else PendingKind.TRIAGE_QUESTION,
        question=step.text,
        subject=step.question_id,
        options=step.options,
    )
    card = cards.triage_question(pending, kind=step.kind.value, text=step.text, remaining=step.remaining)
    lead = texts.say(("triage.uncovered" if uncovered else "triage.acknowledge_plain") if fresh else "triage.next")
    said = texts.say("triage.asked_again", question=step.text) if step.again else lead + step.text
    return asking.with_card(conversation, card), (Say(text=said, origin=Origin.KNOWLEDGE), Show(card=card))


def _decided(conversation: Conversation, draft: Draft, step: Decide, context: TurnContext) -> TurnUpdate:
    """Say the outcome; an emergency is raised, anything else offers the way to a doctor."""
    result = step.result
    draft = replace(draft, judgement=_judgement(step))
    conversation = replace(conversation.awaiting(None), result=result)
    if result.disposition >= Disposition.ED_NOW:
        return emergency.decided(conversation, draft, result, context)
    conversation = replace(conversation, booking=BookingDraft(urgency=result.disposition))
    texts = context.deps.knowledge.texts
    parts: tuple[Part, ...] = (*explaining.outcome(result, texts), Show(card=cards.triage_result(result)))
    return TurnUpdate(conversation=conversation, draft=draft.saying(*parts))


def _standing(conversation: Conversation, draft: Draft, case: TriageCase, context: TurnContext) -> TurnUpdate:
    """While an emergency stands nothing is asked that could delay help; what is worse is still raised."""
    step = decide(case, context.deps.knowledge.pack)
    standing = conversation.emergency.disposition if conversation.emergency else Disposition.HOME
    if step.result.disposition > standing:
        draft = replace(draft, judgement=_judgement(step))
        return emergency.decided(conversation.awaiting(None), draft, step.result, context)
    return TurnUpdate(conversation=conversation.awaiting(None), draft=draft)


def _judgement(step: Decide) -> Judgement:
    return Judgement(
        rule_ids=step.rule_ids,
        quotes=tuple(reason.quote for reason in step.result.reasons if reason.quote),
        answers=step.answers,
        disposition=step.result.disposition,
        departments=tuple(choice.id for choice in step.result.departments),
    )
