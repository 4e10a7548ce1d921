"""A denial inside the word it denies."""

from __future__ import annotations

import pytest

from domain.clinical import Presence
from tests.red_flags.compiled import lexicon, screen
from understanding.parted import Parted
from understanding.symptoms import Symptoms

pytestmark = pytest.mark.unit


def _presences(text: str, concept: str) -> set[Presence]:
    return {finding.presence for finding in Symptoms(lexicon())(text).findings if finding.concept == concept}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("气不短", "气短"),
        ("气也不短，心也不慌", "心悸"),
        ("心不慌气不短腿不肿", "下肢水肿"),
        ("血压不高", "血压高"),
        ("大便不干", "便秘"),
        ("眼睛不红", "眼红"),
    ],
)
def test_a_word_with_a_denial_inside_is_denied(text: str, concept: str) -> None:
    """As people say it."""
    assert _presences(text, concept) == {Presence.ABSENT}


@pytest.mark.parametrize("text", ["气短不短", "气不短吗", "气不是不短", "气能不短吗", "睡不好", "尿不出来"])
def test_a_question_a_double_denial_and_a_complement_deny_nothing(text: str) -> None:
    """「气不短吗」 asks, 「睡不好」 complains."""
    assert Presence.ABSENT not in _presences(text, "气短") | _presences(text, "失眠") | _presences(text, "排尿困难")


def test_the_longest_word_wins() -> None:
    """「大血压不高」 is about 血压高, not 压高."""
    found = Parted({"血压高": [1], "压高": [2], "高": [3]}).find("我血压不高")
    assert found == [(1, 5, (1,))]


@pytest.mark.parametrize(
    "text", ["第一针没反应", "打了疫苗没什么反应", "试纸没反应", "退烧药没反应", "疫苗没反应，孩子好得很"]
)
def test_what_gives_no_response_is_no_person(text: str) -> None:
    """A needle, a vaccine, a test, a drug."""
    assert "RF-001" not in {flag.rule_id for flag in screen()(text).flags}


@pytest.mark.parametrize(
    "text", ["打完第二针没反应了", "打完针人没反应", "打完疫苗孩子没反应", "吃了药叫他没反应", "他没反应"]
)
def test_a_person_who_does_not_respond_is_an_emergency(text: str) -> None:
    """Also after a needle or a drug."""
    assert "RF-001" in {flag.rule_id for flag in screen()(text).flags}


def test_no_word_begins_inside_a_word_of_time() -> None:
    """「以前胸痛」 is no 前胸."""
    assert _presences("以前胸痛现在不痛了", "胸痛") == {Presence.HISTORY}
