"""What the console costs with 10,000 conversations in the inbox: a page, the next page, a search, opening one.

Whole HTTP calls against the service in this process, without sockets: sign-in, SQL, unsealing and JSON included.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import httpx

from app.bootstrap import Service, open_service
from app.settings import read_settings
from benchmarks.figures import Figure, percentile
from domain.clinical import DecisionRecord, Disposition, RuleId
from domain.patient import Consent, PatientProfile, Sex
from domain.ports import SessionRecord
from domain.session import Author, Channel, InputId, Message, Session, SessionId
from domain.staff import Role

CONVERSATIONS = 10_000
TOGETHER = 200
ROUNDS = 30
SAID = (
    "我胸口疼痛两天了，爬楼梯的时候更厉害，还出冷汗",
    "孩子发烧三十九度，精神不好，不爱喝水",
    "医保卡丢了怎么补办，需要带什么材料",
    "想预约明天上午的消化内科，最近反酸烧心",
    "昨天扭伤了脚踝，肿得厉害，走路一瘸一拐",
    "头晕得厉害，站不稳，血压有点高",
    "报告什么时候能出来，在哪里打印",
)
URL = "http://console.test"


async def measure() -> list[Figure]:
    """The figures of the console."""
    with tempfile.TemporaryDirectory(prefix="banyi-bench-") as folder:
        settings = read_settings(data_dir=Path(folder), redis_url=None, database_url=None)
        async with open_service(settings) as service:
            await _fill(service)
            return await _asked(service)


async def _fill(service: Service) -> None:
    """Conversations of three lines each, every tenth an emergency."""
    for first in range(0, CONVERSATIONS, TOGETHER):
        await asyncio.gather(*(_converse(service, number) for number in range(first, first + TOGETHER)))


async def _converse(service: Service, number: int) -> None:
    archive, now = service.stores.archive, service.services.clock.now()
    session_id = SessionId(f"s_{number:06}")
    session = Session(
        id=session_id,
        channel=Channel.WEB,
        locale="zh-CN",
        profile=PatientProfile(age_years=20 + number % 60, sex=Sex.FEMALE if number % 2 else Sex.MALE),
        consent=Consent(version="1"),
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    await archive.sessions.create(SessionRecord(session=session, token_sha256="", resume_sha256=f"{number:064}"))
    trace = f"t{number}"

    def line(author: Author, text: str, part: str) -> Message:
        return Message(session_id=session_id, author=author, text=text, at=now, input_id=InputId(part), trace_id=trace)

    said = SAID[number % len(SAID)]
    messages = [
        line(Author.PATIENT, said, "1"),
        line(Author.AGENT, "好的，我听到了。我问几个问题，好决定您该去哪里。", "1"),
        line(Author.PATIENT, f"编号{number}，还有点{SAID[(number * 3 + 1) % len(SAID)][:8]}", "2"),
    ]
    emergency = number % 10 == 0
    decision = DecisionRecord(
        trace_id=trace,
        session_id=session_id,
        input_id="1",
        at=now,
        input_sha256="",
        rule_ids=(RuleId("RF-001"),) if emergency else (),
        quotes=(),
        answers={},
        disposition=Disposition.CALL_120 if emergency else Disposition.OPD,
        departments=(),
        knowledge_version="benchmark",
    )
    await archive.archive.record_turn(messages, decision)


async def _asked(service: Service) -> list[Figure]:
    password = "a benchmark's password"  # noqa: S105 - of an account that lives for a minute
    await service.stores.archive.staff.add("bench", "评测", Role.SUPERVISOR, password, second_factor=False)
    transport = httpx.ASGITransport(app=service.app)
    async with httpx.AsyncClient(transport=transport, base_url=URL, headers={"Origin": URL}) as http:
        signed_in = await http.post("/console/api/sign-in", json={"name": "bench", "password": password})
        signed_in.raise_for_status()
        page = (await http.get("/console/api/inbox?limit=50")).json()
        every = (await http.get("/console/api/inbox?state=all&limit=50")).json()
        calls = (
            ("inbox, first page", "/console/api/inbox?limit=50", 200.0),
            ("inbox, next page", f"/console/api/inbox?limit=50&cursor={page['cursor']}", 200.0),
            ("inbox, all, next page", f"/console/api/inbox?state=all&limit=50&cursor={every['cursor']}", 200.0),
            ("search, two words in 1 of 7", "/console/api/search?q=胸口 冷汗", 500.0),
            ("search, a word said once", "/console/api/search?q=编号 4321", 500.0),
            ("a conversation opened", f"/console/api/sessions/{page['items'][0]['session_id']}", 500.0),
            ("dashboard, 7 days", "/console/api/dashboard?days=7", None),
        )
        return [await _timed(http, name, path, most) for name, path, most in calls]


async def _timed(http: httpx.AsyncClient, name: str, path: str, most: float | None) -> Figure:
    spent = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        (await http.get(path)).raise_for_status()
        spent.append((time.perf_counter() - began) * 1_000)
    return Figure(
        name=name,
        value=round(percentile(spent, 0.95), 1),
        unit="ms",
        most=most,
        note=f"wall, p95 of {ROUNDS}, {CONVERSATIONS} conversations",
    )
