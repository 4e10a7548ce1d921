"""The HTTP calls."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from channels.http_bodies import Problem, SessionOpened
from channels.pages import Pages
from channels.ports import Rules
from domain.clinical import DecisionRecord
from domain.session import Author, InputId, Message, SessionId
from tests.channels.ward import GUIDE_PAGE, METRICS_TOKEN, Ward, fake_memory, ward
from tests.fakes.memory import FakeServer
from tests.stores import MONDAY_MORNING

pytestmark = pytest.mark.e2e


def _bearer(opened: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {opened['token']}"}


async def _with_transcript(service: Ward) -> dict[str, Any]:
    opened = await service.opened()
    session_id = SessionId(opened["session_id"])
    said = [
        Message(session_id=session_id, author=author, text=text, at=MONDAY_MORNING, input_id=InputId("m1"), label=label)
        for author, text, label in (
            (Author.PATIENT, "头疼 <b>三天</b>\n了", ""),
            (Author.AGENT, "多痛？", "AI 生成"),
        )
    ]
    decision: DecisionRecord | None = None
    await service.services.archive.record_turn(said, decision)
    return opened


async def test_opening_a_session_keeps_its_profile(tmp_path: Path) -> None:
    """What the caller knows of the patient is stored; tokens are stored as hashes only."""
    async with ward(tmp_path) as service:
        opened = await service.opened(profile={"age_years": 6, "sex": "female", "relation": "child"})
        SessionOpened.model_validate(opened)
        record = await service.services.sessions.get(SessionId(opened["session_id"]))
        assert record is not None
        assert record.session.profile.age_years == 6
        assert record.session.profile.relation == "child"
        assert opened["token"] not in str(record)
        assert opened["resume_token"] not in str(record)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b"[]", 422, "bad_fields"),
        (b'{"channel":"fax"}', 422, "bad_fields"),
        (b'{"channel":"web","more":1}', 422, "bad_fields"),
        (b'{"channel":"web","profile":{"age_years":"six"}}', 422, "bad_fields"),
        (b'{"channel":"web","resume_token":"unknown"}', 403, "forbidden"),
        (b" " * 20_000, 413, "too_long"),
    ],
)
async def test_a_bad_request_is_a_problem_with_its_code(tmp_path: Path, body: bytes, status: int, code: str) -> None:
    """RFC 9457 with the protocol's code and the patient's wording."""
    async with ward(tmp_path) as service:
        answer = await service.http.post("/v1/sessions", content=body)
        assert answer.headers["content-type"] == "application/problem+json"
        problem = Problem.model_validate(answer.json())
        assert (answer.status_code, problem.status, problem.code) == (status, status, code)
        assert problem.detail


async def test_a_resume_token_gives_the_same_session_new_tokens_once(tmp_path: Path) -> None:
    """Both old tokens end."""
    async with ward(tmp_path) as service:
        opened = await service.opened()
        again = await service.opened(resume_token=opened["resume_token"])
        assert again["session_id"] == opened["session_id"]
        assert again["token"] != opened["token"]
        answer = await service.http.post(
            "/v1/sessions", json={"channel": "web", "resume_token": opened["resume_token"]}
        )
        assert answer.status_code == 403
        assert await (await service.connected(opened)).closed() == 4401
        assert (await (await service.connected(again)).next())["type"].startswith("session.")


async def test_an_expired_session_cannot_be_resumed(tmp_path: Path) -> None:
    """Its resume token ends with it."""
    async with ward(tmp_path) as service:
        opened = await service.opened()
        service.clock.advance(timedelta(hours=25))
        answer = await service.http.post(
            "/v1/sessions", json={"channel": "web", "resume_token": opened["resume_token"]}
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "expired")


async def test_the_transcript_is_read_as_json_text_and_pdf(tmp_path: Path) -> None:
    """Everything said, in order, with its label."""
    async with ward(tmp_path) as service:
        opened = await _with_transcript(service)
        url = f"/v1/sessions/{opened['session_id']}/transcript"
        as_json = (await service.http.get(url, headers=_bearer(opened))).json()
        assert [message["author"] for message in as_json["messages"]] == ["patient", "agent"]
        assert as_json["messages"][0]["text"] == "头疼 <b>三天</b>\n了"
        as_text = (await service.http.get(f"{url}?format=txt", headers=_bearer(opened))).text
        assert "AI 助手 2026-03-02 07:00 · AI 生成\n多痛？" in as_text
        pdf = await service.http.get(f"{url}?format=pdf", headers=_bearer(opened))
        assert pdf.headers["content-type"] == "application/pdf"
        assert pdf.content.startswith(b"%PDF-")
        assert pdf.headers["cache-control"] == "no-store"
        unknown = await service.http.get(f"{url}?format=doc", headers=_bearer(opened))
        assert unknown.status_code == 422


async def test_only_the_sessions_own_token_reads_or_erases_it(tmp_path: Path) -> None:
    """No token, a wrong one, another session's: 401, and nothing is told apart."""
    async with ward(tmp_path) as service:
        mine, other = await _with_transcript(service), await service.opened()
        url = f"/v1/sessions/{mine['session_id']}"
        for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}, _bearer(other)):
            for method, path in (("GET", f"{url}/transcript"), ("DELETE", url)):
                answer = await service.http.request(method, path, headers=headers)
                assert (answer.status_code, answer.json()["code"]) == (401, "forbidden")
                assert answer.headers["www-authenticate"] == "Bearer"


