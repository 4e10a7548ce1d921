"""Saying something and reading the answer."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browser.scenes import GUIDE, SOURCES
from tests.e2e.browser.stage import Frame, done
from tests.e2e.browser.widget import Widget

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


def error(message: Frame, *, code: str = "busy", text: str = "请等上一句回答完。", retryable: bool = True) -> Frame:
    """An error that ends an input."""
    return {"type": "error", "code": code, "message": text, "retryable": retryable, "in_reply_to": message["id"]}


async def test_an_answer_streams_and_the_whole_text_replaces_what_streamed(widget: Widget) -> None:
    """Deltas show at once; `response.done` has the last word, with label and origin."""
    message = await widget.say("头疼三天了")
    stage = widget.stage
    await expect(widget.text("正在回复")).to_be_visible()
    await stage.say({"type": "response.created", "response_id": "r", "number": 1, "in_reply_to": message["id"]})
    await stage.say({"type": "response.text.delta", "response_id": "r", "text": "先确认"})
    reply = widget.root.get_by_role("article", name="导诊助手说")
    await expect(reply).to_contain_text("先确认")
    await expect(reply).to_have_attribute("aria-busy", "true")
    await stage.say(done("r", "先确认几样要紧的。", to=message["id"]))
    await expect(reply.locator(".bubble")).to_have_text("先确认几样要紧的。")
    await expect(reply).to_have_attribute("aria-busy", "false")
    await expect(reply).to_contain_text("AI 生成")
    await expect(widget.text("正在回复")).to_be_hidden()


async def test_a_message_says_how_far_it_got(widget: Widget) -> None:
    """Sending, delivered, and nothing once it is answered."""
    widget.stage.accepts_inputs = False
    message = await widget.say("头疼")
    mine = widget.root.get_by_role("article", name="您说")
    await expect(mine).to_contain_text("发送中")
    await widget.stage.say({"type": "input.accepted", "id": message["id"], "duplicate": False})
    await expect(mine).to_contain_text("已送达")
    await widget.stage.reply("好的。", to=message["id"])
    await expect(mine).to_have_text("头疼")


async def test_tap_choices_travel_back_unchanged_and_go_when_used(widget: Widget) -> None:
    """A tapped choice shows its label as the patient's words; typing stays possible."""
    message = await widget.say("挂号")
    await widget.stage.reply("要继续吗？", to=message["id"], choices={"继续": "p9:yes", "先不": "p9:no"})
    await expect(widget.input).to_be_enabled()
    await widget.button("继续").click()
    tapped = await widget.stage.heard("input_choice")
    assert (tapped["action"], tapped["value"]) == ("answer", "p9:yes")
    await expect(widget.button("先不")).to_be_hidden()
    await expect(widget.root.get_by_role("article", name="您说").last).to_contain_text("继续")


async def test_choices_of_an_older_answer_are_gone(widget: Widget) -> None:
    """Only the last answer's choices can be tapped."""
    first = await widget.say("一")
    await widget.stage.reply("先问一句？", to=first["id"], choices={"好": "p1:yes"})
    second = await widget.say("停车场在哪")
    await widget.stage.reply("北侧。", to=second["id"])
    await expect(widget.text("北侧。")).to_be_visible()
    await expect(widget.button("好")).to_be_hidden()


async def test_an_error_is_shown_in_the_servers_words_and_retried_by_the_same_id(widget: Widget) -> None:
    """What never was accepted goes again under its own id."""
    widget.stage.accepts_inputs = False
    message = await widget.say("头疼")
    await widget.stage.say(error(message))
    await expect(widget.text("请等上一句回答完。")).to_be_visible()
    await widget.button("重试").click()
    again = await widget.stage.heard("input_text")
    assert again == message
    await expect(widget.text("请等上一句回答完。")).to_be_hidden()


async def test_a_failed_turn_is_retried_as_a_new_input(widget: Widget) -> None:
    """An accepted input that failed would be a duplicate: it goes again under a new id."""
    message = await widget.say("头疼")
    await expect(widget.text("已送达")).to_be_visible()
    await widget.stage.say(error(message, code="unavailable", text="系统有点忙。"))
    await widget.button("重试").click()
    again = await widget.stage.heard("input_text")
    assert again["text"] == "头疼"
    assert again["id"] != message["id"]
    await widget.stage.reply("好的。", to=again["id"])
    await expect(widget.root.get_by_role("article", name="您说")).to_have_count(1)


async def test_a_final_error_has_no_retry_and_a_choice_opens_again(widget: Widget) -> None:
    """What cannot be retried says so; the choices it used up come back."""
    first = await widget.say("挂号")
    await widget.stage.reply("要这个号吗？", to=first["id"], choices={"要": "p1:yes"})
    await widget.button("要").click()
    tapped = await widget.stage.heard("input_choice")
    await widget.stage.say(error(tapped, code="conflict", text="这个号刚被约走了。", retryable=False))
    await expect(widget.text("这个号刚被约走了。")).to_be_visible()
    await expect(widget.button("重试")).to_be_hidden()
    await expect(widget.button("要")).to_be_visible()


