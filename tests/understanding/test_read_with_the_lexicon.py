"""The reader over the lexicon and the charts of the shipped pack."""

from __future__ import annotations

import time
from functools import cache

import pytest

from domain.clinical import Presence
from domain.session import Option, Pending, PendingKind
from knowledge.loader import load_pack
from knowledge.pack import Pack
from tests.understanding.readers import DOCTORS, SATURDAY
from understanding.lexicon import Lexicon
from understanding.read import Reader
from understanding.symptoms import Symptoms

pytestmark = pytest.mark.unit


@cache
def _pack() -> Pack:
    return load_pack()


@cache
def _reader() -> Reader:
    return Reader.of(_pack(), symptoms=Symptoms(Lexicon(_pack().lexicon, _pack().patterns)), doctors=lambda: DOCTORS)


def _card(complaint_id: str, question_id: str) -> Pending:
    question = _pack().complaints[complaint_id].by_id[question_id]
    if question.signs:
        options = [Option(label=label, value=sign) for sign, label in question.signs.items()]
        options += [Option(label="都没有", value="none"), Option(label="不清楚", value="unsure")]
    else:
        options = [Option(label=label, value=label) for label in question.options]
    return Pending(
        id="p1", kind=PendingKind.TRIAGE_QUESTION, question=question.text, subject="q", options=tuple(options)
    )


def test_a_complaint_with_an_errand_gives_both_and_routes_by_the_complaint() -> None:
    """「血检出了吗」 beside a headache is a report query and leads to no department."""
    said = _reader()("头疼三天了想挂个号，另外上次的血检出了吗", now=SATURDAY)
    assert [one.id for one in said.intents] == ["book", "report_query"]
    assert [one.concept for one in said.findings if one.presence is Presence.PRESENT] == ["头痛"]
    assert said.departments[0].id == "D05"


@pytest.mark.parametrize(
    ("text", "ticked"),
    [
        ("喘不上气", ("sob",)),
        ("快晕过去了", ("faint",)),
        ("冒虚汗", ("sweat",)),
        ("没有晕倒，就是出冷汗", ("sweat",)),
        ("后背也跟着疼", ("tear",)),
    ],
)
def test_danger_signs_are_ticked_in_the_patients_own_words(text: str, ticked: tuple[str, ...]) -> None:
    """Words or meaning of a label are enough."""
    assert _reader()(text, pending=_card("chest_pain", "danger"), now=SATURDAY).answer.ticked == ticked


@pytest.mark.parametrize("text", ["都没有", "没有", "没有，就是闷", "一样都没有"])
def test_a_plain_denial_denies_the_whole_card(text: str) -> None:
    """And ticks nothing."""
    answer = _reader()(text, pending=_card("chest_pain", "danger"), now=SATURDAY).answer
    assert answer.none_of_these
    assert answer.ticked == ()


def test_a_duration_answers_the_chart_that_asks_for_it() -> None:
    """「三个月」 of coughing is 8周以上."""
    answer = _reader()("三个月了", pending=_card("cough", "days"), now=SATURDAY).answer
    assert answer.ticked == ("8周以上",)


def test_the_whole_reading_takes_milliseconds() -> None:
    """A 60-character message over the full lexicon; the bound is for a busy machine, `make bench` measures."""
    text = (
        "我妈今年72了，有高血压糖尿病，胸口闷三天了，昨晚血压180/110，想挂明天上午心内科专家号，在几楼，能用医保吗谢谢"
    )
    read = _reader()
    rounds = []
    for _ in range(5):
        begun = time.process_time()
        for _ in range(20):
            read(text, now=SATURDAY)
        rounds.append((time.process_time() - begun) / 20)
    assert min(rounds) < 0.01
