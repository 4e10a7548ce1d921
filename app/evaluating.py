"""Runs the evaluations over the real service: every process opens its own in a folder it removes afterwards."""

from __future__ import annotations

import asyncio
import itertools
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import uvloop

from agent.deps import Knowledge
from app.bootstrap import Service, open_service
from app.knowledge import open_knowledge
from app.logging import configure_logging
from app.model_settings import ModelSettings
from app.settings import Settings
from domain.clinical import DepartmentId, Disposition, Finding, Screening
from domain.errors import Unavailable
from domain.patient import Consent, PatientProfile, Purpose
from domain.ports import SessionRecord
from domain.session import Channel, InputId, Session, SessionId
from domain.turn import TurnEvent, Utterance
from evals.case import Case
from evals.play import Outcome, play
from knowledge.loader import DIRECTORY
from knowledge.wordings import load_wordings
from tools.triage.chart import Chart
from tools.triage.charts import open_charts
from tools.triage.departments import choose
from tools.triage.hearing import hear
from tools.triage.interview import open_case
from tools.triage.resemblance import Resemblance
from understanding.normalise import normalise
from understanding.reading import Understanding

CASES_AT_ONCE = 8


@dataclass(slots=True)
class ServiceAgent:
    """A running service as a patient meets it, without the socket; the screen runs on receipt as there."""

    service: Service
    _ids: Iterator[int] = field(default_factory=itertools.count)

    async def open(self) -> SessionId:
        """A new conversation with consent given and nothing known of the patient."""
        services = self.service.services
        now = services.clock.now()
        session_id = SessionId(f"eval-{os.getpid()}-{next(self._ids)}")
        session = Session(
            id=session_id,
            channel=Channel.API,
            locale="zh-CN",
            profile=PatientProfile(),
            consent=Consent(version="eval", purposes=frozenset({Purpose.CARE_CHAT})),
            created_at=now,
            expires_at=now + timedelta(hours=1),
        )
        record = SessionRecord(session=session, token_sha256=session_id, resume_sha256=session_id)
        await services.sessions.create(record)
        return session_id

    async def say(self, session_id: SessionId, text: str) -> AsyncIterator[TurnEvent]:
        """Everything the agent answers to one message."""
        services = self.service.services
        utterance = Utterance(
            session_id=session_id,
            input_id=InputId(f"i{next(self._ids)}"),
            at=services.clock.now(),
            text=text,
            screening=services.screen(text),
        )
        async for event in services.turns.run(utterance):
            yield event

    async def asked(self, trace_id: str) -> str | None:
        """The model that was asked in a turn; nothing when none was."""
        if self.service.model is None:
            return None
        record = await self.service.services.archive.decision(trace_id)
        return record.model if record and record.model_calls else None


def play_all(
    cases: Sequence[Case], *, processes: int, done: Callable[[int], None], model: ModelSettings | None = None
) -> list[Outcome]:
    """Play every case, spread over `processes`, with this model; `done` is told how many more are finished.

    Raises:
        Unavailable: in one of the processes no host had a model that answers.
    """
    shares = [cases[start::processes] for start in range(processes)]
    outcomes: list[Outcome] = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for finished in as_completed(
            [pool.submit(_play_share, tuple(share), _asking(model)) for share in shares if share]
        ):
            outcomes += finished.result()
            done(len(finished.result()))
    if len(outcomes) < len(cases):
        raise Unavailable("model")
    order = {case.id: place for place, case in enumerate(cases)}
    return sorted(outcomes, key=lambda outcome: order[outcome.case.id])


def _asking(model: ModelSettings | None) -> dict[str, Any]:
    """The settings of the model as another process takes them; without one, those that name no host."""
    return model.model_dump(include=set(ModelSettings.model_fields)) if model else {"ollama_hosts": ()}


def _play_share(cases: tuple[Case, ...], asking: dict[str, Any]) -> list[Outcome]:
    configure_logging("error", "json")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_play_here(cases, asking))


async def _play_here(cases: tuple[Case, ...], asking: dict[str, Any]) -> list[Outcome]:
    """The outcomes; none where a model is wanted and none answers."""
    slots = asyncio.Semaphore(CASES_AT_ONCE)
    with tempfile.TemporaryDirectory(prefix="banyi-eval-") as folder:
        settings = Settings(data_dir=Path(folder), redis_url=None, database_url=None, **asking)
        async with open_service(settings) as service:
            if service.model:
                await service.model.watch.look()
                await service.model.watch.settled()
                if not service.model.pool.answers():
                    return []
            agent = ServiceAgent(service)

            async def one(case: Case) -> Outcome:
                async with slots:
                    return await play(case, agent)

            outcomes = list(await asyncio.gather(*map(one, cases)))
            await service.turns.drain()
            return outcomes


@dataclass(frozen=True, slots=True)
class Readings:
    """The pack's understanding without a conversation, as the one-message evaluations need it."""

    knowledge: Knowledge
    now: datetime
    resemblances: Resemblance

    def understanding(self, text: str) -> Understanding:
        """One message, read."""
        return self.knowledge.reader(text, pending=None, now=self.now)

    def departments(self, text: str) -> tuple[DepartmentId, ...]:
        """Departments for a first sentence, best first, as the interview would begin."""
        pack = self.knowledge.pack
        case = hear(open_case(pack, now=self.now), self.understanding(text), pack)
        charts = tuple(Chart.of(complaint, case, pack) for complaint in open_charts(case, pack))
        return tuple(choice.id for choice in choose(case, charts, Disposition.OPD, pack))

    def resemblance(self, text: str) -> float:
        """Log-odds that a first message is an emergency's, by wording alone."""
        return self.resemblances.score(normalise(text).text)

    def screen(self, text: str) -> Screening:
        """What the emergency screen finds in a first message."""
        return self.knowledge.screen(text)

    def intents(self, text: str) -> frozenset[str]:
        """What a message asks for."""
        return frozenset(intent.id for intent in self.understanding(text).intents)

    def findings(self, text: str) -> Sequence[Finding]:
        """Symptoms of one message or sentence, with their places in it."""
        return self.understanding(text).findings


@cache
def open_readings(now: datetime) -> Readings:
    """The project's pack, for no hospital in particular; compiled once in a process."""
    knowledge = open_knowledge((), booking_rules=(), doctors=tuple, directory=DIRECTORY)
    wordings = load_wordings(DIRECTORY / "clinical" / "wordings", knowledge.pack.red_flags)
    return Readings(knowledge, now, Resemblance(wordings))
