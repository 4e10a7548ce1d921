"""Plays one generated patient through one chart of a pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from domain.clinical import Disposition
from evals.pack.cases import PEOPLE, ChartCase
from knowledge.complaints import QuestionKind
from knowledge.logic import Value
from knowledge.pack import Pack
from knowledge.profile import AGES
from tools.triage import options
from tools.triage.hearing import answer, hear
from tools.triage.interview import Ask, Decide, next_step, open_case
from understanding.reading import Answer, Understanding

NOW = datetime(2026, 11, 21, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
"""The day it always is, so that the season of a rule is the same."""
_MILDEST = {"temp": 36.5, "gest_weeks": 20.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """How an interview ended: how urgent, which departments, which questions on the way, and why."""

    disposition: Disposition
    departments: tuple[str, ...]
    questions: tuple[str, ...]
    reasons: tuple[str, ...]


def play(pack: Pack, complaint_id: str, case: ChartCase) -> End:
    """The whole interview; the patient answers clearly, and denies what is not theirs."""
    triage = open_case(pack, now=NOW, profile=PEOPLE[case.person])
    triage = hear(triage, Understanding(raw="", complaint_ids=(complaint_id,)), pack)
    asked: list[str] = []
    while isinstance(step := next_step(triage, pack), Ask):
        asked.append(step.question_id)
        triage = answer(step.case, step.question_id, _reply(step, pack, case.answers), quote="", pack=pack)
    return _ended(step, tuple(asked))


def _ended(step: Decide, asked: tuple[str, ...]) -> End:
    result = step.result
    departments = tuple(choice.name for choice in result.departments)
    reasons = tuple(dict.fromkeys(reason.text for reason in result.reasons))
    return End(disposition=result.disposition, departments=departments, questions=asked, reasons=reasons)


def _reply(ask: Ask, pack: Pack, answers: Mapping[str, Value]) -> Answer:
    complaint_id, name, closing = options.parts(ask.question_id)
    question = pack.complaints[complaint_id].by_id[name]
    if closing:
        return Answer(yes=True)
    match question.type:
        case QuestionKind.MULTI:
            ticked = tuple(sign for sign in question.signs if answers.get(sign))
            denied = tuple(sign for sign in question.signs if sign not in ticked)
            return Answer(ticked=ticked, denied=denied) if ticked else Answer(none_of_these=True)
        case QuestionKind.CHOICE:
            option = answers.get(name)
            place = question.options.index(option) if isinstance(option, str) and option in question.options else -1
            return Answer(ticked=(f"o{place % len(question.options)}",))
        case QuestionKind.BOOL:
            return Answer(yes=bool(answers.get(name)))
        case QuestionKind.NUMBER:
            said = answers.get(name, 30.0 if name in AGES else _MILDEST.get(name, 1.0))
            return Answer(number=float(said))
