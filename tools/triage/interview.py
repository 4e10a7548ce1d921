"""The interview: what was said becomes facts, facts become the next question or the outcome. Pure functions.

case = open_case(pack, now=now, profile=profile)
case = hear(case, understanding, pack)                    # every message
step = next_step(case, pack, hospital)                    # Ask or Decide; keep step.case
case = answer(step.case, step.question_id, reply, quote=text, pack=pack)
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.clinical import Disposition, RuleId, TriageResult
from domain.patient import PatientProfile
from domain.scheduling import HospitalDepartment
from domain.session import Option
from knowledge.complaints import Complaint, QuestionKind
from knowledge.pack import Pack
from tools.triage import options
from tools.triage.case import Raised, TriageCase
from tools.triage.chart import Chart
from tools.triage.charts import open_charts, supposed_charts
from tools.triage.departments import choose
from tools.triage.disposition import at_least, judge, open_names
from tools.triage.inquiry import Next, next_danger, next_open, next_plain, next_raising, open_questions

MAX_QUESTIONS = 10
"""After so many questions the case is decided as it stands, unless a danger question is open."""

MAX_BEFORE_OPEN = 6
"""After so many questions since when, and what else there is, is not asked any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """The next question. `case` counts it as put; `remaining` are about how many follow.

    `danger` says the answer can still send the patient to an emergency; `reached` is what holds already.
    """

    case: TriageCase
    question_id: str
    text: str
    kind: QuestionKind
    options: tuple[Option, ...]
    remaining: int
    danger: bool
    closing: bool
    again: bool
    why: str
    reached: Disposition


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """The outcome. `rule_ids` are all that held; `answers` is the record of what they rest on, as JSON text."""

    case: TriageCase
    result: TriageResult
    rule_ids: tuple[RuleId, ...]
    answers: dict[str, str]


def open_case(pack: Pack, *, now: datetime, profile: PatientProfile | None = None) -> TriageCase:
    """A case nothing was said in yet."""
    return TriageCase(knowledge_version=pack.version, month=now.month, profile=profile or PatientProfile())


def raise_flag(case: TriageCase, raised: Raised) -> TriageCase:
    """The case after a red flag was affirmed, left without a clear answer, or denied down to its floor."""
    return replace(case, raised=(*(known for known in case.raised if known.rule_id != raised.rule_id), raised))


def take_alarm(case: TriageCase) -> TriageCase:
    """The case after a message that was worded like an emergency no rule names."""
    return replace(case, alarming=True)


def next_step(case: TriageCase, pack: Pack, hospital: Sequence[HospitalDepartment] = ()) -> Ask | Decide:
    """The next question, or the outcome once no question can change it.

    Charts a model supposed come last and take no question from the others.
    """
    charts = _charts(open_charts(case, pack), case, pack)
    reached = at_least(case, charts, pack)
    if reached < Disposition.CALL_120:
        for chart in charts:
            if chart.complaint in pack.vital and reached >= Disposition.ED_NOW:
                continue
            found = next_danger(chart, reached)
            if found is not None:
                return _ask(case, charts, chart, found, reached, pack)
        beyond = _beyond_danger(case, charts, reached, pack)
        if beyond is not None:
            return _ask(case, charts, *beyond, reached, pack)
        beside = _charts(supposed_charts(case, pack), case, pack)
        reached = at_least(case, (*charts, *beside), pack)
        for chart in beside:
            found = next_danger(chart, reached)
            if found is not None:
                return _ask(case, (*charts, *beside), chart, found, reached, pack)
    return decide(case, pack, hospital)


def _beyond_danger(
    case: TriageCase, charts: Sequence[Chart], reached: Disposition, pack: Pack
) -> tuple[Chart, Next] | None:
    """Once no danger is open: since when and what else, in the patient's own words; then what narrows the outcome."""
    if reached < Disposition.ED_NOW and case.questions < MAX_BEFORE_OPEN:
        for chart in charts:
            if chart.complaint in pack.vital and (found := next_open(chart)) is not None:
                return chart, found
    if case.questions < MAX_QUESTIONS:
        found = next_plain(charts[0], reached) or next_raising(charts[0], open_names(case, charts, pack))
        if found is not None:
            return charts[0], found
    return None


def decide(case: TriageCase, pack: Pack, hospital: Sequence[HospitalDepartment] = ()) -> Decide:
    """The outcome as it stands, whatever is still open: what is unknown never counts as harmless."""
    charts = _charts((*open_charts(case, pack), *supposed_charts(case, pack)), case, pack)
    judgement = judge(case, charts, pack)
    disposition = judgement.disposition
    complaints = [chart.complaint for chart in charts if chart.complaint not in pack.vital]
    interim = disposition < Disposition.CALL_120
    result = TriageResult(
        disposition=disposition,
        title=pack.texts.say(f"triage.title_{disposition.name.lower()}"),
        reasons=judgement.reasons,
        departments=choose(case, charts, disposition, pack, hospital),
        safety_net=tuple(dict.fromkeys(line for one in complaints for line in one.self_care.safety_net)),
        self_care=complaints[0].self_care.allow if interim else (),
        complaint_ids=tuple(complaint.id for complaint in complaints),
        flags=judgement.flags,
        knowledge_version=pack.version,
    )
    return Decide(case=case, result=result, rule_ids=judgement.rule_ids, answers=_answers(charts, case))


def _charts(complaints: Sequence[Complaint], case: TriageCase, pack: Pack) -> tuple[Chart, ...]:
    return tuple(Chart.of(complaint, case, pack) for complaint in complaints)


def _ask(case: TriageCase, charts: Sequence[Chart], chart: Chart, found: Next, reached: Disposition, pack: Pack) -> Ask:
    complaint_id, question = chart.complaint.id, found.question
    asked = case.put(complaint_id, question.id)
    counted = replace(asked, closing=True)
    if not found.closing:
        counted = replace(asked, times=asked.times + 1, names=len(found.names))
    remaining = sum(open_questions(one, reached) for one in charts)
    return Ask(
        case=case.with_asked(counted),
        question_id=options.question_id(complaint_id, question.id, closing=found.closing),
        text=_closing(found, pack) if found.closing else question.text,
        kind=QuestionKind.BOOL if found.closing else question.type,
        options=options.offered(question, found.names, closing=found.closing, texts=pack.texts),
        remaining=max(remaining - 1, 0),
        danger=found.danger,
        closing=found.closing,
        again=asked.times > 0 and (not found.closing or found.untouched),
        why=question.why,
        reached=reached,
    )


def _closing(found: Next, pack: Pack) -> str:
    """The closing question of a card; what an alarming answer may have meant is named, and so is a single sign."""
    signs = "、".join(found.question.signs[name] for name in found.names)
    if len(found.names) == 1:
        return pack.texts.say("triage.closing_one", sign=signs)
    if found.by_name:
        return pack.texts.say("triage.closing_named", signs=signs)
    return pack.texts.say("triage.closing_all" if found.untouched else "triage.closing")


def _answers(charts: Sequence[Chart], case: TriageCase) -> dict[str, str]:
    known = {
        f"{chart.complaint.id}.{name}": chart.values[name]
        for chart in charts
        for name in chart.complaint.supplied
        if name in chart.values
    }
    readings = {f"reading.{name}": value for name, value in case.readings.items()}
    return {name: json.dumps(value, ensure_ascii=False) for name, value in {**known, **readings}.items()}
