"""Measurements patients report."""

from __future__ import annotations

import pytest

from understanding import vitals
from understanding.reading import Readings

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "celsius"),
    [
        ("烧到39度5", 39.5),
        ("体温38.5", 38.5),
        ("三十八度五", 38.5),
        ("三十八度半", 38.5),
        ("三十九度多", 39.5),
        ("烧到三十九", 39),
        ("发烧38.6", 38.6),
        ("孩子额头烫，三十八五", 38.5),
        ("低烧三十七度多", 37.5),
        ("烧39.5，吃了布洛芬降到37.8", 39.5),
        ("体温正常36.5", 36.5),
    ],
)
def test_a_temperature_is_read(text: str, celsius: float) -> None:
    """Digits, characters and halves; of several readings the highest."""
    assert vitals.read(text).temperature_celsius == celsius


@pytest.mark.parametrize(
    ("text", "systolic", "diastolic"),
    [
        ("高压180低压110", 180, 110),
        ("血压150/95", 150, 95),
        ("血压一百六比一百", 160, 100),
        ("血压 160 100", 160, 100),
        ("家里量的一百六十八、一百一十二", 168, 112),
        ("血压有点高，160", 160, None),
        ("高压一百八", 180, None),
        ("低压一百一", None, 110),
        ("血压高压165，低压95", 165, 95),
        ("早上量的血压158/92，晚上170/105", 170, 105),
        ("我血压低，90/60", 90, 60),
    ],
)
def test_a_blood_pressure_is_read(text: str, systolic: float | None, diastolic: float | None) -> None:
    """Both values, or the one that was said; of several readings the highest."""
    readings = vitals.read(text)
    assert (readings.systolic_mmhg, readings.diastolic_mmhg) == (systolic, diastolic)


@pytest.mark.parametrize(
    ("text", "glucose"),
    [
        ("血糖16.8", 16.8),
        ("空腹血糖7.8", 7.8),
        ("血糖七点几", 7.5),
        ("血糖二十多", 25),
        ("血糖测出来3.2", 3.2),
        ("血糖爆表", vitals.GLUCOSE_OFF_SCALE),
        ("血糖显示HI", vitals.GLUCOSE_OFF_SCALE),
        ("血糖300", 16.67),
    ],
)
def test_a_glucose_is_read_in_mmol(text: str, glucose: float) -> None:
    """A meter off its scale counts as above it, and mg/dL is converted."""
    assert vitals.read(text).glucose_mmol_per_litre == glucose


@pytest.mark.parametrize(
    ("text", "rate"),
    [("心率130", 130), ("心跳一百二", 120), ("心跳一百五六", 155), ("脉搏40", 40), ("每分钟120下", 120)],
)
def test_a_heart_rate_is_read(text: str, rate: float) -> None:
    """Pulse and heart beats a minute."""
    assert vitals.read(text).heart_rate_per_minute == rate


@pytest.mark.parametrize(("text", "rate"), [("呼吸每分钟40次", 40), ("一分钟喘60下", 60), ("呼吸困难3天", None)])
def test_a_breathing_rate_is_read(text: str, rate: float | None) -> None:
    """Breaths a minute, counted."""
    assert vitals.read(text).respirations_per_minute == rate


@pytest.mark.parametrize(("text", "percent"), [("血氧88", 88), ("血氧八十多", 85), ("血氧百分之九十二", 92)])
def test_an_oxygen_saturation_is_read(text: str, percent: float) -> None:
    """Saturation in per cent."""
    assert vitals.read(text).oxygen_saturation_percent == percent


@pytest.mark.parametrize(
    "text",
    [
        "体温380",
        "血压15/9",
        "近视300度",
        "水温38度",
        "3/5次",
        "12/3去的",
        "我39",
        "发烧3天",
        "我妈血压高十年了",
        "38.6",
        "",
    ],
)
def test_what_is_implausible_or_no_measurement_is_left_out(text: str) -> None:
    """Slips of the keyboard, spectacles, bath water and dates are no vital signs."""
    assert vitals.read(text) == Readings()
