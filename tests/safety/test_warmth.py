"""A sentence before a fixed reply may feel with the patient and say nothing else."""

from __future__ import annotations

import pytest

from agent.safety.warmth import unfit
from tests.stores import MONDAY_MORNING
from tests.turn.bedside import knowledge

pytestmark = pytest.mark.unit

SAID = ("头疼三天了，疼得睡不着，我好害怕，等了三个小时",)
REPLY = "好的，我听到了。我问几个问题，好决定您该去哪里、多快去。"


def symptoms(text: str) -> frozenset[str]:
    """The concepts a text speaks of."""
    return frozenset(finding.concept for finding in knowledge().reader(text, pending=None, now=MONDAY_MORNING).findings)


def fault(sentence: str, *, grave: bool = False) -> str:
    """Why it may not be said before the reply."""
    return unfit(sentence, said=SAID, reply=REPLY, symptoms=symptoms, known=("王建国", "神经内科"), grave=grave)


@pytest.mark.parametrize(
    "sentence",
    [
        "疼了三天，还睡不着，真的很熬人。",
        "听得出您现在很害怕。",
        "等了三个小时，换谁都会着急。",
        "谢谢您把这些告诉我。",
        "这几天您受苦了。",
        "您已经很辛苦了，能说出来真不容易。",
        "失去亲人，心里一定空落落的。",
        "听到您这么说，真让人心疼。",
        "带着孩子跑上跑下，您辛苦了",
    ],
)
def test_sympathy_may_be_said(sentence: str) -> None:
    """Close to what the patient said, and nothing beyond."""
    assert fault(sentence) == ""


@pytest.mark.parametrize(
    ("sentence", "reason"),
    [
        ("多半是感冒引起的头疼。", "N1"),
        ("建议您吃点布洛芬。", "N2"),
        ("别担心，一切正常，不用去医院。", "N3"),
        ("我也疼过，我懂您。", "N11"),
        ("您可以慢慢来。", "advises"),
        ("深呼吸，放松。", "advises"),
        ("现在还疼吗？", "asks"),
        ("您觉得呢", "asks"),
        ("疼了十天，真不容易。", "number"),
        ("等了五个小时，辛苦了。", "number"),
        ("又疼又吐，一定很难受。", "symptom"),
        ("神经内科的人都很和气。", "offices"),
        ("这不算严重，您受苦了。", "offices"),
        ("一切都会好起来的。", "promises"),
        ("很多人都这样，很常见。", "promises"),
        ("我是您的朋友。", "claims"),
        ("王建国听了也心疼。", "name"),
        ("好的，我听到了。", "repeats"),
        ("<b>抱抱您</b>", "shape"),
        ("抱抱您🫂", "shape"),
        ("I am so sorry", "shape"),
        ("", "shape"),
        ("您受苦了" * 12, "shape"),
    ],
)
def test_whatever_says_more_is_left_out(sentence: str, reason: str) -> None:
    """Diagnosis, drug, reassurance, advice, question, figure, symptom, office, prospect, claim, name, markup."""
    assert fault(sentence) == reason


def test_nothing_merry_is_said_in_grief() -> None:
    """The policy is stricter where somebody died."""
    assert fault("您真棒，太好了。", grave=True) == "N11"
