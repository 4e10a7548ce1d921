"""Simulated patients for nurses in training, generated from the charts of the pack at work."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from agent.packs import Library
from channels.console.training_ports import Exercise, Solution
from domain.errors import NotFound
from domain.patient import PatientProfile
from knowledge.complaints import Complaint, Question, QuestionKind
from knowledge.logic import Value
from knowledge.pack import Pack
from tools.triage import options

if TYPE_CHECKING:
    from evals.pack.cases import ChartCase

CASES_OF_A_CHART: Final = 60
"""How many patients every chart can send."""
_OF_THE_PERSON: Final = frozenset({"age", "sex", "pregnant", "postpartum", "gest_weeks"})
"""What stands in the person's description and needs no question."""
_USUAL: Final = {"temp": 36.5}


class PackTrainer:
    """Implements `Trainer`. An exercise is called by its chart and the number of its case: `cough.12`."""

    def __init__(self, library: Library, rng: random.Random | None = None) -> None:
        self._library = library
        self._rng = rng or random.SystemRandom()

    def drawn(self) -> str:
        """An exercise at random."""
        chart = self._rng.choice([one for one in self._pack.complaints.values() if one.aliases])
        return f"{chart.id}.{self._rng.randrange(len(_cases(chart)))}"

    def exercise(self, exercise_id: str) -> Exercise:
        """The exercise."""
        chart, case, number = self._found(exercise_id)
        return Exercise(
            id=exercise_id,
            person=case.person,
            opening=chart.aliases[number % len(chart.aliases)] if chart.aliases else chart.names.zh,
            questions=tuple((one.id, one.text) for one in chart.ask if one.id not in _OF_THE_PERSON),
            departments=tuple(one.name for one in self._pack.departments.values() if one.offered),
        )

    def reply(self, exercise_id: str, question_id: str) -> str:
        """What the patient answers."""
        chart, case, _ = self._found(exercise_id)
        question = next((one for one in chart.ask if one.id == question_id), None)
        if question is None:
            raise NotFound("question")
        from evals.pack.cases import PEOPLE  # noqa: PLC0415 - who serves patients pays for no exercises

        return _said(question, case.answers, PEOPLE[case.person])

    def solution(self, exercise_id: str, asked: Sequence[str]) -> Solution:
        """How the engine ends, and which of its questions are not among `asked`."""
        from evals.pack.interviewing import play  # noqa: PLC0415 - who serves patients pays for no exercises

        chart, case, _ = self._found(exercise_id)
        end = play(self._pack, chart.id, case)
        mine = [name for of, name, closing in map(options.parts, end.questions) if of == chart.id and not closing]
        missed = [name for name in dict.fromkeys(mine) if name not in {*asked, *_OF_THE_PERSON}]
        return Solution(
            disposition=end.disposition,
            departments=end.departments,
            reasons=end.reasons,
            asked=tuple(chart.by_id[name].text for name in missed),
            version=self._pack.version,
        )

    @property
    def _pack(self) -> Pack:
        return self._library.newest.pack

    def _found(self, exercise_id: str) -> tuple[Complaint, ChartCase, int]:
        chart_id, _, number = exercise_id.rpartition(".")
        chart = self._pack.complaints.get(chart_id)
        cases = _cases(chart) if chart else ()
        if chart is None or not number.isdecimal() or int(number) >= len(cases):
            raise NotFound("exercise")
        return chart, cases[int(number)], int(number)


def _cases(chart: Complaint) -> tuple[ChartCase, ...]:
    from evals.pack.cases import chart_cases  # noqa: PLC0415 - who serves patients pays for no exercises

    return chart_cases((chart,), most=CASES_OF_A_CHART)


def _said(question: Question, answers: Mapping[str, Value], person: PatientProfile) -> str:
    """The answer in words, as the engine is given it."""
    match question.type:
        case QuestionKind.MULTI:
            ticked = [text for sign, text in question.signs.items() if answers.get(sign)]
            return "；".join(ticked) or "都没有。"
        case QuestionKind.CHOICE:
            return str(answers.get(question.id, question.options[-1]))
        case QuestionKind.BOOL:
            known = bool(person.conditions.get(question.id))
            return "是的。" if answers.get(question.id, known) else "没有。"
        case QuestionKind.NUMBER:
            return f"{answers.get(question.id, _USUAL.get(question.id, 1.0)):g}{question.unit}"
