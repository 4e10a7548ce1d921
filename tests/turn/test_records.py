"""Reports and bills in the patient's own words: only for the patient, word for word, never interpreted."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.session import PendingKind
from tests.turn.bedside import Answer, Bedside
from tests.turn.records import CHILD, IN_WARD, MOTHER, NOTHING, fields, on_record, people

pytestmark = pytest.mark.turn

REFUSAL = "我不能解释检查结果"


def asks_who(answer: Answer) -> bool:
    """Whether the identity form is all that is shown."""
    return answer.kinds == ["identity_form"] and answer.card("identity_form")["form"] == "identity"


async def proven(patient: Bedside, number: int = 0) -> Answer:
    """A demo patient who has asked for reports and proven who they are."""
    await on_record(patient)
    assert asks_who(await patient.say("帮我查一下报告"))
    return await patient.submit(fields(number))


@pytest.mark.parametrize(
    "words",
    [
        "上次的血检出了吗",
        "我的化验单",
        "核磁报告出来了吗",
        "帮我查一下报告",
        "前天抽的血出结果没",
        "我欠多少钱",
        "还有没交的费用吗",
        "查一下我的账单",
        "昨天住院花了多少钱",
        "我的发票",
        "我孩子的化验单好了没",
    ],
)
async def test_whose_records_they_are_is_asked_first(patient: Bedside, words: str) -> None:
    """Nothing is said of anybody before the form and the code."""
    await on_record(patient)
    assert asks_who(await patient.say(words))


async def test_what_was_asked_is_answered_after_form_and_code(patient: Bedside) -> None:
    """Two lab reports: one is out, one waits; the released one opens word for word."""
    await on_record(patient)
    await patient.say("上次的血检出了吗")
    code = await patient.fill(fields())
    card = code.card("identity_form")
    assert (card["form"], [field["name"] for field in card["fields"]]) == ("code", ["code"])
    shown = (await patient.enter(patient.sms.code)).card("report_list")
    assert {item["title"]: item["status"] for item in shown["items"]} == {"血常规": "final", "肝功能": "preliminary"}
    assert [action["label"] for action in shown["actions"]] == ["血常规"]
    report = (await patient.tap(shown["actions"][0])).card("report")
    assert report["text"].startswith("白细胞 6.2 ×10⁹/L（参考 3.5～9.5）\n血红蛋白 112 g/L ↓")


async def test_a_report_is_opened_by_its_place_or_its_name(patient: Bedside) -> None:
    """「看第一份」 and 「血常规」."""
    await proven(patient)
    assert (await patient.say("看第一份")).card("report")["title"].startswith("血常规")
    await patient.say("我的报告")
    assert (await patient.say("血常规那份")).card("report")["title"].startswith("血常规")


async def test_a_report_that_waits_says_how_far_it_is_and_when(patient: Bedside) -> None:
    """Status in plain words, the expected time, and not a word of a preliminary result."""
    await proven(patient)
    answer = await patient.say("CT出来了吗")
    assert "正在做" in answer.text
    assert "3月3日 15:00" in answer.text
    patient.clock.advance(timedelta(days=2))
    await patient.say("CT出来了吗")
    late = await patient.submit(fields())
    assert "早过了预计的时间" in late.text


async def test_how_it_goes_is_told_to_anybody_and_ones_own_is_offered(patient: Bedside) -> None:
    """「CT要等多久」 is quoted from the guide; one tap leads to one's own."""
    await on_record(patient)
    answer = await patient.say("CT要等多久")
    assert "2 小时到半天" in answer.text
    assert answer.choices == ("查我的报告",)
    assert asks_who(await patient.tap({"action": "records", "value": "reports:ct"}))
    assert "正在做" in (await patient.submit(fields())).text


@pytest.mark.parametrize(
    "words",
    ["这个箭头什么意思", "白细胞这一项要紧吗", "严重吗", "是不是癌", "正常吗", "偏低怎么办", "帮我解读一下这个报告"],
)
async def test_what_a_report_means_is_never_said(patient: Bedside, words: str) -> None:
    """The same refusal every time, the doctor, and a booking."""
    await proven(patient)
    await patient.say("看第一份")
    answer = await patient.say(words)
    assert REFUSAL in answer.text
    assert "帮我挂号" in answer.choices
    again = await patient.say(words)
    assert REFUSAL in again.text


async def test_the_doctor_who_reads_a_report_is_booked(patient: Bedside) -> None:
    """「好的」 after the refusal goes on to the department."""
    await proven(patient)
    await patient.say("这个箭头什么意思")
    answer = await patient.say("好的")
    assert answer.done.pending is not None
    assert answer.done.pending.kind in {PendingKind.DEPARTMENT_CHOICE, PendingKind.SLOT_CHOICE}


