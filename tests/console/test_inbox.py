"""What staff see, find, write and take away; every view stands in the chain."""

from __future__ import annotations

import csv
import io

import orjson
import pytest

from channels.sessions import Sessions
from domain.patient import Identity
from domain.staff import Role
from tests.console.station import Nurse, Station

pytestmark = pytest.mark.e2e


async def rows_of(nurse: Nurse, query: str = "") -> list[str]:
    """The sessions of a page of the inbox."""
    return [one["session_id"] for one in (await nurse.get(f"/inbox{query}"))["items"]]


async def test_an_emergency_stands_in_the_inbox_until_a_person_closes_it_with_a_reason(station: Station) -> None:
    """Opened, it is nobody's alert; closed, it is in the full list only."""
    session_id, _ = await station.red()
    nurse = await station.nurse()
    [row] = (await nurse.get("/inbox"))["items"]
    assert (row["urgency"], row["reason"], row["who"], row["opened_at"]) == ("red", "escalation", "女 32岁", None)
    opened = await nurse.get(f"/sessions/{session_id}")
    assert opened["row"]["opened_at"]
    assert [one["author"] for one in opened["messages"]] == ["patient", "agent"]
    [decision] = opened["decisions"].values()
    assert decision["rules"][0]["name"]
    assert decision["quotes"]
    assert decision["knowledge_version"]
    assert opened["briefing"]["disposition"] == "CALL_120"
    assert opened["timings"]
    await nurse.post(f"/sessions/{session_id}/handle", 422, reason="")
    await nurse.post(f"/sessions/{session_id}/handle", 204, reason="已联系家属，送急诊")
    assert await rows_of(nurse) == []
    assert await rows_of(nurse, "?state=all") == [session_id]
    assert (await nurse.get(f"/sessions/{session_id}"))["notes"][0]["kind"] == "handled"


async def test_cases_are_given_out_tagged_noted_and_found_again(station: Station) -> None:
    """By whose they are, by tag, by what was said."""
    session_id, _ = await station.red()
    nurse = await station.nurse()
    await nurse.post(f"/sessions/{session_id}/assign", 204, staff_id=nurse.id)
    await nurse.post(f"/sessions/{session_id}/tags", 204, method="PUT", tags=["胸痛"])
    assert (await nurse.post(f"/sessions/{session_id}/notes", 201, text="请回电"))["id"]
    for query in ("?state=mine", "?assigned=me", "?tag=胸痛", "?urgency=red&channel=web"):
        assert await rows_of(nurse, query) == [session_id]
    for query in ("?assigned=none", "?tag=x", "?channel=kiosk", "?state=waiting"):
        assert await rows_of(nurse, query) == []
    found = await nurse.get("/search?q=冷汗")
    assert [one["session_id"] for one in found["items"]] == [session_id]
    await nurse.post(f"/sessions/{session_id}/assign", 404, staff_id="st_nobody")
    await nurse.get("/inbox?state=wrong", 422)
    await nurse.get("/inbox?cursor=wrong", 422)
    await nurse.get("/sessions/s_unknown", 404)


async def test_a_reviewer_rates_and_the_figures_count_it(station: Station) -> None:
    """What was rated leaves the queue."""
    session_id, _ = await station.red()
    chief = await station.nurse("chief", Role.SUPERVISOR)
    assert [one["session_id"] for one in (await chief.get("/review"))["items"]] == [session_id]
    marks = {"factuality": 5, "safety": 5, "empathy": 4, "completeness": 4, "readability": 5}
    await chief.post(f"/sessions/{session_id}/ratings", 422, body={**marks, "safety": 6})
    await chief.post(f"/sessions/{session_id}/ratings", 201, body={**marks, "comment": "好"})
    assert (await chief.get("/review"))["items"] == []
    figures = await chief.get("/dashboard")
    assert figures["ratings"]["empathy"] == 4.0
    assert figures["totals"]["emergency_rate"] == 1.0
    assert figures["reasons"] == {"escalation": 1}


@pytest.mark.parametrize("form", ["json", "csv", "fhir", "pdf"])
async def test_a_conversation_is_exported_with_its_ai_label(station: Station, form: str) -> None:
    """In every format."""
    session_id, _ = await station.red()
    chief = await station.nurse("chief", Role.SUPERVISOR)
    answer = await chief.http.get(f"/console/api/sessions/{session_id}/export?format={form}")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    label = "系统自动回复"
    if form == "json":
        said = answer.json()["messages"]
        assert label in said[1]["label"]
        assert said[1]["rule_ids"]
    elif form == "csv":
        lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert label in lines[1]["label"]
    elif form == "fhir":
        agent = orjson.loads(answer.content)["entry"][1]["resource"]
        assert agent["meta"]["security"][0]["code"] == "AIAST"
        assert label in agent["note"][0]["text"]
    else:
        assert answer.content.startswith(b"%PDF")
    await chief.get(f"/sessions/{session_id}/export?format=doc", 422)


async def test_what_staff_look_at_stands_in_the_chain(station: Station) -> None:
    """A conversation, a search, an export: each is one more row, and the chain holds."""
    session_id, _ = await station.red()
    chief = await station.nurse("chief", Role.SUPERVISOR)
    verify = station.bedside.archive.archive.verify
    for path in (f"/sessions/{session_id}", "/search?q=冷汗", f"/sessions/{session_id}/export?format=json"):
        before = (await verify()).rows
        await chief.get(path)
        after = await verify()
        assert (after.rows, after.broken_at) == (before + 1, None)


async def test_a_patients_page_shows_everything_of_one_patient(station: Station) -> None:
    """Masked; the number to call only on demand."""
    session_id, _ = await station.red()
    nurse = await station.nurse()
    hospital = station.bedside.hospital
    identity = Identity(name="王小梅", id_number="11010519900307232X", phone="13800138000")
    patient_id = await hospital.patients.register(identity)
    await station.bedside.archive.case_work.link(session_id, patient_id)
    page = await nurse.get(f"/patients/{patient_id}")
    assert page["masked"].startswith("王**")
    assert [one["session_id"] for one in page["sessions"]] == [session_id]
    assert page["appointments"] == []
    assert page["follow_up"]["plans"] == []
    assert (await nurse.get(f"/sessions/{session_id}"))["patient"]["id"] == patient_id
    assert (await nurse.post(f"/patients/{patient_id}/phone"))["phone"] == "13800138000"


async def test_a_conversation_a_nurse_holds_is_not_erased_under_them(station: Station) -> None:
    """The patient's erasure waits until it is given back."""
    session_id, _ = await station.red()
    nurse = await station.nurse()
    number = await nurse.claim(session_id)
    sessions = Sessions(services=station.services, hub=station.hub)
    assert (await sessions.erase(session_id)).status == "deferred"
    await nurse.post(f"/sessions/{session_id}/release", 204, token=number)
    await sessions.erase_deferred()
    await nurse.get(f"/sessions/{session_id}", 404)
