"""Every doubtful red flag is asked about, and nothing said beside a question is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.conversation import Conversation
from agent.red_flag_question import settled_with
from domain.session import PendingKind
from domain.turn import Choice, TurnDone
from tests.turn.bedside import Answer, Bedside

pytestmark = pytest.mark.turn

TWO = "烧了五天了，眼睛红，嘴唇红得裂口子，身上有疹子"
"""Words that raise two doubtful flags and more, the most urgent of them CALL_120."""


def _asked(answer: Answer) -> str:
    """The rule whose question is open; empty when none is."""
    pending = answer.done.pending
    return pending.subject if pending and pending.kind is PendingKind.RED_FLAG else ""


async def _all_denied(patient: Bedside, answer: Answer) -> list[str]:
    """Deny every red flag that is asked about; the rules, in the order they were asked."""
    asked = []
    while rule := _asked(answer):
        asked.append(rule)
        answer = await patient.say("没有")
    return asked


async def test_every_doubtful_flag_of_a_message_is_asked_the_most_urgent_first(patient: Bedside) -> None:
    """A denial of the first does not drop the second; none is asked twice; then the interview goes on."""
    answer = await patient.say(TWO)
    raised = patient.deps.knowledge.screen(TWO).flags
    assert len(raised) > 1
    assert await _all_denied(patient, answer) == [flag.rule_id for flag in raised]


async def test_an_affirmed_flag_further_down_is_raised(patient: Bedside) -> None:
    """「没有」 to the first and 「有」 to the second is an affirmed second."""
    message = "我胸口疼，大便是黑的"
    flags = [flag for flag in patient.deps.knowledge.screen(message).flags if not flag.certain]
    assert len(flags) > 1
    await patient.say(message)
    second = await patient.say("没有")
    assert _asked(second) == flags[1].rule_id
    affirmed = await patient.say("有")
    assert affirmed.escalated is not None
    assert flags[1].rule_id in affirmed.escalated.rule_ids


async def test_nothing_is_asked_any_more_once_an_emergency_stands(patient: Bedside) -> None:
    """The first flag affirmed, the second is no longer asked about."""
    await patient.say("我胸口疼，大便是黑的")
    assert (await patient.say("是")).escalated is not None
    assert _asked(await patient.say("停车场在哪")) == ""


async def test_a_sign_told_while_a_question_is_open_is_asked_about_after_it(patient: Bedside) -> None:
    """Words beside the question put it again; the new sign in them waits for its own question."""
    first = await patient.say("胸口疼")
    beside = "大便也是黑的"
    fresh = {flag.rule_id for flag in patient.deps.knowledge.screen(beside).flags}
    again = await patient.say(beside)
    assert _asked(again) == _asked(first)
    assert set(await _all_denied(patient, again)) >= fresh
    assert fresh


async def test_a_tap_on_something_else_puts_the_question_again(patient: Bedside) -> None:
    """An old card's action is no yes to the question that is open."""
    first = await patient.say("胸口疼")
    again = await patient.put(patient.utterance(choice=Choice(action="book", value="D05")))
    assert again.escalated is None
    assert _asked(again) == _asked(first)


async def test_silence_on_a_question_answered_meanwhile_is_no_answer(patient: Bedside) -> None:
    """The choice a session makes for an old question raises nothing and says nothing."""
    old = (await patient.say(TWO)).done.pending
    assert old is not None
    second = await patient.say("没有")
    late = await patient.put(patient.utterance(choice=Choice(action="silence", value=old.id)))
    assert late.escalated is None
    assert late.text == ""
    assert _asked(late) == _asked(second)


async def test_without_consent_a_question_keeps_none_of_the_words(patient: Bedside) -> None:
    """The flag is asked and may be affirmed; transcript, decisions and memory hold nothing that was said."""
    asked = await patient.put(replace(patient.utterance(text="胸口疼"), consented=False))
    pending = asked.done.pending
    assert pending is not None
    assert "胸口疼" not in repr(pending)
    lines = await patient.deps.archive.transcript(patient.session_id)
    assert "胸口疼" not in " ".join(line.text for line in lines)
    assert await patient.deps.archive.decision(asked.done.trace_id) is None
    affirmed = await patient.put(replace(patient.utterance(text="是"), consented=False))
    assert affirmed.escalated is not None


async def test_without_consent_a_milder_flag_is_not_remembered(patient: Bedside) -> None:
    """What is told before consent opens no case."""
    await patient.put(replace(patient.utterance(text=TWO), consented=False))
    denied = await patient.put(replace(patient.utterance(text="没有"), consented=False))
    assert isinstance(denied.events[-1], TurnDone)
    assert TWO not in repr(await patient.turns.pending(patient.session_id))


async def test_saying_again_what_the_question_takes_as_known_affirms_nothing(patient: Bedside) -> None:
    """「发烧同时脖子硬……吗」 answered by 「最高39度」 is asked once more, and a clear no ends it."""
    asked = (await patient.say("发烧两天，头疼，怕光还吐")).done.pending
    assert asked is not None
    assert asked.subject == "RF-020"
    again = await patient.say("最高烧到39度")
    assert again.escalated is None
    assert again.done.pending is not None
    assert again.done.pending.subject == "RF-020"
    assert (await patient.say("没有")).escalated is None


async def test_thanks_to_a_red_flags_question_affirm_nothing(patient: Bedside) -> None:
    """A courtesy is no yes: the question is put once more."""
    asked = await patient.say("我胸口疼")
    again = await patient.say("谢谢")
    assert again.escalated is None
    assert _asked(again) == _asked(asked) != ""


def test_the_same_question_of_two_flags_is_put_once(patient: Bedside) -> None:
    """「现在还在抽吗」 denied for a child's fit is not asked again for any fit; another question stays."""
    fits = [flag for flag in patient.deps.knowledge.screen("小孩高热惊厥").flags if "还在抽" in flag.question]
    assert len(fits) > 1
    other = patient.deps.knowledge.screen("我胸口疼").flags[0]
    left = settled_with(Conversation(doubts=(*fits[1:], other)), fits[0].question)
    assert left.doubts == (other,)


async def test_a_symptom_in_a_booking_is_asked_about_before_the_slots(patient: Bedside) -> None:
    """「约个号，腿疼」 is a complaint as well."""
    answer = await patient.say("我要挂个血管外科，腿疼")
    assert answer.done.pending is not None
    assert answer.done.pending.kind is PendingKind.TRIAGE_QUESTION
