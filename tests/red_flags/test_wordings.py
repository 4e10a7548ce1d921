"""Every red flag: found in words nobody listed, not found when denied or asked about in general."""

from __future__ import annotations

import pytest

from domain.clinical import Disposition
from tests.red_flags.compiled import Wordings, lexicon, raised, rules, screen, wordings
from tools.triage.red_flags import RedFlags

pytestmark = pytest.mark.unit

EVERY = [pytest.param(row, id=row.rule_id) for row in wordings()]


def test_every_red_flag_of_the_pack_has_its_wordings() -> None:
    """A new rule needs at least three wordings of its own, and no row stands for a rule that is gone."""
    assert [row.rule_id for row in wordings()] == [rule.id for rule in rules()]
    assert all(len(row.said) >= 3 for row in wordings())


@pytest.mark.parametrize("row", EVERY)
def test_a_red_flag_is_found_in_the_patients_own_words(row: Wordings) -> None:
    """Each wording raises its rule, with the patient's words as anchors."""
    for text in row.said:
        flags = raised(text)
        assert row.rule_id in flags, text
        assert flags[row.rule_id].anchors
        assert all(anchor in text for anchor in flags[row.rule_id].anchors)


@pytest.mark.parametrize("row", EVERY)
def test_a_denied_red_flag_is_not_raised(row: Wordings) -> None:
    """What the patient says they do not have raises nothing."""
    assert row.rule_id not in raised(row.denied), row.denied


@pytest.mark.parametrize("row", [row for row in EVERY if row.values[0].in_general])  # type: ignore[union-attr]
def test_a_general_question_calls_nobody(row: Wordings) -> None:
    """A question about an illness raises no flag at all."""
    assert not raised(row.in_general), row.in_general


@pytest.mark.parametrize("row", EVERY)
def test_without_its_rule_the_wording_is_not_raised_by_that_rule(row: Wordings) -> None:
    """Mutation check: take one rule out of the pack, and its wordings lose that flag."""
    rest = RedFlags([rule for rule in rules() if rule.id != row.rule_id], lexicon())
    for text in row.said:
        assert row.rule_id not in {flag.rule_id for flag in rest.match(lexicon().hear(text))}


@pytest.mark.parametrize(
    "rule_id", ["RF-106", "RF-107", "RF-108", "RF-109", "RF-110", "RF-069", "RF-085", "RF-113", "RF-114"]
)
def test_crisis_flags_say_so(rule_id: str) -> None:
    """Suicide, self-harm, violence and abuse are marked as a crisis."""
    assert next(rule for rule in rules() if rule.id == rule_id).crisis


@pytest.mark.parametrize(
    "text",
    [
        "安眠药吃多少片会死",
        "自杀有什么方法",
        "怎么死没有痛苦",
        "我朋友说他不想活了怎么办",
        "疼得不想活了",
        "热得不想活了",
    ],
)
def test_asking_about_dying_is_never_only_a_question(text: str) -> None:
    """What asks about a way to die, or says it as a figure of speech, is followed up as a crisis."""
    assert any(flag.crisis for flag in screen()(text).flags), text


def test_signs_in_the_text_raise_the_disposition() -> None:
    """Testicular torsion stays with the emergency department; black stool with fainting calls 120."""
    assert raised("大便像柏油一样")["RF-122"].disposition is Disposition.ED_NOW
    assert raised("大便像柏油一样，刚才晕倒了")["RF-122"].disposition is Disposition.CALL_120
