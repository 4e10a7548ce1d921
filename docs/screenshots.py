"""Takes the screenshots of the running service: `python -m docs.screenshots`.

A patient goes the whole way on a phone in a fresh service, a nurse has a shift at the console; every picture is
what the browser showed.
"""

# ruff: noqa: INP001 - a folder of documents, not a package

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, ViewportSize, async_playwright

from tests.e2e.browser.conftest import ARGUMENTS, CHROMIUM
from tests.e2e.browser.hospital import BANYI, Hospital
from tests.e2e.browser.patient import IDENTITY, Patient
from tests.e2e.service import last_code

IMAGES = Path(__file__).parent / "images"
PHONE: ViewportSize = {"width": 390, "height": 844}
TALL: ViewportSize = {"width": 390, "height": 1120}
DESKTOP: ViewportSize = {"width": 1366, "height": 768}
PORTRAIT: ViewportSize = {"width": 720, "height": 1280}
TABLET: ViewportSize = {"width": 820, "height": 1180}
LARGEST_BYTES = 200_000
MOST_ANSWERS = 7


async def arrived(browser: Browser, hospital: Hospital, viewport: ViewportSize) -> Patient:
    """A patient on the hospital's page, in a browser of their own."""
    context = await browser.new_context(
        viewport=viewport,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        device_scale_factor=1 if viewport == DESKTOP else 1.5,
    )
    page = await context.new_page()
    await page.goto(hospital.url)
    patient = Patient(page)
    await patient.root.get_by_role("button", name="同意并开始").wait_for()
    return patient


async def shoot(patient: Patient, name: str, top: Locator | None = None) -> None:
    """Save what is on screen, beginning at `top`."""
    if top is not None:
        await top.evaluate("node => node.scrollIntoView({ block: 'start' })")
    await snap(patient.page, name)


async def snap(page: Page, name: str) -> None:
    """Save what is on screen."""
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=IMAGES / f"{name}.png", animations="disabled", caret="hide")


async def emergency(browser: Browser, hospital: Hospital) -> None:
    """The call card."""
    patient = await arrived(browser, hospital, PHONE)
    await patient.agree()
    await patient.say("我妈胸口闷一阵一阵的出冷汗")
    await shoot(patient, "emergency")


async def visit(browser: Browser, hospital: Hospital) -> None:
    """From a headache to an appointment."""
    patient = await arrived(browser, hospital, PHONE)
    await patient.agree()
    await patient.say("头疼三天了，有点恶心")
    await shoot(patient, "question")
    await patient.triaged(answers=MOST_ANSWERS)
    result = patient.card("triage_result")
    await patient.page.set_viewport_size(TALL)
    await shoot(patient, "result", result)
    await patient.page.set_viewport_size(PHONE)
    slots = await patient.slots(result)
    await shoot(patient, "slots", slots)
    await patient.tap(slots.get_by_role("button", disabled=False).first)
    await patient.identify()
    await patient.prove(last_code(hospital.folder, IDENTITY["手机号码"]))
    review = patient.card("booking_review")
    await shoot(patient, "review", review)
    await patient.tap(review.get_by_role("button", name="确认预约"))
    await shoot(patient, "appointment", patient.card("appointment"))


async def hall(browser: Browser, hospital: Hospital) -> None:
    """The terminal, asking about danger."""
    context = await browser.new_context(viewport=PORTRAIT, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = await context.new_page()
    await page.goto(f"{hospital.url}kiosk")
    await page.get_by_role("button", name="不说话，用手指点").click()
    await page.get_by_role("button", name="同意并开始").click()
    await page.get_by_role("button", name="打字").click()
    await page.get_by_role("textbox", name="在这里打字").fill("头疼三天了，有点恶心")
    await page.get_by_role("button", name="说完了，发送").click()
    await page.get_by_text("都没有").wait_for()
    await page.get_by_text("系统自动回复").wait_for()
    await snap(page, "kiosk")


async def employed(hospital: Hospital) -> str:
    """A supervisor's account of the console, made as a hospital makes one; the password."""
    command = ("staff", "add", "lihua", "--display", "李护士", "--role", "supervisor", "--no-totp", "--generate")
    adding = await asyncio.create_subprocess_exec(
        *BANYI[:-1],
        *command,
        env={**os.environ, "BANYI_DATA_DIR": str(hospital.folder)},
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await adding.communicate()
    return said.decode().split("password: ")[1].strip()


async def waited_for(browser: Browser, hospital: Hospital) -> None:
    """Patients who need a nurse."""
    for words in ("孩子发烧两天了，能不能问问护士", "转人工"):
        patient = await arrived(browser, hospital, PHONE)
        await patient.agree()
        await patient.say(words)


async def desk(browser: Browser, hospital: Hospital, password: str) -> None:
    """A nurse's shift: the inbox, an emergency taken over, why the agent said what it did, and the figures."""
    context = await browser.new_context(viewport=DESKTOP, locale="zh-CN", timezone_id="Asia/Shanghai")
    page = await context.new_page()
    await page.goto(f"{hospital.url}console")
    await page.get_by_label("用户名").fill("lihua")
    await page.get_by_label("密码").fill(password)
    await page.get_by_role("button", name="登录").click()
    row = page.locator("a.row[data-urgency=red]").first
    await row.wait_for()
    await snap(page, "console-inbox")
    await page.set_viewport_size(TABLET)
    await snap(page, "console-tablet")
    await page.set_viewport_size(DESKTOP)
    await row.click()
    await page.get_by_role("button", name="接管对话 (c)").click()
    reply = page.get_by_role("textbox", name="回复患者")
    await reply.fill("您好，我是值班护士。请马上拨打 120，我在这里陪着您。家里还有别人吗？")
    await reply.press("Enter")
    await page.locator("article[data-author=nurse]").wait_for()
    await snap(page, "console-conversation")
    await page.get_by_role("button", name="这一轮的判断依据").first.click()
    await page.get_by_text("依据的规则").wait_for()
    await snap(page, "console-why")
    await page.get_by_role("button", name="评分", exact=True).click()
    await snap(page, "console-rating")
    await page.goto(f"{hospital.url}console#dashboard")
    await page.locator("svg.plot").first.wait_for()
    await snap(page, "console-dashboard")


async def everything() -> None:
    """All pictures, from one service started for them."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        hospital = Hospital(Path(folder))
        password = await employed(hospital)
        await hospital.start()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            await shoot(await arrived(browser, hospital, DESKTOP), "home")
            await emergency(browser, hospital)
            await visit(browser, hospital)
            await hall(browser, hospital)
            await waited_for(browser, hospital)
            await desk(browser, hospital, password)
            await browser.close()
        await hospital.stop()


def main() -> int:
    """Take them; 1 when one is too large to be committed."""
    asyncio.run(everything())
    heavy = [path.name for path in sorted(IMAGES.glob("*.png")) if path.stat().st_size > LARGEST_BYTES]
    sys.stderr.writelines(f"{name} is larger than {LARGEST_BYTES} bytes\n" for name in heavy)
    return 1 if heavy else 0


if __name__ == "__main__":
    sys.exit(main())
