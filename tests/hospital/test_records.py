"""Contract of `Records`, and the demo hospital's records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.errors import NotFound
from domain.patient import PatientId
from domain.records import (
    Account,
    AccountStatus,
    BillingAccountId,
    ChargeItem,
    DiagnosticReport,
    Invoice,
    InvoiceId,
    InvoiceStatus,
    ReportId,
    ReportStatus,
)
from domain.session import SessionId
from tests.hospital.stage import RecordsStage, SqlStage, an_identity
from tests.stores import DEMO_YAML, MONDAY_MORNING, SetClock, sqlite_hospital
from tools.hospital.sql.demo_data import load_patients, recreate
from tools.hospital.sql.demo_records import load_records

pytestmark = pytest.mark.contract

TEXT = "血红蛋白 112 g/L ↓（参考 115～150）"


def a_report(patient_id: PatientId, name: str = "r1", **changed: object) -> DiagnosticReport:
    """A released blood count."""
    report = DiagnosticReport(
        id=ReportId(name),
        patient_id=patient_id,
        title="血常规",
        department="检验科",
        status=ReportStatus.FINAL,
        collected_at=MONDAY_MORNING - timedelta(hours=2),
        issued_at=MONDAY_MORNING,
        text=TEXT,
    )
    return replace(report, **changed)  # type: ignore[arg-type]  # any field may change


def a_bill(patient_id: PatientId, name: str = "b1", **changed: object) -> Invoice:
    """An unpaid bill of 258 yuan."""
    bill = Invoice(
        id=InvoiceId(name),
        patient_id=patient_id,
        title="检查费",
        day=date(2026, 3, 1),
        status=InvoiceStatus.ISSUED,
        items=(
            ChargeItem(title="CT", quantity=1, amount_cents=23500),
            ChargeItem(title="诊查费", quantity=1, amount_cents=2300),
        ),
    )
    return replace(bill, **changed)  # type: ignore[arg-type]  # any field may change


def a_stay(patient_id: PatientId) -> Account:
    """A stay that lasts."""
    return Account(
        id=BillingAccountId("a1"),
        patient_id=patient_id,
        ward="一病区",
        status=AccountStatus.ACTIVE,
        admitted_on=date(2026, 2, 27),
        deposit_cents=500000,
    )


async def two_patients(stage: RecordsStage) -> tuple[PatientId, PatientId]:
    """Two people on file."""
    return await stage.put_on_file(an_identity(1)), await stage.put_on_file(an_identity(2))


async def test_a_report_comes_back_word_for_word(stage: RecordsStage) -> None:
    """Every character as the hospital wrote it, arrows and line ends included."""
    mine, _ = await two_patients(stage)
    written = a_report(mine, text="白细胞 ↑↑\n  ×10⁹/L ①《》<b>")
    await stage.put_report(written)
    assert await stage.records.report(written.id, patient_id=mine) == written


@pytest.mark.parametrize("status", [status for status in ReportStatus if status.listed and not status.released])
async def test_nothing_of_a_report_is_read_before_it_is_released(stage: RecordsStage, status: ReportStatus) -> None:
    """A registered, partial, preliminary or cancelled report is listed without its text."""
    mine, _ = await two_patients(stage)
    await stage.put_report(a_report(mine, status=status))
    [listed] = await stage.records.reports(mine)
    assert (listed.status, listed.text) == (status, "")
    assert (await stage.records.report(listed.id, patient_id=mine)).text == ""


@pytest.mark.parametrize("status", [status for status in ReportStatus if not status.listed])
async def test_a_report_entered_in_error_does_not_exist(stage: RecordsStage, status: ReportStatus) -> None:
    """The patient is not told of it."""
    mine, _ = await two_patients(stage)
    await stage.put_report(a_report(mine, status=status))
    assert await stage.records.reports(mine) == ()
    with pytest.raises(NotFound):
        await stage.records.report(ReportId("r1"), patient_id=mine)


async def test_a_report_goes_on_to_its_next_state(stage: RecordsStage) -> None:
    """Written again it is the same report, amended."""
    mine, _ = await two_patients(stage)
    await stage.put_report(a_report(mine, status=ReportStatus.PRELIMINARY, text=""))
    await stage.put_report(a_report(mine, status=ReportStatus.AMENDED, text="更正"))
    [report] = await stage.records.reports(mine)
    assert (report.status, report.text) == (ReportStatus.AMENDED, "更正")


async def test_reports_come_newest_first(stage: RecordsStage) -> None:
    """By the time they were taken."""
    mine, _ = await two_patients(stage)
    for days in (3, 1, 2):
        taken = MONDAY_MORNING - timedelta(days=days)
        await stage.put_report(a_report(mine, f"r{days}", collected_at=taken))
    assert [report.id for report in await stage.records.reports(mine)] == ["r1", "r2", "r3"]


async def test_another_persons_records_do_not_exist(stage: RecordsStage) -> None:
    """Not in a list, not by id; an unknown patient is told the same."""
    mine, theirs = await two_patients(stage)
    await stage.put_report(a_report(theirs))
    await stage.put_bill(a_bill(theirs))
    stay = a_stay(theirs)
    await stage.put_account(stay)
    for patient_id in (mine, PatientId("never")):
        assert await stage.records.reports(patient_id) == ()
        assert await stage.records.bills(patient_id) == ()
        assert await stage.records.account(patient_id) is None
        with pytest.raises(NotFound):
            await stage.records.report(ReportId("r1"), patient_id=patient_id)
        with pytest.raises(NotFound):
            await stage.records.daily_list(stay, patient_id=patient_id)


async def test_bills_come_with_their_lines_newest_first(stage: RecordsStage) -> None:
    """A paid bill keeps its receipt; the total is the sum of the lines."""
    mine, _ = await two_patients(stage)
    paid = a_bill(mine, "b2", day=date(2026, 3, 2), status=InvoiceStatus.BALANCED, receipt="0123456789")
    await stage.put_bill(a_bill(mine))
    await stage.put_bill(paid)
    assert await stage.records.bills(mine) == (paid, a_bill(mine))
    assert paid.total_cents == 25800


async def test_a_stay_has_a_list_for_each_day(stage: RecordsStage) -> None:
    """Days of a stay are not among the bills of visits."""
    mine, _ = await two_patients(stage)
    stay = a_stay(mine)
    await stage.put_account(stay)
    for day in (1, 2):
        await stage.put_bill(a_bill(mine, f"d{day}", day=date(2026, 3, day), account_id=stay.id))
    assert await stage.records.account(mine) == stay
    assert [one.id for one in await stage.records.daily_list(stay, patient_id=mine)] == ["d2", "d1"]
    assert await stage.records.bills(mine) == ()


def on_disk(folder: Path) -> bytes:
    """Every byte of the database files."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())


