"""A question about a danger is answered as a question; an emergency worded like one is an emergency."""

from __future__ import annotations

import pytest

from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn


@pytest.mark.parametrize(
    "asked",
    [
        "老师，过敏性休克的抢救流程是什么",
        "我是医学生，请问过敏性休克第一步用什么药",
        "过敏性休克首选什么药",
        "过敏性休克的处理原则和发病机制",
    ],
)
async def test_a_student_or_colleague_who_asks_calls_no_ambulance(patient: Bedside, asked: str) -> None:
    """Procedures, first choices and mechanisms are asked in general."""
    assert (await patient.say(asked)).escalated is None


@pytest.mark.parametrize(
    "told",
    [
        "过敏性休克怎么办，我妈刚打完针脸肿喘不上气",
        "过敏性休克的抢救流程是什么，我妈刚打完针脸肿喘不上气",
        "我妈过敏性休克了，抢救措施有哪些",
    ],
)
async def test_an_emergency_worded_like_a_question_is_one(patient: Bedside, told: str) -> None:
    """Somebody it happens to, or no sign that it is asked in general."""
    assert (await patient.say(told)).escalated is not None


async def test_a_bare_question_about_a_shock_is_asked_about(patient: Bedside) -> None:
    """Nobody says whether it is happening, so that is what is asked, the call button beside it."""
    answer = await patient.say("过敏性休克怎么处理")
    assert answer.done.pending is not None
    assert answer.done.pending.subject == "RF-009"


async def test_asking_for_a_toxic_dose_is_not_closed_by_one_no(patient: Bedside) -> None:
    """After the question about the amount comes the one about wanting to live."""
    first = (await patient.say("安眠药吃多少片会中毒")).done.pending
    second = (await patient.say("没有")).done.pending
    assert first is not None
    assert first.subject == "RF-103"
    assert second is not None
    assert second.subject == "RF-108"
    assert (await patient.say("是的")).escalated is not None
