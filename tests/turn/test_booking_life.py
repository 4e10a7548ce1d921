"""What happens to a booking after it is made, and when there is nothing to book, in the patient's own words."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from agent.booking import finding
from agent.conversation import BookingDraft, Conversation
from agent.deps import TurnContext
from agent.reply import Say
from domain.clinical import DepartmentId, Disposition
from domain.notices import Notice, NoticeId, NoticeKind
from domain.patient import PatientId
from domain.scheduling import HoldId, SlotQuery
from domain.session import PendingKind, SessionId
from domain.turn import Json
from tests.turn.bedside import IDENTITY, Answer, Bedside
from tools.identity import read_identity

pytestmark = pytest.mark.turn
MOTHER = {"name": "李秀英", "id_number": "110105196003074022", "phone": "13800138000"}
CHILD = {"name": "王乐乐", "id_number": "110105202003071014", "phone": "13800138000"}
FULL = DepartmentId("D17")
"""A department of the demo hospital with few places."""
COMING_BACK: dict[str, Json] = {"action": "arrived", "value": ""}
STRANGER = SessionId("s_other")


async def booked(patient: Bedside, wish: str = "我想挂周五的消化科") -> Answer:
    """An appointment for the patient who writes."""
    await patient.say(wish)
    answer = await patient.say("就第二个")
    if answer.kinds == ["identity_form"]:
        await patient.submit(IDENTITY)
    return await patient.say("确认")


async def filled(patient: Bedside, query: SlotQuery | None = None) -> list[HoldId]:
    """Everybody else takes every place of the query; the holds, first taken first."""
    query = query or SlotQuery(department_ids=(FULL,), limit=500)
    scheduling, now = patient.deps.scheduling, patient.clock.now()
    places = [(slot.id, place) for slot in await scheduling.search(query) for place in range(slot.left)]
    holds = await asyncio.gather(
        *(scheduling.hold(slot, session_id=STRANGER, key=f"fill:{slot}:{place}", now=now) for slot, place in places)
    )
    return [held.id for held in holds]


async def live(patient: Bedside) -> list[str]:
    """The departments of the appointments that stand."""
    answer = await patient.say("我约了什么")
    if "appointment_list" not in answer.kinds:
        return []
    items = answer.card("appointment_list")["items"]
    return [item["department"] for item in items if item["status"] in {"booked", "arrived"}]


async def identified(patient: Bedside) -> None:
    """The hospital knows who writes."""
    await patient.say("我的预约")
    await patient.submit(IDENTITY)


@pytest.mark.parametrize("wish", ["改到下周一", "能不能换到下周一", "我周五来不了了改下周一行不"])
async def test_an_appointment_is_moved_after_a_yes(patient: Bedside, wish: str) -> None:
    """The new place is reviewed beside the old one, and only the yes moves it."""
    await booked(patient)
    shown = await patient.say(wish)
    assert {item["date"] for item in shown.card("slots")["items"]} == {"2026-03-09"}
    review = await patient.say("第一个")
    assert "原来的号" in review.text
    assert (await patient.say("停车场在哪")).kinds == ["guide", "booking_review"]
    done = await patient.say("确认")
    assert done.card("appointment")["date"] == "2026-03-09"
    assert await live(patient) == ["消化内科"]


async def test_an_old_appointment_stays_when_moving_is_given_up(patient: Bedside) -> None:
    """「算了」 at the review frees the new place and keeps the old one."""
    await booked(patient)
    await patient.say("换个时间")
    await patient.say("第一个")
    assert "原来的号还在" in (await patient.say("算了")).text
    assert await live(patient) == ["消化内科"]


async def test_another_doctor_is_another_doctor(patient: Bedside) -> None:
    """「换个医生」 never shows the doctor who is booked."""
    doctor = (await booked(patient)).card("appointment")["doctor"]
    shown = (await patient.say("换个医生")).card("slots")["items"]
    assert shown
    assert doctor not in {item["doctor"] for item in shown}


async def test_a_replayed_yes_moves_once(patient: Bedside) -> None:
    """The same input again says the same and does nothing."""
    await booked(patient)
    await patient.say("改到下周一")
    await patient.say("第一个")
    yes = patient.utterance(text="确认")
    first, second = await patient.put(yes), await patient.put(yes)
    assert first.card("appointment") == second.card("appointment")
    assert await live(patient) == ["消化内科"]


async def test_a_red_flag_in_the_middle_comes_before_the_move(patient: Bedside) -> None:
    """The emergency is raised, the new place is given back, the old appointment stands and can be looked at."""
    await booked(patient)
    await patient.say("改到下周一")
    await patient.say("第一个")
    assert (await patient.say("我妈胸口闷一阵一阵的出冷汗")).escalated is not None
    refused = await patient.say("改到下周一")
    assert "slots" not in refused.kinds
    assert "appointment" not in (await patient.say("加个号")).kinds


async def test_moving_too_late_is_refused_with_what_to_do(patient: Bedside) -> None:
    """Inside the hospital's deadline the rule is said, and where to go."""
    await booked(patient)
    patient.clock.time = patient.clock.time.replace(day=6, hour=8, minute=45)
    await identified(patient)
    shown = await patient.say("改到下周一")
    assert "slots" not in shown.kinds
    assert "2小时" in shown.text
    assert "窗口" in shown.text


