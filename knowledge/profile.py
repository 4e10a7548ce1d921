"""The profile names of the pack: facts about the person that any rule may use and no complaint asks twice.

`age` is in years, `age_m` in months, `age_days` in days; all three follow from one age. `temp` is in ℃,
`gest_weeks` in completed weeks. `sex` is 男 or 女. The rest are signs.
"""

from __future__ import annotations

from domain.patient import PatientProfile, Sex
from knowledge.logic import Value

AGES = {"age": 1.0, "age_m": 12.0, "age_days": 365.25}
"""Age names, each with how many of its units make a year."""
NUMBERS = frozenset(AGES) | {"gest_weeks", "temp"}
SEXES = {Sex.FEMALE: "女", Sex.MALE: "男"}
CONDITIONS = {
    "anticoag": "在吃抗凝药",
    "immuno": "化疗、移植、长期激素或免疫低下",
    "diabetes": "糖尿病",
    "heart_hx": "心脏病",
    "lung_hx": "哮喘或慢阻肺",
    "cancer": "得过肿瘤",
    "dialysis": "在做透析",
    "recent_op": "近一月做过手术",
}
"""Lasting conditions: names of `PatientProfile.conditions` with their plain words."""
SIGNS = frozenset(CONDITIONS) | {"pregnant", "postpartum"}
NAMES = NUMBERS | SIGNS | {"sex"}

FERTILE_YEARS = (9.0, 60.0)
"""Outside these ages nobody is asked about a pregnancy (OK: youngest menarche to latest natural birth)."""


def profile_facts(profile: PatientProfile) -> dict[str, Value]:
    """What is known of the person, under the pack's names; a name that is missing is unknown."""
    facts: dict[str, Value] = {name: held for name, held in profile.conditions.items() if name in CONDITIONS}
    if profile.age_years is not None:
        facts |= {name: round(profile.age_years * per_year, 3) for name, per_year in AGES.items()}
    if profile.temperature_celsius is not None:
        facts["temp"] = profile.temperature_celsius
    if profile.sex is not None:
        facts["sex"] = SEXES[profile.sex]
    if profile.gestation_weeks is not None:
        facts["gest_weeks"] = profile.gestation_weeks
        facts["pregnant"] = profile.gestation_weeks > 0
    for name, held in (("pregnant", profile.pregnant), ("postpartum", profile.postpartum)):
        if held is not None:
            facts[name] = held
        elif _cannot_be_pregnant(profile):
            facts.setdefault(name, False)
    return facts


def _cannot_be_pregnant(profile: PatientProfile) -> bool:
    if profile.sex is Sex.MALE:
        return True
    youngest, oldest = FERTILE_YEARS
    return profile.age_years is not None and not youngest <= profile.age_years <= oldest
