"""Identity typed into the chat is found and starred."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understanding.private import PrivateKind, find, mask

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "masked", "kind"),
    [
        ("我身份证110101199003071234", "我身份证****************34", PrivateKind.ID_NUMBER),
        ("身份证11010119900307123X。", "身份证****************3X。", PrivateKind.ID_NUMBER),
        ("手机13812345678，急", "手机*********78，急", PrivateKind.PHONE),
        ("138 1234 5678", "***********78", PrivateKind.PHONE),
        ("138-1234-5678", "***********78", PrivateKind.PHONE),
        ("+8613812345678", "+86*********78", PrivateKind.PHONE),
        ("010-62345678", "**********78", PrivateKind.PHONE),
        ("一三八一二三四五六七八", "*********七八", PrivateKind.PHONE),
        ("卡号6222 0212 3456 7890 123", "卡号*********************23", PrivateKind.BANK_CARD),
    ],
)
def test_a_private_number_is_starred(text: str, masked: str, kind: PrivateKind) -> None:
    """All but the last two characters go, the rest of the message stays."""
    assert mask(text) == masked
    assert [one.kind for one in find(text)] == [kind]


@pytest.mark.parametrize(
    "text", ["血压150/95 心率130", "体温38.5，2026年11月21日", "打120", "白细胞12345678", "12月3日上午09:00", ""]
)
def test_measurements_dates_and_120_are_not_private(text: str) -> None:
    """What triage and the emergency line need is never masked."""
    assert mask(text) == text


def test_two_numbers_are_both_starred() -> None:
    """An ID number and a phone in one message are told apart."""
    text = "张三 110101199003071234 13812345678"
    assert [one.kind for one in find(text)] == [PrivateKind.ID_NUMBER, PrivateKind.PHONE]
    assert "1990" not in mask(text)
    assert "1381" not in mask(text)


@given(st.text(max_size=200))
def test_masking_keeps_the_length_and_is_done_once(text: str) -> None:
    """Offsets stay valid, and a masked text is masked no further."""
    masked = mask(text)
    assert len(masked) == len(text)
    assert mask(masked) == masked
