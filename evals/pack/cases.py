"""The cases two packs are compared on: generated, the same every time.

For a chart: a patient with nothing, every single answer for every sort of person it is for, and pairs of
answers, all of them or as many as are asked for, drawn with a fixed seed. For a red flag: the phrases its own
patterns are made of.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, product

from domain.patient import PatientProfile, Sex
from knowledge.complaints import Complaint, Question, QuestionKind
from knowledge.domains import chart_domains
from knowledge.lexicon import Vocabulary
from knowledge.logic import Value
from knowledge.patterns import Pattern, Term
from knowledge.profile import AGES

PEOPLE: Mapping[str, PatientProfile] = {
    "40岁女性": PatientProfile(age_years=40.0, sex=Sex.FEMALE),
    "60岁男性": PatientProfile(age_years=60.0, sex=Sex.MALE),
    "28岁孕妇": PatientProfile(age_years=28.0, sex=Sex.FEMALE, pregnant=True, gestation_weeks=20.0),
    "产后两周的30岁女性": PatientProfile(age_years=30.0, sex=Sex.FEMALE, pregnant=False, postpartum=True),
    "82岁男性，免疫低下": PatientProfile(age_years=82.0, sex=Sex.MALE, conditions={"immuno": True}),
    "5岁男孩": PatientProfile(age_years=5.0, sex=Sex.MALE),
    "2个月女婴": PatientProfile(age_years=2 / 12, sex=Sex.FEMALE),
}
"""The sorts of people every chart is tried on, as far as it is for them."""
_OF_PEOPLE = frozenset({"pregnant", "postpartum"})
"""What only some of `PEOPLE` can be, and they are."""
MOST_PHRASES = 6
"""Phrases made of one pattern."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartCase:
    """A patient: who, and the answers that are not the mildest ones, with how they read."""

    person: str
    answers: Mapping[str, Value]
    words: tuple[str, ...]


def chart_cases(charts: tuple[Complaint, ...], *, most: int) -> tuple[ChartCase, ...]:
    """At most `most` cases for a chart as several packs have it: single answers first, then drawn ones."""
    people = [name for name, profile in PEOPLE.items() if all(_fits(chart, profile) for chart in charts)]
    answers = {(name, value): words for chart in charts for name, value, words in _answers(chart)}
    singles: list[tuple[tuple[str, Value], ...]] = [(), *((answer,) for answer in answers)]
    pairs = [pair for pair in combinations(answers, 2) if pair[0][0] != pair[1][0]]
    first = [(person, said) for person in people[:1] for said in singles]
    rest = [(person, said) for person, said in product(people, [*singles, *pairs]) if (person, said) not in set(first)]
    random.Random(charts[0].id).shuffle(rest)
    return tuple(
        ChartCase(person=person, answers=dict(said), words=tuple(answers[answer] for answer in said))
        for person, said in [*first, *rest][:most]
    )


def phrases(pattern: Pattern, lexicon: Vocabulary) -> Iterator[str]:
    """Texts made of the pattern's own words, its parts joined by commas."""
    for number in range(MOST_PHRASES):
        yield "，".join(
            "".join(_said(place.terms[number % len(place.terms)], lexicon, number) for place in part.places)
            for part in pattern.parts
        )


def _said(term: Term, lexicon: Vocabulary, number: int) -> str:
    """A wording of the term; of a class, one of its members'."""
    concept = None if term.literal else lexicon.concepts.get(term.text)
    seen: set[str] = set()
    while concept is not None and not concept.forms and concept.name not in seen:
        seen.add(concept.name)
        concept = lexicon.concepts.get(concept.members[number % len(concept.members)]) if concept.members else None
    if concept is None or not concept.forms:
        return term.text
    return concept.forms[number % len(concept.forms)]


def _fits(chart: Complaint, profile: PatientProfile) -> bool:
    limits, age = chart.applies, profile.age_years or 0.0
    sex = {Sex.MALE: "男", Sex.FEMALE: "女"}.get(profile.sex) if profile.sex else None
    return (limits.age_min or 0.0) <= age < (limits.age_max or 200.0) and limits.sex in {None, sex}


def _answers(chart: Complaint) -> Iterator[tuple[str, Value, str]]:
    """Every answer that is not the mildest of its question."""
    for question in chart.ask:
        match question.type:
            case QuestionKind.MULTI:
                yield from ((name, True, text) for name, text in question.signs.items() if name not in _OF_PEOPLE)
            case QuestionKind.BOOL if question.id not in _OF_PEOPLE:
                yield question.id, True, f"{question.text}是"
            case QuestionKind.CHOICE if question.id != "sex":
                yield from ((question.id, option, option) for option in question.options[:-1])
            case QuestionKind.NUMBER if question.id not in AGES:
                yield from _numbers(chart, question)
            case _:
                pass


def _numbers(chart: Complaint, question: Question) -> Iterator[tuple[str, Value, str]]:
    for value in chart_domains(chart)[question.id][1:]:
        yield question.id, value, f"{question.text}{value:g}{question.unit}"
