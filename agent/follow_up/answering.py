"""One follow-up, question by question: begun, answered, corrected, gone on with, finished."""

from __future__ import annotations

from dataclasses import replace

from agent import asking
from agent.conversation import Conversation, Following
from agent.deps import TurnContext
from agent.follow_up import diary, outcome, replies
from agent.follow_up.hearing import Learned, Said, last_answered, listen, meant, skip
from agent.follow_up.outcome import Held
from agent.follow_up.sitting import AGAIN, TASK, Sitting, load, on_plan, question
from agent.reply import Say, Show
from agent.state import Draft, Judgement, TurnUpdate
from domain.follow_up import PATIENT, ResponseStatus, TaskId
from domain.patient import PatientId
from domain.session import Pending
from domain.turn import Origin
from knowledge.complaints import QuestionKind
from knowledge.follow_up import Item
from tools.follow_up import course as courses
from tools.follow_up.readings import PRESSURES, measured
from understanding.reading import Understanding

MOST_ASKED = 2
"""How often a question that was not answered is put."""


async def begin(conversation: Conversation, draft: Draft, patient_id: PatientId, context: TurnContext) -> TurnUpdate:
    """Take up what waits for the patient: what was begun first, then what is due longest."""
    deps, texts = context.deps, context.deps.knowledge.texts
    waiting = await deps.follow_up.waiting(patient_id, now=context.utterance.at)
    for task in waiting:
        sitting = await load(task.id, conversation, context)
        if sitting is None:
            continue
        await deps.follow_up.begin(task.id, now=deps.clock.now())
        seated = seat(conversation, patient_id, sitting)
        title = sitting.course.plan.names.zh
        begun = "followup.again" if sitting.response.items else "followup.begin"
        lead = _knowledge(texts.say(begun, title=title, count=len(sitting.to_ask)))
        return await go_on(seated, draft.saying(lead), sitting, context)
    plans = [one for one in await deps.follow_up.of_patient(patient_id) if one.status.open]
    known = Following(patient_id=patient_id) if plans else None
    said = _knowledge(texts.say("followup.nothing_due" if plans else "followup.not_enrolled"))
    return TurnUpdate(conversation=replace(conversation, following=known), draft=draft.saying(said))


def seat(conversation: Conversation, patient_id: PatientId, sitting: Sitting) -> Conversation:
    """The conversation once it is about this follow-up."""
    return replace(
        conversation,
        profile=on_plan(conversation.profile, sitting.course),
        following=Following(patient_id=patient_id, task_id=sitting.task.id, open=True),
        unclear_turns=0,
    )


async def answer(conversation: Conversation, draft: Draft, pending: Pending | None, context: TurnContext) -> TurnUpdate:
    """Hear the reply to the open question, and everything else it answers.

    Without an open question the message is a correction, or what was said before a red flag was asked about.
    """
    asked_in = conversation.following.task_id if conversation.following else ""
    sitting = await load(TaskId(pending.facts[TASK] if pending else asked_in), conversation, context)
    said = hear(draft, pending, context)
    corrects = said.understanding.answer.corrects and not said.ticks
    if sitting is None or not (sitting.task.status.open or (corrects and pending is None)):
        gone = Say(text=context.deps.knowledge.texts.say("followup.over"))
        return TurnUpdate(conversation=_left(conversation), draft=draft.saying(gone))
    if corrects:
        return await _correct(conversation, draft, sitting, said, context)
    item = sitting.course.by_id.get(pending.subject) if pending else None
    learned = listen(sitting.course, sitting.response, said, item)
    if _beside(sitting, said):
        noted = await diary.note(conversation, draft, sitting.task.patient_id, context)
        if not learned.told or noted["conversation"].emergency:
            await context.deps.follow_up.responses.save(learned.response)
            return noted
        draft = noted["draft"]
    else:
        await diary.keep(sitting.task.patient_id, said.understanding, context)
    sitting = sitting.with_response(learned.response)
    if item is not None and pending is not None and not learned.told:
        return await _unclear(conversation, draft, sitting, item, pending, context)
    return await _after(conversation, draft, sitting, context, learned=learned)


def _left(conversation: Conversation) -> Conversation:
    """The conversation once no question of the follow-up is left."""
    following = replace(conversation.following, open=False) if conversation.following else None
    return replace(conversation.awaiting(None), following=following)


def hear(draft: Draft, pending: Pending | None, context: TurnContext) -> Said:
    """The message, with what the courses' own patterns find in it."""
    utterance = context.utterance
    understanding = draft.understanding or Understanding(raw="")
    ticks = asking.chosen(pending, utterance.choice.value) if pending and utterance.choice else ()
    heard = context.deps.knowledge.follow_up(understanding.raw) if understanding.raw else ()
    return Said(understanding=understanding, heard=heard, ticks=ticks, quote=draft.said, at=utterance.at)


def _beside(sitting: Sitting, said: Said) -> bool:
    """Whether a message holds a reading the plan does not ask for: the diary's tables judge it."""
    asked = {item.measure for item in sitting.course.items}
    names = {"bp" if measure in PRESSURES else measure.value for measure in measured(said.understanding)}
    return bool(names - asked)


