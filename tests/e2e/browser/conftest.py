"""One browser for the session, one stage and one tab per test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from tests.e2e.browser.stage import Stage, Theatre
from tests.e2e.browser.widget import Widget

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
DESKTOP: ViewportSize = {"width": 1366, "height": 768}
BROWSERS_OWN = ("Failed to load resource", "WebSocket connection to", "Access to fetch")
"""What Chromium itself notes about a server that does not answer, or not to this page."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Debian's Chromium, with a user directory of its own."""
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A patient's browser in China; every tab has a session storage of its own."""
    fresh = await browser.new_context(viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai")
    fresh.set_default_timeout(5_000)
    yield fresh
    await fresh.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def theatre() -> AsyncIterator[Theatre]:
    """The server of all scripted tests."""
    async with Theatre().open() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    """A tab; the widget writes nothing to its console and no script may fail."""
    tab = await context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    yield tab
    await tab.close()
    assert [line for line in said if not line.startswith(BROWSERS_OWN)] == []


@pytest_asyncio.fixture(loop_scope="session")
async def stage(theatre: Theatre) -> Stage:
    """The scripted server, at the beginning of a conversation."""
    return theatre.next_stage()


@pytest_asyncio.fixture(loop_scope="session")
async def widget(page: Page, stage: Stage) -> Widget:
    """The assistant on the demo hospital's page, open and connected."""
    await page.goto(stage.url)
    await stage.connected(1)
    return Widget(page, stage)
