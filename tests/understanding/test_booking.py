"""Booking wishes: department, doctor, title, price; which shown slot is meant."""

from __future__ import annotations

import pytest

from domain.session import Option
from tests.understanding.readers import DOCTORS, SATURDAY, department_names
from understanding.booking import read_doctor, read_wish
from understanding.reading import BookingWish
from understanding.slot_choice import choose_slot

pytestmark = pytest.mark.unit

SHOWN = (
    Option(label="11月23日 周一 上午 09:00 王建国 主任医师 50元", value="s1"),
    Option(label="11月23日 周一 下午 14:30 李丽 副主任医师 30元", value="s2"),
    Option(label="11月25日 周三 上午 09:30 王芳 主治医师 20元", value="s3"),
)


def _wish(text: str) -> BookingWish:
    return read_wish(text, now=SATURDAY, departments=department_names().find(text), doctors=DOCTORS)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("我想挂消化科", ["D04"]),
        ("挂个消化", ["D04"]),
        ("挂皮肤的号", ["D39"]),
        ("耳鼻喉", ["D37"]),
        ("神内", ["D05"]),
        ("牙科", ["D38"]),
        ("眼科和口腔科", ["D36", "D38"]),
        ("不看中医科，看骨科", ["D19"]),
        ("我皮肤痒", []),
        ("消化不好", []),
        ("头疼", []),
    ],
)
def test_a_department_is_known_by_its_name(text: str, ids: list[str]) -> None:
    """Full names anywhere, short ones where something is booked, never a body part in a complaint."""
    assert [hint.id for hint in department_names().find(text)] == ids


@pytest.mark.parametrize(
    ("text", "doctor"),
    [
        ("王建国医生", "王建国"),
        ("李丽大夫周五", "李丽"),
        ("王主任下周三的号", "王"),
        ("姓王的那个医生", "王"),
        ("张教授", "张"),
        ("赵主任的号", "赵"),
        ("换个医生", None),
        ("主任号", None),
        ("找医生看看", None),
        ("不要王医生", None),
    ],
)
def test_a_doctor_is_known_by_name_or_surname(text: str, doctor: str | None) -> None:
    """A surname stands for every doctor of that name."""
    assert read_doctor(text, DOCTORS) == doctor


@pytest.mark.parametrize(
    ("text", "expert"),
    [
        ("有没有专家", True),
        ("主任号", True),
        ("不要专家，普通号就行", False),
        ("普通号", False),
        ("王主任的号", None),
        ("挂个号", None),
    ],
)
def test_expert_or_ordinary(text: str, *, expert: bool | None) -> None:
    """A doctor called 主任 is a name, not a wish for any expert."""
    assert _wish(text).expert is expert


@pytest.mark.parametrize(
    ("text", "cents"),
    [("50块以内的", 5000), ("不超过30", 3000), ("一百以内", 10_000), ("便宜点的", None), ("3天以内", None)],
)
def test_a_price_limit_is_read_in_fen(text: str, cents: int | None) -> None:
    """Yuan in any wording become fen; days are no price."""
    assert _wish(text).max_fee_cents == cents


def test_a_wish_is_read_in_any_order() -> None:
    """Everything said about one appointment comes out of one message."""
    wish = _wish("越早越好，最便宜的，下午，皮肤科普通号，50块以内")
    assert wish.department_ids == ("D39",)
    assert wish.cheaper
    assert wish.earliest
    assert wish.expert is False
    assert wish.max_fee_cents == 5000
    assert wish.period is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9点那个", "s1"),
        ("两点半的", "s2"),
        ("李医生的", "s2"),
        ("王芳的", "s3"),
        ("王医生那个", None),
        ("下午那个", "s2"),
        ("周三的吧", "s3"),
        ("30块那个", "s2"),
        ("最便宜的", "s3"),
        ("最早的", "s1"),
        ("明天的", None),
        ("明天下午", None),
        ("头疼", None),
    ],
)
def test_a_shown_slot_is_chosen_by_what_singles_it_out(text: str, value: str | None) -> None:
    """Time, doctor, day, half day, price or rank; two that fit alike are not guessed between."""
    assert choose_slot(text, SHOWN, SATURDAY) == value
