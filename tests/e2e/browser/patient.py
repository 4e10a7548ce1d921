"""A patient who goes the whole way: reads the newest card and answers it."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

IDENTITY = {"就诊人姓名": "欧阳明月", "身份证号码": "11010519900307232X", "手机号码": "13812345678"}
HARMLESS = ("都没有", "没有", "和以前一样", "不重：还能做事", "不是", "否")
AGE = "45"


class Patient:
    """Acts on the real page, by what it says."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("banyi-chat .root")
        self.input = page.get_by_role("textbox", name="输入您想说的话")
        self.alert = page.locator("banyi-chat [role=alert]").first

    def card(self, kind: str) -> Locator:
        """The newest card of a type."""
        return self.root.locator(f".card[data-type={kind}]").last

    async def settled(self) -> None:
        """Wait until everything said has its answer."""
        await expect(self.root.get_by_text("正在回复…")).to_be_hidden()
        await expect(self.root.locator("article.patient").last).to_have_attribute("data-state", "answered")

    async def agree(self) -> None:
        """Agree to what the service needs."""
        await self.root.get_by_role("button", name="同意并开始").click()
        await expect(self.root.get_by_role("button", name="同意并开始")).to_be_hidden()

    async def say(self, text: str) -> None:
        """Type and send, and wait for the answer."""
        await self.input.fill(text)
        await self.input.press("Enter")
        await self.settled()

    async def tap(self, button: Locator) -> None:
        """Tap, and wait for the answer."""
        await button.click()
        await self.settled()

    async def answer(self) -> None:
        """Answer the open question as somebody who is not in danger."""
        card = self.root.locator(".card[data-type=triage_question]:has(fieldset:enabled)").last
        if await card.get_by_role("checkbox").count():
            await card.get_by_role("checkbox", name="都没有").check()
            await self.tap(card.get_by_role("button", name="选好了"))
        elif await card.get_by_role("textbox").count():
            await card.get_by_role("textbox").fill(AGE)
            await self.tap(card.get_by_role("button", name="确定"))
        else:
            labels = [label.strip() for label in await card.get_by_role("button").all_inner_texts()]
            label = next((one for one in HARMLESS if one in labels), labels[-1])
            await self.tap(card.get_by_role("button", name=label, exact=True))

    async def triaged(self, *, answers: int) -> int:
        """Answer until the result is there; the number of answers it took, at most `answers`."""
        for given in range(answers + 1):
            if await self.card("triage_result").count():
                return given
            await self.answer()
        raise AssertionError(f"no result after {answers} answers")

    async def slots(self, result: Locator) -> Locator:
        """Ask for the proposed departments, best first, until one has free slots."""
        for department in await result.get_by_role("button", name="挂这个科").all():
            await self.tap(department)
            if await self.card("slots").get_by_role("button", disabled=False).count():
                return self.card("slots")
        raise AssertionError("no proposed department has a free slot")

    async def identify(self) -> None:
        """Fill in and send the identity form."""
        for label, value in IDENTITY.items():
            await self.root.get_by_label(label).fill(value)
        await self.tap(self.root.get_by_role("button", name="提交").last)

    async def prove(self, code: str) -> None:
        """Fill in and send the code that came by text."""
        await self.root.get_by_label("验证码").fill(code)
        await self.tap(self.root.get_by_role("button", name="提交").last)
