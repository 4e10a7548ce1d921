"""Emergencies come before everything else on the screen."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browser.scenes import ESCALATION, action, question, result
from tests.e2e.browser.stage import Frame
from tests.e2e.browser.widget import Widget

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

CALL: Frame = {"type": "call", "phone": "120", "label": "拨打 120", "actions": []}


def raised(message: Frame, **changes: object) -> Frame:
    """The escalation a message brings."""
    return {**ESCALATION, "in_reply_to": message["id"], **changes}


async def test_an_escalation_shows_the_call_card_and_moves_the_keyboard_to_it(widget: Widget) -> None:
    """`escalation.raised` shows a tel: link in an alert at once, and it has the focus."""
    message = await widget.say("我妈胸口闷一阵一阵的出冷汗")
    await widget.stage.say(raised(message))
    call = widget.alert.get_by_role("link", name="拨打 120")
    await expect(call).to_have_attribute("href", "tel:120")
    await expect(call).to_be_focused()
    await expect(widget.alert).to_contain_text("现在就拨打 120")
    box = await call.bounding_box()
    assert box
    assert box["height"] >= 64


async def test_the_call_card_stays_until_it_is_dismissed_and_the_log_keeps_it(widget: Widget) -> None:
    """Later answers don't cover the call card; dismissing leaves the warning in the conversation."""
    message = await widget.say("胸口疼")
    await widget.stage.say(raised(message))
    await widget.stage.reply("我在，请先打电话。", to=message["id"])
    await expect(widget.text("我在，请先打电话。")).to_be_visible()
    await expect(widget.alert.get_by_role("link", name="拨打 120")).to_be_focused()
    await widget.button("我知道了，收起").click()
    await expect(widget.alert).to_be_empty()
    await expect(widget.input).to_be_focused()
    await expect(widget.log.get_by_role("link", name="拨打 120")).to_be_visible()


async def test_an_escalation_heard_twice_is_one_warning(widget: Widget) -> None:
    """While memory is away the same escalation comes without and then with its number."""
    message = await widget.say("胸口疼")
    await widget.stage.say_unnumbered(raised(message))
    await widget.button("我知道了，收起").click()
    await widget.stage.say(raised(message))
    await widget.stage.reply("请先打电话。", to=message["id"])
    await expect(widget.text("请先打电话。")).to_be_visible()
    await expect(widget.alert).to_be_empty()
    await expect(widget.log.get_by_text("紧急提醒")).to_have_count(1)


async def test_the_120_line_is_there_before_consent_and_while_offline(widget: Widget) -> None:
    """The telephone line never goes away."""
    line = widget.root.get_by_role("link", name="紧急情况请拨打 120")
    await expect(line).to_have_attribute("href", "tel:120")
    await widget.page.context.set_offline(True)
    try:
        await expect(widget.text("网络断开了")).to_be_visible()
        await expect(line).to_be_visible()
    finally:
        await widget.page.context.set_offline(False)
    await expect(widget.text("网络断开了")).to_be_hidden()


async def test_the_ed_now_card_names_the_emergency_department_and_the_crisis_line_its_own_number(
    widget: Widget,
) -> None:
    """The card follows disposition and phone of the event."""
    first = await widget.say("头疼得炸开一样")
    await widget.stage.say(raised(first, disposition="ED_NOW", text="建议现在去急诊，请家人陪同。"))
    await expect(widget.alert).to_contain_text("请马上去急诊")
    second = await widget.say("不想活了")
    await widget.stage.say(
        raised(second, disposition="VISIT_24H", rule_ids=["RF-101"], text="您现在安全吗？", phone="12356", crisis=True)
    )
    await expect(widget.alert.get_by_role("link", name="拨打 12356")).to_have_attribute("href", "tel:12356")


async def test_a_call_card_of_an_answer_raises_the_alert_too(widget: Widget) -> None:
    """`call` is shown in the answer and above everything."""
    message = await widget.say("要不要叫救护车")
    card = {**CALL, "actions": [action("我已拨打", "p1:called")]}
    await widget.stage.reply("请现在拨打。", to=message["id"], cards=(card,))
    await expect(widget.alert.get_by_role("link", name="拨打 120")).to_be_focused()
    await expect(widget.card("call").get_by_role("link", name="拨打 120")).to_be_visible()
    await widget.button("我已拨打").click()
    assert (await widget.stage.heard("input_choice"))["value"] == "p1:called"


async def test_the_call_card_after_an_escalation_is_not_a_second_alarm(widget: Widget) -> None:
    """The agent's answer to an emergency carries the same number once more; it is on screen already."""
    message = await widget.say("胸口疼")
    await widget.stage.say(raised(message))
    await widget.stage.reply("请先打电话。", to=message["id"], cards=(CALL,))
    await expect(widget.text("请先打电话。")).to_be_visible()
    await expect(widget.log.get_by_role("link", name="拨打 120")).to_have_count(1)
    await expect(widget.alert.get_by_role("link", name="拨打 120")).to_be_focused()


async def test_a_question_that_shows_the_call_button_is_not_an_alarm_yet(widget: Widget) -> None:
    """A red flag that asks first has the telephone beside its yes and no, and the keyboard stays free."""
    message = await widget.say("胸口闷")
    cards = (question("bool", "现在伴出冷汗吗？", "是", "不是", remaining=0), CALL)
    await widget.stage.reply("现在伴出冷汗吗？", to=message["id"], cards=cards)
    await expect(widget.card("call").get_by_role("link", name="拨打 120")).to_be_visible()
    await expect(widget.alert).to_be_empty()
    await widget.button("是").click()
    assert (await widget.stage.heard("input_choice"))["value"] == "p1:0"


async def test_an_urgent_result_offers_the_call_and_no_booking(widget: Widget) -> None:
    """The result of an emergency carries the telephone, words and a mark, not colour alone."""
    message = await widget.say("五分")
    await widget.stage.reply("请马上去急诊。", to=message["id"], cards=(result("ED_NOW", "急诊科"),))
    card = widget.card("triage_result")
    await expect(card.get_by_role("heading", name="马上去急诊", exact=True)).to_be_visible()
    await expect(card.get_by_role("link", name="拨打 120")).to_be_visible()
    await expect(card.get_by_role("button")).to_have_count(0)
