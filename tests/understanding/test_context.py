"""A reply in the context of its question: what it says of the symptoms that were asked about."""

from __future__ import annotations

import pytest

from domain.clinical import Presence
from tests.red_flags.compiled import lexicon
from understanding.context import Asked, asked, asks_anything, replied, verdict
from understanding.symptoms import Symptoms

pytestmark = pytest.mark.unit

PRESENT, ABSENT = Presence.PRESENT, Presence.ABSENT


def _asked(question: str) -> Asked:
    read = Symptoms(lexicon())
    return asked(question, lambda sentence: read(sentence).findings)


def _after(question: str, reply: str) -> dict[str, Presence]:
    """What is known after the reply, of what it says itself and of what was asked."""
    said = {finding.concept: finding.presence for finding in Symptoms(lexicon())(reply).findings}
    return {str(concept): presence for concept, presence in {**said, **replied(_asked(question), reply, said)}.items()}


@pytest.mark.parametrize(
    ("question", "symptoms"),
    [
        ("有没有胸闷、气短、心慌？", {"胸闷", "气短", "心悸"}),
        ("有胸闷，气短的症状吗", {"胸闷", "气短"}),
        ("发烧吗？", {"发热"}),
        ("发烧没有", {"发热"}),
        ("目前没有心慌胸闷，气短的情况么", {"心悸", "胸闷", "气短"}),
        ("有什么不舒服？比如头晕、恶心？", {"头晕", "恶心"}),
        ("考虑是肺炎。现在还咳嗽吗？", {"咳嗽"}),
        ("高血压吃药了吗？", set()),
        ("头痛多久了？", set()),
        ("咳嗽厉害吗？", set()),
        ("水肿有没有消退？", set()),
        ("心慌有没有做过心电图呢", set()),
        ("肺炎也会引起胸痛，先吃药看看。", set()),
    ],
)
def test_only_what_is_asked_whether_it_is_there_counts_as_asked(question: str, symptoms: set[str]) -> None:
    """What a question takes for granted, explains or tells, no reply denies."""
    found = {str(finding.concept) for finding in _asked(question).findings}
    assert symptoms <= found
    assert bool(symptoms) == bool(found)


@pytest.mark.parametrize(
    "reply",
    [
        "没有",
        "没",
        "没有啊",
        "都没有",
        "没有，就是有点累",
        "医生，没有的",
        "没得过",
        "没有这些症状",
        "好像没有",
        "正常",
    ],
)
def test_a_bare_no_denies_everything_asked(reply: str) -> None:
    """However it is worded and whatever is said beside it."""
    after = _after("有没有胸闷、气短、心慌？", reply)
    assert {after[name] for name in ("胸闷", "气短", "心悸")} == {ABSENT}


@pytest.mark.parametrize("reply", ["有", "有的", "嗯", "有时候", "偶尔有", "有一点", "对", "经常"])
def test_a_bare_yes_affirms_what_was_asked(reply: str) -> None:
    """Now and then and a little are there."""
    assert _after("有胸闷吗？", reply)["胸闷"] is PRESENT


@pytest.mark.parametrize("reply", ["不清楚", "没注意", "有没有？", "医生您看看片子", "没吃药", "没去医院", "不太明显"])
def test_what_is_neither_yes_nor_no_leaves_it_open(reply: str) -> None:
    """Unknown is never a denial."""
    assert "胸闷" not in _after("有胸闷吗？", reply)


def test_one_of_several_affirmed_leaves_the_others_open() -> None:
    """Passing over a symptom does not deny it."""
    after = _after("有没有胸闷、气短、心慌？", "有点胸闷")
    assert after["胸闷"] is PRESENT
    assert "心悸" not in after


@pytest.mark.parametrize("reply", ["胸闷有，别的没有", "除了胸闷没有别的", "只有胸闷", "胸闷，其他都正常"])
def test_nothing_else_denies_the_others(reply: str) -> None:
    """Said in so many words."""
    after = _after("有没有胸闷、气短、心慌？", reply)
    assert after["胸闷"] is PRESENT
    assert after["心悸"] is ABSENT


def test_a_no_beside_one_that_is_affirmed_denies_the_rest() -> None:
    """「没有，就是胸闷」."""
    after = _after("有没有胸闷、气短、心慌？", "没有，就是胸闷")
    assert (after["胸闷"], after["心悸"]) == (PRESENT, ABSENT)


@pytest.mark.parametrize(
    ("question", "reply", "presence"),
    [
        ("头晕吗？", "不晕", ABSENT),
        ("有没有头痛？", "不疼的", ABSENT),
        ("发烧吗", "没烧", ABSENT),
        ("有没有腹胀？", "肚子不胀", ABSENT),
        ("头晕吗？", "有点晕", PRESENT),
        ("有没有头痛", "疼得厉害", PRESENT),
        ("咳嗽吗", "偶尔咳", PRESENT),
    ],
)
def test_an_echo_of_the_last_word_answers(question: str, reply: str, presence: Presence) -> None:
    """The reply repeats the sensation without the body part."""
    known = _asked(question)
    after = _after(question, reply)
    assert {after[str(finding.concept)] for finding in known.findings} == {presence}


def test_a_bare_no_answers_the_last_question_only() -> None:
    """「有没有胸痛？做过心电图吗？」 「没有」 says nothing of the pain."""
    assert "胸痛" not in _after("有没有胸痛？做过心电图吗？", "没有")
    assert _after("做过心电图吗？有没有胸痛？", "没有")["胸痛"] is ABSENT


def test_yes_to_a_choice_or_to_a_question_that_expects_no_says_nothing() -> None:
    """「是头痛还是头晕？」, 「没有发烧吧？」."""
    assert not replied(_asked("是头痛还是头晕？"), "是的", {})
    assert not replied(_asked("没有发烧吗？"), "嗯", {})


def test_a_yes_and_a_no_in_one_reply_say_nothing_by_themselves() -> None:
    """Which of several questions each answers is anybody's guess."""
    assert not replied(_asked("有胸闷吗？"), "有，没有", {})


def test_a_verdict_denies_only_a_question_it_knows_all_of() -> None:
    """One symptom affirmed is yes; all denied is no, unless the question asks for more than the lexicon knows."""
    question = _asked("有没有胸闷、心慌？")
    assert verdict(question, "没有", {}) is False
    assert verdict(question, "有点心慌", {question.findings[-1].concept: PRESENT}) is True
    assert verdict(question, "等一下", {}) is None
    unknown = _asked("有没有胸闷、某某征阳性？")
    assert verdict(unknown, "没有", {}) is None


def test_a_statement_asks_nothing() -> None:
    """「注意休息。」."""
    assert not asks_anything("注意休息，不舒服再来。")
    assert asks_anything("多大年纪了？")
