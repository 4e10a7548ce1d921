"""Whole follow-up conversations: own words, corrections, digressions, danger, the diary, stopping."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

import pytest

from archive.follow_up.alerts import SqlAlerts
from domain.clinical import Disposition
from domain.errors import Unavailable
from domain.follow_up import (
    Actor,
    Anchor,
    CarePlan,
    CarePlanStatus,
    Discharge,
    PlanId,
    QuestionnaireResponse,
    ResponseStatus,
    TaskStatus,
)
from domain.follow_up_alert import Alert, AlertLevel, AlertStatus
from domain.patient import Consent, Identity, PatientProfile, Purpose
from domain.ports import SessionRecord
from domain.session import Channel, Session, SessionId
from tests.turn.bedside import Answer, Bedside
from tests.turn.records import fields, on_record
from tools.follow_up.enrolling import Enrolling

pytestmark = pytest.mark.turn
HOSPITAL = Actor(id="hospital")


async def _home(patient: Bedside, *plan_ids: str, days: int) -> CarePlan:
    """The patient went home on these plans, so many days ago, and it is about noon."""
    await on_record(patient)
    enrolling = Enrolling(
        patient.deps.follow_up, patient.deps.patients, patient.clock, book=lambda: patient.deps.knowledge.pack.follow_up
    )
    who = fields()
    discharge = Discharge(
        event_id="e1",
        patient=Identity(name=who["name"], id_number=who["id_number"], phone=who["phone"]),
        plan_ids=tuple(PlanId(one) for one in plan_ids),
        days={Anchor.DISCHARGE: patient.clock.now().date()},
        consented=True,
    )
    care_plan, *_ = await enrolling.enrol(discharge, by=HOSPITAL)
    patient.clock.advance(timedelta(days=days, hours=4))
    return care_plan


async def _begin(patient: Bedside, words: str = "开始随访") -> Answer:
    """The patient begins and says who they are."""
    asked = await patient.say(words)
    assert asked.kinds == ["identity_form"]
    return await patient.submit(fields())


async def _alerts(patient: Bedside, care_plan: CarePlan) -> tuple[Alert, ...]:
    return await patient.deps.follow_up.alerts.of_patient(care_plan.patient_id)


async def _response(patient: Bedside, care_plan: CarePlan) -> QuestionnaireResponse:
    newest, *_ = await patient.deps.follow_up.responses.of_patient(care_plan.patient_id)
    return newest


async def test_a_follow_up_in_the_patients_own_words(patient: Bedside) -> None:
    """Free text, a correction, a digression; the nurse gets one alert, and every answer is kept."""
    care_plan = await _home(patient, "postop_d3", days=3)
    first = await _begin(patient)
    assert first.card("questionnaire")["item"]["question_id"] == "danger"
    assert (await patient.say("都没有")).card("questionnaire")["index"] == 2
    await patient.say("正常")
    await patient.say("有点红，别的没有")
    await patient.say("昨天发了烧，38度5")
    eating = await patient.say("有点疼，三四分吧")
    assert eating.card("questionnaire")["id"] == "eating"
    corrected = await patient.say("刚才说错了，是5分")
    assert "5分" in corrected.text
    assert corrected.card("questionnaire")["id"] == "eating"
    parking = await patient.say("停车场在哪")
    assert parking.kinds == ["guide", "questionnaire"]
    await patient.say("能正常吃")
    await patient.say("能")
    ended = await patient.say("没有漏")
    assert "38.5" in ended.text
    assert ended.escalated is None
    response = await _response(patient, care_plan)
    assert response.status is ResponseStatus.COMPLETED
    assert response.values | {"temp": 38.5, "nrs": 5.0, "redness": True, "pus": False} == response.values
    assert next(item.corrects for item in response.items if item.link_id == "nrs") == 4.0
    [alert] = await _alerts(patient, care_plan)
    assert (alert.level, alert.disposition, alert.quote) == (
        AlertLevel.AMBER,
        Disposition.VISIT_24H,
        "昨天发了烧，38度5",
    )


async def test_several_questions_are_answered_at_once_and_not_asked_again(patient: Bedside) -> None:
    """A reading told with the first answer is taken; its question never comes."""
    care_plan = await _home(patient, "diabetes", days=7)
    await _begin(patient)
    lows = await patient.say("都没有，今天早上血糖7.8，体重62公斤")
    assert lows.card("questionnaire")["id"] == "lows"
    response = await _response(patient, care_plan)
    assert (response.values["glucose"], response.values["weight"]) == (7.8, 62.0)
    since = patient.clock.now() - timedelta(days=1)
    kept = await patient.deps.follow_up.diary.readings(care_plan.patient_id, since=since)
    assert sorted((one.measure.value, one.value) for one in kept) == [("glucose", 7.8), ("weight", 62.0)]


async def test_a_dangerous_answer_raises_the_emergency_and_a_red_alert(patient: Bedside) -> None:
    """A tapped sign is enough; the follow-up ends there, and the nurse knows before the patient is off."""
    care_plan = await _home(patient, "chemotherapy", days=3)
    first = await _begin(patient)
    card = first.card("questionnaire")
    picc = next(action for action in card["actions"] if "置管" in action["label"])
    told = await patient.tap(picc)
    assert told.escalated is not None
    assert told.escalated.disposition is Disposition.ED_NOW
    [alert] = await _alerts(patient, care_plan)
    assert (alert.level, alert.status) == (AlertLevel.RED, AlertStatus.OPEN)
    [task, *_] = await patient.deps.follow_up.tasks(care_plan.id)
    assert task.status is TaskStatus.COMPLETED
    later = await patient.say("今天血压120/80")
    assert "急诊" in later.text


async def test_a_red_flag_in_passing_is_raised_as_always_and_the_nurse_is_told(patient: Bedside) -> None:
    """The screen comes before the questionnaire; what it raised stands on the follow-up board."""
    care_plan = await _home(patient, "postop_d3", days=3)
    await _begin(patient)
    told = await patient.say("胸口压着疼，一身冷汗，喘不上气")
    assert told.escalated is not None
    assert told.escalated.disposition is Disposition.CALL_120
    [alert] = await _alerts(patient, care_plan)
    assert (alert.level, alert.session_id) == (AlertLevel.RED, patient.session_id)


class AwayAlerts:
    """Alerts in an archive that does not answer."""

    async def raise_alert(self, alert: Alert) -> Alert:
        """Fail as a database does that is away."""
        raise Unavailable(f"archive, raising {alert.id}")


async def test_an_alert_the_archive_cannot_take_waits_and_is_raised_once(patient: Bedside) -> None:
    """120 is told all the same; the nurse gets the alert with its own times, and the follow-up is over then."""
    care_plan = await _home(patient, "postop_d3", days=3)
    await _begin(patient)
    follow_up = patient.archive.follow_up
    there, follow_up.alerts = follow_up.alerts, cast("SqlAlerts", AwayAlerts())
    told = await patient.say("胸口压着疼，一身冷汗，喘不上气")
    at = patient.clock.now()
    assert told.escalated is not None
    with pytest.raises(Unavailable):
        await patient.turns.catch_up()
    follow_up.alerts = there
    patient.clock.advance(timedelta(minutes=9))
    for _ in range(2):
        await patient.turns.catch_up()
    [alert] = await _alerts(patient, care_plan)
    assert (alert.level, alert.raised_at, alert.session_id) == (AlertLevel.RED, at, patient.session_id)
    assert "冷汗" in alert.quote
    [task, *_] = await follow_up.tasks(care_plan.id)
    assert (task.status, task.ended_at) == (TaskStatus.COMPLETED, at)


async def test_thoughts_of_death_in_a_questionnaire_call_a_person(patient: Bedside) -> None:
    """The ninth question starts the crisis protocol; nobody asks on."""
    care_plan = await _home(patient, "postpartum", days=3)
    await _begin(patient)
    for said in ("都没有", "都没有", "36度8", "115/75", "没有", "都好"):
        answer = await patient.say(said)
    for _ in range(8):
        assert answer.card("questionnaire")["id"].startswith("phq9_")
        answer = await patient.say("完全不会")
    crisis = await patient.say("好几天")
    assert crisis.escalated is not None
    assert crisis.escalated.crisis
    assert "handoff" in crisis.kinds
    [alert] = await _alerts(patient, care_plan)
    assert alert.level is AlertLevel.RED


async def test_a_follow_up_is_gone_on_with_days_later_in_another_session(patient: Bedside) -> None:
    """What was answered stands; only the rest is asked."""
    care_plan = await _home(patient, "cataract", days=1)
    await _begin(patient)
    await patient.say("都没有")
    patient.clock.advance(timedelta(days=2))
    await _other_session(patient)
    again = await _begin(patient, "继续随访")
    assert again.card("questionnaire")["id"] == "discharge"
    await patient.say("没有")
    ended = await patient.say("都按时点了")
    assert "做完了" in ended.text
    response = await _response(patient, care_plan)
    assert (response.status, response.values["eye_pain"], response.values["drops"]) == (
        ResponseStatus.COMPLETED,
        False,
        True,
    )


async def _other_session(patient: Bedside) -> None:
    now = patient.clock.now()
    session = Session(
        id=SessionId("s_other"),
        channel=Channel.WEB,
        locale="zh-CN",
        profile=PatientProfile(),
        consent=Consent(version="1", purposes=frozenset({Purpose.CARE_CHAT})),
        created_at=now,
        expires_at=now + timedelta(days=1),
    )
    await patient.deps.sessions.create(SessionRecord(session=session, token_sha256="2" * 64, resume_sha256="3" * 64))
    patient.session_id = session.id


async def test_a_question_left_open_twice_goes_to_the_nurse(patient: Bedside) -> None:
    """Two replies beside the question, then the next one comes; the nurse hears what stayed open."""
    care_plan = await _home(patient, "cataract", days=1)
    await _begin(patient)
    await patient.say("都没有")
    assert "再问一次" in (await patient.say("嗯这个嘛")).text
    drops = await patient.say("嗯这个嘛")
    assert drops.card("questionnaire")["id"] == "drops"
    ended = await patient.say("都按时点了")
    assert "护士" in ended.text
    [alert] = await _alerts(patient, care_plan)
    assert (alert.level, alert.rule_id) == (AlertLevel.AMBER, "follow_up.unsettled")


async def test_home_readings_are_kept_judged_and_drawn(patient: Bedside) -> None:
    """In range, out of range, far out of range: each answered by the table, none with a dose."""
    care_plan = await _home(patient, "diabetes", days=1)
    nothing = await _begin(patient)
    assert "没有要做的随访" in nothing.text
    fine = await patient.say("今天血压128/80，早上空腹血糖6.8")
    assert fine.text.startswith("记下了：血压128/80 mmHg、血糖6.8 mmol/L。")
    assert [line["measure"] for line in fine.card("trend")["series"]] == ["sbp", "dbp", "glucose"]
    assert "犯迷糊" in (await patient.say("早上血糖17.2")).text
    high = await patient.say("没有")
    assert "24 小时内" in high.text
    assert [point["value"] for point in high.card("trend")["series"][0]["points"]] == [6.8, 17.2]
    shown = await patient.say("看看血糖的趋势")
    assert shown.card("trend")["series"][0]["label"] == "血糖"
    [amber] = await _alerts(patient, care_plan)
    assert amber.level is AlertLevel.AMBER
    patient.clock.advance(timedelta(hours=1))
    asked = await patient.say("看看血糖的趋势")
    assert asked.kinds == ["identity_form"]
    again = await patient.say("心率72")
    assert ("trend" in again.kinds, "记下了" in again.text) == (False, True)
    low = await patient.say("血糖2.6")
    assert low.escalated is not None or low.done.pending is not None
    said = fine.text + high.text + low.text
    assert not any(word in said for word in ("停药", "加量", "减量", "片", "毫克"))


async def test_a_reading_of_yesterday_is_dated_yesterday(patient: Bedside) -> None:
    """It is kept under its own day, and said so."""
    care_plan = await _home(patient, "hypertension", days=1)
    await _begin(patient)
    now = patient.clock.now()
    assert "昨天的血压150/95" in (await patient.say("昨天的血压150/95，今天还没量")).text
    kept = await patient.deps.follow_up.diary.readings(care_plan.patient_id, since=now - timedelta(days=3))
    assert {one.at for one in kept} == {now - timedelta(days=1)}


async def test_stopping_asks_about_danger_and_leaves_alerts_open(patient: Bedside) -> None:
    """A clear no stops everything; what the nurse has to see stays."""
    care_plan = await _home(patient, "diabetes", days=1)
    await _begin(patient)
    await patient.say("早上血糖17.2")
    await patient.say("没有")
    asked = await patient.say("别再发了，不要给我发短信")
    assert "伤害自己" in asked.text
    stopped = await patient.say("没有")
    assert "不再给您发" in stopped.text
    assert "护士" in stopped.text
    assert not (await patient.deps.follow_up.care_plan(care_plan.id)).status.open
    [alert] = await _alerts(patient, care_plan)
    assert alert.status is AlertStatus.OPEN


async def test_consent_taken_back_stops_plans_and_leaves_alerts_open(patient: Bedside) -> None:
    """Of the patient followed up here; where nobody is known nothing happens. What is said is screened as ever."""
    care_plan = await _home(patient, "postop_d3", days=3)
    await patient.turns.end_follow_up(patient.session_id)
    await _begin(patient)
    assert (await patient.deps.follow_up.care_plan(care_plan.id)).status is CarePlanStatus.ACTIVE
    await patient.say("胸口压着疼，一身冷汗，喘不上气")
    for _ in range(2):
        await patient.turns.end_follow_up(patient.session_id)
    assert (await patient.deps.follow_up.care_plan(care_plan.id)).status is not CarePlanStatus.ACTIVE
    assert await patient.deps.follow_up.waiting(care_plan.patient_id, now=patient.clock.now()) == ()
    [alert] = await _alerts(patient, care_plan)
    assert alert.status is AlertStatus.OPEN


async def test_who_stops_without_a_clear_no_is_looked_at_by_a_person(patient: Bedside) -> None:
    """The wish is kept all the same."""
    care_plan = await _home(patient, "diabetes", days=1)
    await _begin(patient)
    await patient.say("取消随访")
    unclear = await patient.say("不确定")
    assert "handoff" in unclear.kinds
    assert not (await patient.deps.follow_up.care_plan(care_plan.id)).status.open
    [alert] = await _alerts(patient, care_plan)
    assert alert.level is AlertLevel.RED


async def test_a_stranger_answers_nothing_for_a_patient(patient: Bedside) -> None:
    """Who is not on record, or on no plan, is told so and asked nothing."""
    await on_record(patient)
    await patient.say("开始随访")
    unknown = await patient.submit(fields(name="王大锤"))
    assert "questionnaire" not in unknown.kinds
    await patient.say("开始随访")
    assert "没有查到您的随访计划" in (await patient.submit(fields())).text
