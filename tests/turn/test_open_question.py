"""The one open question: put when no chart fits or a booking hints at illness, answered like a first message."""

from __future__ import annotations

import pytest

from domain.session import PendingKind
from tests.turn.bedside import Answer, Bedside

pytestmark = pytest.mark.turn


def asked(answer: Answer) -> PendingKind | None:
    """What kind of question is open after an answer."""
    return answer.done.pending.kind if answer.done.pending else None


@pytest.mark.parametrize("told", ["人不舒服", "整个人都不对劲", "有点难受想看医生"])
async def test_what_no_chart_fits_is_asked_in_the_open_and_opens_its_own(patient: Bedside, told: str) -> None:
    """The reply is read like a first message: its chart opens with its danger card."""
    assert asked(await patient.say(told)) is PendingKind.OPEN_QUESTION
    answer = await patient.say("头疼三天了")
    assert answer.done.pending is not None
    assert answer.done.pending.subject.startswith("headache.")


async def test_the_open_question_is_never_put_twice(patient: Bedside) -> None:
    """Who cannot say it goes through the general danger signs; 「说不清楚」 is no trouble with speaking."""
    await patient.say("人不舒服")
    answer = await patient.say("说不清楚")
    assert asked(answer) is PendingKind.TRIAGE_QUESTION
    assert answer.escalated is None


@pytest.mark.parametrize("told", ["他说不清楚了", "她突然说不出来，嘴也歪了"])
async def test_lost_speech_told_in_reply_is_still_a_danger(patient: Bedside, told: str) -> None:
    """Somebody else's speech, or speech that changed, is asked about or raised; it is no way of saying 「不知道」."""
    await patient.say("我妈人不舒服")
    answer = await patient.say(told)
    assert answer.escalated is not None or asked(answer) is PendingKind.RED_FLAG


async def test_a_booking_in_haste_is_asked_what_for_and_goes_on(patient: Bedside) -> None:
    """Nothing wrong: the places are shown for what was asked before."""
    assert asked(await patient.say("约个皮肤科，尽快")) is PendingKind.OPEN_QUESTION
    assert asked(await patient.say("没有不舒服")) is PendingKind.SLOT_CHOICE


async def test_illness_told_before_a_booking_is_asked_about_first(patient: Bedside) -> None:
    """What is told in reply opens the interview; the booking waits."""
    await patient.say("帮我挂个眼科，挺急的")
    assert asked(await patient.say("左眼疼，看东西模糊")) in {PendingKind.TRIAGE_QUESTION, PendingKind.RED_FLAG}


async def test_a_booking_with_a_purpose_is_not_asked(patient: Bedside) -> None:
    """A repeat prescription in haste is business."""
    assert asked(await patient.say("皮肤科尽快约一下，复诊开药")) is not PendingKind.OPEN_QUESTION


async def test_words_that_sound_like_a_feeling_are_taken_for_an_answer_when_repeated(patient: Bedside) -> None:
    """A courtesy interrupts one open question once; the interview never turns in a circle over it."""
    put = await patient.say("头疼三天了，有点恶心")
    soothed = await patient.say("就是有点烦人")
    assert put.done.pending is not None
    assert soothed.done.pending is not None
    assert soothed.done.pending.id == put.done.pending.id
    heard = await patient.say("就是有点烦人")
    assert heard.done.pending is None or heard.done.pending.id != put.done.pending.id
