"""Kind words of a model before a fixed reply: when they are asked for, what they may not be, and their label."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.model.budgets import Budgets
from domain.model_call import ModelPurpose
from domain.session import Author
from domain.turn import Generated, Origin
from prompts.loader import prompt
from tests.fakes.ollama_server import Model
from tests.turn.bedside import Bedside
from tests.turn.counselled import answering, counselled

pytestmark = pytest.mark.turn

AFRAID = "嗓子疼两天了，吃饭都难受，我好害怕"
KIND = "嗓子疼了两天，您受苦了。"
LABEL = "AI 生成，仅供参考"


async def test_kind_words_stand_before_the_fixed_reply_and_are_labelled(tmp_path: Path, patient: Bedside) -> None:
    """The reply follows untouched; label, model and prompt are in the event, the transcript and the record."""
    (tmp_path / "model").mkdir()
    without = await patient.say(AFRAID)
    async with counselled(tmp_path / "model", answering({"word": KIND})) as beside:
        met = await beside.patient.say(AFRAID)
        record = await beside.patient.deps.archive.decision(met.done.trace_id)
        transcript = await beside.patient.deps.archive.transcript(beside.patient.session_id)
    assert met.text == KIND + without.text
    assert met.cards == without.cards
    assert met.done.origin is Origin.MODEL
    assert met.done.label == LABEL
    assert met.done.generated == Generated(model="r1", digest="d1", prompt_sha256=prompt("word").sha256)
    [reply] = [one for one in transcript if one.author is Author.AGENT]
    assert (reply.origin, reply.label) == ("model", LABEL)
    assert record is not None
    assert record.model == "r1@d1"
    assert prompt("word").sha256 in {call.prompt_sha256 for call in record.model_calls}
    assert without.done.label == "系统自动回复，未使用生成式 AI"
    assert without.done.generated is None


async def test_what_is_more_than_sympathy_is_left_out_and_counted(tmp_path: Path) -> None:
    """The fixed reply goes out alone and keeps its own label."""
    async with counselled(tmp_path, answering({"word": "别担心，一切正常，不用去医院。"})) as beside:
        met = await beside.patient.say(AFRAID)
    assert beside.asked_with("word")
    assert met.done.origin is not Origin.MODEL
    assert met.done.generated is None
    assert "一切正常" not in met.text
    assert beside.meter.left_out == [(ModelPurpose.WORD, "N3")]


async def test_of_two_sentences_the_fit_one_stays(tmp_path: Path) -> None:
    """Each is judged by itself; a third is never looked at."""
    model = answering({"word": f"您一定会好起来的。{KIND}听得出您很难受。"})
    async with counselled(tmp_path, model) as beside:
        met = await beside.patient.say(AFRAID)
    assert met.text.startswith(KIND)
    assert "听得出" not in met.text
    assert len(beside.meter.left_out) == 1


async def test_emergencies_and_everyday_business_are_never_worded(tmp_path: Path) -> None:
    """Neither an escalation nor what follows it, no question about a danger, no greeting, no list of doctors."""
    async with counselled(tmp_path, answering({"word": KIND})) as beside:
        for said in ("你好", "帮我挂神经内科明天的号", "胸口压着疼，出冷汗，我好害怕", "我好害怕", "我不想活了"):
            await beside.patient.say(said)
        assert beside.asked_with("word") == []


async def test_a_reply_waits_for_kind_words_no_longer_than_its_budget(tmp_path: Path) -> None:
    """A silent host: the fixed reply goes out alone, and the host is left."""
    budgets = Budgets(understanding_seconds=0.2, first_sentence_seconds=1.5)
    async with counselled(tmp_path, Model(hold=0), budgets=budgets) as beside:
        met = await beside.patient.say("等了三个小时还没轮到，我都要崩溃了")
        for seen in beside.server.chats():
            await seen.gone.wait()
    assert met.done.origin is not Origin.MODEL
    assert met.text
    assert {outcome for _, outcome in beside.meter.ends} <= {"late.answer", "late.understanding"}


async def test_the_outcome_of_an_interview_is_worded_once(tmp_path: Path) -> None:
    """The result is told with a kind word; the same words are not said twice in a row."""
    async with counselled(tmp_path, answering({"word": "这两天您受苦了。"})) as beside:
        answer = await beside.patient.say("我嗓子疼两天")
        while "triage_result" not in answer.kinds:
            answer = await beside.patient.say("都没有")
        assert len(beside.asked_with("word")) == 1
        assert answer.text.startswith("这两天您受苦了。")
        again = await beside.patient.say("我心里害怕")
    assert not again.text.startswith("这两天您受苦了。")
    assert (ModelPurpose.WORD, "repeats") in beside.meter.left_out