async def test_two_appointments_in_one_half_day_are_refused_in_words(patient: Bedside) -> None:
    """The rule is said, with how to change instead, and the place is given back."""
    await booked(patient)
    again = await booked(patient)
    assert "appointment" not in again.kinds
    assert "改约" in again.text


async def test_a_correction_midway_changes_the_day_and_the_price(patient: Bedside) -> None:
    """「不是明天，是后天」 and 「换个便宜点的」 search again."""
    await patient.say("挂明天的消化科")
    shown = await patient.say("不是明天，是后天")
    items = shown.card("slots")["items"]
    assert {item["date"] for item in items} == {"2026-03-04"}
    items = (await patient.say("挂今天上午的消化科")).card("slots")["items"]
    cheaper = (await patient.say("换个便宜点的")).card("slots")["items"]
    assert max(item["fee_cents"] for item in cheaper) < min(item["fee_cents"] for item in items)


async def test_the_doctor_seen_last_is_found_again(patient: Bedside) -> None:
    """「还是上次那个大夫」 means the doctor of the last appointment; who has none is asked."""
    assert "姓什么" in (await patient.say("还是上次那个大夫")).text
    doctor = (await booked(patient)).card("appointment")["doctor"]
    shown = await patient.say("还是上次那个大夫")
    assert {item["doctor"] for item in shown.card("slots")["items"]} == {doctor}


async def test_a_full_department_offers_the_waitlist_and_the_freed_place(patient: Bedside) -> None:
    """候补 is offered, joined, listed, answered once and booked."""
    holds = await filled(patient)
    none = await patient.say("我想挂血管外科")
    assert "帮我候补" in none.choices
    await patient.say("那帮我候补吧")
    joined = await patient.submit(IDENTITY)
    assert "第 1 位" in joined.text
    assert "第 1 位" in (await patient.say("候补排第几了")).text
    await patient.deps.scheduling.release(holds[0], session_id=STRANGER)
    offered = await patient.say("我的候补呢")
    assert offered.done.pending is not None
    assert offered.done.pending.kind is PendingKind.OFFER_REPLY
    yes = patient.utterance(text="好，我要这个号")
    done, again = await patient.put(yes), await patient.put(yes)
    assert done.card("appointment") == again.card("appointment")
    assert await live(patient) == ["血管外科"]


