"""The interview in conversation: questions, digressions, corrections, results."""

from __future__ import annotations

import pytest

from domain.clinical import Disposition
from domain.session import PendingKind
from tests.turn.bedside import Answer, Bedside

pytestmark = pytest.mark.turn
MOST_ANSWERS = 7


async def to_the_result(patient: Bedside, answer: Answer, replies: dict[str, str]) -> tuple[Answer, int]:
    """Answer every question by its id's last part, anything else with 都没有; returns result and answers given."""
    given = 0
    while "triage_result" not in answer.kinds:
        pending = answer.done.pending
        assert pending is not None, answer.text
        answer = await patient.say(replies.get(pending.subject.rpartition(".")[2], "都没有"))
        given += 1
        assert given <= 15
    return answer, given


async def test_a_headache_leads_to_a_department_within_seven_answers(patient: Bedside) -> None:
    """Danger first, then only what matters; the result has a department, reasons and a safety net."""
    replies = {"pattern": "和以前一样", "sev": "中等，影响做事", "age": "30岁"}
    result, given = await to_the_result(patient, await patient.say("头疼三天了，有点恶心"), replies)
    card = result.card("triage_result")
    assert given <= MOST_ANSWERS
    assert card["disposition"] in {"OPD", "VISIT_24H"}
    assert card["departments"][0]["name"] == "神经内科"
    assert card["reasons"]
    assert card["safety_net"]


async def test_a_digression_is_answered_and_the_question_comes_back(patient: Bedside) -> None:
    """Asking for the car park in the middle loses nothing."""
    asked = await patient.say("头疼三天了")
    aside = await patient.say("等下，停车场在哪")
    assert "停车" in aside.text
    assert aside.card("triage_question")["question_id"] == asked.card("triage_question")["question_id"]
    assert aside.done.pending == asked.done.pending


async def test_a_ticked_danger_sign_raises_at_once(patient: Bedside) -> None:
    """One tick of a danger sign ends the interview with an escalation."""
    asked = await patient.say("头疼三天了")
    tick = next(a for a in asked.card("triage_question")["actions"] if "痛到顶" in a["label"])
    answer = await patient.tap(tick)
    assert answer.escalated is not None
    assert answer.escalated.disposition is Disposition.CALL_120


async def test_a_denied_card_is_not_asked_again(patient: Bedside) -> None:
    """No question is put twice when it was answered."""
    answer, seen = await patient.say("头疼三天了"), set[str]()
    while "triage_result" not in answer.kinds:
        question = str(answer.card("triage_question")["question_id"])
        assert question not in seen
        seen.add(question)
        answer = await patient.say(
            {"age": "30岁", "sev": "轻，能照常做事", "pattern": "和以前一样"}.get(question.rpartition(".")[2], "都没有")
        )


async def test_why_is_answered_from_the_record(patient: Bedside) -> None:
    """「为什么」 repeats the recorded reasons with their sources."""
    replies = {"pattern": "和以前一样", "sev": "轻，能照常做事", "age": "30岁"}
    result, _ = await to_the_result(patient, await patient.say("头疼三天了"), replies)
    why = await patient.say("为什么")
    for reason in result.card("triage_result")["reasons"]:
        assert reason["text"] in why.text
    assert "依据" in why.text


async def test_a_result_leads_to_slots_of_its_department(patient: Bedside) -> None:
    """The department's action on the result card shows its free slots."""
    replies = {"pattern": "和以前一样", "sev": "轻，能照常做事", "age": "30岁"}
    result, _ = await to_the_result(patient, await patient.say("头疼三天了"), replies)
    slots = await patient.tap(result.card("triage_result")["actions"][0])
    assert slots.card("slots")["department"] == result.card("triage_result")["departments"][0]["name"]


async def test_booking_asked_for_in_the_middle_waits_for_the_danger_questions(patient: Bedside) -> None:
    """「先挂号吧」 does not jump over an open danger question."""
    await patient.say("头疼三天了")
    answer = await patient.say("先帮我挂号吧")
    assert "slots" not in answer.kinds
    assert answer.done.pending is not None
    assert answer.done.pending.kind is PendingKind.TRIAGE_QUESTION


async def test_what_no_complaint_covers_is_still_screened(patient: Bedside) -> None:
    """A vague complaint goes through the general discriminators."""
    answer = await patient.say("浑身难受，说不上来")
    assert answer.card("triage_question")["question_id"].startswith("unspecified.")


async def test_without_consent_there_is_guidance_and_nothing_else(patient: Bedside) -> None:
    """After a refusal the guide answers, a complaint does not start an interview, an emergency still raises."""
    guide = await patient.put(patient.utterance(text="停车场在哪", consented=False))
    asked = await patient.put(patient.utterance(text="头疼三天了", consented=False))
    alarm = await patient.put(patient.utterance(text="我爸突然嘴歪了，说不出话", consented=False))
    assert "停车" in guide.text
    assert asked.kinds == []
    assert "同意" in asked.text
    assert alarm.escalated is not None


async def test_rubbish_is_asked_again_and_then_handed_on(patient: Bedside) -> None:
    """Two messages nobody can read offer a person."""
    first = await patient.say("qwrtz")
    second = await patient.say("xxxx")
    assert first.text
    assert "转人工" in second.choices


async def test_words_that_only_sound_like_an_emergency_are_asked_about(patient: Bedside) -> None:
    """No pattern and no complaint knows the message; its danger signs are asked for all the same."""
    asked = (await patient.say("他整个人瘫在那里眼珠子不会转了，叫魂似的喊了半天")).done.pending
    assert asked is not None
    assert asked.kind is PendingKind.TRIAGE_QUESTION
    assert "danger" in asked.subject
