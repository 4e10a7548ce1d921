"""The terminal in the hall, in Chromium with its own microphone, against a scripted server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, ViewportSize, expect

from tests.e2e.browser.scenes import DANGER_SIGNS, IDENTITY
from tests.e2e.browser.stage import Frame, Stage, done

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PORTRAIT: ViewportSize = {"width": 1080, "height": 1920}
SECOND_OF_TONE = (b"\x00\x20" * 30 + b"\x00\xe0" * 30) * 400
ESCALATION: Frame = {
    "type": "escalation.raised",
    "in_reply_to": None,
    "disposition": "CALL_120",
    "rule_ids": ["RF-001"],
    "text": "请立即拨打 120。",
    "phone": "120",
    "crisis": False,
}


class Kiosk:
    """The page and its server."""

    def __init__(self, page: Page, stage: Stage) -> None:
        self.page = page
        self.stage = stage
        self.light = page.locator(".light")
        self.over = page.get_by_role("alertdialog")

    async def begin(self, *, spoken: bool) -> Frame:
        """Touch the screen; what the terminal says it hears and speaks."""
        await self.page.get_by_role("button", name="点这里，开始说话" if spoken else "不说话，用手指点").click()
        return await self.stage.heard("session.update")


@pytest_asyncio.fixture(loop_scope="session")
async def kiosk(page: Page, stage: Stage) -> AsyncIterator[Kiosk]:
    """A terminal nobody stands at."""
    await page.set_viewport_size(PORTRAIT)
    await page.goto(f"{stage.url}/kiosk?idle=30")
    yield Kiosk(page, stage)


async def test_a_touch_opens_microphone_and_speaker(kiosk: Kiosk) -> None:
    """The session is a kiosk's; the microphone's frames are 512 samples of 16 kHz."""
    update = await kiosk.begin(spoken=True)
    assert update["audio"] == {"input": "pcm16;rate=16000", "output": "pcm16;rate=24000"}
    assert update["privacy"] is True
    assert kiosk.stage.opened[-1]["channel"] == "kiosk"
    frames = [await kiosk.stage.listened() for _ in range(40)]
    assert {len(frame) for frame in frames} == {1024}
    assert any(frame.strip(b"\x00") for frame in frames)
    await expect(kiosk.light).to_contain_text("正在听")


async def test_what_is_heard_and_said_shows(kiosk: Kiosk) -> None:
    """Live captions, the light, and a hand that stops the voice and tells how much was heard."""
    await kiosk.begin(spoken=True)
    stage = kiosk.stage
    await stage.say({"type": "input_audio.speech_started", "audio_ms": 200})
    await stage.say({"type": "transcript.delta", "item_id": "i1", "text": "我头疼"})
    await expect(kiosk.page.locator(".caption")).to_have_text("您说：我头疼")
    await stage.say({"type": "input_audio.speech_stopped", "audio_ms": 900})
    started = {"response_id": "r1", "format": "pcm16;rate=24000", "number": 7, "text": None}
    await stage.say({"type": "response.audio.started", **started})
    await stage.speak(7, SECOND_OF_TONE)
    await expect(kiosk.light).to_contain_text("正在说")
    await kiosk.page.get_by_role("button", name="别说了").click()
    cancel = await stage.heard("response.cancel")
    assert cancel["response_id"] == "r1"
    assert 0 <= cancel["audio_played_ms"] <= 1000
    await stage.speak(7, SECOND_OF_TONE)
    await expect(kiosk.light).to_contain_text("正在听")


async def test_speech_over_the_answer_silences_it(kiosk: Kiosk) -> None:
    """The server's flush empties the speaker and is answered with what was heard."""
    await kiosk.begin(spoken=True)
    stage = kiosk.stage
    head = {"response_id": "r1", "format": "pcm16;rate=24000", "number": 7}
    await stage.say({"type": "response.audio.started", **head, "text": None})
    await stage.speak(7, SECOND_OF_TONE * 3)
    await expect(kiosk.light).to_contain_text("正在说")
    await stage.say({"type": "response.audio.done", **head, "reason": "barge_in"})
    assert (await stage.heard("response.cancel"))["response_id"] == "r1"
    await expect(kiosk.light).to_contain_text("正在听")


async def test_a_question_is_answered_by_touch(kiosk: Kiosk) -> None:
    """Without a microphone the whole of it goes by hand: one question, large buttons."""
    update = await kiosk.begin(spoken=False)
    assert "input" not in update["audio"]
    await kiosk.stage.reply("有没有下面的情况？", to=None, cards=(DANGER_SIGNS,))
    await kiosk.page.get_by_text("都没有").click()
    await kiosk.page.get_by_role("button", name="选好了").click()
    assert (await kiosk.stage.heard("input_choice"))["value"] == "p1:4"


