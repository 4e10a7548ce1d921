"""The follow-up board and a patient's page, as a nurse works through them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.async_api import ViewportSize, expect

from domain.clinical import Disposition, RuleId
from domain.diary import Measure, Observation
from domain.follow_up import Actor, Anchor, Answered, Discharge, PlanId, QuestionnaireResponse, ResponseStatus
from domain.follow_up_alert import Alert, AlertId, AlertLevel, AlertStatus
from domain.patient import Identity, PatientId
from tests.console.station import Station
from tests.e2e.console.desk import SCREEN, Desk

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

OpenDesk: TypeAlias = Callable[[str], Awaitable[Desk]]
HOSPITAL = Actor(id="hospital")
TABLET: ViewportSize = {"width": 820, "height": 1180}
AUDIT = (Path(__file__).parents[1] / "browser" / "audit.js").read_text(encoding="utf-8")
LEAST_TARGET_PX = 24
IDENTITY = Identity(name="刘建国", id_number="110105194912310038", phone="13900139000")


async def at_home(ward: Station) -> PatientId:
    """A patient of whom one follow-up is overdue, one has to be called about, and whose oxygen fell."""
    now, enrolment = ward.bedside.clock.now(), ward.console.enrolment
    assert enrolment is not None
    follow_up = ward.bedside.archive.follow_up
    patient_id = await ward.bedside.hospital.patients.register(IDENTITY)
    discharge = Discharge(
        event_id="e2e",
        patient=patient_id,
        plan_ids=(PlanId("copd"), PlanId("hypertension")),
        days={Anchor.DISCHARGE: (now - timedelta(days=7)).date()},
        consented=True,
    )
    copd, _ = await enrolment.enrol(discharge, by=HOSPITAL)
    session_id, _ = await ward.patient()
    for at, (task, oxygen) in enumerate(zip(await follow_up.tasks(copd.id), (95.0, 86.0), strict=False)):
        answered = now - timedelta(days=30 - 29 * at)
        await follow_up.responses.save(
            QuestionnaireResponse(
                task_id=task.id,
                patient_id=patient_id,
                plan_id=copd.plan_id,
                plan_version=copd.plan_version,
                status=ResponseStatus.COMPLETED,
                authored_at=answered,
                session_id=session_id,
                items=(Answered(link_id="spo2", value=oxygen, at=answered, quote=f"血氧{oxygen:g}"),),
                scores={"mmrc": float(at + 1)},
            )
        )
    readings = {Measure.SYSTOLIC: (132, 138, 151), Measure.DIASTOLIC: (80, 84, 88), Measure.OXYGEN: (96, 93, 86)}
    await follow_up.diary.add(
        [
            Observation(
                id=f"{measure}{at}",
                patient_id=patient_id,
                measure=measure,
                value=value,
                at=now - timedelta(days=3 - at),
            )
            for measure, values in readings.items()
            for at, value in enumerate(values)
        ]
    )
    first, *_ = await follow_up.tasks(copd.id)
    await follow_up.missed(first.id, now=now)
    await follow_up.alerts.raise_alert(
        Alert(
            id=AlertId("al_e2e"),
            patient_id=patient_id,
            level=AlertLevel.RED,
            rule_id=RuleId("diary.L09@1"),
            text="血氧低于88%",
            quote="血氧86",
            disposition=Disposition.CALL_120,
            raised_at=now,
            act_by=now + timedelta(minutes=6),
            session_id=session_id,
        )
    )
    return patient_id


async def test_a_nurse_works_through_the_board_and_closes_a_red_alert_with_a_reason(
    ward: Station, open_desk: OpenDesk
) -> None:
    """Earlier values with arrows, plots with limits; call, book, write; an alert goes only with a reason."""
    patient_id = await at_home(ward)
    desk = await open_desk("lihua")
    page, follow_up = desk.page, ward.bedside.archive.follow_up
    await desk.go("follow-up")
    alert = page.locator("li.alert")
    await expect(alert).to_contain_text("刘**")
    await expect(page.get_by_text(IDENTITY.phone)).to_have_count(0)
    await alert.get_by_role("button", name="查看患者").click()
    beside = page.get_by_role("complementary", name="患者随访")
    await expect(beside.get_by_role("row", name="血氧多少")).to_contain_text("86%↓比上次低")
    oxygen = beside.locator("[data-measure=spo2]")
    await expect(oxygen).to_contain_text("要注意")
    await expect(oxygen.locator("line.limit")).to_have_count(1)
    await beside.get_by_role("button", name="打电话").click()
    await expect(beside.get_by_role("link", name=f"拨打 {IDENTITY.phone}")).to_have_attribute(
        "href", f"tel:{IDENTITY.phone}"
    )
    await beside.get_by_role("button", name="发消息").click()
    await expect(page.get_by_text("已通知患者打开对话窗口")).to_be_visible()
    await beside.get_by_role("button", name="预约").click()
    await beside.get_by_label("科室").select_option(index=1)
    await beside.locator(".slots button").first.click()
    await expect(beside.get_by_text("已预约")).to_be_visible()
    await page.get_by_role("button", name="我来打").click()
    await page.locator("li.task").get_by_role("button", name="已完成").click()
    await expect(page.get_by_text("没有要打的电话。")).to_be_visible()
    await alert.get_by_role("button", name="我已看到").click()
    await expect(alert).to_contain_text("已查看")
    await alert.get_by_role("button", name="填写结果并关闭").click()
    await page.keyboard.type("已送急诊")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("没有未关闭的警报。")).to_be_visible()
    [closed] = await follow_up.alerts.of_patient(patient_id)
    assert (closed.status, closed.closing_reason) == (AlertStatus.CLOSED, "已送急诊")
    await enrols(desk, patient_id)


async def enrols(desk: Desk, patient_id: PatientId) -> None:
    """On the patient's page, only with consent; the page fits a screen and a tablet."""
    page = desk.page
    await desk.go(f"patient/{patient_id}")
    await page.get_by_text("登记新的随访计划").click()
    await page.get_by_label("剖宫产和产后随访").check()
    await page.get_by_label("分娩日期").fill(desk.station.bedside.clock.now().date().isoformat())
    await desk.button("登记随访").click()
    await expect(page.get_by_text("没有患者同意不能登记。")).to_be_visible()
    await page.get_by_label("已同意出院后随访").check()
    await desk.button("登记随访").click()
    await expect(page.locator(".course").filter(has_text="剖宫产和产后随访")).to_contain_text("进行中")
    for screen in (SCREEN, TABLET):
        await page.set_viewport_size(screen)
        wrong = await page.locator("banyi-console").evaluate(AUDIT)
        assert [one for one in wrong if one[0] != "small" or min(one[2:]) < LEAST_TARGET_PX] == []
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
