"""Which charts a case opens: the complaints that were named and fit the person, else a general one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from domain.patient import PatientProfile, Relation
from knowledge.complaints import Applies, Complaint
from knowledge.pack import Pack
from knowledge.profile import SEXES
from tools.triage.case import TriageCase

MAX_CHARTS = 2
"""More complaints than this are not asked about one by one; the red flags read all the words anyway."""

MAX_SUPPOSED = 2
"""Of the charts a model supposes the first ones are gone through."""

SUPPOSED_CHILD_YEARS = 5.0
"""A child whose age nobody said is taken for this old until the chart has asked."""


def open_charts(case: TriageCase, pack: Pack) -> tuple[Complaint, ...]:
    """The charts to go through, the primary one first; never empty.

    A complaint the person is outside of by age or sex is left out and the general chart for the person is
    added. Beside a specific chart danger signs are gone through as well: the vital ones, of an alarming message
    all. A chart that was begun stays, so that nothing it learned is lost when an age becomes known.
    """
    profile = case.profile
    if profile.age_years is None and profile.relation is Relation.CHILD:
        profile = replace(profile, age_years=SUPPOSED_CHILD_YEARS)
    named = [pack.complaints[one] for one in dict.fromkeys(case.complaint_ids) if one in pack.complaints]
    begun = {asked.complaint_id for asked in case.asked}
    fitting = [complaint for complaint in named if admits(complaint.applies, profile)]
    specific = [complaint for complaint in fitting if not complaint.general][:MAX_CHARTS]
    left_out = [complaint for complaint in named if not complaint.general and complaint not in fitting]
    if specific and not left_out:
        alarm = pack.complaints[pack.cover.alarm] if case.alarming else _first(pack.vital, begun, profile)
        return (*specific, alarm)
    general = _general(fitting, begun, profile, pack)
    return (*specific, general, *(one for one in left_out if one.id in begun))


def supposed_charts(case: TriageCase, pack: Pack) -> tuple[Complaint, ...]:
    """The charts a model supposed, as far as the person is not outside of them and they are not open anyway."""
    opened = {complaint.id for complaint in open_charts(case, pack)}
    return tuple(
        complaint
        for one in case.supposed
        if one not in opened
        and (complaint := pack.complaints.get(one)) is not None
        and admits(complaint.applies, case.profile)
    )


def admits(applies: Applies, profile: PatientProfile) -> bool:
    """Whether nothing known about the person is outside the limits; unknown counts as inside."""
    age = profile.age_years
    if age is not None and not (applies.age_min or 0.0) <= age < (applies.age_max or float("inf")):
        return False
    return applies.sex is None or profile.sex is None or SEXES[profile.sex] == applies.sex


def _first(charts: Sequence[Complaint], begun: Collection[str], profile: PatientProfile) -> Complaint:
    """The chart that was begun, else the first the person is known to fit; the last takes all."""
    admitting = [chart for chart in charts if admits(chart.applies, profile)]
    for chart in admitting:
        if chart.id in begun:
            return chart
    return admitting[0] if admitting and profile.age_years is not None else charts[-1]


def _general(fitting: Sequence[Complaint], begun: Collection[str], profile: PatientProfile, pack: Pack) -> Complaint:
    """The general chart that was begun or named, else the first the person is known to fit; the last takes all."""
    last = pack.general[-1]
    for chart in pack.general:
        if chart.id in begun and admits(chart.applies, profile):
            return chart
    for chart in pack.general:
        if chart in fitting and chart is not last:
            return chart
    if profile.age_years is not None:
        for chart in pack.general:
            if admits(chart.applies, profile):
                return chart
    return last
