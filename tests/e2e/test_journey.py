"""The main job over the real protocol: from a complaint to a booked visit, emergencies first."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from app.talking import Line
from app.terminal import Talk
from tests.channels.ward import Client
from tests.e2e.service import last_code, running

pytestmark = pytest.mark.e2e

NAME, ID_NUMBER, PHONE = "欧阳明月", "11010519900307232X", "13812345678"
HARMLESS = ("都没有", "没有", "不是", "否", "不清楚")


def _card(client: Client, kind: str, since: int = 0) -> dict[str, Any] | None:
    cards = [event["card"] for event in client.seen[since:] if event["type"] == "response.card"]
    return next((card for card in reversed(cards) if card["type"] == kind), None)


async def _tap(client: Client, number: int, action: dict[str, str]) -> dict[str, Any]:
    await client.send("input_choice", id=f"t{number}", action=action["action"], value=action["value"])
    ended = await client.end_of(f"t{number}")
    assert ended["type"] == "response.done"
    return ended


def _harmless(card: dict[str, Any]) -> dict[str, str]:
    actions: list[dict[str, str]] = card["actions"]
    return next((one for label in HARMLESS for one in actions if one["label"].startswith(label)), actions[0])


async def _triaged(client: Client) -> dict[str, Any]:
    """Answer question after question until the result."""
    for number in range(10):
        if result := _card(client, "triage_result"):
            return result
        question = _card(client, "triage_question")
        assert question is not None
        await _tap(client, number, _harmless(question))
    pytest.fail("ten answers and no result")


async def test_an_emergency_brings_the_call_within_a_second(tmp_path: Path) -> None:
    """「我妈胸口闷一阵一阵的出冷汗」: escalation first, then the answer with the call card; nothing is booked."""
    async with running(tmp_path) as banyi:
        _, client = await banyi.patient()
        async with asyncio.timeout(1):
            await client.say("m1", "我妈胸口闷一阵一阵的出冷汗")
            raised = await client.until("escalation.raised")
        assert (raised["disposition"], raised["phone"], raised["in_reply_to"]) == ("CALL_120", "120", "m1")
        await client.end_of("m1")
        assert _card(client, "call") is not None
        assert _card(client, "slots") is None


async def test_a_headache_ends_in_a_booked_visit_and_no_identity_is_kept_in_the_clear(tmp_path: Path) -> None:
    """Questions, department with reasons, slots, form, review, appointment; a question in between is answered."""
    async with running(tmp_path) as banyi:
        opened, client = await banyi.patient()
        await client.asked("m1", "头疼三天了，有点恶心")
        await client.asked("m2", "停车场在哪")
        result = await _triaged(client)
        assert result["departments"]
        assert any(reason["source"] for reason in result["reasons"])
        await _tap(client, 20, result["actions"][0])
        slots = _card(client, "slots")
        assert slots is not None
        await _tap(client, 21, slots["actions"][0])
        form = _card(client, "identity_form")
        assert form is not None
        fields = {"name": NAME, "id_number": ID_NUMBER, "phone": PHONE}
        await client.send("input_form", id="f1", form=form["form"], fields=fields)
        assert (await client.end_of("f1"))["type"] == "response.done"
        asked = _card(client, "identity_form")
        assert asked is not None
        assert asked["form"] == "code"
        code = last_code(tmp_path / "var", PHONE)
        await client.send("input_form", id="f2", form="code", fields={"code": code})
        assert (await client.end_of("f2"))["type"] == "response.done"
        review = _card(client, "booking_review")
        assert review is not None
        assert NAME not in review["patient"]
        await _tap(client, 22, review["actions"][0])
        appointment = _card(client, "appointment")
        assert appointment is not None
        assert appointment["status"] == "booked"
        assert appointment["number"] >= 1
        again = await banyi.connected(opened, last_seq=0)
        await again.until("session.resumed")
        assert _card(again, "appointment") == appointment
        transcript = await banyi.http.get(
            f"/v1/sessions/{opened['session_id']}/transcript", headers={"Authorization": f"Bearer {opened['token']}"}
        )
        for secret in (NAME, ID_NUMBER, PHONE, code):
            assert secret not in str(again.seen)
            assert secret not in transcript.text
        metrics = (await banyi.http.get("/metrics")).text
        assert 'banyi_appointments_total{status="booked"} 1.0' in metrics
    outbox = tmp_path / "var" / "outbox"
    kept = b"".join(
        path.read_bytes() for path in (tmp_path / "var").rglob("*") if path.is_file() and path.parent != outbox
    )
    for secret in (NAME, ID_NUMBER, PHONE, "头疼三天了"):
        assert secret.encode() not in kept


async def test_the_emergency_arrives_with_memory_stopped_and_the_session_goes_on(tmp_path: Path) -> None:
    """The whole service with its Valkey stopped and started again."""
    async with running(tmp_path) as banyi:
        valkey = banyi.service.stores.valkey
        assert valkey is not None
        _, client = await banyi.patient()
        await client.asked("m1", "你好")
        await valkey.stop()
        async with asyncio.timeout(1):
            await client.say("m2", "我妈突然嘴歪说不出话")
            raised = await client.until("escalation.raised")
        assert raised["seq"] is None
        error = await client.end_of("m2")
        assert error["code"] == "unavailable"
        assert "120" in error["message"]
        assert (await banyi.http.get("/readyz")).json()["status"] == "degraded"
        await valkey.start()
        assert (await client.asked("m3", "停车场在哪"))["type"] == "response.done"
        assert client.numbers() == list(range(1, client.numbers()[-1] + 1))


class _Typist:
    """Somebody at a terminal who types what is written down."""

    def __init__(self, lines: Sequence[str | Callable[[], str]]) -> None:
        self._lines: Iterator[str | Callable[[], str]] = iter(lines)
        self.prompts: list[str] = []

    async def __call__(self, prompt: str) -> str | None:
        """The next line, `None` at the end."""
        self.prompts.append(prompt)
        line = next(self._lines, None)
        return line() if callable(line) else line


async def test_the_terminal_shows_the_conversation(tmp_path: Path) -> None:
    """Consent, a quoted answer, an escalation, a numbered choice, the way out."""
    shown = io.StringIO()
    async with running(tmp_path) as banyi, Line(banyi.url) as line:
        typist = _Typist(["y", "停车场在哪", "我妈突然嘴歪说不出话", "", "/人工", "/退出", "never read"])
        await Talk(line, Console(file=shown, width=100), typist).run()
    text = shown.getvalue()
    assert "使用说明" in text
    assert "停车场" in text
    assert "紧急" in text
    assert "120" in text
    assert typist.prompts[0].startswith("同意吗")
    assert len(typist.prompts) == 6


async def test_the_terminal_books_by_numbers(tmp_path: Path) -> None:
    """Slots by number, the form field by field, the code, the review by number."""
    shown = io.StringIO()
    code = partial(last_code, tmp_path / "var", PHONE)
    lines: list[str | Callable[[], str]] = ["y", "我想挂消化内科", "1", NAME, ID_NUMBER, PHONE, code, "1", "/退出"]
    async with running(tmp_path) as banyi, Line(banyi.url) as line:
        typist = _Typist(lines)
        await Talk(line, Console(file=shown, width=100), typist).run()
    assert any("姓名" in prompt for prompt in typist.prompts)
    assert "已预约" in shown.getvalue()
    assert NAME not in shown.getvalue()