async def test_nothing_readable_is_on_the_disk(embedded: SqlStage, tmp_path: Path) -> None:
    """Titles, texts and lines of a bill are sealed, like names and phones."""
    mine, _ = await two_patients(embedded)
    await embedded.put_report(a_report(mine))
    await embedded.put_bill(a_bill(mine))
    await embedded.codes.issue(an_identity(), session_id=SessionId("s1"), key="k", now=embedded.clock.now())
    kept = on_disk(tmp_path)
    for secret in ("血常规", "血红蛋白", "诊查费", "张三", "13800138000", an_identity().id_number):
        assert secret.encode() not in kept


async def test_the_demo_hospital_has_records_of_its_patients(tmp_path: Path, clock: SetClock) -> None:
    """Made twice they are the same; every patient finds theirs with what is printed."""
    folder = DEMO_YAML.parent
    people, records = load_patients(folder / "demo_patients.yaml"), load_records(folder / "demo_records.yaml")
    async with sqlite_hospital(tmp_path, clock) as hospital:
        shown = []
        for _ in range(2):
            await recreate(hospital, people, records)
            found = [await hospital.patients.matching(one.identity) for one in people]
            assert None not in found
            ids = [one for one in found if one]
            reports = [report for one in ids for report in await hospital.records.reports(one)]
            assert len(reports) >= 8
            assert all(report.collected_at <= clock.now() for report in reports)
            assert {report.status for report in reports} >= {ReportStatus.FINAL, ReportStatus.REGISTERED}
            bills = [bill for one in ids for bill in await hospital.records.bills(one)]
            shown.append([*(one.id for one in reports), *(one.id for one in bills)])
            assert any([await hospital.records.account(one) for one in ids])
        assert shown[0] == shown[1]