async def test_bills_unpaid_receipts_and_the_list_of_a_stay(patient: Bedside) -> None:
    """Each with its lines and sums."""
    await proven(patient)
    unpaid = await patient.say("我还欠多少钱")
    assert "283元" in unpaid.text
    assert [line["title"] for line in unpaid.card("bill_list")["items"][0]["lines"]] == ["腹部CT平扫", "肝功能"]
    assert len((await patient.say("查一下我的账单")).card("bill_list")["items"]) == 2
    receipts = (await patient.say("我的发票")).card("bill_list")
    assert receipts["items"][0]["receipt"].isdecimal()
    assert "没有查到住院费用" in (await patient.say("住院清单")).text


async def test_somebody_in_a_ward_sees_every_day(patient: Bedside) -> None:
    """Four days, what they cost and what was deposited."""
    await on_record(patient)
    await patient.say("住院花了多少钱")
    answer = await patient.submit(fields(IN_WARD))
    card = answer.card("bill_list")
    assert (card["kind"], len(card["items"]), card["total_cents"]) == ("stay", 4, 4 * 31400)
    assert "5000元" in answer.text


async def test_prices_and_ways_to_pay_need_nobodys_name(patient: Bedside) -> None:
    """「挂号费多少钱」 is the guide's."""
    answer = await patient.say("挂号费多少钱")
    assert "主治医师 15 元" in answer.text
    assert "identity_form" not in answer.kinds


async def test_preparation_for_what_was_ordered(patient: Bedside) -> None:
    """The CT that is still to be done, from the guide."""
    await proven(patient)
    answer = await patient.say("我要做的检查怎么准备")
    assert "腹部CT平扫" in answer.text
    assert "guide" in answer.kinds
    assert "report" not in answer.kinds


@pytest.mark.parametrize("words", ["不查了", "取消", "算了"])
async def test_giving_up_at_the_form_or_the_code(patient: Bedside, words: str) -> None:
    """The question is gone, nothing is cancelled but itself."""
    await on_record(patient)
    await patient.say("我的报告")
    assert (await patient.say(words)).done.pending is None
    await patient.say("我的报告")
    await patient.fill(fields())
    answer = await patient.say(words)
    assert (answer.done.pending, answer.text) == (None, "好的，不查了。")


async def test_a_change_of_mind_at_the_form_is_kept(patient: Bedside) -> None:
    """「还是查费用吧」 is what is answered after the proof."""
    await on_record(patient)
    await patient.say("我的报告")
    assert asks_who(await patient.say("算错了，先查一下我欠多少钱"))
    assert (await patient.submit(fields())).kinds == ["bill_list"]


async def test_a_mistyped_form_is_mended_and_filled_in_anew_after_the_code(patient: Bedside) -> None:
    """A wrong number is named; 「手机号填错了」 brings the form back."""
    await on_record(patient)
    await patient.say("我的报告")
    wrong = await patient.fill(fields(phone="123"))
    assert "手机号" in wrong.text
    await patient.fill(fields(phone="13900139000"))
    assert asks_who(await patient.say("手机号填错了"))
    assert (await patient.submit(fields())).kinds == ["report_list"]


async def test_a_question_beside_the_code_brings_the_code_back(patient: Bedside) -> None:
    """The form is shown again, and the code still counts."""
    await on_record(patient)
    await patient.say("我的报告")
    await patient.fill(fields())
    aside = await patient.say("停车场在哪")
    assert aside.kinds == ["guide", "identity_form"]
    assert (await patient.enter(patient.sms.code)).kinds == ["report_list"]


async def test_another_persons_records_need_that_person(patient: Bedside) -> None:
    """「我妈的报告」 asks again, and so does coming back to oneself."""
    await proven(patient)
    assert asks_who(await patient.say("我妈的报告出来没"))
    shown = (await patient.submit(fields(MOTHER))).card("report_list")
    assert shown["title"].startswith("安**")
    assert asks_who(await patient.say("那我自己的报告呢"))
    assert (await patient.submit(fields())).card("report_list")["title"].startswith("甄**")


async def test_a_childs_report_is_had_with_the_parents_phone_on_file(patient: Bedside) -> None:
    """The form takes the child's name and number; the code goes to the phone the desk wrote down."""
    await on_record(patient)
    await patient.say("我孩子的化验单")
    answer = await patient.submit(fields(CHILD))
    assert answer.card("report")["title"].startswith("血常规加C反应蛋白")
    assert patient.sms.sent[-1].to == people()[0].phone


async def test_somebody_without_records_is_told_so(patient: Bedside) -> None:
    """Known at the desk, nothing on record."""
    assert "没有查到检查检验报告" in (await proven(patient, NOTHING)).text


async def test_an_interview_goes_first(patient: Bedside) -> None:
    """Reports wait until the questions are answered; the open one comes back."""
    await on_record(patient)
    asked = await patient.say("头疼三天了，有点恶心")
    answer = await patient.say("我的化验单出了吗")
    assert answer.kinds == ["triage_question"]
    assert answer.done.pending == asked.done.pending


async def test_an_emergency_goes_first(patient: Bedside) -> None:
    """At the form, over a report, and afterwards: first the 120."""
    await proven(patient)
    raised = await patient.say("我胸口压着疼一身冷汗")
    assert raised.escalated is not None
    later = await patient.say("我的报告出来了吗")
    assert "report_list" not in later.kinds
    assert "120" in later.text
