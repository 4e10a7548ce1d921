"""Cards of protocol v1 as rich renderables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

Card = dict[str, Any]
PERIODS: Final = {"morning": "上午", "afternoon": "下午"}
STATUSES: Final = {
    "booked": "已预约",
    "cancelled": "已取消",
    "arrived": "已签到",
    "fulfilled": "已就诊",
    "noshow": "未到",
}


def rendered(card: Card) -> RenderableType:
    """What a card shows; a type not known here shows its name."""
    render = _RENDERERS.get(card["type"])
    return render(card) if render else Text(f"[{card['type']}]", style="dim")


def escalation(event: Card) -> RenderableType:
    """The emergency: impossible to overlook."""
    text = Text(event["text"], style="bold")
    return Panel(
        Group(text, Text(f"☎ {event['phone']}", style="bold white on red")), title="紧急", border_style="bold red"
    )


def yuan(fee_cents: int) -> str:
    """A fee in yuan."""
    return f"{fee_cents / 100:.2f}".rstrip("0").rstrip(".") + " 元"


def _question(card: Card) -> RenderableType:
    several = "（可选几项）" if card["kind"] == "multi" else ""
    return Text(f"{card['text']}{several}", style="bold")


def _result(card: Card) -> RenderableType:
    parts: list[RenderableType] = [Text(card["title"], style="bold")]
    parts.extend(Text(f"▸ {one['name']}：{one['why']}", style="green") for one in card["departments"])
    parts.extend(Text(_reason(reason)) for reason in card["reasons"])
    parts.extend(Text(f"! {sign}", style="yellow") for sign in card["safety_net"])
    parts.extend(Text(f"· {advice}") for advice in card["self_care"])
    urgent = card["disposition"] in {"CALL_120", "ED_NOW"}
    return Panel(Group(*parts), title="分诊结果", border_style="red" if urgent else "green")


def _reason(reason: Card) -> str:
    quote = f"（您说：{reason['quote']}）" if reason["quote"] else ""
    return f"因为 {reason['text']}{quote} [{reason['source']}]"


def _slots(card: Card) -> RenderableType:
    table = Table(title=f"{card['department']} {card.get('doctor') or ''}".strip())
    for heading in ("日期", "时间", "医生", "费用", "余号"):
        table.add_column(heading)
    for item in card["items"]:
        table.add_row(
            item["date"],
            f"{PERIODS[item['period']]} {item['start']}–{item['end']}",
            f"{item['doctor']} {item['title']}",
            yuan(item["fee_cents"]),
            str(item["left"]),
        )
    return table


def _form(card: Card) -> RenderableType:
    return Text(f"{card.get('title') or '需要核对身份'}：{card['why']}", style="bold")


def _review(card: Card) -> RenderableType:
    lines = [
        f"就诊人 {card['patient']}",
        f"{card['department']} {card['doctor']} {card['date']} {card['start']} {yuan(card['fee_cents'])}",
        *([f"就诊原因 {card['reason']}"] if card.get("reason") else []),
        *card["rules"],
    ]
    return Panel("\n".join(lines), title="请核对", border_style="cyan")


def _appointment(card: Card) -> RenderableType:
    lines = [
        f"{card['department']} {card['doctor']} {card['date']} {card['start']} 第 {card['number']} 号",
        f"地点：{card['where']}",
        f"请带：{'、'.join(card['bring'])}",
    ]
    return Panel("\n".join(lines), title=STATUSES.get(card["status"], card["status"]), border_style="green")


def _appointments(card: Card) -> RenderableType:
    return Group(*(_appointment(one) for one in card["items"]))


def _record(card: Card) -> RenderableType:
    return Panel(Text(card["text"]), title=Text(card["title"]), border_style="blue")


def _guide(card: Card) -> RenderableType:
    cited = "；".join(f"《{source['title']}》{source['section']}" for source in card["sources"])
    return Panel(f"{card['answer']}\n[dim]{cited}[/]", title="就医指南", border_style="blue")


def _handoff(card: Card) -> RenderableType:
    return Text(f"转人工：前面还有 {max(0, card['queue_position'] - 1)} 位", style="magenta")


def _call(card: Card) -> RenderableType:
    return Text(f"☎ {card['label']}", style="bold red")


_RENDERERS: Final[dict[str, Callable[[Card], RenderableType]]] = {
    "triage_question": _question,
    "triage_result": _result,
    "slots": _slots,
    "identity_form": _form,
    "booking_review": _review,
    "appointment": _appointment,
    "appointment_list": _appointments,
    "report_list": _record,
    "report": _record,
    "bill_list": _record,
    "guide": _guide,
    "handoff": _handoff,
    "call": _call,
}