async def test_what_is_typed_stays_while_the_answer_goes_on(kiosk: Kiosk) -> None:
    """A form is there before its answer is whole; what comes after leaves it alone."""
    await kiosk.begin(spoken=False)
    stage = kiosk.stage
    await stage.say({"type": "response.created", "response_id": "r9", "number": 9, "in_reply_to": None})
    await stage.say({"type": "response.card", "response_id": "r9", "card": IDENTITY})
    await kiosk.page.get_by_label("就诊人姓名").fill("欧阳明月")
    await stage.say(done("r9", "请填一下。", to=None))
    await expect(kiosk.page.get_by_text("请填一下。")).to_be_visible()
    await expect(kiosk.page.get_by_label("就诊人姓名")).to_have_value("欧阳明月")


async def test_an_emergency_fills_the_screen_and_rings(kiosk: Kiosk) -> None:
    """A kiosk has no telephone: it shows the number and rings for staff."""
    await kiosk.begin(spoken=False)
    await kiosk.stage.say(ESCALATION)
    await expect(kiosk.over).to_contain_text("120")
    bell = kiosk.over.get_by_role("button", name="按铃叫人")
    await expect(bell).to_be_focused()
    await bell.press("Enter")
    assert (await kiosk.stage.heard("handoff.request"))["reason"] == "bell"
    await expect(kiosk.over).to_contain_text("工作人员马上过来")


async def test_who_walks_away_is_asked_and_then_wiped(kiosk: Kiosk) -> None:
    """After the quiet a warning counts down; then nothing of the patient is left on the screen."""
    page = kiosk.page
    await page.clock.install()
    await page.goto(f"{kiosk.stage.url}/kiosk?idle=30")
    await kiosk.begin(spoken=False)
    await kiosk.stage.reply("您的号是三号", to=None)
    await expect(page.get_by_text("您的号是三号")).to_be_visible()
    await page.clock.run_for(31_000)
    await expect(kiosk.over).to_contain_text("您还在吗")
    await kiosk.over.get_by_role("button", name="我还在").click()
    await expect(kiosk.over).to_be_hidden()
    await page.clock.run_for(30_000)
    await page.clock.run_for(21_000)
    await expect(page.get_by_role("button", name="点这里，开始说话")).to_be_visible()
    await expect(page.get_by_text("您的号是三号")).to_have_count(0)
    assert await page.evaluate("JSON.stringify({...sessionStorage, ...localStorage})") == "{}"
    assert len(kiosk.stage.left) == 1


async def test_after_an_emergency_the_screen_waits_for_staff(kiosk: Kiosk) -> None:
    """Walking away rings; the screen is wiped only when staff have come."""
    kiosk.stage.staff_came = False
    await kiosk.begin(spoken=False)
    await kiosk.stage.say(ESCALATION)
    await kiosk.over.get_by_role("button", name="我知道了").click()
    await kiosk.page.get_by_role("button", name="结束").click()
    await expect(kiosk.over).to_contain_text("工作人员正在过来")
    await kiosk.over.get_by_role("button", name="工作人员已到").click()
    await expect(kiosk.page.get_by_role("button", name="点这里，开始说话")).to_be_visible()
    assert kiosk.stage.left[-1] == {"sure": True}


async def test_the_conversation_goes_on_by_phone(kiosk: Kiosk) -> None:
    """A code to scan, shown large."""
    await kiosk.begin(spoken=False)
    await kiosk.page.get_by_role("button", name="手机上继续").click()
    await expect(kiosk.over.get_by_role("img")).to_be_visible()
    await expect(kiosk.over).to_contain_text("5 分钟")


async def test_the_larger_type_and_the_other_language_are_one_touch_away(kiosk: Kiosk) -> None:
    """Elder mode speaks slower and waits longer; the language switch changes the kiosk's own words."""
    await kiosk.begin(spoken=False)
    await kiosk.page.get_by_role("button", name="长者模式").click()
    update = await kiosk.stage.heard("session.update")
    assert (update["speech_rate"], update["patience"]) == (0.8, "elder")
    await kiosk.page.get_by_role("button", name="English").click()
    assert (await kiosk.stage.heard("session.update"))["locale"] == "en"
    await expect(kiosk.page.get_by_role("button", name="Call staff")).to_be_visible()
