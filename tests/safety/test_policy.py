"""The policy blocks what may never be said and lets the same words through where they are no advice."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.safety.policy import judge, judge_reply
from agent.safety.rules import RULES
from knowledge.texts import Texts
from tests.safety.sayings import ALLOWED, FORBIDDEN, GRAVE

pytestmark = pytest.mark.unit

TEXTS = Texts.load(Path(__file__).parents[2] / "knowledge" / "fixed_texts.yaml")


@pytest.mark.parametrize(
    ("rule", "sentence"), [(rule, sentence) for rule, sentences in FORBIDDEN.items() for sentence in sentences]
)
def test_a_forbidden_sentence_breaks_its_rule(rule: str, sentence: str) -> None:
    """Each sentence is blocked, and by the rule it breaks."""
    assert rule in {violation.rule for violation in judge(sentence)}


@pytest.mark.parametrize("sentence", ALLOWED)
def test_a_harmless_sentence_breaks_no_rule(sentence: str) -> None:
    """Warnings, questions, the patient's own words and hospital facts may be said."""
    assert judge(sentence) == ()


@pytest.mark.parametrize("sentence", GRAVE)
def test_cheer_is_blocked_in_grief(sentence: str) -> None:
    """What is friendly elsewhere hurts after a death or when somebody wants to die."""
    assert any(violation.rule == "N11" for violation in judge(sentence, grave=True))


@pytest.mark.parametrize("sentence", ["祝您早日康复。", "太好了，约上了。"])
def test_cheer_is_fine_elsewhere(sentence: str) -> None:
    """A booking that worked may be called good news."""
    assert judge(sentence) == ()


def test_a_violation_names_rule_words_and_replacement() -> None:
    """Whoever blocks a sentence knows why and what to say instead."""
    (violation, *_) = judge("降压药先停两天。")
    assert violation.rule == "N2"
    assert "停" in violation.quote
    assert TEXTS.say(violation.instead).startswith("请不要自己停药")


def test_every_replacement_is_a_fixed_text_without_parameters() -> None:
    """A blocked sentence can always be replaced."""
    assert all(TEXTS.say(rule.instead) for rule in RULES)


def test_every_rule_of_the_table_is_broken_by_some_example() -> None:
    """No row of the table is dead."""
    sentences = [sentence for group in FORBIDDEN.values() for sentence in group]
    broken = {violation.name for sentence in sentences for violation in judge(sentence)}
    broken |= {violation.name for sentence in GRAVE for violation in judge(sentence, grave=True)}
    assert {rule.name for rule in RULES} - broken == set()


@pytest.mark.parametrize("question", ["您觉得可以停药吗？", "布洛芬吃了几片？", "您是说得了肺炎吗？"])
def test_a_question_is_no_advice(question: str) -> None:
    """Asking what the patient took or was told is allowed."""
    assert judge(question) == ()


@pytest.mark.parametrize("sentence", ["吃点布洛芬，好吗？", "您得的是肺炎，知道吗？", "可以停药了，对吧？"])
def test_a_question_tag_makes_no_question(sentence: str) -> None:
    """Advice does not become harmless by asking for agreement."""
    assert judge(sentence) != ()


@pytest.mark.parametrize("sentence", ["不要紧张，可以停药。", "不能大意，先吃点退烧药。", "不发烧就可以停药。"])
def test_a_negation_ends_with_its_scope(sentence: str) -> None:
    """A "don't" before the comma or before a permission does not cover what follows."""
    assert judge(sentence) != ()


def test_a_whole_reply_is_judged_over_its_sentences() -> None:
    """Advice spread over two sentences is still advice."""
    assert judge("您可以吃。") == ()
    assert judge("布洛芬。") == ()
    assert any(violation.rule == "N2" for violation in judge_reply("您可以吃。布洛芬。"))


def test_what_was_said_by_id_is_not_judged() -> None:
    """A fixed text or a verbatim quote is exempt; what a model adds around it is not."""
    fixed = "请含服医生开给您的硝酸甘油一片。"
    assert judge_reply(fixed) != ()
    assert judge_reply(f"好的。{fixed}", exempt=(fixed,)) == ()
    assert judge_reply(f"{fixed}您可以停药。", exempt=(fixed,)) != ()


def test_the_fixed_wordings_keep_the_policy_themselves() -> None:
    """Although exempt, no fixed wording would be blocked but the one that tells the word to say at the desk."""
    excused = {"route.stroke_centre"}
    blocked = {
        text_id: [violation.quote for violation in judge_reply(TEXTS.wording(text_id).text)]
        for text_id in TEXTS
        if text_id not in excused and judge_reply(TEXTS.wording(text_id).text)
    }
    assert blocked == {}


def test_judging_is_quick() -> None:
    """Judging never backtracks for long, even over a long run of the same words."""
    assert judge("可能" * 400 + "是" * 200) == ()
    assert judge("吃" * 1000 + "。") == ()
