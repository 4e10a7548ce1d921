"""Signing in, the inbox, what stands behind a turn, notes, review and figures; by mouse and by keyboard alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

import pyotp
import pytest
from playwright.async_api import Browser, ViewportSize, expect

from domain.desk import OVERDUE_AFTER
from domain.staff import Role
from tests.console.station import PASSWORD, Station
from tests.e2e.console.desk import SCREEN, Desk, window

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

OpenDesk: TypeAlias = Callable[[str], Awaitable[Desk]]

SCREENS: tuple[ViewportSize, ...] = (SCREEN, {"width": 1024, "height": 768}, {"width": 820, "height": 1180})
AUDIT = (Path(__file__).parents[1] / "browser" / "audit.js").read_text(encoding="utf-8")
LEAST_TARGET_PX = 24
"""Of a desk's pointer (WCAG 2.2, 2.5.8)."""


async def test_a_nurse_signs_in_with_a_code_and_ends_another_session(ward: Station, browser: Browser) -> None:
    """A wrong password says nothing of which part was wrong; the code is asked for after a right one."""
    account = await ward.bedside.archive.staff.add("code", "赵护士", Role.NURSE, PASSWORD, second_factor=True)
    context = await window(browser, ward.url)
    desk = Desk(await context.new_page(), ward)
    await desk.page.goto(f"{ward.url}/console")
    await desk.page.get_by_label("用户名").fill("code")
    await desk.page.get_by_label("密码").fill("a wrong password")
    await desk.button("登录").click()
    await expect(desk.page.get_by_role("alert")).to_have_text("用户名、密码或验证码不对。")
    await desk.page.get_by_label("密码").fill(PASSWORD)
    await desk.page.get_by_label("密码").press("Enter")
    code = desk.page.get_by_label("动态验证码")
    await expect(code).to_be_focused()
    await code.fill(pyotp.TOTP(account.secret).at(ward.bedside.clock.now()))
    await code.press("Enter")
    await expect(desk.page.get_by_role("link", name="赵护士")).to_be_visible()
    await desk.go("account")
    await expect(desk.page.get_by_text("当前", exact=True)).to_be_visible()
    await ward.bedside.archive.staff.sign_out_everywhere(account.staff.id, by=account.staff.id)
    await desk.look_up()
    await expect(desk.page.get_by_role("alert")).to_have_text("登录已过期，请重新登录。")
    await context.close()


async def test_a_new_emergency_comes_in_by_itself_and_ages_until_it_is_opened(
    ward: Station, open_desk: OpenDesk
) -> None:
    """Nobody opened it for ten minutes: the row says so and the supervisor is alerted, until somebody looks."""
    chief, nurse = await open_desk("chief"), await open_desk("lihua")
    session_id, _ = await ward.red()
    await expect(nurse.row(session_id)).to_contain_text("未查看")
    ward.bedside.clock.advance(OVERDUE_AFTER)
    await chief.look_up()
    alert = chief.alerts.locator(f"a[href$='{session_id}']")
    await expect(alert).to_be_visible()
    await expect(nurse.alerts).to_be_empty()
    await nurse.page.reload()
    await expect(nurse.row(session_id)).to_contain_text("超 10 分钟未看")
    await expect(nurse.row(session_id)).to_have_attribute("data-ageing", "overdue")
    await alert.click()
    await expect(chief.log).to_be_visible()
    await expect(alert).to_have_count(0)
    await expect(nurse.row(session_id)).not_to_contain_text("未看")


async def test_by_keyboard_alone_from_the_inbox_to_a_closed_case(ward: Station, open_desk: OpenDesk) -> None:
    """Search, open, read why, take over, answer, note, close with a reason."""
    session_id, client = await ward.patient()
    await client.asked("m1", "我胸口压着疼，喘不上气，出冷汗，刚爬完香山")
    desk = await open_desk("lihua")
    keyboard = desk.page.keyboard
    await desk.page.locator("a.row").first.wait_for()
    await keyboard.press("j")
    await expect(desk.page.locator("a.row").first).to_be_focused()
    await keyboard.press("j")
    await keyboard.press("k")
    await expect(desk.page.locator("a.row").first).to_be_focused()
    await keyboard.press("/")
    await keyboard.type("香山")
    await keyboard.press("Enter")
    await expect(desk.page.get_by_text("“香山”：1 个对话")).to_be_visible()
    await keyboard.press("Escape")
    await keyboard.press("j")
    await expect(desk.row(session_id)).to_be_focused()
    await keyboard.press("Enter")
    await desk.log.wait_for()
    await expect(desk.side).to_contain_text("拨打 120")
    await keyboard.press("w")
    await expect(desk.side).to_contain_text("依据的规则")
    await expect(desk.side).to_contain_text("知识包")
    await keyboard.press("c")
    await expect(desk.reply).to_be_focused()
    await keyboard.type("请马上拨打 120")
    await keyboard.press("Enter")
    assert (await client.until("response.done", origin="nurse"))["text"] == "请马上拨打 120"
    await expect(desk.line("请马上拨打 120")).to_have_count(1)
    await keyboard.press("Escape")
    await keyboard.press("n")
    await keyboard.type("家属已在路上")
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(desk.side.locator(".notes")).to_contain_text("家属已在路上")
    await desk.page.get_by_role("textbox", name="处理结果").focus()
    await keyboard.type("已确认拨打 120")
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await expect(desk.side.locator(".notes")).to_contain_text("已确认拨打 120")
    await keyboard.press("Escape")
    await expect(desk.page.get_by_role("status").filter(has_text="对话")).to_be_visible()
    await expect(desk.row(session_id)).to_have_count(0)