async def test_erasing_leaves_nothing_and_closes_the_socket(tmp_path: Path) -> None:
    """Transcript, memory and tokens are gone; the socket ends with 4401."""
    server = FakeServer()
    async with ward(tmp_path, memory=fake_memory(server)) as service:
        opened, client = await service.consented()
        await client.asked("m1", "好")
        answer = await service.http.delete(f"/v1/sessions/{opened['session_id']}", headers=_bearer(opened))
        assert (answer.status_code, answer.json()) == (202, {"status": "erased"})
        assert await client.closed() == 4401
        assert not server.events[opened["session_id"]]
        assert await service.services.sessions.get(SessionId(opened["session_id"])) is None
        assert await (await service.connected(opened)).closed() == 4401


async def test_erasing_works_with_memory_away(tmp_path: Path) -> None:
    """The key is destroyed, so what memory holds cannot be read."""
    server = FakeServer()
    async with ward(tmp_path, memory=fake_memory(server)) as service:
        opened = await service.opened()
        server.down = True
        answer = await service.http.delete(f"/v1/sessions/{opened['session_id']}", headers=_bearer(opened))
        assert answer.json() == {"status": "erased"}


async def test_erasing_is_deferred_while_a_person_works_on_it(tmp_path: Path) -> None:
    """The patient may ask again when the hand-over is over."""
    async with ward(tmp_path) as service:
        opened = await service.opened()
        session_id = SessionId(opened["session_id"])
        await service.services.desk.request(session_id, reason="", urgent=True, key="k", now=service.clock.now())
        answer = await service.http.delete(f"/v1/sessions/{session_id}", headers=_bearer(opened))
        assert answer.json() == {"status": "deferred", "reason": "handoff_open"}
        assert await service.services.sessions.get(session_id) is not None


class OpenAlerts:
    """A nurse still has to look at something of every session, until `closed`."""

    closed: bool = False

    async def open_for(self, session_id: SessionId) -> bool:
        """Whether somebody does."""
        del session_id
        return not self.closed


async def test_erasing_waits_for_an_alert_of_a_follow_up(tmp_path: Path) -> None:
    """The session is erased by itself once a person has closed it."""
    async with ward(tmp_path) as service:
        session_id, alerts = SessionId((await service.opened())["session_id"]), OpenAlerts()
        sessions = replace(service.sessions, services=replace(service.services, alerts=alerts))
        assert (await sessions.erase(session_id)).reason == "alert_open"
        await sessions.erase_deferred()
        assert await service.services.sessions.get(session_id) is not None
        alerts.closed = True
        await sessions.erase_deferred()
        assert await service.services.sessions.get(session_id) is None


async def test_a_deferred_erasure_is_made_good_when_the_person_is_done(tmp_path: Path) -> None:
    """Without the patient asking again; asking twice meanwhile is one promise."""
    async with ward(tmp_path) as service:
        opened = await service.opened()
        session_id = SessionId(opened["session_id"])
        await service.services.desk.request(session_id, reason="", urgent=True, key="k", now=service.clock.now())
        for _ in range(2):
            await service.http.delete(f"/v1/sessions/{session_id}", headers=_bearer(opened))
        await service.sessions.erase_deferred()
        assert await service.services.sessions.get(session_id) is not None
        await service.services.desk.close(session_id, now=service.clock.now())
        await service.sessions.erase_deferred()
        assert await service.services.sessions.get(session_id) is None
        assert await service.services.archive.deferred_erasures() == ()


async def test_metrics_are_for_this_machine_and_for_whoever_has_the_token(tmp_path: Path) -> None:
    """What a proxy passes on comes from elsewhere."""
    async with ward(tmp_path) as service:
        assert (await service.http.get("/metrics")).status_code == 200
        proxied = {"X-Forwarded-For": "203.0.113.7"}
        answers = [
            await service.http.get("/metrics", headers={**proxied, **authorization})
            for authorization in ({}, {"Authorization": "Bearer no"}, {"Authorization": f"Bearer {METRICS_TOKEN}"})
        ]
        assert [answer.status_code for answer in answers] == [401, 401, 200]


