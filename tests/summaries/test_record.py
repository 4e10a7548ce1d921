"""The visit summary and the hand-over briefing of whole conversations, from the real record."""

from __future__ import annotations

import pytest

from agent.summaries.rendering import briefing_text, visit_text
from domain.clinical import Disposition
from domain.session import Author
from domain.summaries import FlagState, HandoverBriefing, Section, VisitSummary
from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn


async def summary_of(patient: Bedside) -> VisitSummary:
    """The summary as the session stands."""
    summary = await patient.turns.visit_summary(patient.session_id)
    assert summary is not None
    return summary


async def briefing_on(patient: Bedside) -> HandoverBriefing:
    """The briefing as the session stands."""
    briefing = await patient.turns.briefing(patient.session_id)
    assert briefing is not None
    return briefing


async def test_the_doctor_reads_the_patients_words_under_their_headings(patient: Bedside) -> None:
    """Complaint, illness, past, drugs and allergies, each with its words and turn; each quote stands in its message."""
    await patient.say("你好")
    await patient.say("头疼三天了，有点恶心，我有高血压，一直在吃氨氯地平，对青霉素过敏")
    await patient.say("都没有")
    summary = await summary_of(patient)
    [chief] = summary.of(Section.CHIEF_COMPLAINT)
    assert (chief.quote, chief.turn) == ("头疼三天了，有点恶心", 2)
    assert [one.quote for one in summary.of(Section.MEDICATION)] == ["一直在吃氨氯地平"]
    assert [one.quote for one in summary.of(Section.ALLERGIES)] == ["对青霉素过敏"]
    [answer] = summary.of(Section.PRESENT_ILLNESS)
    assert answer.asked.endswith("？")
    assert all(reading.endswith("：无") for reading in answer.readings)
    said = [
        one.text for one in await patient.deps.archive.transcript(patient.session_id) if one.author is Author.PATIENT
    ]
    for items in summary.sections.values():
        assert all(item.quote in said[item.turn - 1] for item in items)


async def test_what_was_not_said_is_not_mentioned(patient: Bedside) -> None:
    """Every heading is there; the label says that no model wrote it."""
    await patient.say("咳嗽两天")
    text = visit_text(await summary_of(patient), patient.deps.knowledge.texts)
    assert "主诉：“咳嗽两天”（第 1 句）" in text
    assert text.count("：未提及") == 6
    assert text.endswith("未使用生成式 AI")


async def test_somebody_else_is_not_summed_up_with_the_first(patient: Bedside) -> None:
    """Turning to another person begins anew."""
    await patient.say("我咳嗽两天")
    await patient.say("换个人看，我妈腿肿了")
    summary = await summary_of(patient)
    assert "咳嗽" not in visit_text(summary, patient.deps.knowledge.texts)
    assert [one.quote for one in summary.of(Section.CHIEF_COMPLAINT)] == ["我妈腿肿了"]


async def test_the_nurse_reads_what_is_urgent_first(patient: Bedside) -> None:
    """An escalation: how urgent, which sign, on which words."""
    await patient.say("胸口压着疼，出冷汗")
    briefing = await briefing_on(patient)
    assert briefing.disposition is Disposition.CALL_120
    assert [flag.state for flag in briefing.flags] == [FlagState.RAISED]
    assert any("出冷汗" in quote for quote in briefing.flags[0].quotes)
    lines = briefing_text(briefing, patient.deps.knowledge.texts).splitlines()
    assert lines[1] == "紧急程度：请现在拨打 120"


async def test_an_open_question_about_a_crisis_is_a_crisis_to_the_nurse(patient: Bedside) -> None:
    """It is pending, and nobody waits for the answer before looking."""
    await patient.say("我不想活了")
    briefing = await briefing_on(patient)
    assert briefing.crisis
    assert [flag.state for flag in briefing.flags] == [FlagState.OPEN]
    assert len(briefing.pending) == 1


async def test_the_nurse_reads_what_was_asked_wished_and_felt(patient: Bedside) -> None:
    """Question and answer in pairs, the wish by its name, the feeling in the patient's words."""
    await patient.say("我嗓子疼两天")
    await patient.say("都没有")
    await patient.say("我好害怕")
    await patient.say("帮我挂明天的号")
    briefing = await briefing_on(patient)
    assert next(one.answer for one in briefing.questions) == "都没有"
    assert [(mood.id, mood.turn) for mood in briefing.moods] == [("fear", 3)]
    assert "预约挂号" in briefing.wishes
    text = briefing_text(briefing, patient.deps.knowledge.texts)
    assert "害怕" in text
    assert "已经问过" in text


async def test_a_denied_sign_is_told_as_denied(patient: Bedside) -> None:
    """The nurse need not ask it again."""
    asked = await patient.say("孩子2岁发烧39度，精神不好")
    assert asked.done.pending is not None
    await patient.say("没有，退烧以后精神很好，能吃能玩")
    states = {flag.state for flag in (await briefing_on(patient)).flags}
    assert states == {FlagState.DENIED}


async def test_a_session_nobody_spoke_in_has_neither(patient: Bedside) -> None:
    """Nothing remembered, nothing to hand on."""
    assert await patient.turns.visit_summary(patient.session_id) is None
    assert await patient.turns.briefing(patient.session_id) is None
