"""Simulated patients: they hold the truth about a chart and answer what they are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from hypothesis import strategies as st

from domain.patient import PatientProfile
from domain.scheduling import HospitalDepartment
from knowledge.complaints import Complaint, QuestionKind
from knowledge.domains import age_points, chart_domains
from knowledge.loader import load_pack
from knowledge.logic import Value
from knowledge.pack import Pack
from knowledge.profile import AGES
from tools.triage import options
from tools.triage.case import TriageCase
from tools.triage.hearing import answer, hear
from tools.triage.interview import Ask, Decide, next_step, open_case
from understanding.reading import Answer, Understanding

NOW = datetime.fromisoformat("2026-11-21T10:00:00+08:00")
ENDLESS = 40
Truth = Mapping[str, Value]


@cache
def shipped() -> Pack:
    """The pack that comes with the service."""
    return load_pack()


@dataclass(kw_only=True)
class Patient:
    """Answers by `truth` (names of the chart; a name that is missing is absent).

    `unsure` are question ids answered by 「不清楚」, `silent` ones answered by nothing readable. `halves`
    makes cards partly ticked: what is absent is left out, and the closing question is answered truly.
    """

    truth: Truth
    unsure: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    halves: bool = False
    asked: list[Ask] = field(default_factory=list)

    def reply(self, ask: Ask, complaint: Complaint) -> Answer:
        """What this patient says to the question."""
        self.asked.append(ask)
        question_id = options.parts(ask.question_id)[1]
        question = complaint.by_id[question_id]
        if question_id in self.silent:
            return Answer()
        if question_id in self.unsure:
            return Answer(unsure=True)
        offered = [option.value for option in ask.options]
        if ask.closing:
            return Answer(yes=not any(self.truth.get(sign) for sign in question.signs if sign not in self._ticked()))
        match ask.kind:
            case QuestionKind.MULTI:
                ticked = tuple(value for value in offered if self.truth.get(value))
                if not ticked:
                    return Answer(none_of_these=True)
                rest = tuple(value for value in offered if value in question.signs and value not in ticked)
                return Answer(ticked=ticked, denied=() if self.halves else rest)
            case QuestionKind.CHOICE:
                option = self.truth.get(question_id, question.options[-1])
                return Answer(ticked=(f"o{question.options.index(str(option))}",))
            case QuestionKind.BOOL:
                return Answer(yes=bool(self.truth.get(question_id)))
            case QuestionKind.NUMBER:
                return Answer(number=self._number(question_id))

    def _number(self, name: str) -> float:
        if name in AGES:
            return float(self.truth.get("age", 30.0))
        return float(self.truth.get(name, 36.5 if name == "temp" else 1.0))

    def _ticked(self) -> set[str]:
        return {name for name, value in self.truth.items() if value is True}


def interview(
    patient: Patient,
    complaint_id: str,
    *,
    profile: PatientProfile | None = None,
    pack: Pack | None = None,
    hospital: tuple[HospitalDepartment, ...] = (),
    case: TriageCase | None = None,
) -> Decide:
    """Play the whole interview of one chart."""
    pack = pack or shipped()
    if case is None:
        case = open_case(pack, now=NOW, profile=profile)
        case = hear(case, Understanding(raw="", complaint_ids=(complaint_id,)), pack)
    for _ in range(ENDLESS):
        step = next_step(case, pack, hospital)
        if isinstance(step, Decide):
            return step
        complaint = pack.complaints[options.parts(step.question_id)[0]]
        reply = patient.reply(step, complaint)
        case = answer(step.case, step.question_id, reply, quote="患者原话", pack=pack)
    raise AssertionError(f"the interview of {complaint_id} does not end")


def whole_truth(complaint: Complaint) -> dict[str, Value]:
    """Nothing present, the mildest option of every choice, an age the chart is for."""
    truth: dict[str, Value] = {name: False for question in complaint.ask for name in question.signs}
    truth |= {question.id: question.options[-1] for question in complaint.ask if question.options}
    return truth | {"age": ordinary_age(complaint)}


def ordinary_age(complaint: Complaint) -> float:
    """An age without any risk of its own, inside the chart's limits."""
    limits = complaint.applies
    if limits.age_max is not None and limits.age_max <= 30:
        return 5.0
    return max(30.0, limits.age_min or 0.0)


def truths(complaint: Complaint) -> st.SearchStrategy[dict[str, Value]]:
    """Any consistent truth about a chart; cards hold few signs, as patients do."""
    domains = chart_domains(complaint)
    signs = sorted(name for question in complaint.ask for name in question.signs)
    named: dict[str, st.SearchStrategy[Value]] = {
        question.id: st.sampled_from(domains[question.id])
        for question in complaint.ask
        if question.type is not QuestionKind.MULTI and question.id not in AGES
    }
    limits = complaint.applies
    ages = age_points(complaint.conditions, youngest=limits.age_min or 0.0, oldest=limits.age_max or 120.0)
    return st.builds(
        lambda ticked, named, age: {**dict.fromkeys(signs, False), **dict.fromkeys(ticked, True), **named, "age": age},
        st.sets(st.sampled_from(signs), max_size=3),
        st.fixed_dictionaries(named),
        st.sampled_from(ages),
    )
