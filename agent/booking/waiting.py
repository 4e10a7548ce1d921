"""候补: waiting for a place to become free, and answering an offer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent import asking, cards
from agent.booking import people
from agent.booking.refusing import refused
from agent.booking.step import NO, YES, Step, asked, knowledge, slot_words
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.reply import Offer, Say, Show
from domain.clinical import Disposition
from domain.errors import Conflict, Expired, NotFound
from domain.patient import PatientId
from domain.scheduling import Practitioner
from domain.session import Option, PendingKind
from domain.waitlist import WaitlistEntry, WaitlistStatus, WaitlistWish


async def wish_of(draft: BookingDraft, context: TurnContext) -> WaitlistWish | None:
    """What to wait for, from what was asked for; nothing without a department. Unsaid days are all days open."""
    today, rules = context.deps.clock.now().date(), context.deps.rules
    last = today + timedelta(days=rules.days_ahead - 1)
    doctor = await _doctor(draft, context)
    department_id = doctor.department_id if doctor else next(iter(draft.department_ids), None)
    if department_id is None:
        return None
    return WaitlistWish(
        department_id=department_id,
        first_date=max(draft.first_date or today, today),
        last_date=min(draft.last_date or last, last),
        practitioner_id=doctor.id if doctor else None,
        period=draft.period,
        max_fee_cents=draft.max_fee_cents,
    )


async def _doctor(draft: BookingDraft, context: TurnContext) -> Practitioner | None:
    """The one doctor meant; nobody when the name fits several."""
    if draft.doctor is None:
        return None
    named = [
        one
        for one in await context.deps.scheduling.practitioners()
        if one.name.startswith(draft.doctor) and one.department_id in (draft.department_ids or (one.department_id,))
    ]
    return named[0] if len(named) == 1 else None


async def join(conversation: Conversation, wish: WaitlistWish, patient_id: PatientId, context: TurnContext) -> Step:
    """Begin to wait for `wish`.

    Raises:
        Conflict: a place is free, the patient waits for this already, or may not book.
        NotFound: the hospital has no such department or doctor any more.
    """
    deps, texts = context.deps, context.deps.knowledge.texts
    key = asked(conversation, context).key("wait", wish.department_id)
    entry = await deps.waitlist.join(patient_id, wish, key=key, now=deps.clock.now())
    joined = texts.say("waitlist.joined", what=await what(entry, context), position=entry.position)
    said = [knowledge(joined + deps.rules.words["waitlist_minutes"])]
    if conversation.booking.urgency is Disposition.VISIT_24H:
        said.append(Say(text=texts.say("waitlist.not_for_urgent")))
    return replace(conversation.awaiting(None), booking=BookingDraft()), tuple(said)


async def show(conversation: Conversation, context: TurnContext) -> Step:
    """What waits, and an offer that can be taken."""
    texts = context.deps.knowledge.texts
    entries = await opened(conversation, context)
    offer = _offered(entries)
    if offer is not None:
        return ask(conversation, offer, context)
    if not entries:
        return conversation.awaiting(None), (knowledge(texts.say("waitlist.none")),)
    lines = [texts.say("waitlist.waiting", what=await what(one, context), position=one.position) for one in entries]
    return conversation.awaiting(None), (knowledge("".join(lines)),)


async def opened(conversation: Conversation, context: TurnContext) -> tuple[WaitlistEntry, ...]:
    """What the patients of this conversation wait for, offers first."""
    found: list[WaitlistEntry] = []
    for patient_id in await people.everybody(conversation, context):
        found += [one for one in await context.deps.waitlist.entries(patient_id) if one.status.open]
    return tuple(sorted(found, key=lambda one: one.status is not WaitlistStatus.OFFERED))


def _offered(entries: tuple[WaitlistEntry, ...]) -> WaitlistEntry | None:
    return next((one for one in entries if one.status is WaitlistStatus.OFFERED), None)


def ask(conversation: Conversation, entry: WaitlistEntry, context: TurnContext) -> Step:
    """Ask whether the offered place is wanted."""
    texts = context.deps.knowledge.texts
    if entry.offer is None or entry.until is None:
        raise AssertionError("only an offer is asked about")
    words = slot_words(entry.offer)
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.OFFER_REPLY,
        question=texts.say("waitlist.offer", until=cards.clock(entry.until), **words),
        subject=entry.id,
        options=(
            Option(label=texts.say("waitlist.take_label"), value=YES),
            Option(label=texts.say("waitlist.decline_label"), value=NO),
        ),
    )
    return conversation, (knowledge(pending.question), Offer(choices=asking.choices(pending)))


async def take(conversation: Conversation, context: TurnContext) -> Step:
    """Book the offered place; without an offer, say what waits."""
    deps, texts = context.deps, context.deps.knowledge.texts
    entry = await _meant(conversation, context)
    if entry is None:
        return await show(conversation, context)
    key = asked(conversation, context).key("accept", entry.id)
    done = conversation.awaiting(None)
    try:
        booked = await deps.waitlist.accept(entry.id, patient_id=entry.patient_id, key=key, now=deps.clock.now())
    except (Expired, NotFound):
        return done, (knowledge(texts.say("waitlist.offer_over")),)
    except Conflict as error:
        return done, (refused(error, context),)
    text = texts.say("booking.booked", number=booked.number, where=booked.where, **slot_words(booked.slot))
    if booked.bring:
        text += texts.say("booking.bring", items="、".join(booked.bring))
    return done, (knowledge(text + texts.say("booking.booked_warning")), Show(card=cards.appointment(booked)))


async def _meant(conversation: Conversation, context: TurnContext) -> WaitlistEntry | None:
    """The offer of the open question, also one answered by this very write before; else the first that stands."""
    pending = conversation.pending
    for patient_id in await people.everybody(conversation, context):
        for one in await context.deps.waitlist.entries(patient_id):
            if pending and pending.kind is PendingKind.OFFER_REPLY and one.id == pending.subject:
                return one
    return _offered(await opened(conversation, context))


async def stop(conversation: Conversation, context: TurnContext) -> Step:
    """Decline the offer, or wait no longer; with several waits, ask which."""
    texts = context.deps.knowledge.texts
    entries = await opened(conversation, context)
    meant = await _meant(conversation, context)
    if meant is not None:
        return await end(conversation, meant, context)
    if not entries:
        return conversation.awaiting(None), (knowledge(texts.say("waitlist.none")),)
    if len(entries) == 1:
        return await end(conversation, entries[0], context)
    options = tuple([Option(label=await what(one, context), value=one.id) for one in entries])
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.STOP_CHOICE,
        question=texts.say("waitlist.stop_which"),
        subject="waitlist",
        options=options,
    )
    return conversation, (knowledge(pending.question), Offer(choices=asking.choices(pending)))


async def end(conversation: Conversation, entry: WaitlistEntry, context: TurnContext) -> Step:
    """Decline or withdraw one entry."""
    deps, texts = context.deps, context.deps.knowledge.texts
    declines = entry.status in {WaitlistStatus.OFFERED, WaitlistStatus.DECLINED}
    write = deps.waitlist.decline if declines else deps.waitlist.withdraw
    key = asked(conversation, context).key("decline" if declines else "withdraw", entry.id)
    done = conversation.awaiting(None)
    try:
        await write(entry.id, patient_id=entry.patient_id, key=key, now=deps.clock.now())
    except (Conflict, Expired, NotFound):
        return done, (knowledge(texts.say("waitlist.offer_over")),)
    return done, (knowledge(texts.say("waitlist.declined" if declines else "waitlist.withdrawn")),)


async def what(entry: WaitlistEntry, context: TurnContext) -> str:
    """What an entry waits for, in words."""
    wish = entry.wish
    departments = {one.id: one.name for one in await context.deps.scheduling.departments()}
    doctors = {one.id: one.name for one in await context.deps.scheduling.practitioners()}
    days = f"{wish.first_date.month}月{wish.first_date.day}日"
    if wish.last_date != wish.first_date:
        days += f"到{wish.last_date.month}月{wish.last_date.day}日"
    half = cards.PERIODS[wish.period] if wish.period else ""
    doctor = doctors.get(wish.practitioner_id, "") if wish.practitioner_id else ""
    return " ".join(part for part in (departments[wish.department_id], doctor, days + half) if part)
