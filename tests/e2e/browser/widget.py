"""The widget as a patient handles it."""

from __future__ import annotations

from playwright.async_api import Locator, Page

from tests.e2e.browser.stage import Frame, Stage


class Widget:
    """Finds the widget's parts by what a patient, or a screen reader, calls them."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page = page
        self.stage = stage
        self.root = page.locator("banyi-chat .root")
        self.input = page.get_by_role("textbox", name="输入您想说的话")
        self.log = page.get_by_role("log")
        self.alert = page.locator("banyi-chat [role=alert]").first

    def button(self, name: str) -> Locator:
        """A button by its exact name."""
        return self.root.get_by_role("button", name=name, exact=True)

    def text(self, text: str) -> Locator:
        """Something that reads `text`."""
        return self.root.get_by_text(text)

    def card(self, kind: str) -> Locator:
        """The newest card of a type."""
        return self.root.locator(f".card[data-type={kind}]").last

    async def say(self, text: str) -> Frame:
        """Type a message, send it with Enter, and return the frame the server got."""
        await self.input.fill(text)
        await self.input.press("Enter")
        return await self.stage.heard("input_text")
