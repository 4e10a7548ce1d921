"""The colour of a short answer: what affirms, what denies, what stands alone."""

from __future__ import annotations

import pytest

from understanding.polarity import alone, read_polarity

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "said",
    [
        "不是不疼",
        "不是没有疼",
        "没有不疼",
        "能不疼吗",
        "怎么会不疼",
        "没那么疼了",
        "没以前疼了",
        "没有昨天疼",
        "没有刚才那么疼",
    ],
)
def test_double_denials_rhetoric_and_comparisons_affirm(said: str) -> None:
    """What is less than before is still there; no danger is denied by it."""
    assert read_polarity(said, question="胸口疼吗？").yes is True


@pytest.mark.parametrize("said", ["没有", "没有不舒服", "没有这种情况", "从来没有过", "不会"])
def test_a_plain_no_stays_a_no(said: str) -> None:
    """Also where two negative words make one denial."""
    assert read_polarity(said, question="胸口疼吗？").yes is False


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("没有", False),
        ("没有没有", False),
        ("没得过", False),
        ("没什么症状", False),
        ("以前有现在没有", False),
        ("没有，谢谢", None),
        ("没有谢谢", False),
        ("有的", True),
        ("有时候", True),
        ("偶尔会", True),
        ("也有一点", True),
        ("没吃药", None),
        ("没以前疼", None),
        ("不太", None),
        ("不清楚", None),
        ("好的", None),
        ("以前没有", None),
        ("有高血压", None),
    ],
)
def test_only_a_bare_answer_stands_alone(said: str, meant: bool | None) -> None:  # noqa: FBT001  a parametrised case
    """A yes or no joined to something else answers only for that."""
    assert alone(said) is meant


def test_normal_denies_what_should_not_be_and_says_nothing_where_good_is_asked_for() -> None:
    """「有没有胸闷？」 「正常」 against 「精神好吗？」 「正常」."""
    assert alone("都正常", question="有没有胸闷？") is False
    assert alone("挺好的", question="精神好吗？") is None
