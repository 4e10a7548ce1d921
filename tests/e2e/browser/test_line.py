"""The line to the server: what was missed comes once, what was said arrives once."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.browser.stage import Stage, done
from tests.e2e.browser.widget import Widget

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_the_handshake_names_protocol_and_token_and_nothing_else_carries_it(widget: Widget) -> None:
    """The token travels as a sub-protocol, never in an address."""
    [connection] = widget.stage.connections
    assert connection["subprotocols"] == "banyi.v1 token.token1"
    assert connection["session"] == "s_1"
    assert "token1" not in widget.page.url
    assert widget.stage.opened[0]["channel"] == "web"


async def test_what_was_missed_is_replayed_after_a_reconnect(widget: Widget) -> None:
    """The line comes back by itself and asks for everything after the last frame it saw."""
    message = await widget.say("头疼")
    await widget.stage.reply("先问一句。", to=message["id"])
    await expect(widget.text("先问一句。")).to_be_visible()
    await widget.stage.hang_up(1012)
    await widget.stage.reply("断线时说的话。", to=None)
    await widget.stage.connected(2)
    assert int(widget.stage.connections[1]["last_seq"]) > 1
    await expect(widget.text("断线时说的话。")).to_be_visible()
    await expect(widget.text("先问一句。")).to_have_count(1)
    await expect(widget.text("网络断开了")).to_be_hidden()


async def test_a_frame_that_comes_twice_counts_once(widget: Widget) -> None:
    """A number already seen is ignored."""
    message = await widget.say("头疼")
    await widget.stage.say({"type": "response.created", "response_id": "r", "number": 1, "in_reply_to": message["id"]})
    whole = await widget.stage.say(done("r", "一次。", to=message["id"]))
    await expect(widget.text("一次。")).to_be_visible()
    await widget.stage.say_again({**whole, "text": "两次。"})
    await widget.stage.reply("然后。", to=None)
    await expect(widget.text("然后。")).to_be_visible()
    await expect(widget.text("两次。")).to_have_count(0)


async def test_a_hole_in_the_numbers_is_fetched(widget: Widget) -> None:
    """A frame that never came is asked for before anything later is shown."""
    await widget.stage.skip({**done("lost", "路上丢的话。", to=None)})
    await widget.stage.reply("后来的话。", to=None)
    await widget.stage.connected(2)
    replies = widget.root.get_by_role("article", name="导诊助手说")
    await expect(replies).to_have_count(2)
    await expect(replies.first).to_contain_text("路上丢的话。")


async def test_a_message_the_server_never_confirmed_is_sent_again_by_its_id(widget: Widget) -> None:
    """What was said into a broken line arrives when it is back, with the same id."""
    widget.stage.accepts_inputs = False
    message = await widget.say("头疼三天了")
    await widget.stage.hang_up(4500)
    widget.stage.accepts_inputs = True
    assert await widget.stage.heard("input_text") == message
    await expect(widget.text("已送达")).to_be_visible()


async def test_what_is_written_while_offline_waits_and_goes_out(widget: Widget) -> None:
    """Offline the patient can go on writing."""
    await widget.stage.hang_up(4503)
    await widget.input.fill("还在吗")
    await widget.input.press("Enter")
    await expect(widget.root.get_by_role("article", name="您说")).to_contain_text("还在吗")
    assert (await widget.stage.heard("input_text"))["text"] == "还在吗"


async def test_a_conversation_taken_by_another_window_is_not_fought_for(widget: Widget) -> None:
    """4409 ends reconnecting until the patient asks for the conversation back."""
    await widget.stage.hang_up(4409)
    await expect(widget.text("这个对话已在另一个窗口打开。")).to_be_visible()
    await widget.page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")
    assert len(widget.stage.connections) == 1
    await widget.button("在这里继续").click()
    await widget.stage.connected(2)
    await expect(widget.text("这个对话已在另一个窗口打开。")).to_be_hidden()


async def test_an_idle_line_rests_until_the_patient_speaks(widget: Widget) -> None:
    """4408 is not an error; the next message wakes the line."""
    await widget.stage.hang_up(4408)
    await expect(widget.text("连接已休息")).to_be_visible()
    message = await widget.say("我回来了")
    assert message["text"] == "我回来了"
    await expect(widget.text("连接已休息")).to_be_hidden()


async def test_a_refused_origin_is_said_plainly(widget: Widget) -> None:
    """4403 does not knock again by itself."""
    await widget.stage.hang_up(4403)
    await expect(widget.text("现在无法使用导诊服务")).to_be_visible()
    await widget.button("再试一次").click()
    await widget.stage.connected(2)


async def test_an_expired_token_is_renewed_with_the_resume_token(widget: Widget) -> None:
    """4401 brings a new token for the same session."""
    await widget.stage.hang_up(4401)
    await widget.stage.connected(2)
    assert widget.stage.opened[1]["resume_token"] == "resume1"
    assert widget.stage.connections[1]["subprotocols"] == "banyi.v1 token.token2"


async def test_a_reload_brings_the_conversation_back_with_the_patients_own_words(widget: Widget) -> None:
    """Replay brings the answers, the transcript what the patient said; nothing stands twice."""
    message = await widget.say("头疼三天了")
    await widget.stage.reply("先问一句。", to=message["id"], choices={"好": "p1:yes"})
    widget.stage.transcript = [{"author": "patient", "text": "头疼三天了", "input_id": message["id"]}]
    await expect(widget.button("好")).to_be_visible()
    await widget.page.reload()
    await widget.stage.connected(2)
    await expect(widget.root.get_by_role("article", name="您说")).to_have_text("头疼三天了")
    await expect(widget.text("先问一句。")).to_have_count(1)
    await expect(widget.button("好")).to_be_visible()


async def test_an_ended_session_begins_a_new_one_and_says_so(widget: Widget) -> None:
    """A resume token that means nothing any more is not an error."""
    widget.stage.resumable = False
    await widget.page.reload()
    await widget.stage.connected(2)
    await expect(widget.text("上次的对话已经结束，现在开始新的对话。")).to_be_visible()
    assert "resume_token" not in widget.stage.opened[2]
    await expect(widget.text("网络断开了")).to_be_hidden()


async def test_a_replay_that_no_longer_reaches_back_to_the_beginning_is_taken_as_it_comes(
    page: Page, stage: Stage
) -> None:
    """After the log's oldest events are gone the first replayed number is not 1; that is no hole."""
    await page.goto(stage.url)
    await stage.connected(1)
    stage.forget_first()
    await page.reload()
    await stage.connected(2)
    await stage.reply("还在。", to=None)
    await expect(Widget(page, stage).text("还在。")).to_be_visible()
    assert len(stage.connections) == 2


async def test_a_server_that_is_away_is_asked_again_until_it_answers(page: Page, stage: Stage) -> None:
    """The page opens before the service does: the line comes up by itself."""
    stage.broken = True
    await page.goto(stage.url)
    widget = Widget(page, stage)
    await expect(widget.text("网络断开了")).to_be_visible()
    await widget.input.fill("有人吗")
    await widget.input.press("Enter")
    stage.broken = False
    assert (await stage.heard("input_text"))["text"] == "有人吗"
