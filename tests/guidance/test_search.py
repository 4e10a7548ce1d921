"""The guide finds what people ask in their own words, and keeps silent about everything else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from domain.ports import Guide
from knowledge.guidebook import load_guide
from tools.guidance.search import GuideSearch
from tools.guidance.terms import words

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
QUESTIONS = Path(__file__).parent / "questions"
ENTRIES = load_guide(ROOT / "knowledge" / "guide")
BY_ID = {entry.id: entry for entry in ENTRIES}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How well a question set was answered; shares of the questions the guide answers, or should not."""

    first: float
    among_three: float
    wrong: float
    false: float


@pytest.fixture(scope="module")
def guide() -> Guide:
    """The search over the hospital's guide."""
    return GuideSearch(ENTRIES)


def rows(name: str) -> list[tuple[str, frozenset[str]]]:
    """Questions with the entries that answer them; none for what the guide does not cover."""
    lines = (QUESTIONS / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines]
    return [(question, frozenset() if ids == "-" else frozenset(ids.split(","))) for question, ids in pairs]


def measured(guide: Guide, name: str) -> Figures:
    """The figures of one question set."""
    answered = [(ids, [passage.id for passage in guide.search(question)]) for question, ids in rows(name)]
    covered = [(ids, found) for ids, found in answered if ids]
    foreign = [found for ids, found in answered if not ids]
    return Figures(
        first=sum(found[:1] != [] and found[0] in ids for ids, found in covered) / len(covered),
        among_three=sum(not ids.isdisjoint(found) for ids, found in covered) / len(covered),
        wrong=sum(found[:1] != [] and found[0] not in ids for ids, found in covered) / len(covered),
        false=sum(found != [] for found in foreign) / len(foreign),
    )


@pytest.mark.parametrize(
    ("question", "entry", "section"),
    [
        ("停车多少钱", "parking", "多少钱"),
        ("停车场在哪", "parking", "在哪里停"),
        ("我要退号", "cancel-change", "怎么退号"),
        ("ICU什么时候能探视", "visiting", "重症病房"),
        ("增强CT要空腹吗", "ct", "增强"),
        ("异地医保怎么备案", "remote-insurance", "怎么备案"),
    ],
)
def test_the_section_that_answers_is_quoted(guide: Guide, question: str, entry: str, section: str) -> None:
    """Not only the entry but the part of it the patient asked for, whatever the question word."""
    (best, *_) = guide.search(question)
    assert (best.id, best.section) == (entry, section)


def test_an_answer_is_the_guide_word_for_word(guide: Guide) -> None:
    """Every passage is a section of the guide as its owner wrote it."""
    for question, _ in rows("tuning"):
        for passage in guide.search(question):
            entry = BY_ID[passage.id]
            assert passage.title == entry.title
            assert (passage.section, passage.text) in {(part.heading, part.text) for part in entry.sections}


def test_answers_come_best_first_and_no_more_than_asked(guide: Guide) -> None:
    """Scores fall, and `limit` holds."""
    scores = [passage.score for passage in guide.search("住院押金怎么退", limit=3)]
    assert scores == sorted(scores, reverse=True)
    assert len(guide.search("住院押金怎么退", limit=1)) == 1


@pytest.mark.parametrize(
    "question", ["", "　\n", "🙂🙂", "？？？", "的了吗", "a" * 2000, "今天天气怎么样", "帮我写一篇作文"]
)
def test_what_the_guide_does_not_cover_gets_no_answer(guide: Guide, question: str) -> None:
    """Nothing is better than a wrong quotation."""
    assert guide.search(question) == ()


def test_the_tuned_questions_are_answered(guide: Guide) -> None:
    """On the questions used for tuning."""
    figures = measured(guide, "tuning")
    assert figures.first >= 0.92
    assert figures.wrong <= 0.03
    assert figures.false <= 0.10


def test_questions_never_tuned_on_are_answered(guide: Guide) -> None:
    """On the other half, which no topic and no constant was chosen for."""
    figures = measured(guide, "heldout")
    assert figures.first >= 0.75
    assert figures.among_three >= 0.80
    assert figures.wrong <= 0.07
    assert figures.false <= 0.20


def test_every_topic_finds_its_entry(guide: Guide) -> None:
    """What an owner wrote as the words people use leads to the entry, among the first three."""
    lost = [
        (entry.id, topic)
        for entry in ENTRIES
        for topic in entry.topics
        if words(topic) and entry.id not in {passage.id for passage in guide.search(topic)}
    ]
    assert lost == []


def test_a_search_is_quick(guide: Guide) -> None:
    """The median question takes a few milliseconds at most, on a busy machine too."""
    spent = []
    for question, _ in rows("tuning") + rows("heldout"):
        start = time.process_time_ns()
        guide.search(question)
        spent.append((time.process_time_ns() - start) / 1e6)
    assert sorted(spent)[len(spent) // 2] <= 5.0
