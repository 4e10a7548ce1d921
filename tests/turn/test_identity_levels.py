"""What strangers try: guessing codes, other people's numbers, old forms. They get nothing and learn nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.session import PendingKind
from domain.turn import Form
from tests.turn.bedside import IDENTITY, Answer, Bedside
from tests.turn.records import SELF, fields, on_record, people

pytestmark = pytest.mark.turn

STRANGER = "13900139000"
PRIVATE = ("report_list", "report", "bill_list", "appointment_list")


def learnt(answer: Answer) -> tuple[object, ...]:
    """Everything an answer shows but ids."""
    pending = answer.done.pending
    return answer.text, tuple(answer.kinds), answer.choices, pending and pending.kind


async def tried(patient: Bedside, given: dict[str, str]) -> tuple[object, ...]:
    """What somebody learns with a form whose phone is in their hand."""
    await patient.say("我的报告")
    form = await patient.fill(given)
    code = await patient.enter(patient.sms.code)
    return learnt(form), learnt(code)


async def test_unknown_person_wrong_name_and_wrong_phone_look_the_same(patient: Bedside) -> None:
    """The same words at every step, and no card, whoever the number belongs to."""
    await on_record(patient)
    stranger = await tried(patient, {**IDENTITY, "phone": STRANGER})
    for given in (fields(phone=STRANGER), fields(name="王五", phone=STRANGER), fields(name="王五")):
        assert await tried(patient, given) == stranger
    assert "查不到可以看的记录" in str(stranger)
    assert not any(kind in str(stranger) for kind in PRIVATE)


async def test_the_code_goes_only_to_the_phone_that_was_typed(patient: Bedside) -> None:
    """The patient on file is not rung by somebody else's try."""
    await on_record(patient)
    await tried(patient, fields(phone=STRANGER))
    assert {message.to for message in patient.sms.sent} == {STRANGER}


async def test_a_booking_in_somebodys_name_opens_no_records(patient: Bedside) -> None:
    """With the patient's name and number and a phone of one's own a place may be booked, and nothing is read."""
    await on_record(patient)
    await patient.say("我想挂眼科")
    await patient.say("第一个")
    assert (await patient.submit(fields(phone=STRANGER))).kinds == ["booking_review"]
    assert (await patient.say("确认")).kinds == ["appointment"]
    assert (await patient.say("我的报告")).kinds == ["identity_form"]
    answer = await patient.submit(fields(phone=STRANGER))
    assert "查不到可以看的记录" in answer.text


async def test_the_sixth_try_does_not_count(patient: Bedside) -> None:
    """After five wrong codes the right one is refused; another may be asked for."""
    await on_record(patient)
    await patient.say("我的报告")
    await patient.fill(fields())
    code = patient.sms.code
    guesses = [f"{(int(code) + one) % 10**6:06}" for one in range(1, 6)]
    answers = [await patient.enter(guess) for guess in guesses]
    assert all("验证码不对" in answer.text for answer in answers[:4])
    assert "作废" in answers[4].text
    last = await patient.enter(code)
    assert "作废" in last.text
    assert last.kinds == []
    fresh = await patient.say("再发一次")
    assert fresh.kinds == ["identity_form"]
    assert (await patient.enter(patient.sms.code)).kinds == ["report_list"]


async def test_a_late_code_does_not_count(patient: Bedside) -> None:
    """After five minutes another has to be asked for."""
    await on_record(patient)
    await patient.say("我的报告")
    asked = await patient.fill(fields())
    patient.clock.advance(timedelta(minutes=5))
    answer = await patient.enter(patient.sms.code)
    assert "过期" in answer.text
    assert answer.choices == asked.choices == ("没收到，再发一次", "信息填错了，重填")


async def test_an_old_code_form_sent_again_opens_nothing(patient: Bedside) -> None:
    """A code that was used, from the log of a browser, in the same session later on."""
    await on_record(patient)
    await patient.say("我的报告")
    await patient.submit(fields())
    code = patient.sms.code
    await patient.say("重新开始")
    answer = await patient.enter(code)
    assert "过期" in answer.text
    await patient.say("我的报告")
    await patient.fill(fields())
    assert "验证码不对" in (await patient.enter(code)).text


async def test_a_replayed_turn_says_the_same_and_sends_nothing_twice(patient: Bedside) -> None:
    """The answer to the form was lost, the input is given again."""
    await on_record(patient)
    await patient.say("我的报告")
    form = patient.utterance(form=Form(name="identity", fields=fields()))
    first, second = await patient.put(form), await patient.put(form)
    assert learnt(first) == learnt(second)
    assert len(patient.sms.sent) == 1


