"""Who the patient is: typed into a form, sent once, kept nowhere."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.browser.scenes import IDENTITY, review
from tests.e2e.browser.widget import Widget

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

FIELDS = {"就诊人姓名": "李明", "身份证号码": "110101199003074514", "手机号码": "13800138000"}


async def ask(widget: Widget) -> None:
    """Have the server ask who the patient is."""
    message = await widget.say("第一个")
    await widget.stage.reply("还需要就诊人的信息。", to=message["id"], cards=(IDENTITY,))
    await expect(widget.card("identity_form")).to_be_visible()


async def fill(widget: Widget) -> None:
    """Type every field."""
    for label, value in FIELDS.items():
        await widget.root.get_by_label(label).fill(value)


async def everything(widget: Widget) -> str:
    """All there is in the tab: elements, values and storage."""
    found: str = await widget.root.evaluate(
        """root => root.outerHTML + [...root.querySelectorAll("input, textarea")].map((input) => input.value)
            + JSON.stringify({ ...sessionStorage }) + JSON.stringify({ ...localStorage }) + location.href"""
    )
    return found


async def test_the_form_has_labels_the_right_keyboards_and_its_reason(widget: Widget) -> None:
    """Every field has a label; the phone opens the dial pad; nothing is filled in by the browser."""
    await ask(widget)
    await expect(widget.card("identity_form")).to_contain_text("挂号要实名")
    await expect(widget.root.get_by_label("手机号码")).to_have_attribute("type", "tel")
    for label in FIELDS:
        await expect(widget.root.get_by_label(label)).to_have_attribute("autocomplete", "off")
        await expect(widget.root.get_by_label(label)).to_have_attribute("aria-required", "true")


async def test_a_missing_field_is_named_and_gets_the_keyboard(widget: Widget) -> None:
    """Nothing is sent before every required field has something."""
    await ask(widget)
    await widget.root.get_by_label("就诊人姓名").fill("李明")
    await widget.button("提交").click()
    await expect(widget.text("请填写身份证号码")).to_be_visible()
    field = widget.root.get_by_label("身份证号码")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    assert widget.stage.heard_nothing()


async def test_what_was_typed_is_sent_once_and_stays_nowhere_in_the_page(widget: Widget) -> None:
    """After sending, neither elements nor storage nor the conversation hold a value."""
    await ask(widget)
    await fill(widget)
    await widget.button("提交").click()
    sent = await widget.stage.heard("input_form")
    assert sent["form"] == "identity"
    assert sent["fields"] == {"name": "李明", "id_number": "110101199003074514", "phone": "13800138000"}
    await expect(widget.text("就诊人信息已提交。")).to_be_visible()
    await widget.stage.reply("请核对。", to=sent["id"], cards=(review(),))
    await expect(widget.card("booking_review")).to_be_visible()
    page = await everything(widget)
    for value in FIELDS.values():
        assert value not in page


async def test_a_form_asked_again_comes_filled_in_to_be_corrected(widget: Widget) -> None:
    """The server says what is wrong and shows the form again; the patient mends one field only."""
    await ask(widget)
    await fill(widget)
    await widget.button("提交").click()
    sent = await widget.stage.heard("input_form")
    await widget.stage.reply("身份证号码的校验位不对。", to=sent["id"], cards=(IDENTITY,))
    await expect(widget.text("身份证号码的校验位不对。")).to_be_visible()
    await expect(widget.root.get_by_label("就诊人姓名")).to_have_value("李明")
    await widget.root.get_by_label("身份证号码").fill("11010119900307451X")
    await widget.button("提交").click()
    assert (await widget.stage.heard("input_form"))["fields"]["id_number"] == "11010119900307451X"


async def test_an_error_opens_the_form_again_with_the_servers_words(widget: Widget) -> None:
    """`bad_fields` shows its message in the form, as an alert; a form is never retried blindly."""
    await ask(widget)
    await fill(widget)
    await widget.button("提交").click()
    sent = await widget.stage.heard("input_form")
    await widget.stage.say(
        {"type": "error", "code": "unavailable", "message": "登记系统有点忙，请再提交一次。", "retryable": True}
        | {"in_reply_to": sent["id"]}
    )
    await expect(widget.card("identity_form").get_by_role("alert")).to_have_text("登记系统有点忙，请再提交一次。")
    await expect(widget.root.get_by_label("手机号码")).to_have_value("13800138000")
    await expect(widget.button("重试")).to_be_hidden()


async def test_a_form_is_not_sent_again_after_the_server_has_it(widget: Widget) -> None:
    """A reconnect resends only what was not accepted."""
    await ask(widget)
    await fill(widget)
    await widget.button("提交").click()
    await widget.stage.heard("input_form")
    await widget.stage.hang_up(4503)
    await widget.stage.connected(2)
    assert (await widget.say("好了吗"))["type"] == "input_text"
