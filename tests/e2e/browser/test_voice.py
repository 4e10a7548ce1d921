"""A journey by voice at the terminal: microphone, worklet, socket, Whisper, the agent, espeak-ng, the speaker.

The page's microphone hears WAVs the test plays; Whisper is taught the sentences as this page's worklet hands them over.
"""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from domain.voice import HEARD_RATE, TurnTaking
from tests.e2e.browser.patient import IDENTITY
from tests.e2e.browser.stage import Theatre
from tests.e2e.browser.test_kiosk import PORTRAIT
from tests.e2e.service import last_code, running
from tests.voice.speech import Pcm, between, hum, spoken
from tests.voice.taught_whisper import NOISE, teach_whisper
from voice.clip import utterances
from voice.vad import SileroActivity

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

COMPLAINT = "头疼三天了有点恶心"
NONE = "都没有"
BOOK = "我想挂号"
FIRST = "就第一个"
YES = "确认预约"
SENTENCES = (COMPLAINT, NONE, BOOK, FIRST, YES)
MOST_QUESTIONS = 12


@dataclass
class Speaker:
    """A patient who talks to the terminal."""

    page: Page
    folder: Path

    async def say(self, sentence: str) -> None:
        """Say it, and wait until the terminal shows that it understood."""
        await self.page.evaluate("wav => window.utter(wav)", wav(between(spoken(sentence), before=0.3, after=0.3)))
        await expect(self.page.locator(".caption")).to_have_text(f"您说：{sentence}", timeout=10_000)

    async def answered(self) -> None:
        """Wait until the agent speaks."""
        await expect(self.page.locator(".light")).to_contain_text("正在说", timeout=10_000)


def wav(samples: Pcm) -> str:
    """A recording as the page reads it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(HEARD_RATE)
        file.writeframes(samples.tobytes())
    return base64.b64encode(out.getvalue()).decode()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def weights(browser: Browser, theatre: Theatre, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whisper, taught what this browser's worklet makes of the sentences."""
    page = await browser.new_page()
    await page.add_init_script(path=Path(__file__).with_name("microphone.js"))
    await page.goto(f"{theatre.url}/kiosk/kiosk.css")
    activity, taking = SileroActivity(), TurnTaking()
    clips = {}
    for sentence in SENTENCES:
        recording = between(spoken(sentence))
        handed = await page.evaluate(
            "([wav, seconds]) => window.frames16k(wav, seconds)", [wav(recording), recording.size / HEARD_RATE]
        )
        clips[sentence] = [pcm for pcm, _ in utterances(base64.b64decode(handed), activity, taking)]
        assert len(clips[sentence]) == 1, sentence
    await page.close()
    noise = [hum(1, level=level, seed=seed).tobytes() for seed, level in enumerate((5, 50, 500))]
    return teach_whisper(tmp_path_factory.mktemp("taught"), {**clips, NOISE: noise})


@pytest_asyncio.fixture(loop_scope="session")
async def speaker(browser: Browser, weights: Path, tmp_path: Path) -> AsyncIterator[Speaker]:
    """The terminal of a hospital with voice, touched, its notice agreed to."""
    async with running(tmp_path, voice_model=str(weights), voice_partial_model="") as hospital:
        context = await browser.new_context(viewport=PORTRAIT, locale="zh-CN", timezone_id="Asia/Shanghai")
        page = await context.new_page()
        await page.add_init_script(path=Path(__file__).with_name("microphone.js"))
        await hospital.hearing()
        await page.goto(f"{hospital.url}/kiosk")
        await page.get_by_role("button", name="点这里，开始说话").click()
        await page.get_by_role("button", name="同意并开始").click()
        yield Speaker(page, tmp_path / "var")
        await context.close()


async def test_what_is_said_is_shown_answered_and_broken_into(speaker: Speaker) -> None:
    """Speech, captions, an answer aloud, speech over it, and the next turn."""
    await speaker.say(COMPLAINT)
    await speaker.answered()
    await expect(speaker.page.locator(".card[data-type=triage_question]")).to_be_visible()
    await speaker.say(NONE)
    await speaker.answered()


@pytest.mark.long
async def test_a_whole_visit_is_booked_by_voice(speaker: Speaker) -> None:
    """From a headache to an appointment; only who the patient is goes by hand."""
    page = speaker.page
    await speaker.say(COMPLAINT)
    for _ in range(MOST_QUESTIONS):
        await speaker.answered()
        if await page.locator(".card[data-type=triage_result]").count():
            break
        await speaker.say(NONE)
    await speaker.say(BOOK)
    await expect(page.locator(".card[data-type=slots]")).to_be_visible(timeout=10_000)
    await speaker.say(FIRST)
    for label, value in IDENTITY.items():
        await page.get_by_label(label).fill(value)
    await page.get_by_role("button", name="提交").click()
    await expect(page.get_by_label("验证码")).to_be_visible(timeout=10_000)
    await page.get_by_label("验证码").fill(last_code(speaker.folder, IDENTITY["手机号码"]))
    await page.get_by_role("button", name="提交").click()
    await expect(page.locator(".card[data-type=booking_review]")).to_be_visible(timeout=10_000)
    await speaker.say(YES)
    await expect(page.locator(".card[data-type=appointment]")).to_be_visible(timeout=10_000)
