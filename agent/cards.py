"""Cards of protocol v1, built from domain values. Every value travels back unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.clinical import DepartmentChoice, Disposition, TriageResult
from domain.scheduling import Appointment, AppointmentStatus, Hold, Period, Slot
from domain.session import Option, Pending
from domain.turn import Json, Source
from domain.visit_reason import VisitReason

ANSWER = "answer"
BOOK = "book"
SHOW_SLOTS = "slots"
CANCEL = "cancel_appointment"
HANDOFF = "handoff"

PERIODS = {Period.MORNING: "上午", Period.AFTERNOON: "下午"}
WEEKDAYS = "一二三四五六日"


def action(label: str, name: str, value: str) -> Json:
    """One action a card carries."""
    return {"label": label, "action": name, "value": value}


def options(pending: Pending) -> list[Json]:
    """The pending question's options; a value names the question, so that a late tap is recognised."""
    return [{"label": option.label, "value": option_value(pending, option)} for option in pending.options]


def option_value(pending: Pending, option: Option) -> str:
    """The opaque value of one option of a pending question."""
    return f"{pending.id}:{option.value}"


def triage_question(pending: Pending, *, kind: str, text: str, remaining: int) -> dict[str, Json]:
    """A question of the interview. Ticks of a `multi` question come back joined by commas."""
    return {
        "type": "triage_question",
        "question_id": pending.subject,
        "text": text,
        "kind": kind,
        "options": options(pending),
        "remaining": remaining,
        "actions": [action(option.label, ANSWER, option_value(pending, option)) for option in pending.options],
    }


def question_card(pending: Pending) -> dict[str, Json]:
    """A yes/no beside the interview, in the interview's form."""
    return triage_question(pending, kind="bool", text=pending.question, remaining=0)


def triage_result(result: TriageResult) -> dict[str, Json]:
    """The outcome with its reasons, departments and next steps."""
    bookable = result.disposition < Disposition.ED_NOW
    return {
        "type": "triage_result",
        "disposition": result.disposition.name,
        "flags": list(result.flags),
        "title": result.title,
        "reasons": [
            {"text": reason.text, "quote": reason.quote, "rule_id": reason.rule_id, "source": reason.source}
            for reason in result.reasons
        ],
        "departments": [department_choice(choice) for choice in result.departments],
        "safety_net": list(result.safety_net),
        "self_care": list(result.self_care),
        "complaint_ids": list(result.complaint_ids),
        "knowledge_version": result.knowledge_version,
        "actions": [
            action(f"挂{choice.name}", BOOK, choice.id) for choice in result.departments if bookable and choice.bookable
        ],
    }


def department_choice(choice: DepartmentChoice) -> dict[str, Json]:
    """One proposed department."""
    return {"id": choice.id, "name": choice.name, "why": choice.why}


def call(phone: str, label: str) -> dict[str, Json]:
    """The call card."""
    return {"type": "call", "phone": phone, "label": label, "actions": []}


def day(slot: Slot) -> str:
    """「12月3日 周四」."""
    return f"{slot.date.month}月{slot.date.day}日 周{WEEKDAYS[slot.date.weekday()]}"


def moment(slot: Slot) -> str:
    """「12月3日 周四 上午 09:00」."""
    return f"{day(slot)} {PERIODS[slot.period]} {slot.start:%H:%M}"


def yuan(fee_cents: int) -> str:
    """A fee as patients read it: 「25元」, 「7.50元」."""
    return f"{fee_cents // 100}元" if fee_cents % 100 == 0 else f"{fee_cents / 100:.2f}元"


def slot_label(slot: Slot) -> str:
    """A slot in one line, as a tap choice shows it."""
    return f"{moment(slot)} {slot.doctor} {slot.title} {yuan(slot.fee_cents)}"


