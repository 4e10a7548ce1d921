"""A model may not say that anything was done."""

from __future__ import annotations

import pytest

from agent.safety.deeds import claims_a_deed

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    "sentence",
    [
        "已为您退号。",
        "我已经帮您取消了预约。",
        "刚才给您改到了周五。",
        "马上为您转人工。",
        "您的预约已取消。",
        "您的号已经成功挂上。",
        "我来帮您预约。",
        "这就替您登记。",
    ],
)
def test_a_claimed_deed_is_seen(sentence: str) -> None:
    """Done, being done, or promised."""
    assert claims_a_deed(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "退号可以在手机上办。",
        "已经预约的患者提前半小时报到。",
        "预约后请带身份证取号。",
        "停车场在门诊楼地下一层。",
        "看完病可以在自助机上打印发票。",
    ],
)
def test_what_the_guide_says_is_no_deed(sentence: str) -> None:
    """How a thing is done is what the guide is for."""
    assert not claims_a_deed(sentence)
