"""Shows a proven patient what they asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agent import asking, cards
from agent.booking.step import NO, YES, Step, knowledge
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.records import cards as record_cards
from agent.reply import Offer, Say, Show
from domain.errors import NotFound
from domain.patient import PatientId
from domain.records import DiagnosticReport, Invoice, ReportId, ReportStatus
from domain.session import Option, PendingKind
from domain.turn import Origin, Source
from tools import records
from tools.records import Topic, Wanted

MOST_PREPARED = 3


async def show(conversation: Conversation, patient_id: PatientId, wanted: Wanted, context: TurnContext) -> Step:
    """Answer what is wanted from the patient's own records."""
    conversation = replace(conversation.awaiting(None), viewing=wanted.topic.value)
    match wanted.topic:
        case Topic.REPORTS | Topic.EXPLAIN:
            return await _reports(conversation, patient_id, wanted, context)
        case Topic.PREPARE:
            return await _prepare(conversation, patient_id, context)
        case Topic.STAY:
            return await _stay(conversation, patient_id, context)
        case _:
            return await _bills(conversation, patient_id, wanted.topic, context)


async def one_report(
    conversation: Conversation, patient_id: PatientId, report_id: ReportId, context: TurnContext
) -> Step:
    """One report the patient chose from the list."""
    texts = context.deps.knowledge.texts
    try:
        report = await context.deps.records.report(report_id, patient_id=patient_id)
    except NotFound:
        return conversation.awaiting(None), (knowledge(texts.say("records.report_gone")),)
    return await _one(conversation.awaiting(None), patient_id, report, context)


def refuse(conversation: Conversation, context: TurnContext, *, offer: bool) -> Step:
    """What a report means is never said; the doctor is, and a booking is offered where no other question is open."""
    texts = context.deps.knowledge.texts
    refusal = Say(text=texts.say("refusal.report"))
    if not offer:
        return conversation, (refusal,)
    conversation, pending = asking.ask(
        conversation,
        kind=PendingKind.BOOKING_OFFER,
        question=texts.say("records.see_doctor"),
        subject="report",
        options=(
            Option(label=texts.say("triage.book_label"), value=YES),
            Option(label=texts.say("handoff.decline_label"), value=NO),
        ),
    )
    return conversation, (refusal, Say(text=pending.question), Offer(choices=asking.choices(pending)))


async def _reports(conversation: Conversation, patient_id: PatientId, wanted: Wanted, context: TurnContext) -> Step:
    texts = context.deps.knowledge.texts
    everything = await context.deps.records.reports(patient_id)
    if not everything:
        return conversation, (knowledge(texts.say("records.none_reports")),)
    reports = records.matching(everything, wanted.kinds)
    if len(reports) == 1:
        return await _one(conversation, patient_id, reports[0], context)
    ready = [report for report in reports if report.status.released]
    card = record_cards.report_list(await context.deps.patients.masked(patient_id), reports, texts)
    if not ready:
        said = knowledge(texts.say("records.reports_waiting", count=len(reports)))
        return conversation, (said, Show(card=card))
    conversation, _ = asking.ask(
        conversation,
        kind=PendingKind.REPORT_CHOICE,
        question=texts.say("records.which"),
        subject="reports",
        options=tuple(Option(label=report.title, value=report.id) for report in ready),
    )
    said = knowledge(
        texts.say("records.reports", count=len(reports), ready=len(ready), waiting=len(reports) - len(ready))
    )
    return conversation, (said, Show(card=card))


async def _one(
    conversation: Conversation, patient_id: PatientId, report: DiagnosticReport, context: TurnContext
) -> Step:
    """A released report word for word, or how far it is."""
    texts = context.deps.knowledge.texts
    if not report.status.released:
        return conversation, (knowledge(_waiting(report, context)),)
    patient = await context.deps.patients.masked(patient_id)
    said = knowledge(texts.say("records.asked_ready", title=report.title))
    return replace(conversation, viewing=report.id), (said, Show(card=record_cards.report(patient, report, texts)))


def _waiting(report: DiagnosticReport, context: TurnContext) -> str:
    texts, now = context.deps.knowledge.texts, context.deps.clock.now()
    if report.status is ReportStatus.CANCELLED:
        return texts.say("records.asked_cancelled", title=report.title)
    status = record_cards.status_words(report, texts)
    if report.expected_at is None or report.expected_at <= now:
        return texts.say("records.asked_waiting_late", title=report.title, status=status)
    expected = record_cards.day_words(report.expected_at.astimezone(now.tzinfo))
    return texts.say("records.asked_waiting", title=report.title, status=status, expected=expected)


async def _prepare(conversation: Conversation, patient_id: PatientId, context: TurnContext) -> Step:
    """What the guide says about preparing for the examinations that are ordered and not done."""
    deps, texts = context.deps, context.deps.knowledge.texts
    ordered = [one for one in await deps.records.reports(patient_id) if one.status is ReportStatus.REGISTERED]
    if not ordered:
        return conversation, (knowledge(texts.say("records.none_reports")),)
    titles = [report.title for report in ordered[:MOST_PREPARED]]
    parts: list[Say | Show] = [knowledge(texts.say("records.prepare", titles="、".join(titles)))]
    found = {one.id: one for title in titles for one in deps.knowledge.guide.search(f"{title}前要准备什么", limit=1)}
    for passage in found.values():
        source = Source(id=passage.id, title=passage.title, section=passage.section)
        parts.append(Say(text=passage.text, origin=Origin.KNOWLEDGE, sources=(source,)))
        parts.append(Show(card=cards.guide(passage.text, (source,))))
    return conversation, tuple(parts)


async def _bills(conversation: Conversation, patient_id: PatientId, topic: Topic, context: TurnContext) -> Step:
    texts = context.deps.knowledge.texts
    bills = await context.deps.records.bills(patient_id)
    if topic is Topic.UNPAID:
        bills = records.unpaid(bills)
    elif topic is Topic.RECEIPTS:
        bills = records.receipts(bills)
    if not bills:
        return conversation, (knowledge(texts.say(f"records.none_{topic.value}")),)
    total = records.total_cents(bills)
    if topic is Topic.UNPAID:
        said = texts.say("records.unpaid", count=len(bills), total=cards.yuan(total))
    elif topic is Topic.RECEIPTS:
        said = texts.say("records.receipts")
    else:
        said = texts.say("records.bills", count=len(bills))
    return await _billed(conversation, patient_id, topic, bills, said, context)


async def _stay(conversation: Conversation, patient_id: PatientId, context: TurnContext) -> Step:
    deps, texts = context.deps, context.deps.knowledge.texts
    account = await deps.records.account(patient_id)
    days = await deps.records.daily_list(account, patient_id=patient_id) if account else ()
    if account is None or not days:
        return conversation, (knowledge(texts.say("records.none_stay")),)
    total, deposit = cards.yuan(records.total_cents(days)), cards.yuan(account.deposit_cents)
    said = texts.say("records.stay", total=total, deposit=deposit)
    return await _billed(conversation, patient_id, Topic.STAY, days, said, context)


async def _billed(
    conversation: Conversation,
    patient_id: PatientId,
    topic: Topic,
    bills: Sequence[Invoice],
    said: str,
    context: TurnContext,
) -> Step:
    patient = await context.deps.patients.masked(patient_id)
    total = records.total_cents(bills)
    card = record_cards.bill_list(patient, topic.value, bills, context.deps.knowledge.texts, total)
    return conversation, (knowledge(said), Show(card=card))
