"""Two nurses and their patients at once: claims, words both ways, breaks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

import pytest
from playwright.async_api import WebSocketRoute, expect

from agent.graph import TurnGraph
from domain.desk import LEASE
from tests.console.station import Station
from tests.e2e.console.desk import Desk
from tests.turn.test_takeover import HeldUp

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

OpenDesk: TypeAlias = Callable[[str], Awaitable[Desk]]


async def test_of_two_nurses_one_wins_each_patient_and_the_other_sees_who(ward: Station, open_desk: OpenDesk) -> None:
    """Three patients at once; for the one both want, there is one field to answer in and one name to read."""
    patients = [await ward.red() for _ in range(3)]
    desks = [await open_desk("lihua"), await open_desk("wangfang")]
    wanted = patients[0][0]
    for desk in desks:
        await desk.open(wanted)
    await asyncio.gather(*(desk.page.keyboard.press("c") for desk in desks))
    for desk in desks:
        await expect(desk.page.locator(".takeover textarea, .takeover .held")).to_be_visible()
    [winner] = [desk for desk in desks if await desk.reply.count()]
    [other] = [desk for desk in desks if desk is not winner]
    name = await winner.page.locator("[data-page=account]").inner_text()
    await expect(other.page.locator(".held")).to_contain_text(f"{name} 正在接待")
    assert not await other.reply.count()
    await other.open(patients[1][0])
    await other.claim()
    for desk, (session_id, client) in ((winner, patients[0]), (other, patients[1])):
        await desk.reply.fill(f"我是护士，{session_id}")
        await desk.reply.press("Enter")
        heard = await client.until("response.done", origin="nurse")
        assert heard["text"] == f"我是护士，{session_id}"
        await expect(desk.line("我是护士")).to_have_count(1)
    await winner.go("inbox")
    names = [winner.row(patients[0][0]), winner.row(patients[1][0]), winner.row(patients[2][0])]
    await expect(names[0]).to_contain_text(f"{name} 接待中")
    await expect(names[1]).to_contain_text("接待中")
    await expect(names[2]).to_contain_text("助手接待")


async def test_a_takeover_cuts_off_the_answer_the_nurse_reads(ward: Station, open_desk: OpenDesk) -> None:
    """The nurse sees the answer grow, takes over, and no more of it comes; what was said stands once."""
    session_id, client = await ward.patient()
    await client.asked("m1", "你好")
    desk = await open_desk("lihua")
    await desk.open(session_id)
    turns = ward.bedside.turns
    graph = turns._graph
    slow = HeldUp(graph)
    turns._graph = cast("TurnGraph", slow)
    try:
        await client.say("m2", "门诊几点开门")
        await slow.heard.wait()
        await expect(desk.log.get_by_text("正在回复…")).to_be_visible()
        await desk.claim()
        slow.go_on.set()
        assert (await client.end_of("m2"))["reason"] == "handoff"
    finally:
        slow.go_on.set()
        turns._graph = graph
    await expect(desk.line("门诊几点开门")).to_have_count(1)
    await expect(desk.log.get_by_text("正在回复…")).to_have_count(0)
    await expect(desk.line("护士已接管")).to_be_visible()
    await desk.button("交还助手").click()
    await client.until("handoff.ended")
    await expect(desk.button("接管对话 (c)")).to_be_focused()
    await expect(desk.line("已交还助手")).to_be_visible()


async def test_both_see_each_other_typing(ward: Station, open_desk: OpenDesk) -> None:
    """Until the words come."""
    session_id, client = await ward.patient()
    await client.asked("m1", "你好")
    desk = await open_desk("lihua")
    await desk.open(session_id)
    await desk.claim()
    await ward.typing.until_followed(session_id)
    await desk.reply.press_sequentially("您")
    assert (await client.until("typing"))["by"] == "nurse"
    await client.send("typing")
    await expect(desk.log.get_by_text("患者正在输入…")).to_be_visible()
    await client.say("m2", "我在家")
    await expect(desk.line("我在家")).to_have_count(1)
    await expect(desk.log.get_by_text("患者正在输入…")).to_have_count(0)


@pytest.mark.long
async def test_a_lost_claim_is_shown_at_once_and_no_word_is_lost(ward: Station, open_desk: OpenDesk) -> None:
    """The lease ran out: the draft stays and can be sent after taking over again."""
    session_id, client = await ward.patient()
    await client.asked("m1", "你好")
    desk = await open_desk("lihua")
    await desk.open(session_id)
    await desk.claim()
    await desk.reply.fill("请您再说一遍")
    ward.bedside.clock.advance(LEASE)
    await ward.takeover.lapse()
    await desk.look_up()
    await expect(desk.page.get_by_role("alert").filter(has_text="接管已失效")).to_be_visible()
    await expect(desk.page.locator(".kept")).to_have_text("请您再说一遍")
    await desk.claim()
    await desk.reply.press("Enter")
    assert (await client.until("response.done", origin="nurse"))["text"] == "请您再说一遍"


async def test_a_reload_keeps_the_claim(ward: Station, open_desk: OpenDesk) -> None:
    """The page takes up what the nurse holds."""
    session_id, client = await ward.patient()
    await client.asked("m1", "你好")
    desk = await open_desk("lihua")
    await desk.open(session_id)
    await desk.claim()
    await desk.page.reload()
    await desk.reply.fill("我还在")
    await desk.reply.press("Enter")
    assert (await client.until("response.done", origin="nurse"))["text"] == "我还在"


async def test_what_was_said_during_a_break_is_there_after_it(ward: Station, open_desk: OpenDesk) -> None:
    """The light says so meanwhile; every line comes once."""
    session_id, client = await ward.patient()
    await client.asked("m1", "你好")
    desk = await open_desk("lihua")
    lines: list[WebSocketRoute] = []
    way = asyncio.Event()
    way.set()

    async def relay(line: WebSocketRoute) -> None:
        lines.append(line)
        await way.wait()
        line.connect_to_server()

    await desk.page.route_web_socket("**/console/ws", relay)
    await desk.page.reload()
    await desk.open(session_id)
    await desk.claim()
    way.clear()
    await lines[-1].close()
    light: Any = desk.page.get_by_role("status").filter(has_text="连接中断")
    await expect(light).to_be_visible()
    await client.say("m2", "断线时说的话")
    assert (await client.end_of("m2"))["reason"] == "handoff"
    way.set()
    await expect(desk.line("断线时说的话")).to_have_count(1)
    await expect(light).to_be_hidden()
    await client.say("m3", "又连上了")
    await expect(desk.line("又连上了")).to_have_count(1)
    await expect(desk.line("断线时说的话")).to_have_count(1)
