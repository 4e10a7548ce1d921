"""Whole messages through every reader at once."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clinical import ConceptId, Finding, Presence
from domain.patient import Relation, Sex
from domain.scheduling import Period
from domain.session import Option, Pending, PendingKind
from tests.understanding.readers import SATURDAY, reader
from understanding.reading import BookingWish, SymptomReading, Understanding

pytestmark = pytest.mark.unit

_HEARD = {"头疼": "头痛", "胸口闷": "胸闷", "出冷汗": "冷汗", "肚子疼": "腹痛", "发烧": "发热"}


def _symptoms(raw: str) -> SymptomReading:
    """A five-word lexicon: present unless 没 stands right before."""
    return SymptomReading(
        findings=tuple(
            Finding(
                concept=ConceptId(concept),
                presence=Presence.ABSENT if raw[: raw.index(word)].endswith(("没", "没有")) else Presence.PRESENT,
                quote=word,
                start=raw.index(word),
                end=raw.index(word) + len(word),
            )
            for word, concept in _HEARD.items()
            if word in raw
        ),
        uncovered=("嘟嘟",) if "嘟嘟" in raw else (),
    )


READER = reader(_symptoms)


def _read(text: str, pending: Pending | None = None) -> Understanding:
    return READER(text, pending=pending, now=SATURDAY)


def _pending(kind: PendingKind, question: str, *labels: str) -> Pending:
    options = tuple(Option(label=label, value=f"v{place}") for place, label in enumerate(labels, 1))
    return Pending(id="p1", kind=kind, question=question, subject="q", options=options)


SLOTS = _pending(
    PendingKind.SLOT_CHOICE,
    "选哪个？",
    "11月23日 周一 上午 09:00 王建国 主任医师 50元",
    "11月23日 周一 下午 14:30 李丽 副主任医师 30元",
)


def test_one_message_gives_person_symptoms_measurements_and_intents() -> None:
    """Everything said at once is read at once."""
    said = _read("我妈今年72了，有高血压，胸口闷三天了，血压180/110，想挂明天上午心内科专家号，停车场在哪")
    assert said.person.relation is Relation.PARENT
    assert said.person.sex is Sex.FEMALE
    assert said.person.age_years == 72
    assert said.person.conditions == {"hypertension": True}
    assert said.duration == timedelta(days=3)
    assert said.readings.systolic_mmhg == 180
    assert [finding.concept for finding in said.findings] == ["胸闷"]
    assert [intent.id for intent in said.intents] == ["book", "transport"]
    assert said.wish == BookingWish(
        department_ids=said.wish.department_ids,
        expert=True,
        first_date=date(2026, 11, 22),
        last_date=date(2026, 11, 22),
        period=Period.MORNING,
    )
    assert said.wish.department_ids == ("D06",)


def test_when_it_began_is_no_day_to_come() -> None:
    """「今天开始头疼」 beside a wish to book asks for no appointment today."""
    said = _read("今天开始头疼，想挂号")
    assert said.wants("book")
    assert said.wish == BookingWish()


def test_a_complaint_alone_is_no_booking_wish() -> None:
    """Times in a complaint are its course."""
    assert _read("昨天晚上开始肚子疼").wish == BookingWish()
    assert _read("明天还肚子疼怎么办").wish == BookingWish()


def test_a_bare_day_is_a_wish_but_not_while_triage_asks() -> None:
    """「明天下午」 is about an appointment unless a medical question is open."""
    asking = _pending(PendingKind.TRIAGE_QUESTION, "什么时候开始的？")
    assert _read("明天下午").wish.period is Period.AFTERNOON
    assert _read("明天下午", asking).wish == BookingWish()


def test_cancelling_names_no_new_day() -> None:
    """「退掉明天的号」 wishes for nothing."""
    said = _read("退掉明天的号")
    assert said.wants("cancel")
    assert said.wish == BookingWish()


def test_a_shown_slot_is_chosen_without_narrowing_the_search() -> None:
    """Choosing by time or place leaves no wish behind."""
    by_time, by_place = _read("9点那个", SLOTS), _read("就第二个", SLOTS)
    assert by_time.answer.ticked == ("v1",)
    assert by_time.wish == BookingWish()
    assert by_place.answer.ordinal == 2
    assert by_place.wish == BookingWish()


def test_changing_the_day_is_a_new_wish_and_no_refusal() -> None:
    """「算了换周五」 searches again instead of giving up."""
    said = _read("算了换周五", SLOTS)
    assert said.wants("rebook")
    assert said.wish.first_date == date(2026, 11, 27)
    assert said.answer.yes is None


def test_a_bare_number_answers_the_age() -> None:
    """The age asked for lands in the person."""
    asking = _pending(PendingKind.TRIAGE_QUESTION, "患者多大年龄？")
    assert _read("八个月", asking).person.age_years == pytest.approx(8 / 12)


def test_a_bare_number_answers_the_temperature() -> None:
    """The temperature asked for lands in the readings; a slip does not."""
    asking = _pending(PendingKind.TRIAGE_QUESTION, "最高烧到多少度？")
    assert _read("39", asking).readings.temperature_celsius == 39
    assert _read("390", asking).readings.temperature_celsius is None


def test_findings_tick_the_options_that_mean_the_same() -> None:
    """Labels are read with the same lexicon as the patient."""
    asking = _pending(PendingKind.TRIAGE_QUESTION, "有没有？可多选", "头疼得厉害", "发烧38度以上", "都没有")
    answer = _read("没发烧，头疼得很厉害", asking).answer
    assert answer.ticked == ("v1",)
    assert answer.denied == ("v2",)


def test_pressing_for_comfort_lowers_no_severity() -> None:
    """「就说不严重吧」 is no statement of how bad it is."""
    said = _read("你就说不严重吧")
    assert said.wants("pressure")
    assert said.severity is None


def test_traditional_full_width_and_spaced_text_reads_the_same() -> None:
    """Script, width and spaces inside words do not matter."""
    assert _read("我媽７２歲，血壓１８０/１１０").readings == _read("我妈72岁，血压180/110").readings
    assert [one.id for one in _read("想 挂 号").intents] == ["book"]


def test_a_message_in_a_foreign_language_is_noticed() -> None:
    """Latin words without any Chinese are an intent of their own."""
    assert _read("I have a bad headache").wants("foreign_language")
    assert not _read("CT").wants("foreign_language")


def test_what_an_intent_or_an_answer_covers_is_not_uncovered() -> None:
    """Only what nothing could read is left over for a model."""
    assert _read("嘟嘟").uncovered == ("嘟嘟",)
    assert _read("嘟嘟挂号").uncovered == ()


def test_reading_takes_milliseconds() -> None:
    """A 60-character message without the lexicon's share; the bound is for a busy machine, `make bench` measures."""
    text = (
        "我妈今年72了，有高血压糖尿病，胸口闷三天了，昨晚血压180/110，想挂明天上午心内科专家号，在几楼，能用医保吗谢谢"
    )
    rounds = []
    for _ in range(5):
        begun = time.process_time()
        for _ in range(20):
            _read(text)
        rounds.append((time.process_time() - begun) / 20)
    assert min(rounds) < 0.01


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    """Nothing a patient can type breaks a reader."""
    assert _read(text).raw == text


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "一",
        "血压，",
        "没有",
        "第一个",
        "怀孕",
        "今天",
        "挂号",
        "王医生",
        "下",
        "我",
        " ",
        "\n",
        "周三到",
        "3-",
        "半",
    ],
)
def test_a_message_of_two_thousand_repetitive_characters_is_read_quickly(piece: str) -> None:
    """No wording makes a reader explode."""
    begun = time.process_time()
    _read(piece * (2000 // len(piece)))
    assert time.process_time() - begun < 0.5
