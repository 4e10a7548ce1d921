"""A patient's conversation with the real pack, graph and SQLite behind it; only session memory is a fake."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from agent.deps import Deps, Knowledge
from agent.graph import build
from agent.turn import Turns
from agent.vocabulary import ALL_TAGS
from app.knowledge import open_knowledge
from archive.opening import OpenArchive
from domain.notices import TextMessage
from domain.patient import Consent, PatientProfile, Purpose
from domain.ports import SessionRecord
from domain.scheduling import HospitalDepartment
from domain.session import Channel, InputId, Session, SessionId
from domain.turn import (
    CardReady,
    Choice,
    ChoicesReady,
    Escalated,
    Form,
    Json,
    SentenceReady,
    TurnDone,
    TurnEvent,
    Utterance,
)
from memory.codec import codec
from tests.fakes.memory import FakeMemory, FakeServer
from tests.stores import SetClock, booking_rules, demo_hospital, sqlite_archive, sqlite_hospital
from tools.hospital.sql.opening import OpenHospital
from tools.proving import Proving

assert ALL_TAGS
IDENTITY = {"name": "王小梅", "id_number": "11010519900307232X", "phone": "13800138000"}


@cache
def knowledge() -> Knowledge:
    """The project's pack, compiled once per test process."""
    demo = demo_hospital()
    return open_knowledge(
        tuple(
            HospitalDepartment(id=one.id, name=one.name, building=one.building, floor=one.floor, bookable=one.bookable)
            for one in demo.departments
        ),
        booking_rules=booking_rules().before_yes,
        doctors=lambda: [doctor.name for doctor in demo.doctors],
    )


@dataclass(slots=True, kw_only=True)
class Answer:
    """Everything said to one input."""

    events: list[TurnEvent] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The sentences, joined."""
        return "".join(event.text for event in self.events if isinstance(event, SentenceReady))

    @property
    def escalated(self) -> Escalated | None:
        """The escalation, if one was raised."""
        return next((event for event in self.events if isinstance(event, Escalated)), None)

    def card(self, kind: str) -> dict[str, Any]:
        """The card of this type; fails when there is none."""
        return next(card for card in self.cards if card["type"] == kind)

    @property
    def cards(self) -> list[dict[str, Any]]:
        """All cards."""
        return [dict(event.card) for event in self.events if isinstance(event, CardReady)]

    @property
    def kinds(self) -> list[str]:
        """The types of the cards, in order."""
        return [str(card["type"]) for card in self.cards]

    @property
    def choices(self) -> tuple[str, ...]:
        """Labels of the tap choices."""
        return tuple(o.label for event in self.events if isinstance(event, ChoicesReady) for o in event.choices)

    @property
    def done(self) -> TurnDone:
        """The end of the turn; fails when it did not end well."""
        last = self.events[-1]
        assert isinstance(last, TurnDone), last
        return last


@dataclass(slots=True)
class Texts:
    """The phones of everybody: what was sent to them, the first of an id."""

    sent: list[TextMessage] = field(default_factory=list)

    async def send(self, message: TextMessage) -> None:
        """Take a text."""
        if all(one.id != message.id for one in self.sent):
            self.sent.append(message)

    @property
    def code(self) -> str:
        """The code of the last text."""
        [code] = re.findall(r"\d{6}", self.sent[-1].text)
        return str(code)


@dataclass(slots=True, kw_only=True)
class Bedside:
    """One conversation; `say`, `tap` and `submit` are what a patient can do."""

    turns: Turns
    deps: Deps
    clock: SetClock
    sms: Texts
    hospital: OpenHospital
    archive: OpenArchive
    session_id: SessionId
    _ids: Any = field(default_factory=lambda: count(1))

    async def say(self, text: str) -> Answer:
        """Type a message."""
        return await self.put(self.utterance(text=text))

    async def tap(self, action: dict[str, Json]) -> Answer:
        """Tap an action a card offered."""
        choice = Choice(action=str(action["action"]), value=str(action["value"]))
        return await self.put(self.utterance(choice=choice))

    async def submit(self, fields: dict[str, str]) -> Answer:
        """Send the identity form and, where one is asked for, the code that came by text."""
        answer = await self.fill(fields)
        asked = [card for card in answer.cards if card.get("form") == "code"]
        return await self.enter(self.sms.code) if asked else answer

    async def fill(self, fields: dict[str, str]) -> Answer:
        """Send the identity form and nothing else."""
        return await self.put(self.utterance(form=Form(name="identity", fields=fields)))

    async def enter(self, code: str) -> Answer:
        """Send a one-time code."""
        return await self.put(self.utterance(form=Form(name="code", fields={"code": code})))

    async def elsewhere(self, name: str = "s_elsewhere") -> Bedside:
        """The same patient, or another, in a session of its own."""
        here = await self.deps.sessions.get(self.session_id)
        assert here is not None
        session = replace(here.session, id=SessionId(name))
        await self.deps.sessions.create(
            SessionRecord(session=session, token_sha256=f"{name:0<64}", resume_sha256=f"{name:1<64}")
        )
        return replace(self, session_id=session.id)

    def utterance(self, **said: Any) -> Utterance:
        """The next input."""
        return Utterance(
            session_id=self.session_id, input_id=InputId(f"i{next(self._ids)}"), at=self.clock.now(), **said
        )

    async def put(self, utterance: Utterance) -> Answer:
        """Give an input to the agent, also one given before."""
        return Answer(events=[event async for event in self.turns.run(utterance)])


@asynccontextmanager
async def bedside(folder: Path, *, profile: PatientProfile | None = None) -> AsyncIterator[Bedside]:
    """An open conversation with consent given."""
    clock = SetClock()
    session_id = SessionId("s_test")
    async with sqlite_archive(folder, clock) as archive, sqlite_hospital(folder, clock) as hospital:
        session = Session(
            id=session_id,
            channel=Channel.WEB,
            locale="zh-CN",
            profile=profile or PatientProfile(),
            consent=Consent(version="1", purposes=frozenset({Purpose.CARE_CHAT})),
            created_at=clock.now(),
            expires_at=clock.now().replace(year=clock.now().year + 1),
        )
        await archive.sessions.create(SessionRecord(session=session, token_sha256="0" * 64, resume_sha256="1" * 64))
        memory, sms = FakeMemory(FakeServer()), Texts()
        deps = Deps(
            clock=clock,
            knowledge=knowledge(),
            scheduling=hospital.scheduling,
            notes=hospital.notes,
            rules=booking_rules(),
            waitlist=hospital.waitlist,
            front_desk=hospital.front_desk,
            people=hospital.people,
            inbox=hospital.inbox,
            patients=hospital.patients,
            files=hospital.patients,
            records=hospital.records,
            proving=Proving(codes=hospital.codes, sender=sms, limits=memory.limits),
            sessions=archive.sessions,
            archive=archive.archive,
            desk=archive.desk,
            follow_up=archive.follow_up,
            backlog=memory.backlog,
            locks=memory.locks,
        )
        yield Bedside(
            turns=Turns(build(InMemorySaver(serde=codec)), deps),
            deps=deps,
            clock=clock,
            sms=sms,
            hospital=hospital,
            archive=archive,
            session_id=session_id,
        )