async def _correct(
    conversation: Conversation, draft: Draft, sitting: Sitting, said: Said, context: TurnContext
) -> TurnUpdate:
    """「刚才说错了，是5分」: the message is read once more against the question it corrects."""
    texts = context.deps.knowledge.texts
    item = meant(sitting.course, sitting.response, said) or last_answered(sitting.course, sitting.response)
    if item is None:
        return TurnUpdate(conversation=conversation, draft=draft.saying(Say(text=texts.say("followup.which"))))
    asked = question(item, sitting, "again", context)
    reader = context.deps.knowledge.reader
    understanding = reader(context.utterance.text, pending=asked, now=context.utterance.at)
    learned = listen(sitting.course, sitting.response, replace(said, understanding=understanding), item)
    if learned.response == sitting.response:
        said_so = Say(text=texts.say("followup.which"))
        return TurnUpdate(conversation=conversation, draft=draft.saying(said_so))
    sitting = sitting.with_response(learned.response)
    value = "、".join(
        sitting.course.label(name, sitting.response.values[name])
        for name in item.names
        if name in sitting.response.values
    )
    noted = _knowledge(texts.say("followup.corrected", value=value))
    return await _after(conversation, draft.saying(noted), sitting, context, learned=learned)


async def _unclear(
    conversation: Conversation, draft: Draft, sitting: Sitting, item: Item, pending: Pending, context: TurnContext
) -> TurnUpdate:
    """Put a question once more; after that it is left open for the nurse."""
    if int(pending.facts.get(AGAIN, "1")) < MOST_ASKED:
        await context.deps.follow_up.responses.save(sitting.response)
        return _put(conversation, draft, sitting, item, context, times=MOST_ASKED, lead="followup.unclear")
    left_open = sitting.with_response(skip(sitting.response, item))
    return await go_on(conversation, draft, left_open, context)


async def _after(
    conversation: Conversation, draft: Draft, sitting: Sitting, context: TurnContext, *, learned: Learned
) -> TurnUpdate:
    ended = sitting.task.ended_at is not None
    if ended and learned.told:
        amended = courses.finished(sitting.course, sitting.response, at=context.utterance.at)
        sitting = sitting.with_response(amended)
    return await go_on(conversation, draft, sitting, context)


async def go_on(conversation: Conversation, draft: Draft, sitting: Sitting, context: TurnContext) -> TurnUpdate:
    """Keep what was answered, act on what it comes to, and ask what is left."""
    follow_up, left = context.deps.follow_up, sitting.to_ask
    complete = not left
    found = outcome.held(sitting, context, complete=complete)
    acting = bool(found) and found[0].acts
    if complete:
        sitting = sitting.with_response(courses.finished(sitting.course, sitting.response, at=context.utterance.at))
    elif acting:
        sitting = sitting.with_response(replace(sitting.response, status=ResponseStatus.STOPPED))
    await follow_up.responses.save(sitting.response)
    if found and (complete or found[0].verdict.disposition is not None):
        await _alert(found[0], sitting, context)
    if complete or acting:
        await follow_up.complete(sitting.task.id, by=PATIENT, now=context.deps.clock.now())
    if acting:
        return outcome.raise_emergency(_left(conversation), draft, found[0], context)
    if complete:
        judged = replace(draft, judgement=_judgement(found))
        conversation, parts = outcome.words(_left(conversation), found, context)
        return TurnUpdate(conversation=conversation, draft=judged.saying(*parts))
    return _put(conversation, draft, sitting, left[0], context)


async def _alert(one: Held, sitting: Sitting, context: TurnContext) -> None:
    task = sitting.task
    await outcome.alert(one, task.patient_id, task.id, context, care_plan_id=task.care_plan_id, task_id=task.id)


def _judgement(found: tuple[Held, ...]) -> Judgement:
    return Judgement(
        rule_ids=tuple(one.verdict.rule_id for one in found),
        quotes=tuple(one.quote for one in found if one.quote),
        disposition=max(
            (one.verdict.disposition for one in found if one.verdict.disposition is not None), default=None
        ),
    )


def _put(
    conversation: Conversation,
    draft: Draft,
    sitting: Sitting,
    item: Item,
    context: TurnContext,
    *,
    times: int = 1,
    lead: str = "",
) -> TurnUpdate:
    """Ask one item with its card."""
    texts = context.deps.knowledge.texts
    pending = question(item, sitting, conversation.next_pending_id(), context)
    rest = item.type is QuestionKind.MULTI and len(courses.missing(item, sitting.response)) < len(item.names)
    pending = replace(pending, facts={**pending.facts, AGAIN: str(times)})
    answered = len({sitting.course.by_link[name].id for name in sitting.response.values if name in _links(sitting)})
    total = answered + len(sitting.to_ask)
    card = replies.questionnaire(pending, item, index=min(answered + 1, total), total=total)
    said = texts.say(lead or ("followup.rest" if rest else "followup.next"), question=item.text)
    conversation = asking.with_card(conversation.asking(pending), card)
    return TurnUpdate(conversation=conversation, draft=draft.saying(_knowledge(said), Show(card=card)))


def _links(sitting: Sitting) -> frozenset[str]:
    return frozenset(sitting.course.by_link)


def _knowledge(text: str) -> Say:
    return Say(text=text, origin=Origin.KNOWLEDGE)