async def test_an_offer_may_be_declined_and_a_wait_given_up(patient: Bedside) -> None:
    """「不要了」 gives the place to the next; 「取消候补」 ends the wait; a second wait for the same is refused."""
    holds = await filled(patient)
    await identified(patient)
    await patient.say("我要候补血管外科")
    assert "不用再排" in (await patient.say("我要候补血管外科")).text
    assert "取消了" in (await patient.say("取消候补")).text
    await patient.say("我要候补血管外科")
    await patient.deps.scheduling.release(holds[0], session_id=STRANGER)
    await patient.say("我的候补呢")
    assert "下一位" in (await patient.say("算了，不要了")).text
    assert await live(patient) == []


async def test_waiting_is_not_needed_where_places_are_free(patient: Bedside) -> None:
    """候补 for a department with places shows the places."""
    await identified(patient)
    assert "slots" in (await patient.say("我要候补消化科")).kinds


async def test_an_extra_place_is_asked_for_listed_and_taken_back(patient: Bedside) -> None:
    """加号 goes to the desk once; its state is told; it can be taken back."""
    await identified(patient)
    assert "加号申请交上去了" in (await patient.say("消化科能给加个号不")).text
    assert "等医生答复" in (await patient.say("加号咋样了")).text
    assert "撤回来了" in (await patient.say("不用加号了")).text
    assert len(await patient.deps.front_desk.open_extra_requests()) == 0


async def test_arriving_and_the_queue(patient: Bedside) -> None:
    """Too early is said with the rule, then check-in says who is ahead."""
    await booked(patient, "挂今天下午的消化科")
    assert "还没到报到的时间" in (await patient.say("我到了")).text
    assert "还没报到" in (await patient.say("前面还有几个人")).text
    patient.clock.time = patient.clock.time.replace(hour=13, minute=25)
    await identified(patient)
    assert "下一个就是您" in (await patient.say("我到医院了，咋报到")).text
    assert "下一个就是您" in (await patient.say("还有多久到我")).text


async def test_a_booking_for_the_mother_asks_for_her_form(patient: Bedside) -> None:
    """「给我妈挂」 midway takes her form, books for her and not for the writer."""
    await booked(patient)
    await patient.say("再挂个眼科")
    await patient.say("第一个")
    form = await patient.say("不对，给我妈挂")
    assert form.kinds == ["identity_form"]
    review = await patient.submit(MOTHER)
    assert review.card("booking_review")["patient"].startswith("李")
    assert (await patient.say("确认")).card("appointment")["department"] == "眼科"
    assert sorted(await live(patient)) == ["消化内科", "眼科"]


async def test_a_child_is_booked_for_by_a_guardian(patient: Bedside) -> None:
    """A child's form without a grown-up asks for the grown-up's first, then for the child's again."""
    await patient.say("给孩子挂儿科")
    await patient.say("第一个")
    refused = await patient.submit(CHILD)
    assert refused.kinds == ["identity_form"]
    assert "监护人" in refused.text
    assert (await patient.submit(IDENTITY)).kinds == ["identity_form"]
    review = await patient.submit(CHILD)
    assert review.card("booking_review")["patient"].startswith("王")


async def told(patient: Bedside, notice_id: str = "n1", text: str = "提醒您：明天有号。") -> PatientId:
    """A reminder came for the patient of this conversation meanwhile."""
    patient_id = await patient.deps.patients.register(read_identity(IDENTITY, today=patient.clock.now().date()))
    assert patient.session_id in await patient.deps.inbox.watching(patient_id, now=patient.clock.now())
    notice = Notice(
        id=NoticeId(notice_id),
        kind=NoticeKind.REMINDER,
        patient_id=patient_id,
        subject="a1",
        text=text,
        at=patient.clock.now(),
    )
    await patient.deps.inbox.put(notice)
    return patient_id


