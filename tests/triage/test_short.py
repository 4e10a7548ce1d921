"""Short charts: two cards, one question that allows HOME, a default; read as full charts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.clinical import Disposition
from domain.errors import KnowledgeError
from knowledge.checks import check
from knowledge.pack import Pack
from knowledge.short import ShortComplaint
from knowledge.strict import parse
from tests.triage.patients import Patient, interview, shipped

pytestmark = pytest.mark.unit

SORE_THROAT = """
id: sore_throat
version: 2026.11-draft2
names: {zh: 咽痛, en: sore throat}
aliases: [嗓子疼, 喉咙痛]
red_flags: [RF-008]
call_120:
  breath: {text: 喘气费劲或吸气有声, heard: [<喉咙堵气喘有声>], because: 嗓子肿堵会憋住气}
ed_now:
  drool: {text: 咽不下口水或流口水}
visit_24h:
  high: {text: ≥39℃或烧满3天}
  pregnant: {text: 怀孕, absent: 'sex=="男"'}
opd:
  hoarse: {text: 三周以上声嘶}
home: {text: 不到一周，能吃能喝吗？, because: 轻、没有危险表现，可先观察}
default_d: OPD
departments:
  - {when: 'd in ["CALL_120","ED_NOW"]', to: D01}
  - {when: 'true', to: D37, alt: [D02]}
self_care:
  allow: [温水、休息]
  never: [说出药名剂量]
  safety_net: [咽不下口水、喘气费劲：去急诊]
  recheck_hours: 24
sources: [OK]
"""


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The shipped pack with one short chart more; it passes every check."""
    chart = parse(SORE_THROAT, ShortComplaint, file="sore_throat.yaml").chart()
    pack = shipped()
    more = replace(pack, complaints={**pack.complaints, chart.id: chart})
    check(more)
    return more


@pytest.mark.parametrize(
    ("sign", "level"),
    [("breath", 4), ("drool", 3), ("high", 2), ("pregnant", 2), ("hoarse", 1)],
)
def test_a_sign_gives_its_level(pack: Pack, sign: str, level: int) -> None:
    """The most urgent ticked sign decides."""
    result = interview(Patient(truth={sign: True, "home": True}), "sore_throat", pack=pack).result
    assert result.disposition == Disposition(level)


def test_only_a_clear_yes_after_two_denied_cards_allows_home(pack: Pack) -> None:
    """Otherwise the default holds."""
    patient = Patient(truth={"home": True})
    assert interview(patient, "sore_throat", pack=pack).result.disposition is Disposition.HOME
    assert [ask.question_id for ask in patient.asked] == ["sore_throat.danger", "sore_throat.more", "sore_throat.home"]
    assert interview(Patient(truth={}), "sore_throat", pack=pack).result.disposition is Disposition.OPD
    unsure = Patient(truth={"home": True}, unsure=frozenset({"home"}))
    assert interview(unsure, "sore_throat", pack=pack).result.disposition is Disposition.OPD


def test_the_home_question_is_not_put_when_a_sign_was_ticked(pack: Pack) -> None:
    """Nothing it could say would change the outcome."""
    patient = Patient(truth={"hoarse": True})
    interview(patient, "sore_throat", pack=pack)
    assert "sore_throat.home" not in [ask.question_id for ask in patient.asked]


def test_an_open_danger_card_never_ends_below_24_hours(pack: Pack) -> None:
    """Unsure twice counts as yes, as in any chart."""
    patient = Patient(truth={"home": True}, unsure=frozenset({"danger"}))
    assert interview(patient, "sore_throat", pack=pack).result.disposition is Disposition.CALL_120


def test_reasons_are_its_own_or_the_levels(pack: Pack) -> None:
    """A sign may say why; else the level does."""
    breath = interview(Patient(truth={"breath": True}), "sore_throat", pack=pack).result
    drool = interview(Patient(truth={"drool": True}), "sore_throat", pack=pack).result
    assert breath.reasons[0].text == "嗓子肿堵会憋住气"
    assert drool.reasons[0].text == "这些表现要马上检查"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  hoarse: {text: 三周以上声嘶}", "  drool: {text: 三周以上声嘶}", "stands at two levels"),
        ("default_d: OPD", "default_d: ED_NOW", "one of VISIT_24H, OPD, HOME expected"),
        ("{text: 怀孕, absent", "{text: 怀孕, gone", "unknown field gone"),
    ],
)
def test_a_malformed_short_chart_is_refused(old: str, new: str, message: str) -> None:
    """As strictly as a full one."""
    with pytest.raises(KnowledgeError, match=message):
        parse(SORE_THROAT.replace(old, new), ShortComplaint, file="sore_throat.yaml")


def test_a_short_chart_without_signs_is_refused() -> None:
    """A chart must examine something."""
    short = parse(SORE_THROAT, ShortComplaint, file="sore_throat.yaml")
    with pytest.raises(ValueError, match="at least one sign"):
        replace(short, call_120={}, ed_now={}, visit_24h={}, opd={})
