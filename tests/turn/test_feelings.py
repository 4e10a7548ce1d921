"""Feelings, the law, ethics and other languages: fixed words, and the right door."""

from __future__ import annotations

import pytest

from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("我好害怕", "害怕是很自然的"),
        ("疼死我了", "真的很难受"),
        ("我妈妈上周去世了", "请节哀"),
        ("孩子没保住", "这不怪您"),
        ("你们什么破医院", "让您这么窝火"),
        ("我要投诉", "投诉电话"),
        ("我很孤独，没人陪我说话", "12356"),
        ("谢谢你", "不客气"),
    ],
)
async def test_a_feeling_is_met_with_its_own_words(patient: Bedside, said: str, answer: str) -> None:
    """None of them starts an interview or is looked up in the guide."""
    met = await patient.say(said)
    assert answer in met.text
    assert met.kinds == []


async def test_pain_without_a_place_asks_where(patient: Bedside) -> None:
    """「疼死我了」 is heard first and asked about then; the next words open the interview."""
    first = await patient.say("疼死我了")
    assert "哪里" in first.text
    assert (await patient.say("肚子，疼一天了")).card("triage_question")


async def test_thanks_after_a_loss_are_met_gravely(patient: Bedside) -> None:
    """Nothing cheerful once a miscarriage was told."""
    cheerful = (await patient.say("谢谢你")).text
    await patient.say("孩子没保住")
    assert (await patient.say("谢谢你")).text != cheerful


@pytest.mark.parametrize(
    ("said", "door"),
    [
        ("安乐死可以做吗", "社会服务部"),
        ("我爸想放弃治疗可以拔管吗", "不替您下结论"),
        ("代孕可以做吗", "不替您下结论"),
        ("器官捐献怎么捐，想捐器官", "不替您下结论"),
        ("能不能瞒着我妈不告诉她得了癌", "不替您下结论"),
        ("医疗事故怎么鉴定", "医患关系办公室"),
        ("我要打官司，病历能封存吗", "12348"),
        ("你们误诊了，我要告你们", "医患关系办公室"),
    ],
)
async def test_law_and_ethics_get_no_verdict_but_a_door(patient: Bedside, said: str, door: str) -> None:
    """Neutral words, the service that can help, and a person."""
    met = await patient.say(said)
    assert door in met.text
    assert "转人工" in met.choices


@pytest.mark.parametrize(
    "said",
    [
        "Hello, I have a bad headache",
        "Tôi bị đau đầu",
        "مەن ئاغرىپ قالدىم",
        "머리가 아파요",
        "У меня болит голова",
        "おなかが痛いです",
        "ฉันปวดหัว",
        "བདག་ན་གི་འདུག",
        "ᠪᠢ ᠡᠪᠡᠳᠴᠢᠲᠡᠢ",
    ],
    ids=["English", "Vietnamese", "Uyghur", "Korean", "Russian", "Japanese", "Thai", "Tibetan", "Mongolian"],
)
async def test_a_language_nobody_reads_here_gets_the_120_line_and_a_person(patient: Bedside, said: str) -> None:
    """Also in the middle of an interview, whose question stays open and unanswered."""
    for _ in range(2):
        met = await patient.say(said)
        assert "In an emergency call 120" in met.text
        assert met.card("call")["phone"] == "120"
        assert "转人工" in met.choices
    asked = (await patient.say("头疼三天了")).done.pending
    again = await patient.say(said)
    assert again.escalated is None
    assert again.done.pending == asked
