"""Consent is asked first, and nothing waits for it that must not wait."""

from __future__ import annotations

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.e2e.browser.scenes import ESCALATION
from tests.e2e.browser.stage import Stage
from tests.e2e.browser.widget import Widget

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(page: Page, stage: Stage) -> Widget:
    """A patient who has not agreed to anything."""
    stage.without_consent()
    await page.goto(stage.url)
    await stage.connected(1)
    return Widget(page, stage)


async def test_agreeing_sends_the_required_purpose_and_what_was_ticked(stranger: Widget) -> None:
    """Nothing optional is ticked beforehand; what the patient ticks goes along."""
    await stranger.text("可选的用途（默认都不开）").click()
    boxes = stranger.root.get_by_role("checkbox")
    await expect(boxes).to_have_count(2)
    for box in await boxes.all():
        await expect(box).not_to_be_checked()
    await stranger.root.get_by_role("checkbox", name="就诊后随访").check()
    await stranger.button("同意并开始").click()
    given = await stranger.stage.heard("consent.give")
    assert given["purposes"] == ["care_chat", "follow_up"]
    assert given["version"] == "test.1"
    await expect(stranger.text("开始之前，请您知情同意")).to_be_hidden()


async def test_the_patient_may_write_before_agreeing_and_is_told_that_it_waits(stranger: Widget) -> None:
    """The input is usable at once; an emergency in it is answered before consent."""
    message = await stranger.say("我爸说不出话了")
    await expect(stranger.text("您的话已经收到，同意后马上为您处理。")).to_be_visible()
    await expect(stranger.text("正在回复")).to_be_hidden()
    await stranger.stage.say({**ESCALATION, "in_reply_to": message["id"]})
    await expect(stranger.alert.get_by_role("link", name="拨打 120")).to_be_focused()
    await expect(stranger.button("同意并开始")).to_be_visible()


async def test_a_refusal_is_sent_keeps_guidance_and_can_be_taken_back(stranger: Widget) -> None:
    """Refusing agrees to nothing; the card folds into one line with a way back."""
    await stranger.button("暂不同意").click()
    assert (await stranger.stage.heard("consent.give"))["purposes"] == []
    await expect(stranger.text("只能回答就医指引类的问题")).to_be_visible()
    message = await stranger.say("停车场在哪")
    await stranger.stage.reply("门诊楼北侧。", to=message["id"])
    await expect(stranger.text("门诊楼北侧。")).to_be_visible()
    await stranger.button("改为同意").click()
    await stranger.button("同意并开始").click()
    assert (await stranger.stage.heard("consent.give"))["purposes"] == ["care_chat"]
    await expect(stranger.text("只能回答就医指引类的问题")).to_be_hidden()


async def test_an_error_for_want_of_consent_asks_again(stranger: Widget) -> None:
    """`consent_required` unfolds the card."""
    await stranger.button("暂不同意").click()
    await stranger.stage.heard("consent.give")
    message = await stranger.say("帮我挂号")
    await stranger.stage.say(
        {"type": "error", "code": "consent_required", "message": "挂号需要您先同意。", "retryable": True}
        | {"in_reply_to": message["id"]}
    )
    await expect(stranger.text("挂号需要您先同意。")).to_be_visible()
    await expect(stranger.button("同意并开始")).to_be_visible()