async def test_readiness_follows_the_screen_and_tells_of_dependencies(tmp_path: Path) -> None:
    """Degraded with a dependency down, not ready only without the screen."""
    async with ward(tmp_path) as service:
        assert (await service.http.get("/healthz")).json() == {"status": "ok"}
        ready = await service.http.get("/readyz")
        assert ready.json() == {"status": "ok", "dependencies": {"screen": "ok", "memory": "ok"}}
        service.health.memory = "down"
        degraded = await service.http.get("/readyz")
        assert (degraded.status_code, degraded.json()["status"]) == (200, "degraded")
        service.health.works = False
        assert (await service.http.get("/readyz")).status_code == 503


async def test_unknown_paths_and_methods_are_problems(tmp_path: Path) -> None:
    """404 and 405 in the protocol's form."""
    async with ward(tmp_path) as service:
        for method, path, status in (("GET", "/v1/nothing", 404), ("GET", "/v1/sessions", 405)):
            answer = await service.http.request(method, path)
            assert (answer.status_code, answer.json()["status"]) == (status, status)


async def test_answers_carry_security_headers(tmp_path: Path) -> None:
    """Also errors do."""
    async with ward(tmp_path) as service:
        for path in ("/healthz", "/nothing"):
            headers = (await service.http.get(path)).headers
            assert "default-src 'self'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "no-referrer"


async def test_a_page_of_another_origin_is_refused_and_an_allowed_one_gets_cors(tmp_path: Path) -> None:
    """The preflight and the call."""
    async with ward(tmp_path, allowed_origins=frozenset({"https://hospital.example"})) as service:
        foreign = {"Origin": "https://evil.example"}
        answer = await service.http.post("/v1/sessions", json={"channel": "web"}, headers=foreign)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert answer.headers["access-control-allow-origin"] == "https://evil.example"
        allowed = {"Origin": "https://hospital.example"}
        preflight = await service.http.options("/v1/sessions", headers=allowed)
        assert preflight.status_code == 204
        assert "POST" in preflight.headers["access-control-allow-methods"]
        answer = await service.http.post("/v1/sessions", json={"channel": "web"}, headers=allowed)
        assert answer.headers["access-control-allow-origin"] == "https://hospital.example"


async def test_one_address_cannot_open_sessions_without_end(tmp_path: Path) -> None:
    """429 with the time to wait; without memory there is no common count and nobody is refused."""
    server = FakeServer()
    async with ward(tmp_path, memory=fake_memory(server), rules=Rules(sessions_per_minute=3)) as service:
        answers = await asyncio.gather(*(service.http.post("/v1/sessions", json={"channel": "web"}) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 429]
        limited = next(answer for answer in answers if answer.status_code == 429)
        assert int(limited.headers["retry-after"]) > 0
        server.down = True
        await service.opened()


async def test_files_are_served_with_their_type_and_revalidated(tmp_path: Path) -> None:
    """An ETag saves sending a file again; modules may be loaded from other origins."""
    (tmp_path / "web" / "widget").mkdir(parents=True)
    (tmp_path / "web" / "widget" / "a.js").write_text("export {}")
    (tmp_path / "web" / "index.html").write_text("<p>")
    (tmp_path / "web" / ".secret").write_text("x")
    pages = Pages(tmp_path / "web", aliases={"/": "/index.html"})
    async with ward(tmp_path, pages=pages.routes()) as service:
        script = await service.http.get("/widget/a.js")
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        assert script.headers["access-control-allow-origin"] == "*"
        again = await service.http.get("/widget/a.js", headers={"If-None-Match": script.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert (await service.http.get("/")).text == "<p>"
        for path in ("/.secret", "/widget/../../archive.db", "/widget/%2e%2e/.secret", "/widget"):
            assert (await service.http.get(path)).status_code == 404


async def test_a_page_of_the_guide_is_open_to_everybody_and_kept_by_browsers(tmp_path: Path) -> None:
    """As data, never as a page; asked for again it costs a 304. What does not exist is a problem."""
    async with ward(tmp_path) as service:
        answer = await service.http.get(f"/v1/guide/{GUIDE_PAGE.id}")
        assert answer.json()["sections"] == [{"heading": "多少钱", "text": "30 分钟以内<b>不</b>收钱。"}]
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "public, max-age=300"
        assert answer.headers["x-content-type-options"] == "nosniff"
        again = await service.http.get(f"/v1/guide/{GUIDE_PAGE.id}", headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        missing = await service.http.get("/v1/guide/..%2f..%2fsecrets")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
