"""Which charts a case opens: the complaints that were named and fit the person, else a general one."""

from __future__ import annotations

from dataclasses import replace

from domain.patient import PatientProfile, Relation
from knowledge.complaints import Applies, Complaint
from knowledge.pack import Pack
from knowledge.profile import SEXES
from tools.triage.case import TriageCase

MAX_CHARTS = 3
"""More complaints than this are not asked about one by one; the red flags read all the words anyway."""

SUPPOSED_CHILD_YEARS = 5.0
"""A child whose age nobody said is taken for this old until the chart has asked."""


def open_charts(case: TriageCase, pack: Pack) -> tuple[Complaint, ...]:
    """The charts to go through, the primary one first; never empty.

    A complaint the person is outside of by age or sex is left out; if that leaves something unexamined, the
    general chart for the person is added.
    """
    profile = case.profile
    if profile.age_years is None and profile.relation is Relation.CHILD:
        profile = replace(profile, age_years=SUPPOSED_CHILD_YEARS)
    named = [pack.complaints[one] for one in dict.fromkeys(case.complaint_ids) if one in pack.complaints]
    fitting = [complaint for complaint in named if admits(complaint.applies, profile)]
    specific = [complaint for complaint in fitting if not complaint.general][:MAX_CHARTS]
    unexamined = any(not complaint.general and complaint not in fitting for complaint in named)
    if specific and not unexamined:
        return tuple(specific)
    general = next((complaint for complaint in fitting if complaint.general), None) or _general(profile, pack)
    return (*specific, general)


def admits(applies: Applies, profile: PatientProfile) -> bool:
    """Whether nothing known about the person is outside the limits; unknown counts as inside."""
    age = profile.age_years
    if age is not None and not (applies.age_min or 0.0) <= age < (applies.age_max or float("inf")):
        return False
    return applies.sex is None or profile.sex is None or SEXES[profile.sex] == applies.sex


def _general(profile: PatientProfile, pack: Pack) -> Complaint:
    """The first general chart whose limits the person is known to meet; the last takes everybody."""
    limited = [chart for chart in pack.general if chart.applies.age_min or chart.applies.age_max]
    if profile.age_years is not None:
        for chart in limited:
            if admits(chart.applies, profile):
                return chart
    return pack.general[-1]
