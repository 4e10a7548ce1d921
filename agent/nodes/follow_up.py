"""Follow-up: answers the hospital's questions after a discharge, keeps the diary, and stops when asked to."""

from __future__ import annotations

import structlog
from langgraph.runtime import Runtime

from agent import asking, cards, identifying
from agent.booking.step import Step
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.follow_up import answering, diary, outcome, stopping
from agent.follow_up.outcome import Held
from agent.nodes.stage import stage
from agent.reply import Part, Say, Show
from agent.state import Draft, Task, TurnState, TurnUpdate
from domain.clinical import Disposition
from domain.diary import Measure
from domain.errors import Conflict, NotFound, Unavailable
from domain.follow_up import PATIENT, TaskId
from domain.follow_up_alert import AlertLevel
from domain.identity import IdentityLevel
from domain.patient import Identity, PatientId
from domain.session import Pending, PendingKind
from domain.turn import Escalated
from tools.follow_up.readings import LABELS, PRESSURES, Verdict, measured
from understanding.reading import Understanding

log = structlog.get_logger(__name__)

START, STOP, TREND, DIARY = "follow_up", "follow_up_stop", "diary_trend", "diary"
"""Intents."""


@stage("follow_up")
async def follow_up(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Answer what a message has to do with follow-up."""
    context, draft = runtime.context, state["draft"].done_with(Task.FOLLOW_UP)
    conversation = state["conversation"]
    if any(isinstance(part, Escalated) for part in draft.parts):
        return TurnUpdate(draft=await _told(conversation, draft, context))
    if conversation.emergency:
        later = Say(text=context.deps.knowledge.texts.say("followup.later"))
        return TurnUpdate(draft=draft.saying(later))
    return await _step(conversation, draft, context)


async def _step(conversation: Conversation, draft: Draft, context: TurnContext) -> TurnUpdate:
    """The step a form, a tap, the open question or the words ask for."""
    pending = conversation.pending
    understanding = draft.understanding or Understanding(raw="")
    if context.utterance.form:
        return await _form(conversation, draft, context)
    if understanding.wants(STOP):
        return await _known(conversation, draft, STOP, context)
    if pending and pending.kind is PendingKind.FOLLOW_UP_STOP:
        return await stopping.answer(conversation, draft, pending, context)
    for wish in (TREND, START):
        if understanding.wants(wish):
            return await _known(conversation, draft, wish, context)
    asked = pending if pending and pending.kind is PendingKind.FOLLOW_UP_QUESTION else None
    if asked or _about_it(conversation, draft):
        return await answering.answer(conversation, draft, asked, context)
    if measured(understanding):
        return await _known(conversation, draft, DIARY, context)
    if pending and pending.kind is PendingKind.CODE_FORM:
        return await _code(conversation, draft, pending, context)
    return await _known(conversation, draft, START, context)


async def _code(conversation: Conversation, draft: Draft, pending: Pending, context: TurnContext) -> TurnUpdate:
    """A tap or words while the one-time code is awaited."""
    ask = _ask(conversation, _then(conversation), context)
    choice = context.utterance.choice
    values = asking.chosen(pending, choice.value) if choice else ()
    if values and identifying.is_reply(pending, values[0]):
        return _said(draft, *await identifying.reply(conversation, values[0], context, ask))
    return _said(draft, *await identifying.code_in_words(conversation, context, ask))


async def _known(conversation: Conversation, draft: Draft, wish: str, context: TurnContext) -> TurnUpdate:
    """What is wished, once it is known who the patient is."""
    patient_id = _patient(conversation, context, proven=wish == TREND)
    if patient_id is None:
        return _said(draft, *_ask(conversation, wish, context)(()))
    return await _do(conversation, draft, patient_id, wish, context)


async def _do(
    conversation: Conversation, draft: Draft, patient_id: PatientId, wish: str, context: TurnContext
) -> TurnUpdate:
    understanding = draft.understanding or Understanding(raw="")
    texts = context.deps.knowledge.texts
    if wish == STOP:
        return stopping.ask(conversation, draft, patient_id, context)
    if wish == TREND:
        return await diary.show(conversation, draft, patient_id, _named(understanding.raw), context)
    if wish == DIARY:
        try:
            return await diary.note(conversation, draft, patient_id, context)
        except NotFound:
            said = Say(text=texts.say("followup.not_enrolled"))
            return TurnUpdate(conversation=conversation, draft=draft.saying(said))
    return await answering.begin(conversation, draft, patient_id, context)


def _about_it(conversation: Conversation, draft: Draft) -> bool:
    """Whether words without an open question go to the last follow-up: a correction, or what a red flag held up."""
    corrects = draft.understanding is not None and draft.understanding.answer.corrects
    following = conversation.following
    if following is None or not following.task_id:
        return False
    return corrects or (following.open and bool(draft.held_text))


def _patient(conversation: Conversation, context: TurnContext, *, proven: bool) -> PatientId | None:
    """Who is followed up here: known since it began in this session; what is shown needs a fresh proof."""
    if conversation.following is not None and not proven:
        return conversation.following.patient_id
    return identifying.at(conversation, context.deps.clock.now()).patient_id


def _ask(conversation: Conversation, wish: str, context: TurnContext) -> identifying.Ask:
    """What shows the identity form; `wish` waits for it."""

    def ask(wrong: tuple[str, ...]) -> Step:
        texts = context.deps.knowledge.texts
        asking_for, pending = asking.ask(
            conversation,
            kind=PendingKind.IDENTITY_FORM,
            question=texts.say("followup.identity_needed"),
            subject="follow_up",
            facts={identifying.FOR: identifying.FOLLOW_UP, identifying.THEN: wish},
        )
        card = cards.identity_form(identifying.IDENTITY_FORM, texts.say("followup.identity_why"))
        said = Say(text="".join(wrong) or pending.question)
        return asking.with_card(asking_for, card), (said, Show(card=card))

    return ask


def _then(conversation: Conversation) -> str:
    return conversation.pending.facts.get(identifying.THEN, START) if conversation.pending else START


async def _form(conversation: Conversation, draft: Draft, context: TurnContext) -> TurnUpdate:
    """The identity, then its code, then what was wished."""
    form = context.utterance.form
    wish = _then(conversation)
    ask = _ask(conversation, wish, context)
    if form is None:
        return _said(draft, *ask(()))
    taken = await identifying.take_form(conversation, form, context, ask, code=True)
    if not isinstance(taken, Identity):
        return _said(draft, *taken)
    patient_id = await context.deps.files.matching(taken)
    if patient_id is None:
        said = Say(text=context.deps.knowledge.texts.say("records.no_match"))
        return TurnUpdate(conversation=conversation.awaiting(None), draft=draft.saying(said))
    now = context.deps.clock.now()
    conversation = identifying.proven(conversation, IdentityLevel.REAL_NAME, patient_id, now).awaiting(None)
    if wish == DIARY:
        return await answering.begin(conversation, draft, patient_id, context)
    return await _do(conversation, draft, patient_id, wish, context)


def _said(draft: Draft, conversation: Conversation, parts: tuple[Part, ...]) -> TurnUpdate:
    return TurnUpdate(conversation=conversation, draft=draft.saying(*parts))


def _named(text: str) -> tuple[Measure, ...]:
    """The measures a wish names; none means all."""
    if "血压" in text:
        return PRESSURES
    return tuple(measure for measure, label in LABELS.items() if label in text)


async def _told(conversation: Conversation, draft: Draft, context: TurnContext) -> Draft:
    """Tell the staff of an emergency raised in a follow-up; a store that is away keeps nobody from 120.

    An alert that the archive cannot take waits in the backlog, and the follow-up's end with it.
    """
    following, standing = conversation.following, conversation.emergency
    if following is None or standing is None or draft.judgement is None:
        return draft
    urgent = standing.disposition is Disposition.CALL_120
    verdict = Verdict(
        rule_id=standing.rule_ids[0],
        disposition=standing.disposition,
        level=AlertLevel.RED,
        within_hours=0.1 if urgent or standing.crisis else 0.5,
        because=context.deps.knowledge.texts.say("followup.emergency"),
        src=(),
    )
    source = following.task_id or context.utterance.session_id
    told = Held(verdict=verdict, quote="、".join(draft.judgement.quotes), crisis=standing.crisis)
    task_id = TaskId(following.task_id) if following.task_id else None
    alert = outcome.alert_of(told, AlertLevel.RED, following.patient_id, source, context, task_id=task_id)
    try:
        try:
            await context.deps.follow_up.alerts.raise_alert(alert)
            if task_id and following.open:
                await context.deps.follow_up.complete(task_id, by=PATIENT, now=context.deps.clock.now())
        except Unavailable as error:
            log.warning("alert_waits", dependency=error.dependency)
            await context.deps.backlog.put_alert(alert)
    except (Conflict, NotFound, Unavailable) as error:
        log.error("alert_not_raised", kind=type(error).__name__)  # noqa: TRY400 no error text in logs
    return draft
