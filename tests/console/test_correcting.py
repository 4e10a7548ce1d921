"""A nurse's correction becomes a task and, without identity, a case that is played again."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.console.case_making import deidentified, made
from domain.patient import PatientProfile
from domain.session import Author, InputId, Message, SessionId
from domain.staff import Role
from evals.case import Case
from evals.patient import Question, answer
from tests.console.station import Station

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫王小梅，头疼", "我叫某某，头疼"),
        ("我叫了救护车", "我叫了救护车"),
        ("孩子叫李雷。发烧", "孩子叫某某。发烧"),
        ("住在康宁路18号，胸口疼", "某地，胸口疼"),
        ("我姓白，白细胞12000", "我姓某，白细胞12000"),
        ("上次是陈建国医生看的", "上次是某医生看的"),
        ("住院号是A20260001，咳血", "住院号是某号，咳血"),
    ],
)
def test_who_somebody_is_leaves_the_case(said: str, kept: str) -> None:
    """What they feel stays."""
    assert deidentified(said).removeprefix("住在") == kept


SURNAMES, GIVEN = "王李张陈白高", "小梅建国秀英子轩"
NAMES = st.builds("".join, st.tuples(st.sampled_from(SURNAMES), st.text(GIVEN, min_size=1, max_size=2)))
PHONES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
ID_NUMBERS = st.from_regex(r"[1-6][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|2[0-8])[0-9]{3}[0-9X]", fullmatch=True)


@given(name=NAMES, phone=PHONES, number=ID_NUMBERS, tail=st.sampled_from(["头疼", "胸口闷。", "，发烧39度"]))
def test_no_name_and_no_number_of_a_session_stays_in_a_case(name: str, phone: str, number: str, tail: str) -> None:
    """Nor a part of a number that would be enough to know it again."""
    kept = deidentified(f"我叫{name}，身份证{number}，电话{phone} {name}先生{tail}")
    assert name not in kept
    assert re.search(r"\d{3}", kept) is None
    assert kept.endswith(tail)


def a_line(author: Author, text: str, trace_id: str, origin: str = "") -> Message:
    """A line of a transcript."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    session_id, input_id = SessionId("s"), InputId(trace_id)
    return Message(
        session_id=session_id, author=author, text=text, at=at, input_id=input_id, origin=origin, trace_id=trace_id
    )


def test_a_case_answers_the_agents_questions_as_the_patient_did() -> None:
    """Up to the turn that was wrong, and in the format the evaluation reads."""
    lines = [
        a_line(Author.PATIENT, "我咳嗽", "t1"),
        a_line(Author.AGENT, "好的，我听到了。发烧吗？", "t1"),
        a_line(Author.PATIENT, "三十九度", "t2"),
        a_line(Author.PATIENT, "不好", "t1", "feedback"),
        a_line(Author.AGENT, "有没有气短？", "t2"),
        a_line(Author.PATIENT, "有", "t3"),
    ]
    gold: dict[str, Any] = {"disposition": "ED_NOW", "acceptable": ["ED_NOW"], "departments": [], "no_triage": False}
    profile = PatientProfile(age_years=32)
    case = Case.model_validate(
        made("C-1", lines, profile, upto="t2", opening=(), gold=gold, tags=("correction", "urgency"))
    )
    assert case.opening == ("我咳嗽",)
    assert len(case.facts) == 1
    assert answer(case, Question(text="发烧吗？")) == "三十九度"
    own = made("C-2", lines, profile, upto="t2", opening=("成人咳嗽伴高热",), gold=gold, tags=())
    assert own is not None
    assert (own["opening"], own["facts"]) == (["成人咳嗽伴高热"], [])


async def test_a_correction_becomes_a_task_and_a_case(station: Station) -> None:
    """The patient's words only with consent to improvement; a nurse's wording always."""
    session_id, client = await station.patient()
    trace = (await client.asked("m1", "我手指划破了一个小口子"))["trace_id"]
    nurse = await station.nurse()
    body = {
        "trace_id": trace,
        "kind": "urgency",
        "right": {"disposition": "VISIT_24H", "departments": ["D10"]},
        "note": "打电话13800138000问过，是生锈的铁片",
    }
    path = f"/sessions/{session_id}/corrections"
    assert (await nurse.post(path, 201, body=body))["case"] is None
    own = await nurse.post(path, 201, body={**body, "opening": ["被生锈铁片划伤"]})
    case = Case.model_validate(own["case"])
    assert case.opening == ("被生锈铁片划伤",)
    assert case.gold.departments
    consents = ["care_chat", "model_improvement"]
    await client.send("consent.give", version=station.services.notice.consent_version, purposes=consents)
    await client.until("consent.updated")
    quoted = await nurse.post(path, 201, body=body)
    assert quoted["case"]["opening"] == ["我手指划破了一个小口子"]
    assert {"id": "D01", "name": "急诊科"} in (await nurse.get("/departments"))["items"]
    items = (await nurse.get("/corrections"))["items"]
    assert len(items) == 3
    assert "13800138000" not in str(items)
    await nurse.post(f"/corrections/{own['id']}/close", 403)
    chief = await station.nurse("chief", Role.SUPERVISOR)
    await chief.post(f"/corrections/{own['id']}/close", 204)
    mine = await chief.post(path, 201, body=body)
    await chief.post(f"/corrections/{mine['id']}/close", 403)
    await (await station.nurse("second", Role.ADMIN)).post(f"/corrections/{mine['id']}/close", 204)
    assert len((await nurse.get("/corrections"))["items"]) == 2
    assert len((await nurse.get("/corrections?all=1"))["items"]) == 4
    await nurse.post(path, 422, body={**body, "kind": "else"})
    await chief.post("/corrections/C-none/close", 404)
