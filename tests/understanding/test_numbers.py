"""Numerals: exact, abbreviated, positional, ranges and vague ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding import numbers

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("38.5", 38.5),
        ("三十八点五", 38.5),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("一百零五", 105),
        ("一百一十", 110),
        ("一百二十八", 128),
        ("两百", 200),
        ("二百五", 250),
        ("一百八", 180),
        ("一千二", 1200),
        ("一千零五", 1005),
        ("一万二", 12_000),
        ("1千", 1000),
        ("廿五", 25),
        ("俩", 2),
        ("一二零", 120),
        ("三九", 39),
        ("半", 0.5),
        ("零", 0),
    ],
)
def test_an_exact_numeral_has_one_value(numeral: str, value: float) -> None:
    """What names one number is read as exactly that number."""
    number = numbers.parse(numeral)
    assert number is not None
    assert number.exact
    assert number.value == value


@pytest.mark.parametrize(
    ("numeral", "low", "high"),
    [
        ("七八", 7, 8),
        ("两三", 2, 3),
        ("三五", 3, 5),
        ("十七八", 17, 18),
        ("二十五六", 25, 26),
        ("七八十", 70, 80),
        ("三四百", 300, 400),
        ("一百五六", 150, 160),
        ("3到5", 3, 5),
        ("3-5", 3, 5),
        ("三至五", 3, 5),
        ("十来", 10, 13),
        ("二十多", 21, 29),
        ("70多", 71, 79),
        ("六十出头", 61, 63),
        ("一百多", 101, 190),
        ("几", 2, 6),
        ("好几", 2, 6),
        ("几十", 20, 60),
    ],
)
def test_a_vague_numeral_is_a_range(numeral: str, low: float, high: float) -> None:
    """Neighbouring digits, 多, 来, 几 and ranges keep both ends."""
    number = numbers.parse(numeral)
    assert number is not None
    assert (number.low, number.high) == (low, high)


@pytest.mark.parametrize("text", ["", "头疼", "十十", "点五"])
def test_what_is_no_numeral_is_nothing(text: str) -> None:
    """Words and broken numerals have no value."""
    assert numbers.parse(text) is None


def test_numerals_of_a_sentence_are_found_in_order() -> None:
    """Every numeral is found with its place."""
    text = "吃了两片，38度5，疼了七八天"
    found = numbers.find(text)
    assert [text[one.start : one.end] for one in found] == ["两", "38", "5", "七八"]


def _spoken(number: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    words = digits[hundreds] + "百"
    if tens:
        words += digits[tens] + "十"
    elif ones:
        words += "零"
    return words + (digits[ones] if ones else "")


@given(st.integers(min_value=100, max_value=999))
def test_every_number_spoken_in_full_is_read_back(number: int) -> None:
    """Reading inverts writing for every three-digit number said in full."""
    assert numbers.exact(_spoken(number)) == number


@given(st.text(alphabet="零一二两三四五六七八九十百千万点半多来几0123456789.", max_size=40))
def test_any_run_of_number_characters_is_read_without_an_error(text: str) -> None:
    """No heap of digits breaks the reader, and ranges never run backwards."""
    for number in numbers.find(text):
        assert number.low <= number.high
