"""The main job in a real browser against the real service: from a complaint to a visit, emergencies first."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, ViewportSize, expect

from tests.e2e.browser.hospital import Hospital
from tests.e2e.browser.patient import IDENTITY, Patient
from tests.e2e.browser.stage import Theatre
from tests.e2e.service import last_code

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

PHONE: ViewportSize = {"width": 390, "height": 844}
MOST_ANSWERS = 7


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def hospital(tmp_path_factory: pytest.TempPathFactory, theatre: Theatre) -> AsyncIterator[Hospital]:
    """The service, started once for this module; the theatre's pages may embed it."""
    running = Hospital(tmp_path_factory.mktemp("hospital"), allowed_origin=theatre.url)
    await running.start()
    yield running
    await running.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def patient(page: Page, hospital: Hospital) -> Patient:
    """A patient with a phone on the hospital's page, who agreed to the notice."""
    await page.set_viewport_size(PHONE)
    await page.goto(hospital.url)
    arrived = Patient(page)
    await arrived.agree()
    return arrived


async def test_an_emergency_brings_the_120_card_within_a_second(patient: Patient) -> None:
    """「我妈胸口闷一阵一阵的出冷汗」 shows the call card, focused, and books nothing."""
    await patient.input.fill("我妈胸口闷一阵一阵的出冷汗")
    await patient.input.press("Enter")
    await expect(patient.alert.get_by_role("link", name="拨打 120")).to_be_visible(timeout=1_000)
    await patient.settled()
    await expect(patient.alert.get_by_role("link", name="拨打 120")).to_be_focused()
    await expect(patient.root.get_by_role("button", name="挂这个科")).to_have_count(0)


async def test_an_emergency_is_answered_before_consent(page: Page, hospital: Hospital) -> None:
    """Nobody has to agree to anything to be told to call."""
    await page.set_viewport_size(PHONE)
    await page.goto(hospital.url)
    stranger = Patient(page)
    await stranger.input.fill("我爸突然嘴歪说不出话")
    await stranger.input.press("Enter")
    await expect(stranger.alert.get_by_role("link", name="拨打 120")).to_be_focused()
    await expect(stranger.root.get_by_role("button", name="同意并开始")).to_be_visible()


async def test_a_headache_leads_to_a_visit_with_a_question_about_parking_in_between(
    patient: Patient, hospital: Hospital
) -> None:
    """Symptom, questions, an aside, result with reasons, slots, identity, code, review, appointment, cancelling it."""
    await patient.say("头疼三天了，有点恶心")
    await patient.answer()
    await patient.say("停车场在哪")
    await patient.root.get_by_text("《停车》").last.click()
    await expect(patient.root.locator(".sources p").last).to_contain_text("康宁路东门进")
    assert await patient.triaged(answers=MOST_ANSWERS) < MOST_ANSWERS
    result = patient.card("triage_result")
    await expect(result.get_by_role("heading", name="为什么")).to_be_visible()
    await result.get_by_text("依据的规则和出处").click()
    await expect(result.locator("details p").first).to_be_visible()

    await patient.tap((await patient.slots(result)).get_by_role("button", disabled=False).first)
    await patient.identify()
    await expect(patient.card("identity_form")).to_contain_text("短信验证码")
    await patient.prove(last_code(hospital.folder, IDENTITY["手机号码"]))
    review = patient.card("booking_review")
    await expect(review).to_contain_text("欧***")
    await expect(review.get_by_role("timer")).to_be_visible()
    await patient.tap(review.get_by_role("button", name="确认预约"))

    slip = patient.card("appointment")
    await expect(slip).to_contain_text("已预约")
    await expect(slip.locator(".number strong")).to_have_text(re.compile(r"^\d+$"))
    await expect(slip).to_contain_text("身份证件")
    page = await patient.page.content() + await patient.root.inner_html()
    assert not any(value in page for value in IDENTITY.values())

    await patient.tap(slip.get_by_role("button", name="取消这个预约"))
    await patient.tap(patient.root.get_by_role("button", name="确认退号"))
    await expect(patient.root.get_by_text("已取消").last).to_be_visible()


async def test_another_site_that_is_allowed_embeds_the_assistant(
    page: Page, hospital: Hospital, theatre: Theatre
) -> None:
    """Scripts, session and socket cross origins; on a site that is not allowed no conversation begins."""
    await page.goto(f"{theatre.url}/partner?of={hospital.url}")
    visitor = Patient(page)
    await visitor.agree()
    await visitor.say("停车场在哪")
    await expect(visitor.root.get_by_text("《停车》").last).to_be_visible()
    await page.goto(f"{theatre.url.replace('127.0.0.1', 'localhost')}/partner?of={hospital.url}")
    await expect(visitor.root.get_by_text("现在无法使用导诊服务")).to_be_visible()
    await expect(visitor.root.get_by_role("link", name="紧急情况请拨打 120")).to_be_visible()
    await expect(visitor.root.get_by_role("button", name="同意并开始")).to_have_count(0)


async def test_a_service_killed_in_the_middle_loses_nothing(patient: Patient, hospital: Hospital) -> None:
    """Kill -9 and a new start: the page reconnects by itself, what was said meanwhile arrives, the triage goes on."""
    await patient.say("头疼三天了，有点恶心")
    await patient.answer()
    await hospital.kill()
    await expect(patient.root.get_by_text("网络断开了")).to_be_visible()
    await patient.input.fill("停车场在哪")
    await patient.input.press("Enter")
    await hospital.start()
    await expect(patient.root.get_by_text("网络断开了")).to_be_hidden(timeout=25_000)
    await patient.settled()
    await expect(patient.root.get_by_text("《停车》").last).to_be_visible()
    await patient.page.reload()
    await expect(patient.root.get_by_role("article", name="您说").first).to_contain_text("头疼三天了，有点恶心")
    assert await patient.triaged(answers=MOST_ANSWERS) < MOST_ANSWERS


async def test_a_terminals_conversation_goes_on_by_phone(page: Page, hospital: Hospital) -> None:
    """The scanned address opens the same conversation in the assistant, once."""
    async with httpx.AsyncClient(base_url=hospital.url) as terminal:
        session = (await terminal.post("/v1/sessions", json={"channel": "kiosk"})).json()
        bearer = {"Authorization": f"Bearer {session['token']}"}
        address = (await terminal.post(f"/v1/sessions/{session['session_id']}/continue", headers=bearer)).json()["url"]
        await page.set_viewport_size(PHONE)
        await page.goto(address)
        phone = Patient(page)
        await phone.agree()
        await phone.say("停车场在哪")
        transcript = await terminal.get(f"/v1/sessions/{session['session_id']}/transcript", headers=bearer)
    assert transcript.status_code == 401
    await page.goto(address)
    await expect(page.get_by_role("status")).to_contain_text("二维码")
