"""From a wish to an appointment and back, in the patient's own words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.scheduling import SlotQuery
from domain.session import PendingKind
from tests.turn.bedside import IDENTITY, Answer, Bedside

pytestmark = pytest.mark.turn


async def slots_for(patient: Bedside, wish: str) -> Answer:
    """The answer to a booking wish, which must show slots."""
    answer = await patient.say(wish)
    assert "slots" in answer.kinds, answer.text
    return answer


async def booked(patient: Bedside) -> Answer:
    """An appointment with the digestive department."""
    await slots_for(patient, "我想挂周五的消化科")
    await patient.say("就第二个")
    await patient.submit(IDENTITY)
    return await patient.say("确认")


async def test_a_booking_from_the_wish_to_the_number(patient: Bedside) -> None:
    """Slots, a hold with the identity form, a review, an explicit yes, an appointment."""
    shown = await slots_for(patient, "我想挂消化科")
    held = await patient.say("就第二个")
    assert held.kinds == ["identity_form"]
    review = await patient.submit(IDENTITY)
    assert review.kinds == ["booking_review"]
    card = review.card("booking_review")
    assert card["doctor"] == shown.card("slots")["items"][1]["doctor"]
    assert "王小梅" not in str(card)
    assert IDENTITY["id_number"] not in str(card)
    done = await patient.say("嗯，确认")
    appointment = done.card("appointment")
    assert appointment["status"] == "booked"
    assert appointment["number"] > 0
    assert appointment["where"]
    assert appointment["bring"]


async def test_nothing_is_booked_without_an_explicit_yes(patient: Bedside) -> None:
    """A vague word at the review books nothing."""
    await slots_for(patient, "我想挂消化科")
    await patient.say("第一个")
    await patient.submit(IDENTITY)
    answer = await patient.say("多少钱来着")
    assert "appointment" not in answer.kinds


async def test_a_changed_mind_searches_again_and_frees_the_place(patient: Bedside) -> None:
    """「算了换周五」 at the review gives the held place back and shows Friday."""
    shown = await slots_for(patient, "我想挂消化科")
    before = shown.card("slots")["items"][0]["left"]
    await patient.say("第一个")
    await patient.submit(IDENTITY)
    friday = await patient.say("算了换周五")
    days = {item["date"] for item in friday.card("slots")["items"]}
    assert days == {"2026-03-06"}
    again = await patient.say("还是换回周一吧")
    assert again.card("slots")["items"][0]["left"] == before


async def test_a_slot_may_be_tapped(patient: Bedside) -> None:
    """The card's own action holds the slot it names."""
    shown = await slots_for(patient, "我想挂消化科")
    held = await patient.tap(shown.card("slots")["actions"][2])
    review = await patient.submit(IDENTITY)
    assert held.kinds == ["identity_form"]
    assert review.card("booking_review")["start"] == shown.card("slots")["items"][2]["start"]


async def test_a_tap_on_an_old_card_is_met_kindly(patient: Bedside) -> None:
    """A slot of a card that is no longer the last one is not held."""
    shown = await slots_for(patient, "我想挂消化科")
    await slots_for(patient, "换成眼科吧")
    late = await patient.tap(shown.card("slots")["actions"][0])
    assert "identity_form" not in late.kinds


async def test_wrong_identity_fields_are_named_and_can_be_mended(patient: Bedside) -> None:
    """The form comes back with what is wrong; the hold stays."""
    await slots_for(patient, "我想挂消化科")
    await patient.say("第一个")
    wrong = await patient.submit({**IDENTITY, "id_number": "110105199003072321"})
    assert wrong.kinds == ["identity_form"]
    assert "身份证" in wrong.text
    assert (await patient.submit(IDENTITY)).kinds == ["booking_review"]


async def test_an_expired_hold_is_said_and_new_slots_are_shown(patient: Bedside) -> None:
    """Eleven minutes later the yes books nothing."""
    await slots_for(patient, "我想挂消化科")
    await patient.say("第一个")
    await patient.submit(IDENTITY)
    patient.clock.advance(timedelta(minutes=11))
    late = await patient.say("确认")
    assert "appointment" not in late.kinds
    assert "slots" in late.kinds


async def test_a_replayed_yes_books_once(patient: Bedside) -> None:
    """The turn replayed after its answer was lost gives the same appointment, and only one exists."""
    await slots_for(patient, "我想挂消化科")
    await patient.say("第一个")
    await patient.submit(IDENTITY)
    yes = patient.utterance(text="确认")
    first, second = await patient.put(yes), await patient.put(yes)
    assert first.card("appointment") == second.card("appointment")
    listed = await patient.say("我的预约")
    assert len(listed.card("appointment_list")["items"]) == 1


