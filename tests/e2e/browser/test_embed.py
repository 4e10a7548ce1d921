"""One line of HTML brings the assistant to any page."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.stage import Stage
from tests.e2e.browser.widget import Widget

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_nothing_is_sent_before_the_patient_opens_it(page: Page, stage: Stage) -> None:
    """A page that only embeds the script opens no session."""
    await page.goto(f"{stage.url}/elsewhere")
    launcher = page.get_by_role("button", name="问问导诊助手")
    await expect(launcher).to_be_visible()
    assert stage.opened == []
    await launcher.click()
    await stage.connected(1)
    await expect(Widget(page, stage).input).to_be_visible()
    await expect(launcher).to_be_hidden()


async def test_folding_it_away_keeps_the_conversation(page: Page, stage: Stage) -> None:
    """Folded and unfolded, the same words stand there and the line was never cut."""
    await page.goto(f"{stage.url}/elsewhere")
    launcher = page.get_by_role("button", name="问问导诊助手")
    await launcher.click()
    await stage.connected(1)
    widget = Widget(page, stage)
    await widget.say("头疼")
    await widget.button("收起").click()
    await expect(widget.input).to_be_hidden()
    await expect(launcher).to_be_focused()
    await launcher.click()
    await expect(widget.root.get_by_role("article", name="您说")).to_contain_text("头疼")
    assert len(stage.connections) == 1


async def test_the_hosts_styles_stay_outside(page: Page, stage: Stage) -> None:
    """A shadow root keeps the host page's style sheets away from the widget, and the widget's from the page."""
    await page.goto(f"{stage.url}/elsewhere")
    before = await page.locator("h1").evaluate("node => getComputedStyle(node).fontSize")
    await page.evaluate(
        """() => {
            const sheet = new CSSStyleSheet();
            sheet.replaceSync("* { color: red !important; font-size: 3px !important } button { display: none }");
            document.adoptedStyleSheets = [sheet];
        }"""
    )
    await page.evaluate("document.adoptedStyleSheets = [...document.adoptedStyleSheets].reverse()")
    await page.get_by_role("button", name="问问导诊助手").click()
    await stage.connected(1)
    widget = Widget(page, stage)
    assert await widget.input.evaluate("node => getComputedStyle(node).fontSize") == "16px"
    assert await widget.input.evaluate("node => getComputedStyle(node).color") == "rgb(23, 48, 47)"
    await page.evaluate("document.adoptedStyleSheets = []")
    assert await page.locator("h1").evaluate("node => getComputedStyle(node).fontSize") == before
