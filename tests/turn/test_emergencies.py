"""An emergency comes before everything else, in every turn."""

from __future__ import annotations

import pytest

from domain.clinical import Disposition
from domain.session import PendingKind
from domain.turn import CardReady, Choice, Escalated, Origin, SentenceReady
from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn


async def test_chest_tightness_with_cold_sweat_calls_an_ambulance(patient: Bedside) -> None:
    """The escalation is the first event, with the call card and the patient's own words as the reason."""
    answer = await patient.say("我妈胸口闷一阵一阵的出冷汗")
    assert isinstance(answer.events[0], Escalated)
    assert answer.events[0].disposition is Disposition.CALL_120
    assert answer.kinds == ["call", "triage_result"]
    assert answer.card("triage_result")["reasons"][0]["quote"]
    assert answer.done.pending is None


async def test_chest_pain_escalates_and_never_books(patient: Bedside) -> None:
    """A wish beside an emergency waits: no slots are shown, also when asked for again."""
    first = await patient.say("我想退号，我爸胸口疼得不行，出了一身冷汗")
    again = await patient.say("先帮我挂个心内科的号")
    assert first.escalated is not None
    assert "slots" not in first.kinds + again.kinds
    assert "不要等门诊号" in again.text


async def test_what_follows_an_emergency_keeps_it_in_view(patient: Bedside) -> None:
    """Later questions are answered, and every answer ends with the emergency that stands."""
    await patient.say("我爸突然嘴歪了，说不出话")
    answer = await patient.say("停车场在哪")
    assert "停车" in answer.text
    assert answer.text.endswith("情况有变化，请随时告诉我。")


async def test_two_messages_together_raise_what_neither_does_alone(patient: Bedside) -> None:
    """Chest pain, then a cold sweat, is an emergency at the second message."""
    first = await patient.say("胸口疼")
    second = await patient.say("一直冒冷汗")
    assert first.escalated is None
    assert second.escalated is not None


async def test_a_doubtful_flag_asks_once_with_the_call_button(patient: Bedside) -> None:
    """The question is a yes/no whose card stands beside the call card."""
    answer = await patient.say("胸口疼")
    pending = answer.done.pending
    assert pending is not None
    assert pending.kind is PendingKind.RED_FLAG
    assert pending.expires_at is not None
    assert answer.kinds == ["triage_question", "call"]
    assert "120" in answer.text


@pytest.mark.parametrize("reply", ["是", "有一点吧", "不知道", "嗯", "说不清楚"])
async def test_anything_but_a_clear_no_counts_as_yes(patient: Bedside, reply: str) -> None:
    """Doubt about a red flag is danger."""
    await patient.say("胸口疼")
    assert (await patient.say(reply)).escalated is not None


@pytest.mark.parametrize("reply", ["没有", "不是", "都没有", "没有这种情况"])
async def test_a_clear_no_goes_on_with_the_interview(patient: Bedside, reply: str) -> None:
    """A denied flag is not asked again and what was said first is not lost."""
    await patient.say("胸口疼")
    answer = await patient.say(reply)
    assert answer.escalated is None
    pending = answer.done.pending
    assert pending is not None
    assert pending.subject.startswith("chest_pain.")


async def test_a_crisis_in_reply_to_another_red_flag_is_met_as_one(patient: Bedside) -> None:
    """Words about dying in answer to the question about the chest are not taken for a yes alone."""
    await patient.say("胸口疼")
    answer = await patient.say("有点想死")
    assert answer.escalated is not None
    assert answer.escalated.crisis


async def test_starting_over_does_not_take_an_emergency_back(patient: Bedside) -> None:
    """「重新开始」 by the same patient keeps the emergency in view and books nothing."""
    await patient.say("我胸口疼得厉害，一身冷汗")
    await patient.say("重新开始")
    answer = await patient.say("帮我挂个眼科的号")
    assert "slots" not in answer.kinds


