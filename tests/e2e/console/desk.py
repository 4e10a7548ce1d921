"""The console as a nurse handles it."""

from __future__ import annotations

from playwright.async_api import Browser, BrowserContext, Locator, Page, ViewportSize

from tests.console.station import Nurse, Station

SCREEN: ViewportSize = {"width": 1366, "height": 768}


async def window(browser: Browser, url: str, nurse: Nurse | None = None) -> BrowserContext:
    """A browser of somebody's own, signed in as `nurse`."""
    context = await browser.new_context(viewport=SCREEN, locale="zh-CN", timezone_id="Asia/Shanghai")
    context.set_default_timeout(15_000)
    if nurse is not None:
        await context.add_cookies(
            [{"name": name, "value": value, "url": f"{url}/console"} for name, value in nurse.http.cookies.items()]
        )
    return context


class Desk:
    """Finds the console's parts by what a nurse, or a screen reader, calls them."""

    def __init__(self, page: Page, station: Station) -> None:
        self.page = page
        self.station = station
        self.reply = page.get_by_role("textbox", name="回复患者")
        self.log = page.get_by_role("log")
        self.side = page.locator(".side-body")
        self.alerts = page.locator(".alerts")

    async def go(self, where: str) -> None:
        """Open a page, a conversation as `conversation/s_…`."""
        await self.page.goto(f"{self.station.url}/console#{where}")
        await self.page.locator("section.page").wait_for()

    async def open(self, session_id: str) -> None:
        """Open a conversation."""
        await self.go(f"conversation/{session_id}")
        await self.log.wait_for()

    def row(self, session_id: str) -> Locator:
        """A conversation's row in a list."""
        return self.page.locator(f"a.row[data-session={session_id}]")

    def button(self, name: str) -> Locator:
        """A button by its exact name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def line(self, text: str) -> Locator:
        """A line of the conversation, or part of one."""
        return self.log.get_by_role("article").filter(has_text=text)

    async def claim(self) -> None:
        """Take the open conversation over."""
        await self.button("接管对话 (c)").click()
        await self.reply.wait_for()

    async def look_up(self) -> None:
        """Come back to the window, which has the console tell the server at once that somebody is there."""
        await self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
