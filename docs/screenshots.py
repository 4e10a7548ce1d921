"""Takes the README's screenshots of the running service: `python -m docs.screenshots`.

A patient goes the whole way on a phone in a fresh service; every picture is what the browser showed.
"""

# ruff: noqa: INP001 - a folder of documents, not a package

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from playwright.async_api import Browser, Locator, ViewportSize, async_playwright

from tests.e2e.browser.conftest import ARGUMENTS, CHROMIUM
from tests.e2e.browser.hospital import Hospital
from tests.e2e.browser.patient import IDENTITY, Patient
from tests.e2e.service import last_code

IMAGES = Path(__file__).parent / "images"
PHONE: ViewportSize = {"width": 390, "height": 844}
TALL: ViewportSize = {"width": 390, "height": 1120}
DESKTOP: ViewportSize = {"width": 1366, "height": 768}
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
    await patient.page.evaluate("document.fonts.ready")
    await patient.page.screenshot(path=IMAGES / f"{name}.png", animations="disabled", caret="hide")


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


async def everything() -> None:
    """All pictures, from one service started for them."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        hospital = Hospital(Path(folder))
        await hospital.start()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            await shoot(await arrived(browser, hospital, DESKTOP), "home")
            await emergency(browser, hospital)
            await visit(browser, hospital)
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
