"""The view model by itself: frames in, items out, in the browser's own engine."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from tests.e2e.browser.scenes import appointment, question, result, review, slots
from tests.e2e.browser.stage import Frame, Stage, done

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

AT = "2026-12-03T09:00:00.000+08:00"
RECEIVED = 1796259600000


async def reduced(page: Page, stage: Stage, *events: Frame) -> Any:
    """The view model after `events`."""
    await page.goto(f"{stage.url}/away.html")
    return await page.evaluate(
        """async (events) => {
            const { START, busy, reduce } = await import("/widget/state.js");
            const state = events.reduce(reduce, START);
            const items = state.items.map((item) => ({ ...item, id: String(item.id) }));
            return { ...state, items, busy: busy(state), untouched: START.items.length === 0 };
        }""",
        list(events),
    )


def said(identifier: str, text: str = "头疼", **more: Any) -> Frame:
    """The patient says something."""
    return {"type": "local.input", "id": identifier, "text": text, **more}


def card(response: str, shown: Frame) -> Frame:
    """A card of an answer."""
    return {"type": "response.card", "response_id": response, "card": shown}


async def test_what_is_unknown_changes_nothing(page: Page, stage: Stage) -> None:
    """Frames of a later protocol, and names every object has, are ignored."""
    state = await reduced(page, stage, {"type": "session.dreamt"}, {"type": "constructor"}, {"type": "toString"})
    assert state["items"] == []
    assert state["untouched"]


async def test_an_input_is_answered_exactly_when_its_answer_ends(page: Page, stage: Stage) -> None:
    """Between sending and the end of the answer the conversation is busy."""
    notice = {"type": "local.set", "notice": {"purposes": []}}
    agreed = {"type": "consent.updated", "consent": {"care_chat": True}}
    delta = {"type": "response.text.delta", "response_id": "r", "text": "先"}
    assert not (await reduced(page, stage, notice, said("a")))["busy"]
    state = await reduced(page, stage, notice, agreed, said("a"), delta)
    assert state["busy"]
    assert state["items"][1]["text"] == "先"
    state = await reduced(page, stage, notice, agreed, said("a"), delta, done("r", "先问。", to="a"), delta)
    assert not state["busy"]
    assert state["items"][1]["text"] == "先问。"


async def test_the_clocks_difference_comes_from_the_latest_greeting(page: Page, stage: Stage) -> None:
    """A replayed greeting is old; only the newest tells how far the clocks are apart."""
    greeting = {"type": "session.resumed", "at": AT, "notice": {}, "consent": {}, "received_ms": RECEIVED - 5000}
    old = {**greeting, "type": "session.created", "received_ms": RECEIVED + 900_000}
    assert (await reduced(page, stage, old, greeting))["skewMs"] == 5000
    assert (await reduced(page, stage, greeting, old))["skewMs"] == 5000


async def test_later_cards_close_the_ones_they_replace(page: Page, stage: Stage) -> None:
    """A question closes at the next one or the result; slots at newer slots or the appointment; a result stays."""
    events = [
        card("r1", question("bool", "发烧？", "有", "没有")),
        card("r2", result()),
        card("r3", slots()),
        card("r4", review()),
        card("r5", appointment()),
        card("r6", appointment("cancelled")),
    ]
    state = await reduced(page, stage, *events)
    assert [bool(item["cards"][0].get("closed")) for item in state["items"]] == [True, False, True, True, True, False]


async def test_an_appointment_closes_only_its_own_older_slip(page: Page, stage: Stage) -> None:
    """Two appointments stand side by side."""
    state = await reduced(page, stage, card("r1", appointment()), card("r2", appointment(identifier="a2")))
    assert not state["items"][0]["cards"][0].get("closed")


async def test_an_error_without_an_input_is_a_note(page: Page, stage: Stage) -> None:
    """What concerns no message of this patient stands by itself."""
    error = {"type": "error", "code": "internal", "message": "出了点问题。", "retryable": False, "in_reply_to": None}
    state = await reduced(page, stage, error, error)
    assert [item["kind"] for item in state["items"]] == ["note", "note"]


async def test_replayed_inputs_take_their_words_from_the_transcript(page: Page, stage: Stage) -> None:
    """An accepted input this page never sent is the patient's, from before the reload."""
    words = {"type": "local.set", "said": {"a": "头疼三天了"}}
    accepted = {"type": "input.accepted", "id": "a", "duplicate": False}
    state = await reduced(page, stage, words, accepted, {**accepted, "duplicate": True}, {**accepted, "id": "b"})
    assert [item["text"] for item in state["items"]] == ["头疼三天了", ""]