def slots(department: str, doctor: str | None, found: Sequence[Slot], pending: Pending) -> dict[str, Json]:
    """Free slots; each has an action that chooses it, other ways on come after them."""
    card: dict[str, Json] = {
        "type": "slots",
        "department": department,
        "items": [
            {
                "slot_id": slot.id,
                "date": slot.date.isoformat(),
                "period": slot.period.value,
                "start": f"{slot.start:%H:%M}",
                "end": f"{slot.end:%H:%M}",
                "doctor": slot.doctor,
                "title": slot.title.value,
                "fee_cents": slot.fee_cents,
                "left": slot.left,
            }
            for slot in found
        ],
        "actions": [
            action(slot_label(slot), ANSWER, option_value(pending, option))
            for slot, option in zip(found, pending.options, strict=False)
        ]
        + [action(option.label, ANSWER, option_value(pending, option)) for option in pending.options[len(found) :]],
    }
    if doctor:
        card["doctor"] = doctor
    return card


def identity_form(form: str, why: str) -> dict[str, Json]:
    """The form that asks who the patient is; its fields never enter the transcript."""
    fields: list[Json] = [
        {"name": "name", "label": "就诊人姓名", "kind": "text", "required": True},
        {"name": "id_number", "label": "身份证号码", "kind": "id_number", "required": True},
        {"name": "phone", "label": "手机号码", "kind": "phone", "required": True},
    ]
    return {"type": "identity_form", "form": form, "fields": fields, "why": why, "actions": []}


def code_form(form: str, *, title: str, label: str, why: str) -> dict[str, Json]:
    """The form that asks for a one-time code; it comes back as any form does."""
    field: Json = {"name": "code", "label": label, "kind": "number", "required": True}
    return {"type": "identity_form", "form": form, "title": title, "fields": [field], "why": why, "actions": []}


def booking_review(
    hold: Hold, *, patient: str, rules: Iterable[str], pending: Pending, reason: VisitReason | None = None
) -> dict[str, Json]:
    """What is about to be booked, for an explicit yes; `reason` is what the doctor is told besides."""
    slot = hold.slot
    told: dict[str, Json] = {"reason": f"{reason.complaint}（{reason.conclusion}）"} if reason else {}
    return told | {
        "type": "booking_review",
        "hold_id": hold.id,
        "expires_at": hold.expires_at.isoformat(),
        "patient": patient,
        "department": slot.department,
        "doctor": slot.doctor,
        "date": slot.date.isoformat(),
        "start": f"{slot.start:%H:%M}",
        "fee_cents": slot.fee_cents,
        "rules": list(rules),
        "actions": [action(option.label, ANSWER, option_value(pending, option)) for option in pending.options],
    }


def appointment(booked: Appointment) -> dict[str, Json]:
    """One appointment, with where to go and what to bring."""
    slot = booked.slot
    open_to_cancel = booked.status is AppointmentStatus.BOOKED
    return {
        "type": "appointment",
        "appointment_id": booked.id,
        "status": booked.status.value,
        "number": booked.number,
        "department": slot.department,
        "doctor": slot.doctor,
        "date": slot.date.isoformat(),
        "start": f"{slot.start:%H:%M}",
        "where": booked.where,
        "bring": list(booked.bring),
        "actions": [action("取消这个预约", CANCEL, booked.id)] if open_to_cancel else [],
    }


def appointment_list(booked: Sequence[Appointment]) -> dict[str, Json]:
    """A patient's appointments."""
    return {"type": "appointment_list", "items": [appointment(one) for one in booked], "actions": []}


def guide(answer: str, sources: Sequence[Source]) -> dict[str, Json]:
    """A quoted answer with where it stands."""
    return {"type": "guide", "answer": answer, "sources": source_list(sources), "actions": []}


def source_list(sources: Sequence[Source]) -> list[Json]:
    """Sources as the protocol lists them."""
    return [{"id": source.id, "title": source.title, "section": source.section} for source in sources]


def handoff(queue_position: int) -> dict[str, Json]:
    """The patient waits for a person."""
    return {"type": "handoff", "queue_position": queue_position, "actions": []}


def clock(at: datetime) -> str:
    """「14:30」."""
    return f"{at:%H:%M}"
