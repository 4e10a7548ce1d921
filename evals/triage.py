"""`banyi eval triage`: what the agent decides for simulated patients, measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from domain.clinical import Disposition
from evals.play import Outcome
from evals.statistics import Share, quantile

URGENT_QUESTIONS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageReport:
    """The figures of one run; shares carry their 95 % interval. `without_model`: turns in which no model was asked."""

    cases: int
    emergency_recall: Share
    emergency_as_ed: Share
    under_triage: Share
    over_triage: Share
    exact: Share
    acceptable: Share
    department_top1: Share
    department_top3: Share
    false_alarms: Share
    repeated_questions: Share
    without_model: Share
    questions_median: float | None
    questions_p90: float | None
    emergency_questions_p90: float | None
    failures: int
    confusion: dict[str, dict[str, int]]
    groups: dict[str, Share]
    tags: dict[str, Share]
    wrong: tuple[str, ...]


def report(outcomes: Sequence[Outcome], names: Callable[[str], str]) -> TriageReport:
    """All figures; `names` turns a department id into the name the cases use."""
    triaged = [one for one in outcomes if not one.case.gold.no_triage]
    emergencies = [one for one in triaged if one.case.emergency]
    mild = [one for one in triaged if one.case.gold.disposition in {Disposition.OPD, Disposition.HOME}]
    routed = [one for one in triaged if one.case.gold.departments]
    quiet = [one for one in outcomes if one.case.gold.no_triage]
    asked = [one.questions for one in triaged]
    return TriageReport(
        cases=len(outcomes),
        emergency_recall=_share(emergencies, lambda one: one.alarmed),
        emergency_as_ed=_share(emergencies, lambda one: one.acceptable),
        under_triage=_share(triaged, _under),
        over_triage=_share(mild, lambda one: one.alarmed),
        exact=_share(triaged, lambda one: one.disposition == one.case.gold.disposition),
        acceptable=_share(triaged, lambda one: one.acceptable),
        department_top1=_share(routed, lambda one: _routed(one, names, 1)),
        department_top3=_share(routed, lambda one: _routed(one, names, 3)),
        false_alarms=_share(quiet, lambda one: one.alarmed),
        repeated_questions=Share(hits=sum(one.repeated for one in outcomes), total=sum(asked)),
        without_model=Share(
            hits=sum(one.turns - one.asked for one in outcomes), total=sum(one.turns for one in outcomes)
        ),
        questions_median=quantile(asked, 0.5),
        questions_p90=quantile(asked, 0.9),
        emergency_questions_p90=quantile([one.questions for one in emergencies], 0.9),
        failures=sum(one.failures for one in outcomes),
        confusion=_confusion(triaged),
        groups=_by(outcomes, lambda one: [one.case.group]),
        tags=_by(outcomes, lambda one: one.case.tags),
        wrong=tuple(one.case.id for one in outcomes if not one.acceptable),
    )


def _share(outcomes: Sequence[Outcome], holds: Callable[[Outcome], bool]) -> Share:
    return Share(hits=sum(map(holds, outcomes)), total=len(outcomes))


def _under(one: Outcome) -> bool:
    """Less urgent than anything acceptable; no result at all counts as the least urgent."""
    return one.disposition is None or one.disposition < min(one.case.gold.acceptable, default=Disposition.HOME)


def _routed(one: Outcome, names: Callable[[str], str], depth: int) -> bool:
    return any(names(department) in one.case.gold.departments for department in one.departments[:depth])


def _confusion(outcomes: Iterable[Outcome]) -> dict[str, dict[str, int]]:
    counted: dict[str, Counter[str]] = {level.name: Counter() for level in Disposition}
    for one in outcomes:
        if one.case.gold.disposition is not None:
            decided = one.disposition.name if one.disposition is not None else "NONE"
            counted[one.case.gold.disposition.name][decided] += 1
    return {gold: dict(decided) for gold, decided in counted.items()}


def _by(outcomes: Sequence[Outcome], keys: Callable[[Outcome], Iterable[str]]) -> dict[str, Share]:
    found = sorted({key for one in outcomes for key in keys(one)})
    return {key: _share([one for one in outcomes if key in keys(one)], lambda one: one.acceptable) for key in found}
