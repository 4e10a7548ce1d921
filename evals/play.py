"""Plays one case against the agent, message by message, over the real graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Protocol

from domain.clinical import Disposition
from domain.session import PendingKind, SessionId
from domain.turn import CardReady, Escalated, Json, SentenceReady, TurnDone, TurnEvent, TurnFailed
from evals.case import Case
from evals.patient import Question, answer

MOST_TURNS = 30


class Agent(Protocol):
    """A running agent, as a patient meets it."""

    async def open(self) -> SessionId:
        """A new conversation with consent given and nothing known of the patient."""

    def say(self, session_id: SessionId, text: str) -> AsyncIterator[TurnEvent]:
        """Everything the agent answers to one message."""

    async def asked(self, trace_id: str) -> str | None:
        """The model that was asked in a turn (`none`: it did not answer); nothing when none was."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How one case went. `questions` counts what the agent asked before its result; a card counts as one.

    `turns` counts the messages answered, `asked` those of them in which a model was asked: `model`.
    """

    case: Case
    disposition: Disposition | None = None
    departments: tuple[str, ...] = ()
    escalated: bool = False
    questions: int = 0
    repeated: int = 0
    failures: int = 0
    ended: bool = False
    turns: int = 0
    asked: int = 0
    model: str = "none"
    transcript: list[tuple[str, str]] = field(default_factory=list)

    @property
    def acceptable(self) -> bool:
        """Whether the disposition is one of the case's acceptable ones; none at all only where none is due."""
        if self.case.gold.no_triage:
            return not self.alarmed
        return self.disposition in self.case.gold.acceptable

    @property
    def alarmed(self) -> bool:
        """Whether an ambulance or the emergency department was brought up."""
        return self.disposition is not None and self.disposition >= Disposition.ED_NOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One answer of the agent, as far as the play needs it."""

    text: str
    question: Question | None
    subject: str


async def play(case: Case, agent: Agent) -> Outcome:
    """Say the opening, answer what is asked, stop at a result or when nothing is asked any more."""
    outcome = Outcome(case=case)
    session_id = await agent.open()
    asked: list[str] = []
    heard = Heard(text="", question=None, subject="")
    for message in case.opening:
        heard = await _turn(message, session_id, agent, outcome)
    while heard.question and not outcome.ended and len(asked) < MOST_TURNS:
        outcome.questions += 1
        outcome.repeated += heard.subject in asked
        asked.append(heard.subject)
        heard = await _turn(answer(case, heard.question), session_id, agent, outcome)
    return outcome


async def _turn(message: str, session_id: SessionId, agent: Agent, outcome: Outcome) -> Heard:
    outcome.transcript.append(("patient", message))
    question: Question | None = None
    text, subject = "", ""
    async for event in agent.say(session_id, message):
        match event:
            case SentenceReady():
                text += event.text
            case Escalated():
                outcome.escalated = outcome.ended = True
                _raise(outcome, event.disposition)
            case CardReady(card=card):
                question = _card(card, outcome) or question
            case TurnDone(pending=pending, trace_id=trace_id):
                _count(outcome, await agent.asked(trace_id))
                asks = pending is not None and pending.kind in _QUESTIONS
                question = (question or Question(text=text)) if asks else None
                subject = f"{pending.kind}:{pending.subject}" if pending else ""
            case TurnFailed():
                outcome.failures += 1
            case _:
                pass
    outcome.transcript.append(("agent", text))
    return Heard(text=text, question=question, subject=subject)


def _count(outcome: Outcome, model: str | None) -> None:
    outcome.turns += 1
    outcome.asked += model is not None
    if model not in {None, "none"}:
        outcome.model = str(model)


_QUESTIONS = frozenset(
    {PendingKind.RED_FLAG, PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING, PendingKind.OPEN_QUESTION}
)


def _card(card: dict[str, Json], outcome: Outcome) -> Question | None:
    """The question a card asks, if it does; a result is noted."""
    if card["type"] == "triage_result":
        outcome.ended = True
        departments = card["departments"]
        assert isinstance(departments, list)  # noqa: S101 the card is our own
        outcome.departments = tuple(str(one["id"]) for one in departments if isinstance(one, dict))
        _raise(outcome, Disposition[str(card["disposition"])])
    if card["type"] != "triage_question":
        return None
    options = card["options"]
    labels = [str(one["label"]) for one in options if isinstance(one, dict)] if isinstance(options, list) else []
    return Question(text=str(card["text"]), options=tuple(labels))


def _raise(outcome: Outcome, disposition: Disposition) -> None:
    outcome.disposition = max(disposition, outcome.disposition or disposition)