async def test_a_restarted_answer_replaces_the_half_said_one(widget: Widget) -> None:
    """After a crash the half answer goes and the new one stands alone; a stopped one says so."""
    message = await widget.say("头疼")
    stage = widget.stage
    await stage.say({"type": "response.created", "response_id": "a", "number": 1, "in_reply_to": message["id"]})
    await stage.say({"type": "response.text.delta", "response_id": "a", "text": "先确"})
    cancelled = {"type": "response.cancelled", "response_id": "a", "in_reply_to": message["id"], "reason": "restarted"}
    await stage.say(cancelled)
    await expect(widget.text("正在回复")).to_be_visible()
    await stage.reply("先确认一下。", to=message["id"])
    await expect(widget.root.get_by_role("article", name="导诊助手说")).to_have_count(1)
    second = await widget.say("停")
    await stage.say({"type": "response.created", "response_id": "b", "number": 2, "in_reply_to": second["id"]})
    await stage.say({"type": "response.text.delta", "response_id": "b", "text": "好，先"})
    await stage.say({**cancelled, "response_id": "b", "in_reply_to": second["id"], "reason": "handoff"})
    await expect(widget.text("（已停止）")).to_be_visible()
    await expect(widget.text("正在回复")).to_be_hidden()


async def test_nothing_a_server_or_patient_says_is_ever_markup(widget: Widget) -> None:
    """HTML in messages, answers, cards, labels and errors is shown as the characters it is."""
    title = await widget.page.title()
    message = await widget.say(HOSTILE)
    strange = {"type": "unheard_of", "text": HOSTILE, "title": HOSTILE, "actions": []}
    await widget.stage.reply(
        HOSTILE,
        to=message["id"],
        cards=({**GUIDE, "answer": f"另外{HOSTILE}"}, strange),
        choices={HOSTILE: "p1:x"},
        sources=[{"id": "x", "title": HOSTILE, "section": HOSTILE}],
        checked=False,
    )
    await expect(widget.button(HOSTILE)).to_be_visible()
    second = await widget.say("再来")
    await widget.stage.say(error(second, text=HOSTILE))
    await expect(widget.root.locator(".status").last).to_contain_text(HOSTILE)
    assert await widget.root.locator("img, script").count() == 0
    assert await widget.page.title() == title


async def test_enter_sends_shift_enter_breaks_the_line_and_an_input_method_keeps_its_enter(widget: Widget) -> None:
    """Enter that confirms a candidate of a Chinese input method must not send half a sentence."""
    await widget.input.focus()
    keyboard = widget.page.keyboard
    cdp = await widget.page.context.new_cdp_session(widget.page)
    await cdp.send("Input.imeSetComposition", {"text": "tou teng", "selectionStart": 8, "selectionEnd": 8})
    await keyboard.press("Enter")
    assert widget.stage.heard_nothing()
    await widget.input.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    await widget.input.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    assert widget.stage.heard_nothing()
    await cdp.send("Input.insertText", {"text": "头疼"})
    await keyboard.press("Shift+Enter")
    await keyboard.type("恶心")
    assert widget.stage.heard_nothing()
    await keyboard.press("Enter")
    said = (await widget.stage.heard("input_text"))["text"]
    assert said.endswith("\n恶心")
    await expect(widget.input).to_have_value("")


async def test_blank_input_sends_nothing_and_long_input_grows_then_scrolls(widget: Widget) -> None:
    """Spaces are not a message; a long one stays whole, for the server to screen."""
    await widget.input.fill("  \n ")
    await widget.input.press("Enter")
    low = await widget.input.bounding_box()
    await widget.input.fill("疼\n" * 40)
    high = await widget.input.bounding_box()
    assert low
    assert high
    assert low["height"] < high["height"] <= 140
    await widget.input.press("Enter")
    assert len((await widget.stage.heard("input_text"))["text"]) == 79


async def test_sources_open_and_a_guide_card_does_not_repeat_the_answer(widget: Widget) -> None:
    """An answer names where it stands; each source opens with the words of the guide."""
    message = await widget.say("停车场在哪")
    await widget.stage.reply(GUIDE["answer"], to=message["id"], cards=(GUIDE,), sources=SOURCES)
    await expect(widget.card("guide")).to_be_hidden()
    sources = widget.root.locator("footer .sources")
    await sources.get_by_text("《停车与交通》").click()
    await expect(sources.get_by_text("地下两层，<b>东门</b>进。")).to_be_visible()


async def test_a_reader_who_scrolled_up_is_left_there(widget: Widget) -> None:
    """New text follows only a patient who is at the end."""
    for turn in range(6):
        message = await widget.say(f"第{turn}句")
        await widget.stage.reply("一行\n" * 8, to=message["id"])
    await expect(widget.root.get_by_role("article", name="导诊助手说")).to_have_count(6)
    await widget.log.evaluate("log => { log.scrollTop = 0 }")
    await widget.stage.reply("护士补充一句。", to=None)
    await expect(widget.text("护士补充一句。")).to_be_attached()
    assert await widget.log.evaluate("log => log.scrollTop") == 0


async def test_the_patient_can_ask_for_a_person_and_sees_who_answers(widget: Widget) -> None:
    """The menu asks for a person; the queue, the nurse's coming and going are shown."""
    await widget.root.locator("summary[aria-label=更多]").click()
    await widget.button("转人工服务").click()
    await widget.stage.heard("handoff.request")
    card = {"type": "handoff", "queue_position": 2, "actions": []}
    await widget.stage.reply("正在为您转人工。", to=None, cards=(card,))
    await expect(widget.card("handoff")).to_contain_text("您排在第 2 位")
    await widget.stage.say({"type": "handoff.started", "queue_position": None, "by": "护士"})
    await expect(widget.text("护士已接入")).to_be_visible()
    await widget.stage.say({"type": "handoff.ended", "queue_position": None, "by": "护士"})
    await expect(widget.text("人工服务已结束")).to_be_visible()
