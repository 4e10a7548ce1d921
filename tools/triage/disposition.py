"""How urgent: the most urgent of rules, red flags and readings, then the modifiers. Nothing lowers anything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from domain.clinical import Disposition, Reason, RuleId
from domain.patient import PatientProfile, Relation
from knowledge.complaints import Rule
from knowledge.logic import Value
from knowledge.pack import UNANSWERED, UNSETTLED, Pack
from knowledge.profile import AGES, FERTILE_YEARS, profile_facts
from knowledge.routing import READINGS, SymptomGroup, VitalRule
from tools.triage.case import TriageCase
from tools.triage.chart import Chart

MAX_REASONS = 3
_CRISIS = "CRISIS"
_TAKEOVER = "HUMAN_TAKEOVER"
_SUPPOSED_AGES = {Relation.CHILD: (0.01, 0.2, 0.4, 3.0, 8.0)}
"""Ages in years a reading is judged by while the age is unknown: a child may be any, anybody else is an adult."""
_ADULT = (30.0,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The outcome with everything it rests on; `reasons` are the most urgent first."""

    disposition: Disposition
    reasons: tuple[Reason, ...]
    rule_ids: tuple[RuleId, ...]
    flags: tuple[str, ...]


def judge(case: TriageCase, charts: Sequence[Chart], pack: Pack) -> Judgement:
    """What holds now. `charts` are the open complaints, the primary one first: only it has a default."""
    found: list[tuple[Disposition, Reason]] = [
        (raised.disposition, Reason(text=raised.text, quote=raised.quote, rule_id=raised.rule_id, source=raised.source))
        for raised in case.raised
    ]
    found += [
        (rule.d, Reason(text=rule.because, quote="", rule_id=rule.id, source=pack.cover.cite(rule.src)))
        for rule in readings_fired(case, pack)
    ]
    flags = [_CRISIS for raised in case.raised if raised.crisis]
    for chart in charts:
        found += [(rule.d, _reason(chart, rule, pack)) for rule in chart.fired]
        flags += [flag for rule in chart.fired for flag in rule.flags]
    found += _otherwise(charts, max((level for level, _ in found), default=None), pack)
    reached = max((level for level, _ in found), default=Disposition.VISIT_24H)
    for modifier in pack.routing.modifiers:
        raised_to = modifier.raised(reached)
        if raised_to > reached and modifier.when.evaluate(global_facts(case, charts, pack)) is True:
            cited = pack.cover.cite(modifier.src)
            reason = Reason(text=modifier.because, quote="", rule_id=modifier.id, source=cited)
            found.append((raised_to, reason))
            reached = raised_to
    found.sort(key=lambda item: -item[0])
    if _CRISIS in flags:
        flags.append(_TAKEOVER)
    return Judgement(
        disposition=reached,
        reasons=tuple(reason for level, reason in found if level == reached)[:MAX_REASONS],
        rule_ids=tuple(dict.fromkeys(reason.rule_id for _, reason in found)),
        flags=tuple(dict.fromkeys(flags)),
    )


def at_least(case: TriageCase, charts: Sequence[Chart], pack: Pack) -> Disposition:
    """The level no further answer can lower: red flags, readings and fired rules, without any default."""
    levels = [case.floor, *(rule.d for rule in readings_fired(case, pack)), *(chart.ruled for chart in charts)]
    return max(levels)


def open_names(case: TriageCase, charts: Sequence[Chart], pack: Pack) -> frozenset[str]:
    """The unknown profile names on which it rests whether a modifier raises what holds now.

    Every name of an age counts where one does. Who is pregnant or has just given birth is of a fertile age.
    """
    reached = judge(case, charts, pack).disposition
    facts: dict[str, Value] = dict.fromkeys(pack.routing.symptoms, False)
    facts |= global_facts(case, charts, pack)
    if facts.get("pregnant") or facts.get("postpartum"):
        for name, unit in AGES.items():
            facts.setdefault(name, FERTILE_YEARS[0] * unit)
    waiting = frozenset[str]().union(
        *(
            modifier.when.names - facts.keys()
            for modifier in pack.routing.modifiers
            if modifier.raised(reached) > reached and modifier.when.evaluate(facts) is None
        )
    )
    return waiting | AGES.keys() if waiting & AGES.keys() else waiting


def global_facts(case: TriageCase, charts: Sequence[Chart], pack: Pack) -> dict[str, Value]:
    """The profile and the symptom groups of `routing.yaml`; a group that is not there is unknown."""
    return profile_facts(case.profile) | _groups(case, charts, pack.routing.symptoms)


def readings_fired(case: TriageCase, pack: Pack) -> tuple[VitalRule, ...]:
    """The rows of `vitals.yaml` that hold for what was measured. Unknown age counts as inside a row's ages."""
    if not case.readings and case.profile.temperature_celsius is None:
        return ()
    facts: dict[str, Value] = dict.fromkeys((*READINGS, "temp"), math.nan)
    facts |= dict.fromkeys(pack.vitals.symptoms, False)
    facts |= _groups(case, (), pack.vitals.symptoms) | profile_facts(case.profile) | case.readings
    suppositions = [facts | ages for ages in _ages(case.profile)]
    return tuple(
        rule
        for rule in pack.vitals.rules
        if any(rule.when.evaluate(supposition) is True for supposition in suppositions)
    )


def _otherwise(charts: Sequence[Chart], reached: Disposition | None, pack: Pack) -> list[tuple[Disposition, Reason]]:
    """What holds without a rule: VISIT_24H while danger is open, the primary chart's default if nothing fired."""
    found: list[tuple[Disposition, Reason]] = []
    for place, chart in enumerate(charts):
        complaint, because = chart.complaint, pack.cover.because
        if chart.open_danger:
            rule_id = RuleId(f"{complaint.id}.{UNSETTLED}@{complaint.version}")
            found.append((Disposition.VISIT_24H, Reason(text=because[UNSETTLED], quote="", rule_id=rule_id, source="")))
        if chart.affirmed > Disposition.HOME:
            rule_id = RuleId(f"{complaint.id}.{UNANSWERED}@{complaint.version}")
            found.append((chart.affirmed, Reason(text=because[UNANSWERED], quote="", rule_id=rule_id, source="")))
        if place == 0 and not chart.fired and (reached is None or complaint.default_d > reached):
            rule_id = RuleId(f"{complaint.id}.default@{complaint.version}")
            text = because[complaint.default_d.name]
            source = pack.cover.cite(complaint.sources)
            found.append((complaint.default_d, Reason(text=text, quote="", rule_id=rule_id, source=source)))
    return found


def _reason(chart: Chart, rule: Rule, pack: Pack) -> Reason:
    quotes = dict.fromkeys(chart.quotes[name] for name in sorted(rule.when.names) if chart.quotes.get(name))
    return Reason(
        text=rule.because,
        quote="、".join(quotes),
        rule_id=chart.complaint.rule_id(rule),
        source=pack.cover.cite(rule.src),
    )


def _groups(case: TriageCase, charts: Sequence[Chart], groups: dict[str, SymptomGroup]) -> dict[str, Value]:
    open_ids = {chart.complaint.id for chart in charts}
    return {
        name: True
        for name, group in groups.items()
        if open_ids.intersection(group.complaints) or not case.symptoms.keys().isdisjoint(group.concepts)
    }


def _ages(profile: PatientProfile) -> list[dict[str, Value]]:
    if profile.age_years is not None:
        return [{}]
    supposed = _SUPPOSED_AGES.get(profile.relation, _ADULT)
    return [{name: age * unit for name, unit in AGES.items()} for age in supposed]