async def test_codes_for_one_phone_run_out(patient: Bedside) -> None:
    """Five an hour; the sixth is refused in words, and nothing is sent."""
    await on_record(patient)
    answers = []
    for _ in range(6):
        await patient.say("我的报告")
        answers.append(await patient.fill(fields()))
    assert len(patient.sms.sent) == 5
    assert "请过一会儿再试" in answers[-1].text


async def test_one_session_cannot_go_through_many_phones(patient: Bedside) -> None:
    """Eight an hour for whatever phones."""
    await on_record(patient)
    for number in range(12):
        await patient.say("我的报告")
        await patient.fill(fields(phone=f"139001390{number:02}"))
    assert len(patient.sms.sent) == 8


async def test_a_code_typed_into_the_chat_is_not_taken_nor_kept(patient: Bedside) -> None:
    """It stays out of the transcript, and the form comes back."""
    await on_record(patient)
    await patient.say("我的报告")
    await patient.fill(fields())
    code = patient.sms.code
    answer = await patient.say(f"验证码是{code}")
    assert answer.kinds == ["identity_form"]
    assert "不要发在聊天里" in answer.text
    lines = await patient.deps.archive.transcript(patient.session_id)
    assert code not in " ".join(line.text for line in lines)


async def test_transcripts_hold_neither_codes_nor_names_nor_results(patient: Bedside) -> None:
    """The whole way to a report leaves only the patient's words and fixed sentences."""
    await on_record(patient)
    await patient.say("我的报告")
    await patient.submit(fields())
    await patient.say("看第一份")
    await patient.say("查一下我的账单")
    lines = await patient.deps.archive.transcript(patient.session_id)
    said = " ".join(line.text for line in lines)
    me = people()[SELF]
    for secret in (me.name, me.id_number, me.phone, patient.sms.code, "白细胞 6.2", "×10⁹/L"):
        assert secret not in said


async def test_logs_hold_nothing_of_it(patient: Bedside, capfd: pytest.CaptureFixture[str]) -> None:
    """No code, no name, no number, no result on either stream."""
    await on_record(patient)
    await patient.say("我的报告")
    await patient.fill(fields())
    code = patient.sms.code
    await patient.enter("000000" if code != "000000" else "000001")
    await patient.enter(code)
    await patient.say("看第一份")
    printed = "".join(capfd.readouterr())
    me = people()[SELF]
    assert not any(secret in printed for secret in (me.name, me.id_number, me.phone, code, "白细胞"))


async def test_what_was_proven_holds_for_half_an_hour(patient: Bedside) -> None:
    """Then the form comes again."""
    await on_record(patient)
    await patient.say("我的报告")
    await patient.submit(fields())
    patient.clock.advance(timedelta(minutes=29))
    assert (await patient.say("我的报告")).kinds == ["report_list"]
    patient.clock.advance(timedelta(minutes=1))
    assert (await patient.say("我的报告")).kinds == ["identity_form"]


async def test_starting_over_forgets_who_it_was(patient: Bedside) -> None:
    """So that the next one at the kiosk sees nothing."""
    await on_record(patient)
    await patient.say("我的报告")
    await patient.submit(fields())
    await patient.say("重新开始")
    assert (await patient.say("我的报告")).kinds == ["identity_form"]


async def test_a_report_of_somebody_else_is_not_opened_by_its_id(patient: Bedside) -> None:
    """A tap made up from another patient's report id."""
    await on_record(patient)
    other = await patient.hospital.patients.matching(people()[3].identity)
    assert other is not None
    theirs = (await patient.hospital.records.reports(other))[0]
    tap = {"action": "report", "value": str(theirs.id)}
    assert (await patient.tap(dict(tap))).kinds == ["identity_form"]
    assert "看不到" in (await patient.submit(fields())).text
    assert (await patient.tap(dict(tap))).kinds == []


async def test_a_booking_needs_its_phone_proven(patient: Bedside) -> None:
    """After the form the code; without it no review."""
    await patient.say("我想挂消化科")
    await patient.say("第一个")
    asked = await patient.fill(IDENTITY)
    assert asked.done.pending is not None
    assert asked.done.pending.kind is PendingKind.CODE_FORM
    assert "booking_review" not in (await patient.say("确认")).kinds
    assert (await patient.enter(patient.sms.code)).kinds == ["booking_review"]


async def test_giving_up_at_the_code_frees_the_place(patient: Bedside) -> None:
    """「算了」 means this booking."""
    await patient.say("我想挂消化科")
    await patient.say("第一个")
    await patient.fill(IDENTITY)
    answer = await patient.say("算了")
    assert answer.done.pending is None
    assert "号已经放回去" in answer.text