async def test_an_appointment_is_cancelled_after_a_yes(patient: Bedside) -> None:
    """「取消」 asks for the one appointment by name, and only a yes cancels it."""
    await booked(patient)
    asked = await patient.say("我要退号")
    assert asked.done.pending is not None
    assert asked.done.pending.kind is PendingKind.CANCEL_REVIEW
    done = await patient.say("是的")
    assert done.card("appointment")["status"] == "cancelled"


async def test_cancelling_under_way_means_this_booking(patient: Bedside) -> None:
    """「取消」 while choosing a slot gives up the booking and touches no appointment."""
    await slots_for(patient, "我想挂消化科")
    answer = await patient.say("取消")
    assert answer.done.pending is None
    assert "identity_form" not in answer.kinds


async def test_identity_never_enters_transcript_or_checkpoint_text(patient: Bedside) -> None:
    """The form leaves no line; a number typed into the chat is masked there."""
    await booked(patient)
    await patient.say("我的身份证是11010519900307232X")
    lines = await patient.deps.archive.transcript(patient.session_id)
    said = " ".join(line.text for line in lines)
    assert IDENTITY["id_number"] not in said
    assert IDENTITY["phone"] not in said
    assert IDENTITY["name"] not in said


async def test_a_form_is_not_shown_when_a_session_knows_its_patient(patient: Bedside) -> None:
    """The second booking of a session goes straight to the review."""
    await booked(patient)
    await slots_for(patient, "再挂个眼科")
    assert (await patient.say("第一个")).kinds == ["booking_review"]


async def test_a_form_out_of_the_blue_lists_what_is_booked(patient: Bedside) -> None:
    """A form nobody asked for is checked like any other and books nothing."""
    answer = await patient.submit(IDENTITY)
    assert "没有约好的号" in answer.text


@pytest.mark.parametrize(
    "instead",
    ["我妈胸口闷一阵一阵的出冷汗", "算了，我头疼三天了", "不挂了", "重新开始", "我想挂眼科"],
    ids=["emergency", "complaint", "gives up", "starts over", "other department"],
)
async def test_a_held_place_is_given_back_when_the_patient_turns_to_something_else(
    patient: Bedside, instead: str
) -> None:
    """Everybody else may have it at once, not only when the hold has run out."""
    shown = await slots_for(patient, "我想挂消化科")
    await patient.say("第一个")
    slot = shown.card("slots")["items"][0]
    assert await _left(patient, slot["slot_id"]) == slot["left"] - 1
    await patient.say(instead)
    assert await _left(patient, slot["slot_id"]) == slot["left"]


async def test_a_held_place_is_kept_while_its_question_is_open(patient: Bedside) -> None:
    """A question beside the booking does not cost the place."""
    shown = await slots_for(patient, "我想挂消化科")
    await patient.say("第一个")
    await patient.say("停车场在哪")
    slot = shown.card("slots")["items"][0]
    assert await _left(patient, slot["slot_id"]) == slot["left"] - 1


async def test_an_appointment_can_be_cancelled_while_an_emergency_stands(patient: Bedside) -> None:
    """By words, by tap and through the form; new slots are still not shown."""
    appointment = (await booked(patient)).card("appointment")
    await patient.say("我妈胸口闷一阵一阵的出冷汗")
    asked = await patient.tap(appointment["actions"][0])
    assert asked.done.pending is not None
    assert asked.done.pending.kind is PendingKind.CANCEL_REVIEW
    done = await patient.tap(asked.card("triage_question")["actions"][0])
    assert done.card("appointment")["status"] == "cancelled"


async def test_a_form_asked_for_to_cancel_is_taken_while_an_emergency_stands(patient: Bedside) -> None:
    """Who wants to cancel says who they are; that leads to the list, not to a refusal."""
    await patient.say("我妈胸口闷一阵一阵的出冷汗")
    assert (await patient.say("我要退号")).kinds == ["identity_form"]
    assert "没有约好的号" in (await patient.submit(IDENTITY)).text


async def _left(patient: Bedside, slot_id: str) -> int:
    """How many places of a slot are free."""
    found = await patient.deps.scheduling.search(SlotQuery(limit=10_000))
    return next((slot.left for slot in found if slot.id == slot_id), 0)
