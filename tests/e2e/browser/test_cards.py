"""Each card shows what it carries and sends back what it was given."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.browser.scenes import DANGER_SIGNS, action, appointment, question, result, review, slots
from tests.e2e.browser.stage import Frame
from tests.e2e.browser.widget import Widget

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def show(widget: Widget, *cards: Frame, text: str = "请看。") -> Locator:
    """Have the server show cards; the newest one."""
    message = await widget.say("好")
    await widget.stage.reply(text, to=message["id"], cards=cards)
    card = widget.card(cards[-1]["type"])
    await expect(widget.text("AI 生成").last).to_be_visible()
    return card


async def test_a_yes_no_question_sends_the_tapped_value_and_leaves_only_its_words(widget: Widget) -> None:
    """After the answer the question folds away: it stands in the reply already."""
    card = await show(widget, question("bool", "有没有发烧？", "有", "没有", "不清楚"), text="有没有发烧？")
    await expect(card).to_contain_text("最多还有 3 个问题")
    await card.get_by_role("button", name="没有", exact=True).click()
    sent = await widget.stage.heard("input_choice")
    assert (sent["action"], sent["value"]) == ("answer", "p1:1")
    await expect(card).to_be_hidden()
    await expect(widget.root.get_by_text("有没有发烧？").first).to_be_visible()


async def test_a_free_answer_closes_the_question_when_the_next_one_comes(widget: Widget) -> None:
    """A digression leaves the question open; the next question closes it."""
    first = await show(widget, question("choice", "哪里疼？", "一侧", "整个头"))
    aside = await widget.say("停车场在哪")
    await widget.stage.reply("北侧。", to=aside["id"])
    await expect(first.get_by_role("button", name="一侧")).to_be_enabled()
    answer = await widget.say("就是一边")
    await widget.stage.reply(
        "多久了？", to=answer["id"], cards=(question("choice", "多久了？", "一天", "三天", remaining=0),)
    )
    await expect(widget.card("triage_question").get_by_role("button", name="三天")).to_be_visible()
    await expect(widget.root.get_by_role("button", name="一侧")).to_be_hidden()


async def test_ticks_travel_joined_by_commas(widget: Widget) -> None:
    """Several signs go as one answer, in the order of the card."""
    card = await show(widget, DANGER_SIGNS)
    send = card.get_by_role("button", name="选好了")
    await expect(send).to_be_disabled()
    await card.get_by_role("checkbox", name="一边手脚没力气").check()
    await card.get_by_role("checkbox", name="发烧，脖子发硬").check()
    await send.click()
    assert (await widget.stage.heard("input_choice"))["value"] == "p1:1,p1:2"
    await expect(widget.root.get_by_role("article", name="您说").last).to_contain_text("发烧，脖子发硬、一边手脚没力气")


async def test_none_and_unknown_stand_alone(widget: Widget) -> None:
    """「都没有」 takes every tick away, and a tick takes it away."""
    card = await show(widget, DANGER_SIGNS)
    sign = card.get_by_role("checkbox", name="看东西重影")
    none = card.get_by_role("checkbox", name="都没有")
    unknown = card.get_by_role("checkbox", name="不清楚")
    await sign.check()
    await none.check()
    await expect(sign).not_to_be_checked()
    await unknown.check()
    await expect(none).not_to_be_checked()
    await sign.check()
    await expect(unknown).not_to_be_checked()
    await none.check()
    await card.get_by_role("button", name="选好了").click()
    assert (await widget.stage.heard("input_choice"))["value"] == "p1:4"


async def test_a_scale_and_a_number_answer_in_words(widget: Widget) -> None:
    """Zero to ten as eleven buttons, a number in a field of its own."""
    scale = await show(widget, question("scale", "现在有多疼？", "不清楚"))
    await expect(scale.get_by_role("button")).to_have_count(12)
    await scale.get_by_role("button", name="7 分").click()
    assert (await widget.stage.heard("input_text"))["text"] == "7分"
    number = await show(widget, question("number", "最高烧到多少度？", "不清楚"))
    await expect(number.get_by_role("button", name="不清楚")).to_be_enabled()
    field = number.get_by_role("textbox", name="最高烧到多少度？")
    await expect(field).to_have_attribute("inputmode", "decimal")
    await field.fill("39.2")
    await field.press("Enter")
    assert (await widget.stage.heard("input_text"))["text"] == "39.2"


async def test_a_text_question_points_to_the_input(widget: Widget) -> None:
    """A question without options is answered in the composer."""
    card = await show(widget, question("text", "当时在做什么？"))
    await expect(card).to_contain_text("请在下面输入框里回答")
    assert (await widget.say("搬东西"))["text"] == "搬东西"


@pytest.mark.parametrize(
    ("disposition", "words"),
    [
        ("CALL_120", "立即拨打 120"),
        ("ED_NOW", "马上去急诊"),
        ("VISIT_24H", "24 小时内就诊"),
        ("OPD", "门诊就诊"),
        ("HOME", "在家观察"),
    ],
)
async def test_a_result_says_its_urgency_in_words(widget: Widget, disposition: str, words: str) -> None:
    """Each urgency has its own heading and mark."""
    card = await show(widget, result(disposition))
    await expect(card.get_by_role("heading", name=words, exact=True)).to_be_visible()
    assert await card.locator(".mark").inner_text() != ""


async def test_a_result_gives_reasons_with_the_patients_words_and_books_the_department(widget: Widget) -> None:
    """Conclusion, own words, rule with source, warning signs, next step; a department can be tapped."""
    card = await show(widget, result())
    await expect(card).to_contain_text("头痛持续三天，没有危险信号")
    await expect(card.locator("q").first).to_have_text("头疼三天了，有点恶心")
    await card.get_by_text("依据的规则和出处").click()
    await expect(card.get_by_text("HA-07 MTS 头痛图表")).to_be_visible()
    await expect(card).to_contain_text("马上去急诊或拨打 120")
    await expect(card).to_contain_text("知识库 2026.11.1")
    await card.get_by_role("button", name="挂这个科：眼科").click()
    sent = await widget.stage.heard("input_choice")
    assert (sent["action"], sent["value"]) == ("book", "D14")
    await expect(card.get_by_role("button", name="挂这个科：神经内科")).to_be_disabled()
    await widget.stage.reply("眼科这几天没有号。", to=sent["id"])
    await expect(card.get_by_role("button", name="挂这个科：神经内科")).to_be_enabled()


async def test_slots_are_grouped_by_day_with_fee_and_places(widget: Widget) -> None:
    """Full slots can be read, not tapped; other actions stay below."""
    card = await show(widget, slots())
    await expect(card.get_by_role("heading", level=4)).to_have_count(2)
    await expect(card.get_by_role("heading", level=4).first).to_contain_text("明天 · ")
    full = card.get_by_role("button", name="下午 14:00–14:30")
    await expect(full).to_be_disabled()
    await expect(full).to_contain_text("约满")
    free = card.get_by_role("button", name="下午 15:30–16:00")
    await expect(free).to_contain_text("30.50 元")
    await expect(free).to_contain_text("余 5")
    await free.click()
    assert (await widget.stage.heard("input_choice"))["value"] == "p2:sl3"
    await expect(card.get_by_role("button", name="换一天")).to_be_disabled()


async def test_a_slot_that_was_just_taken_opens_the_card_again(widget: Widget) -> None:
    """After a conflict the patient picks another from the same card."""
    card = await show(widget, slots())
    await card.get_by_role("button", name="上午 09:00–09:30").click()
    sent = await widget.stage.heard("input_choice")
    await widget.stage.say(
        {"type": "error", "code": "conflict", "message": "这个号刚被约走了。", "retryable": False}
        | {"in_reply_to": sent["id"]}
    )
    await expect(widget.text("这个号刚被约走了。")).to_be_visible()
    await expect(card.get_by_role("button", name="上午 10:00–10:30")).to_be_enabled()


async def test_a_review_counts_down_and_takes_an_explicit_yes(widget: Widget) -> None:
    """The masked patient, doctor, time and fee; the clock runs; yes and no are both there."""
    card = await show(widget, review(seconds=125))
    await expect(card).to_contain_text("李** 1101**********1234")
    await expect(card).to_contain_text("15 元")
    await expect(card.get_by_role("timer")).to_contain_text("2:0")
    await expect(card.get_by_role("button", name="放弃")).to_be_enabled()
    await card.get_by_role("button", name="确认预约").click()
    assert (await widget.stage.heard("input_choice"))["value"] == "p3:yes"
    await expect(card.get_by_role("timer")).to_be_hidden()


async def test_a_review_that_ran_out_cannot_be_confirmed(widget: Widget) -> None:
    """Past its time the card says so and its buttons are off."""
    card = await show(widget, review(seconds=-1))
    await expect(card).to_contain_text("保留时间已过")
    await expect(card.get_by_role("button", name="确认预约")).to_be_disabled()


async def test_an_appointment_has_number_place_and_what_to_bring_and_prints_alone(widget: Widget) -> None:
    """Printing happens in a frame that holds the card and nothing else."""
    card = await show(widget, appointment())
    await expect(card).to_contain_text("就诊序号7")
    await expect(card).to_contain_text("门诊楼 4层 A区候诊")
    await expect(card).to_contain_text("医保卡或医保电子凭证")
    await widget.page.evaluate(
        """() => {
            const root = document.querySelector("banyi-launcher").shadowRoot.querySelector("banyi-chat").shadowRoot;
            window.printed = new Promise((resolve) => new MutationObserver(([{ addedNodes: [frame] }]) => {
                frame.contentWindow.print = () => resolve(frame.contentDocument.body.innerText);
            }).observe(root, { childList: true }));
        }"""
    )
    await card.get_by_role("button", name="打印").click()
    paper = await widget.page.evaluate("window.printed")
    assert "就诊序号" in paper
    assert "取消这个预约" not in paper


async def test_a_cancelled_appointment_closes_the_slip_it_replaces(widget: Widget) -> None:
    """The same appointment with a new status leaves one that can be acted on at most."""
    card = await show(widget, appointment())
    await card.get_by_role("button", name="取消这个预约").click()
    sent = await widget.stage.heard("input_choice")
    assert (sent["action"], sent["value"]) == ("cancel_appointment", "a1")
    await widget.stage.reply("已取消。", to=sent["id"], cards=(appointment("cancelled"),))
    await expect(widget.card("appointment")).to_contain_text("已取消")
    await expect(widget.root.get_by_role("button", name="取消这个预约")).to_be_disabled()


async def test_a_list_of_appointments_acts_on_each(widget: Widget) -> None:
    """Every entry carries its own actions; an empty list says so."""
    listed = {"type": "appointment_list", "items": [appointment(), appointment(identifier="a2")], "actions": []}
    card = await show(widget, listed)
    await card.get_by_role("button", name="取消这个预约").nth(1).click()
    assert (await widget.stage.heard("input_choice"))["value"] == "a2"
    empty = await show(widget, {"type": "appointment_list", "items": [], "actions": []})
    await expect(empty).to_contain_text("目前没有预约")


async def test_an_unknown_card_becomes_text_and_actions(widget: Widget) -> None:
    """What a later server adds can still be read and tapped."""
    message = await widget.say("好")
    card = {"type": "weather", "title": "天气", "text": "今天有雨。", "actions": [action("知道了", "p1:ok")]}
    await widget.stage.reply("看。", to=message["id"], cards=(card,), checked=False)
    await expect(widget.card("weather")).to_contain_text("今天有雨。")
    await widget.button("知道了").click()
    assert (await widget.stage.heard("input_choice"))["value"] == "p1:ok"


async def test_choices_that_a_card_shows_already_are_not_shown_twice(widget: Widget) -> None:
    """The server offers a question's answers as choices too, for clients without cards."""
    message = await widget.say("头疼")
    asked = question("bool", "有没有发烧？", "有", "没有")
    await widget.stage.reply("有没有发烧？", to=message["id"], cards=(asked,), choices={"有": "p1:0", "没有": "p1:1"})
    await expect(widget.root.get_by_role("button", name="没有", exact=True)).to_have_count(1)
