"""Usable by keyboard, by screen reader, with big letters, on a phone and on a desk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.e2e.browser.scenes import (
    DANGER_SIGNS,
    ESCALATION,
    GUIDE,
    IDENTITY,
    appointment,
    question,
    result,
    review,
    slots,
)
from tests.e2e.browser.stage import Stage
from tests.e2e.browser.widget import Widget

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1366, "height": 768}
EVERY_CARD = (
    GUIDE,
    question("bool", "有没有发烧？", "有", "没有"),
    question("scale", "现在有多疼？"),
    question("number", "最高烧到多少度？"),
    result("CALL_120", "请立即拨打"),
    result("VISIT_24H"),
    result(),
    review(),
    IDENTITY,
    appointment("cancelled", "a0"),
    appointment(),
    slots(),
    DANGER_SIGNS,
)

AUDIT = (Path(__file__).parent / "audit.js").read_text(encoding="utf-8")


async def furnish(widget: Widget) -> None:
    """Show every card, an error and a source at once."""
    first = await widget.say("停车场在哪")
    await widget.stage.reply("北侧。", to=first["id"], sources=GUIDE["sources"])
    second = await widget.say("头疼三天了，有点恶心，" * 8)
    await widget.stage.reply("请看。", to=second["id"], cards=EVERY_CARD, choices={"继续": "go", "转人工": "p"})
    third = await widget.say("好")
    await widget.stage.say(
        {"type": "error", "code": "busy", "message": "请稍等。", "retryable": True, "in_reply_to": third["id"]}
    )
    await expect(widget.button("重试")).to_be_visible()


async def audit(widget: Widget) -> list[Any]:
    """What is wrong with the page for people who see, hear or hit badly."""
    found: list[Any] = await widget.root.evaluate(AUDIT)
    return found


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("dress", ["plain", "large", "contrast", "dark"])
async def test_every_card_is_readable_named_and_large_enough(
    page: Page, stage: Stage, viewport: ViewportSize, dress: str
) -> None:
    """Targets of 44 px, contrast of 4.5, names, unique ids, no sideways scrolling; in every dress."""
    await page.set_viewport_size(viewport)
    await page.emulate_media(color_scheme="dark" if dress == "dark" else "light")
    await page.goto(stage.url)
    await stage.connected(1)
    widget = Widget(page, stage)
    if dress == "large":
        await widget.button("大字").click()
    if dress == "contrast":
        await widget.root.locator("summary[aria-label=更多]").click()
        await widget.button("高对比度").click()
    await furnish(widget)
    assert await audit(widget) == []
    message = await widget.say("胸口疼")
    await stage.say({**ESCALATION, "in_reply_to": message["id"]})
    await expect(widget.alert.get_by_role("link", name="拨打 120")).to_be_in_viewport(ratio=1)
    await expect(widget.input).to_be_in_viewport(ratio=1)
    assert await audit(widget) == []


async def test_large_letters_stay_after_a_reload(widget: Widget) -> None:
    """The switch says its state and is remembered for the tab."""
    switch = widget.button("大字")
    await expect(switch).to_have_attribute("aria-pressed", "false")
    before = await widget.input.evaluate("input => getComputedStyle(input).fontSize")
    await switch.click()
    await widget.page.reload()
    await expect(switch).to_have_attribute("aria-pressed", "true")
    assert (before, await widget.input.evaluate("input => getComputedStyle(input).fontSize")) == ("16px", "20px")


async def test_the_conversation_is_a_polite_log_and_the_emergency_an_alert(widget: Widget) -> None:
    """Screen readers hear answers when there is a pause and emergencies at once; the language is Chinese."""
    await expect(widget.log).to_have_attribute("aria-live", "polite")
    assert await widget.root.get_attribute("lang") == "zh-CN"
    assert await widget.page.locator("html").get_attribute("lang") == "zh-CN"
    await expect(widget.alert).to_have_attribute("role", "alert")


async def test_a_whole_question_is_answered_by_keyboard_alone(widget: Widget) -> None:
    """Type, Enter, Tab to the ticks, Space, Tab to the button, Enter: the next reply gets the keyboard."""
    keyboard = widget.page.keyboard
    await widget.input.focus()
    await keyboard.type("头疼三天了")
    await keyboard.press("Enter")
    message = await widget.stage.heard("input_text")
    await widget.stage.reply("有这些情况吗？", to=message["id"], cards=(DANGER_SIGNS,))
    await expect(widget.card("triage_question")).to_be_visible()
    send = widget.button("选好了")
    await keyboard.press("Shift+Tab")
    await keyboard.press("Shift+Tab")
    focused = widget.card("triage_question").get_by_role("checkbox", name="都没有")
    await expect(focused).to_be_focused()
    await keyboard.press("Space")
    await keyboard.press("Tab")
    await keyboard.press("Tab")
    await expect(send).to_be_focused()
    await keyboard.press("Enter")
    answer = await widget.stage.heard("input_choice")
    await widget.stage.reply("多久了？", to=answer["id"], cards=(question("choice", "多久了？", "一天", "三天"),))
    await expect(widget.root.get_by_role("article", name="导诊助手说").last).to_be_focused()
    await keyboard.press("Tab")
    await expect(widget.button("一天")).to_be_focused()
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    assert (await widget.stage.heard("input_choice"))["value"] == "p1:1"


async def test_escape_closes_the_menu_and_gives_the_keyboard_back(widget: Widget) -> None:
    """The menu is a disclosure that the keyboard opens and closes."""
    more = widget.root.locator("summary[aria-label=更多]")
    await more.focus()
    await widget.page.keyboard.press("Enter")
    await expect(widget.button("下载聊天记录")).to_be_visible()
    await widget.page.keyboard.press("Tab")
    await widget.page.keyboard.press("Escape")
    await expect(widget.button("下载聊天记录")).to_be_hidden()
    await expect(more).to_be_focused()


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_the_hospitals_page_never_scrolls_sideways(page: Page, stage: Stage, viewport: ViewportSize) -> None:
    """The page behind the widget fits phone and desk; on a phone the widget covers it."""
    await page.set_viewport_size(viewport)
    await page.goto(stage.url)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    panel = await page.locator("banyi-chat").bounding_box()
    assert panel
    assert (panel["width"] == viewport["width"]) is (viewport == PHONE)