async def test_a_notice_is_shown_when_the_patient_comes_back(patient: Bedside) -> None:
    """What waits is said without a word of the patient, is read from then on, and leaves open what was open."""
    await identified(patient)
    assert await patient.turns.news(patient.session_id) == ()
    await patient.say("想挂消化科的号")
    asked = await patient.turns.pending(patient.session_id)
    assert asked is not None
    patient_id = await told(patient)
    assert await patient.turns.news(patient.session_id) == (NoticeId("n1"),)
    answer = await patient.tap(COMING_BACK)
    assert "明天有号" in answer.text
    assert answer.done.pending == asked
    assert await patient.turns.news(patient.session_id) == ()
    assert await patient.deps.inbox.unread(patient_id) == ()


async def test_a_red_flag_that_is_asked_about_comes_before_any_notice(patient: Bedside) -> None:
    """While its question is open nothing waits to be told, and coming back is no answer to it."""
    await identified(patient)
    asked = await patient.say("胸口闷")
    assert asked.done.pending is not None
    assert asked.done.pending.kind is PendingKind.RED_FLAG
    await told(patient)
    assert await patient.turns.news(patient.session_id) == ()
    assert (await patient.tap(COMING_BACK)).done.pending == asked.done.pending


async def test_a_notice_is_shown_once_with_the_next_answer(patient: Bedside) -> None:
    """A reminder that came meanwhile is said, and not said again."""
    await identified(patient)
    patient_id = await told(patient)
    assert "明天有号" in (await patient.say("停车场在哪")).text
    assert "明天有号" not in (await patient.say("停车场在哪")).text
    assert await patient.deps.inbox.unread(patient_id) == ()


def urgent(patient: Bedside, **wish: Any) -> tuple[Conversation, TurnContext]:
    """A booking after a triage that said: within a day."""
    draft = BookingDraft(department_ids=(FULL,), urgency=Disposition.VISIT_24H, **wish)
    context = TurnContext(deps=patient.deps, utterance=patient.utterance(text="挂号"), trace_id="t")
    return Conversation(booking=draft), context


async def test_what_cannot_wait_is_led_on_in_order(patient: Bedside) -> None:
    """Today and tomorrow only: the department's other doctors, sister departments, then 加号 and 急诊, never 候补."""
    near = patient.clock.now().date() + timedelta(days=1)
    conversation, context = urgent(patient, doctor="没有这位")
    conversation, _ = await finding.show_slots(conversation, context)
    assert {slot.department_id for slot in conversation.booking.shown} == {FULL}
    assert max(slot.date for slot in conversation.booking.shown) <= near
    await filled(patient, SlotQuery(department_ids=(FULL,), last_date=near, limit=500))
    conversation, parts = await finding.show_slots(*urgent(patient))
    sisters = {slot.department_id for slot in conversation.booking.shown}
    assert FULL not in sisters
    assert all(slot.date <= near for slot in conversation.booking.shown)
    if sisters:
        await filled(patient, SlotQuery(last_date=near, limit=5000))
        conversation, parts = await finding.show_slots(*urgent(patient))
    assert conversation.pending is not None
    assert [one.value for one in conversation.pending.options] == ["extra", "person"]
    assert "急诊" in "".join(part.text for part in parts if isinstance(part, Say))


async def test_a_wish_for_next_week_does_not_make_what_is_urgent_wait(patient: Bedside) -> None:
    """The patient asks for next Monday; places of today and tomorrow are shown, and why."""
    monday = patient.clock.now().date() + timedelta(days=7)
    conversation, parts = await finding.show_slots(*urgent(patient, first_date=monday, last_date=monday))
    assert max(slot.date for slot in conversation.booking.shown) < monday
    assert "一天之内" in "".join(part.text for part in parts if isinstance(part, Say))


async def test_two_sessions_race_for_one_place(patient: Bedside) -> None:
    """Who comes second is told and shown other places; one of them books."""
    shown = (await patient.say("我想挂消化科")).card("slots")
    slot = shown["items"][0]
    await filled(patient, SlotQuery(department_ids=(DepartmentId("D04"),), limit=1))
    late = await patient.say("第一个")
    assert "刚刚被约走" in late.text
    assert slot["slot_id"] not in {item["slot_id"] for item in late.card("slots")["items"]}