@pytest.mark.long
async def test_filters_stand_in_the_address_and_tags_and_owners_in_the_row(ward: Station, open_desk: OpenDesk) -> None:
    """Going back finds the same list again."""
    session_id, _ = await ward.red()
    desk = await open_desk("lihua")
    await desk.open(session_id)
    await desk.page.keyboard.press("3")
    await desk.page.get_by_label("分配给").select_option(label="lihua护士")
    await desk.page.get_by_role("textbox", name="标签").fill("胸痛 回访")
    await desk.button("保存标签").click()
    await expect(desk.page.get_by_text("标签已保存")).to_be_visible()
    await desk.page.get_by_role("link", name="返回收件箱").click()
    await desk.page.get_by_label("标签").fill("胸痛")
    await desk.page.get_by_label("标签").press("Enter")
    await expect(desk.page.locator("a.row")).to_have_count(1)
    await expect(desk.row(session_id)).to_contain_text("lihua护士")
    await expect(desk.row(session_id)).to_contain_text("回访")
    await desk.row(session_id).click()
    await desk.log.wait_for()
    await desk.page.go_back()
    await expect(desk.page.get_by_label("标签")).to_have_value("胸痛")
    await expect(desk.page.locator("a.row")).to_have_count(1)
    await desk.button("清除筛选").click()
    await expect(desk.page.get_by_label("标签")).to_have_value("")


async def test_a_turn_is_marked_wrong_rated_and_counted(ward: Station, open_desk: OpenDesk) -> None:
    """The rated conversation leaves the queue and stands in the figures."""
    session_id, _ = await ward.red()
    desk = await open_desk("chief")
    await desk.open(session_id)
    await desk.page.get_by_role("button", name="这一轮的判断依据").click()
    await desk.page.get_by_text("标记这一轮有错").click()
    await desk.page.get_by_label("哪里不对").select_option(label="说法不妥")
    await desk.page.get_by_label("正确的做法或说法").fill("先问身边有没有人")
    await desk.button("提交更正").click()
    await expect(desk.side.get_by_role("status")).to_contain_text("已记录")
    await desk.go("review")
    await desk.row(session_id).click()
    for axis in ("真实性", "安全性", "共情", "完整性", "易读性"):
        await desk.page.get_by_role("group", name=axis).get_by_role("radio", name="4").check()
    await desk.button("提交评分").click()
    await expect(desk.page.get_by_role("heading", name="质检")).to_be_visible()
    await expect(desk.row(session_id)).to_have_count(0)
    await desk.go("dashboard")
    await expect(desk.page.get_by_role("img", name="质检评分")).to_be_visible()
    await expect(desk.page.get_by_role("img", name="每天紧急")).to_be_visible()


async def test_a_nurse_sees_neither_figures_nor_exports(ward: Station, open_desk: OpenDesk) -> None:
    """They are a supervisor's; an address typed by hand leads to the inbox."""
    session_id, _ = await ward.red()
    desk = await open_desk("lihua")
    await expect(desk.page.get_by_role("link", name="看板")).to_have_count(0)
    await desk.open(session_id)
    await expect(desk.page.get_by_text("导出")).to_have_count(0)
    await desk.go("dashboard")
    await expect(desk.page.get_by_label("收件箱", exact=True)).to_be_visible()


async def test_every_page_is_named_readable_and_never_scrolls_sideways(ward: Station, open_desk: OpenDesk) -> None:
    """At the desk's screen and on a tablet, both ways round."""
    session_id, _ = await ward.red()
    desk = await open_desk("chief")
    found: list[Any] = []
    for screen in SCREENS:
        await desk.page.set_viewport_size(screen)
        for where in ("inbox", f"conversation/{session_id}", "review", "dashboard", "account"):
            await desk.go(where)
            await desk.page.locator(f"section.page.{where.split('/')[0]} > *").first.wait_for()
            wrong = await desk.page.locator("banyi-console").evaluate(AUDIT)
            found += [one for one in wrong if one[0] != "small" or min(one[2:]) < LEAST_TARGET_PX]
            assert await desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert found == []