async def test_denying_one_sign_of_a_red_flag_leaves_the_others_open(patient: Bedside) -> None:
    """「没有气短」 stands nothing down at once: the question comes once more, then the interview asks for the rest."""
    await patient.say("胸口疼")
    again = (await patient.say("没有气短")).done.pending
    assert again is not None
    assert again.kind is PendingKind.RED_FLAG
    asked = (await patient.say("没有气短")).done.pending
    assert asked is not None
    assert asked.kind is PendingKind.TRIAGE_QUESTION
    assert "chest_pain.danger" in asked.subject


async def test_silence_on_a_red_flag_counts_as_yes(patient: Bedside) -> None:
    """The server's own choice after 90 seconds escalates."""
    asked = (await patient.say("胸口疼")).done.pending
    assert asked is not None
    answer = await patient.put(patient.utterance(choice=Choice(action="silence", value=asked.id)))
    assert answer.escalated is not None


async def test_a_question_about_an_illness_calls_no_ambulance(patient: Bedside) -> None:
    """Scary words in a general question are answered as a question."""
    answer = await patient.say("中风有什么前兆")
    assert answer.escalated is None
    assert "call" not in answer.kinds


async def test_a_replayed_input_says_the_same_and_does_nothing(patient: Bedside) -> None:
    """The same input id gives the same words and cards, and the conversation does not move."""
    utterance = patient.utterance(text="我妈胸口闷一阵一阵的出冷汗")
    first, second = await patient.put(utterance), await patient.put(utterance)
    assert first.events == second.events
    assert len(await patient.deps.archive.transcript(patient.session_id)) == 2


async def test_every_reply_says_that_no_model_wrote_it(patient: Bedside) -> None:
    """The visible label of fixed and knowledge text."""
    done = (await patient.say("你好")).done
    assert done.origin is Origin.FIXED
    assert done.label == "系统自动回复，未使用生成式 AI"


async def test_a_crisis_stays_with_the_patient_and_rings_for_a_person(patient: Bedside) -> None:
    """Suicidal words bring the hotline, the ambulance and a hand-over; nothing ends the conversation."""
    answer = await patient.say("我不想活了，药都准备好了")
    assert answer.escalated is not None
    assert answer.escalated.crisis
    assert [card["phone"] for card in answer.cards if card["type"] == "call"] == ["12356", "120"]
    assert await patient.deps.desk.open_for(patient.session_id)


async def test_the_decision_of_an_emergency_is_on_record(patient: Bedside) -> None:
    """The trace id of the answer leads to the rules and words it rests on."""
    done = (await patient.say("我爸突然嘴歪了，说不出话")).done
    record = await patient.deps.archive.decision(done.trace_id)
    assert record is not None
    assert "RF-017" in record.rule_ids
    assert record.disposition is Disposition.CALL_120
    assert record.model == "none"


async def test_a_cancelled_answer_stops_speaking_but_not_the_alarm(patient: Bedside) -> None:
    """Once cancelled nothing but an escalation is said; the turn still ends in one event."""
    run = patient.turns.run(patient.utterance(text="我妈胸口闷一阵一阵的出冷汗"))
    first = await anext(run)
    await patient.turns.cancel(patient.session_id, reason="client")
    rest = [event async for event in run]
    assert isinstance(first, Escalated)
    assert not any(isinstance(event, Escalated) for event in rest)
    assert all(not isinstance(event, SentenceReady | CardReady) for event in rest[-1:])


async def test_what_raised_a_flag_while_it_was_asked_still_raises_it_when_affirmed(patient: Bedside) -> None:
    """Fainting is ED_NOW and with lasting confusion CALL_120, also after the question between."""
    await patient.say("上午晕倒了一下，现在人还糊涂")
    escalated = (await patient.say("是")).escalated
    assert escalated is not None
    assert escalated.disposition is Disposition.CALL_120


async def test_a_milder_flag_never_lowers_an_emergency_that_stands(patient: Bedside) -> None:
    """After an ambulance was called for, a flag that alone means the emergency room still says ambulance."""
    await patient.say("我妈胸口闷一阵一阵的出冷汗")
    escalated = (await patient.say("起搏器刚才放电了")).escalated
    assert escalated is not None
    assert escalated.disposition is Disposition.CALL_120
