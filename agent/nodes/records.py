"""Reports, bills and stays: only for whoever has proven to be the patient, and never interpreted."""

from __future__ import annotations

from dataclasses import replace

from langgraph.runtime import Runtime

from agent import asking, cards, identifying
from agent.booking.step import Step, knowledge
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.records import cards as record_cards
from agent.records import showing
from agent.reply import Offer, Part, Say, Show
from agent.state import Task, TurnState, TurnUpdate
from domain.identity import IdentityLevel
from domain.patient import Identity, PatientId, Relation
from domain.records import ReportId
from domain.session import Option, Pending, PendingKind
from domain.turn import Choice, Origin, Source
from tools import records as asked
from tools.records import Topic, Wanted
from understanding.reading import Understanding

INTERVIEW = frozenset({PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING})
OPEN = frozenset({PendingKind.IDENTITY_FORM, PendingKind.CODE_FORM, PendingKind.REPORT_CHOICE})


@stage("records")
async def records(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Answer what a message asks of the patient's records."""
    context, draft = runtime.context, state["draft"].done_with(Task.RECORDS)
    conversation = identifying.at(state["conversation"], context.deps.clock.now())
    if conversation.emergency:
        later = Say(text=context.deps.knowledge.texts.say("records.later"))
        return TurnUpdate(conversation=conversation, draft=draft.saying(later))
    understanding = draft.understanding or Understanding(raw="")
    conversation, parts = await _step(conversation, understanding, context)
    return TurnUpdate(conversation=replace(conversation, unclear_turns=0), draft=draft.saying(*parts))


async def _step(conversation: Conversation, understanding: Understanding, context: TurnContext) -> Step:
    """The step a form, a tap or the words ask for."""
    utterance, pending = context.utterance, conversation.pending
    if utterance.form:
        return await _form(conversation, context)
    if utterance.choice:
        return await _tap(conversation, utterance.choice, context)
    wish = asked.wanted(understanding.raw, {intent.id for intent in understanding.intents})
    mine = pending if pending and pending.kind in OPEN else None
    if mine and (understanding.wants("cancel", "never_mind") or asked.gives_up(understanding.raw)):
        return conversation.awaiting(None), (knowledge(context.deps.knowledge.texts.say("records.abandoned")),)
    listed = mine is not None and mine.kind is PendingKind.REPORT_CHOICE and _may_choose(wish)
    if mine and listed and (report_id := _named(mine, understanding)):
        return await _open(conversation, report_id, context)
    if wish is None and mine and mine.kind is PendingKind.CODE_FORM:
        return await identifying.code_in_words(conversation, context, _ask(conversation, _then(mine), context))
    if wish is None and mine and mine.kind is PendingKind.IDENTITY_FORM:
        return _ask(conversation, _then(mine), context)(())
    if wish is None or wish.topic is Topic.EXPLAIN:
        return showing.refuse(conversation, context, offer=pending is None or mine is not None)
    return await _wanted(conversation, wish, context)


async def _wanted(conversation: Conversation, wish: Wanted, context: TurnContext) -> Step:
    """One's own records, or how it goes in this hospital with the way to one's own."""
    if wish.own:
        return await _own(conversation, wish, context)
    texts = context.deps.knowledge.texts
    quoted = _quoted(wish, context)
    if _patient(conversation) and wish.kinds:
        conversation, parts = await _own(conversation, wish, context)
        return conversation, (*quoted, *parts)
    label = "records.own_reports" if wish.topic is Topic.REPORTS else "records.own_bills"
    own = Option(label=texts.say(label), value=_packed(wish))
    return conversation, (*quoted, Offer(choices=(own,), action=record_cards.RECORDS))


def _quoted(wish: Wanted, context: TurnContext) -> tuple[Part, ...]:
    """What the guide says, if a passage is about papers or money at all."""
    pack = context.deps.knowledge
    query = context.utterance.text + ("报告" if wish.topic is Topic.REPORTS else "")
    found = [one for one in pack.guide.search(query) if asked.fits(wish, one.title, one.text)]
    if not found:
        return (Say(text=pack.texts.say("guide.unknown")),)
    passage = found[0]
    source = Source(id=passage.id, title=passage.title, section=passage.section)
    said = Say(text=passage.text, origin=Origin.KNOWLEDGE, sources=(source,))
    return said, Show(card=cards.guide(passage.text, (source,)))


async def _own(conversation: Conversation, wish: Wanted, context: TurnContext) -> Step:
    """The patient's own, once the interview is over and the patient is known for sure."""
    texts, pending = context.deps.knowledge.texts, conversation.pending
    if asked.of_oneself(context.utterance.text):
        mine = replace(conversation, profile=replace(conversation.profile, relation=Relation.SELF))
        conversation = identifying.at(mine, context.deps.clock.now())
    if pending and pending.kind in INTERVIEW:
        return conversation, (Say(text=texts.say("records.after_triage")),)
    patient_id = _patient(conversation)
    if patient_id is None:
        return _ask(conversation, _packed(wish), context)(())
    return await showing.show(conversation, patient_id, wish, context)


async def _open(conversation: Conversation, report_id: ReportId, context: TurnContext) -> Step:
    patient_id = _patient(conversation)
    if patient_id is None:
        return _ask(conversation, f"{record_cards.REPORT}:{report_id}", context)(())
    return await showing.one_report(conversation, patient_id, report_id, context)


async def _form(conversation: Conversation, context: TurnContext) -> Step:
    """The identity, then its code, then what was asked for."""
    form, pending = context.utterance.form, conversation.pending
    then = _then(pending) if pending else Topic.REPORTS.value
    if form is None:
        return _ask(conversation, then, context)(())
    taken = await identifying.take_form(conversation, form, context, _ask(conversation, then, context), code=True)
    if not isinstance(taken, Identity):
        return taken
    patient_id = await context.deps.files.matching(taken)
    if patient_id is None:
        said = knowledge(context.deps.knowledge.texts.say("records.no_match"))
        return conversation.awaiting(None), (said,)
    now = context.deps.clock.now()
    conversation = identifying.proven(conversation, IdentityLevel.REAL_NAME, patient_id, now)
    return await _go_on(conversation, patient_id, then, context)


async def _go_on(conversation: Conversation, patient_id: PatientId, then: str, context: TurnContext) -> Step:
    """What waited for the proof."""
    kind, _, rest = then.partition(":")
    if kind == record_cards.REPORT:
        return await showing.one_report(conversation, patient_id, ReportId(rest), context)
    return await showing.show(conversation, patient_id, _unpacked(then), context)


async def _tap(conversation: Conversation, choice: Choice, context: TurnContext) -> Step:
    """A tapped report, the way to one's own records, or a choice of an open question."""
    if choice.action == record_cards.REPORT:
        return await _open(conversation, ReportId(choice.value), context)
    if choice.action == record_cards.RECORDS:
        return await _own(conversation, _unpacked(choice.value), context)
    pending = conversation.pending
    values = asking.chosen(pending, choice.value) if pending else ()
    if pending is None or not values:
        return conversation, (Say(text=context.deps.knowledge.texts.say("talk.late_tap")),)
    if identifying.is_reply(pending, values[0]):
        ask = _ask(conversation, _then(pending), context)
        return await identifying.reply(conversation, values[0], context, ask)
    return await _open(conversation, ReportId(values[0]), context)


def _ask(conversation: Conversation, then: str, context: TurnContext) -> identifying.Ask:
    """What shows the identity form for records; `then` waits for it."""

    def ask(wrong: tuple[str, ...]) -> Step:
        texts = context.deps.knowledge.texts
        asking_for, pending = asking.ask(
            conversation,
            kind=PendingKind.IDENTITY_FORM,
            question=texts.say("records.identity_needed"),
            subject="records",
            facts={identifying.FOR: identifying.RECORDS, identifying.THEN: then},
        )
        card = cards.identity_form(identifying.IDENTITY_FORM, texts.say("records.identity_why"))
        said = "".join(wrong) or pending.question
        return asking.with_card(asking_for, card), (knowledge(said), Show(card=card))

    return ask


def _patient(conversation: Conversation) -> PatientId | None:
    """The patient whose records may be shown."""
    proof = conversation.proof
    return proof.patient_id if proof and proof.level >= IdentityLevel.REAL_NAME else None


def _named(pending: Pending, understanding: Understanding) -> ReportId | None:
    """「看第一份」「血常规那份」."""
    ordinal, ticked, options = understanding.answer.ordinal, understanding.answer.ticked, pending.options
    if len(ticked) == 1:
        return ReportId(ticked[0])
    if ordinal is not None and ordinal != 0 and -len(options) <= ordinal <= len(options):
        return ReportId(options[ordinal - 1 if ordinal > 0 else ordinal].value)
    return ReportId(options[0].value) if understanding.answer.yes and len(options) == 1 else None


def _may_choose(wish: Wanted | None) -> bool:
    """Whether words over a list of reports may name one of them."""
    return wish is None or wish.topic is Topic.REPORTS


def _then(pending: Pending) -> str:
    return pending.facts.get(identifying.THEN) or Topic.REPORTS.value


def _packed(wish: Wanted) -> str:
    """What is wanted, without a word of the patient's: 「reports:blood,ct」."""
    return f"{wish.topic.value}:{','.join(wish.kinds)}"


def _unpacked(packed: str) -> Wanted:
    topic, _, kinds = packed.partition(":")
    known = tuple(kind for kind in kinds.split(",") if kind in asked.KINDS)
    return Wanted(topic=Topic(topic) if topic in set(Topic) else Topic.REPORTS, own=True, kinds=known)
