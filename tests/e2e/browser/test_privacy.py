"""What the widget leaves behind: nothing the patient did not ask for."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Download, Page, expect

from tests.e2e.browser.stage import Stage
from tests.e2e.browser.widget import Widget

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

SECRET = "我下面流脓"


async def stored(page: Page) -> str:
    """Everything the tab stores, and its address."""
    found: str = await page.evaluate(
        "JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage }) + document.cookie + location.href"
    )
    return found


async def text_of(download: Download) -> str:
    """What a downloaded file says."""
    path = await download.path()
    return await asyncio.to_thread(path.read_text, encoding="utf-8")


async def menu(widget: Widget, name: str) -> None:
    """Choose something from the menu."""
    await widget.root.locator("summary[aria-label=更多]").click()
    await widget.button(name).click()


async def test_the_tab_remembers_a_resume_token_and_no_words(widget: Widget) -> None:
    """Only the session storage is used, and only for the token and the display switches."""
    message = await widget.say(SECRET)
    await widget.stage.reply("请说说多久了。", to=message["id"])
    await expect(widget.text("请说说多久了。")).to_be_visible()
    kept = await stored(widget.page)
    assert "resume1" in kept
    assert SECRET not in kept
    assert await widget.page.evaluate("localStorage.length") == 0


async def test_quick_exit_leaves_no_trace_on_screen_in_storage_or_history(widget: Widget) -> None:
    """One click: a blank page under a neutral title, nothing stored, and Back does not return."""
    await widget.say(SECRET)
    before = await widget.page.evaluate("history.length")
    await widget.button("快速离开").click()
    await widget.page.wait_for_url("**/away.html")
    assert await widget.page.title() == "新标签页"
    assert await widget.page.inner_text("body") == ""
    assert "resume1" not in await stored(widget.page)
    assert await widget.page.evaluate("history.length") == before


async def test_quick_exit_while_a_session_is_being_opened_stores_nothing_afterwards(page: Page, stage: Stage) -> None:
    """An answer that arrives after the exit finds nobody."""
    stage.hesitate()
    await page.goto(stage.url)
    await page.get_by_role("button", name="快速离开").click()
    await page.wait_for_url("**/away.html")
    stage.answer()
    assert await page.evaluate("sessionStorage.length") == 0


async def test_a_new_conversation_starts_from_nothing(widget: Widget) -> None:
    """The old words go from the screen, the old session is not resumed."""
    await widget.say(SECRET)
    await menu(widget, "开始新对话")
    await widget.stage.connected(2)
    await expect(widget.root.get_by_role("article", name="您说")).to_have_count(0)
    await expect(widget.button("停车场在哪里")).to_be_visible()
    assert "resume_token" not in widget.stage.opened[1]


async def test_the_transcript_is_downloaded_with_the_token_in_a_header(widget: Widget) -> None:
    """The file is the server's text; the address carries no token."""
    widget.stage.transcript = [{"author": "patient", "text": "头疼三天了", "input_id": "i1"}]
    async with widget.page.expect_download() as started:
        await menu(widget, "下载聊天记录")
    download = await started.value
    assert download.suggested_filename == "聊天记录.txt"
    assert await text_of(download) == "头疼三天了"


async def test_erasing_asks_once_and_then_starts_over(widget: Widget) -> None:
    """Keeping is the default; erasing empties the screen and says so."""
    await widget.say(SECRET)
    await menu(widget, "删除聊天记录")
    await expect(widget.button("保留")).to_be_focused()
    await widget.button("保留").click()
    assert widget.stage.erasures == 0
    await menu(widget, "删除聊天记录")
    await widget.button("删除").click()
    await expect(widget.text("聊天记录已删除，现在是新的对话。")).to_be_visible()
    assert widget.stage.erasures == 1
    await expect(widget.text(SECRET)).to_have_count(0)


async def test_an_erasure_that_must_wait_is_said(widget: Widget) -> None:
    """While an alert or a takeover is open the server defers."""
    widget.stage.erasure = {"status": "deferred", "reason": "alert_open"}
    await menu(widget, "删除聊天记录")
    await widget.button("删除").click()
    await expect(widget.text("结束后会自动删除")).to_be_visible()
    assert len(widget.stage.opened) == 1
