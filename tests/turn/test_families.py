"""One phone, a family: who is known again, who is asked about, who is not let in, and who may not book."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.graph import build
from agent.turn import Turns
from domain.patient import Identity, PatientId
from domain.related_person import Relationship
from domain.scheduling import Appointment, SlotId, SlotQuery
from domain.session import PendingKind, SessionId
from memory.codec import codec
from tests.turn.bedside import IDENTITY, Answer, Bedside
from tools.identity import check_character, read_identity

pytestmark = pytest.mark.turn

MOTHER = {"name": "李秀英", "id_number": "110105196003074022", "phone": "13800138000"}
STRANGER = {"name": "周文", "id_number": "110105198001010011", "phone": "13800138000"}
STRANGER["id_number"] = STRANGER["id_number"][:17] + check_character(STRANGER["id_number"][:17])
SESSION = SessionId("s_port")


def someone(number: int, *, born: str) -> Identity:
    """A fictional person."""
    first17 = f"110105{born}{number:03}"
    return Identity(
        name="王" + "甲乙丙丁戊己"[number], id_number=first17 + check_character(first17), phone="13800138000"
    )


async def known(patient: Bedside) -> PatientId:
    """The hospital knows who writes, and the phone is proven."""
    await patient.say("我的预约")
    await patient.submit(IDENTITY)
    return await patient.deps.patients.register(read_identity(IDENTITY, today=patient.clock.now().date()))


async def relative(
    patient: Bedside, number: int, relationship: Relationship, *, born: str, guardian: PatientId | None
) -> None:
    """The account gets one person more."""
    await patient.deps.people.add(
        patient.deps.people.account(IDENTITY["phone"]),
        someone(number, born=born),
        relationship=relationship,
        guardian_id=guardian,
        key=f"relative {number}",
        now=patient.clock.now(),
    )


async def booked(patient: Bedside, patient_id: PatientId, slot_id: SlotId) -> Appointment:
    """An appointment made elsewhere."""
    now, scheduling = patient.clock.now(), patient.deps.scheduling
    held = await scheduling.hold(slot_id, session_id=SESSION, key=f"h{slot_id}", now=now)
    return await scheduling.confirm(held.id, patient_id, session_id=SESSION, key=f"c{slot_id}", now=now)


async def wanting(patient: Bedside, wish: str = "我想挂消化科") -> Answer:
    """A place chosen."""
    assert "slots" in (await patient.say(wish)).kinds
    return await patient.say("第一个")


async def test_a_family_is_known_again_in_another_session(patient: Bedside) -> None:
    """After the holder's own form the mother is known: no second form, and her appointments are listed."""
    await known(patient)
    await wanting(patient, "给我妈挂眼科")
    await patient.submit(MOTHER)
    await patient.say("确认")
    later = await patient.elsewhere()
    await known(later)
    assert "眼科" in str((await later.say("我的预约")).cards)
    review = await wanting(later, "给我妈挂消化科")
    assert review.card("booking_review")["patient"].startswith("李")


async def test_an_old_number_opens_no_family(patient: Bedside) -> None:
    """Whoever proves the phone under a name the family does not know sees nobody of it."""
    await known(patient)
    await wanting(patient)
    await patient.say("确认")
    stranger = await patient.elsewhere()
    await stranger.say("我的预约")
    assert "appointment_list" not in (await stranger.submit(STRANGER)).kinds
    await wanting(stranger, "给我妈挂眼科")
    assert (await stranger.submit(MOTHER)).card("booking_review")["patient"].startswith("李")
    assert IDENTITY["name"][0] + "*" not in str((await stranger.say("我的预约")).events)


async def test_the_account_is_open_for_a_while_only(patient: Bedside) -> None:
    """Half an hour later the family is asked about again."""
    await known(patient)
    patient.clock.advance(timedelta(minutes=31))
    assert (await patient.say("我的预约")).kinds == ["identity_form"]


@pytest.mark.parametrize("which", [0, 1])
async def test_which_of_two_children_is_asked(patient: Bedside, which: int) -> None:
    """Both are offered, masked, with a way to somebody new; the one chosen is reviewed."""
    holder = await known(patient)
    await relative(patient, 0, Relationship.CHILD, born="20180101", guardian=holder)
    await relative(patient, 1, Relationship.CHILD, born="20200101", guardian=holder)
    asked = await wanting(patient, "给孩子挂儿科")
    assert asked.done.pending is not None
    assert asked.done.pending.kind is PendingKind.PERSON_CHOICE
    assert len(asked.choices) == 3
    review = await patient.say(f"第{'一二'[which]}个")
    assert review.card("booking_review")["patient"] == asked.choices[which]


async def test_somebody_new_is_asked_for_the_form(patient: Bedside) -> None:
    """The last choice."""
    holder = await known(patient)
    await relative(patient, 0, Relationship.CHILD, born="20180101", guardian=holder)
    await relative(patient, 1, Relationship.CHILD, born="20200101", guardian=holder)
    await wanting(patient, "给孩子挂儿科")
    assert (await patient.say("第三个")).kinds == ["identity_form"]


async def test_a_child_is_checked_for_a_guardian_whenever_it_is_chosen(patient: Bedside) -> None:
    """A hospital that raises the age asks for the guardian of a child it knew without."""
    await known(patient)
    await relative(patient, 0, Relationship.CHILD, born="20110101", guardian=None)
    strict = replace(patient.deps, rules=replace(patient.deps.rules, guardian_age_years=18))
    later = replace(await patient.elsewhere(), deps=strict, turns=Turns(build(InMemorySaver(serde=codec)), strict))
    await known(later)
    asked = await wanting(later, "给孩子挂眼科")
    assert asked.kinds == ["identity_form"]
    assert "监护人" in asked.text


async def test_an_account_has_a_limit(patient: Bedside) -> None:
    """The seventh person is refused in the hospital's words, and the place is given back."""
    await known(patient)
    for number in range(5):
        await relative(patient, number, Relationship.OTHER, born="19700101", guardian=None)
    await wanting(patient, "给我妈挂眼科")
    refused = await patient.submit(MOTHER)
    assert "最多可以添加6位就诊人" in refused.text
    assert refused.done.pending is None


async def test_a_day_has_a_limit(patient: Bedside) -> None:
    """The fourth appointment of a day is refused in the hospital's words."""
    me, day = await known(patient), patient.clock.now().date() + timedelta(days=1)
    seen: set[str] = set()
    for slot in await patient.deps.scheduling.search(SlotQuery(first_date=day, last_date=day, limit=500)):
        if slot.department_id not in seen and slot.department != "眼科" and len(seen) < 3:
            seen.add(slot.department_id)
            await booked(patient, me, slot.id)
    await wanting(patient, "明天的眼科")
    assert "一天最多预约3个号" in (await patient.say("确认")).text


async def test_who_never_came_may_not_book(patient: Bedside) -> None:
    """Three missed appointments: refused in the hospital's words, and nothing is booked."""
    me, today = await known(patient), patient.clock.now().date()
    for ahead in range(1, 4):
        day = today + timedelta(days=ahead)
        (slot,) = await patient.deps.scheduling.search(SlotQuery(first_date=day, last_date=day, limit=1))
        missed = await booked(patient, me, slot.id)
        patient.clock.advance(timedelta(0))
        await patient.hospital.front_desk.close(missed.id, now=patient.clock.now() + timedelta(days=ahead + 1))
    patient.clock.advance(timedelta(days=4))
    await known(patient)
    await wanting(patient)
    refused = await patient.say("确认")
    assert "90天内不能网上预约" in refused.text
    assert "appointment" not in refused.kinds
