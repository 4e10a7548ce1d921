"""What the check says: exact where rules are concerned, in an editor's words, with file and line."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from domain.clinical import RuleId
from evals.pack.answers import Answers, outcomes
from evals.pack.charts import check_charts
from evals.pack.check import check_pack
from evals.pack.reading import rare_characters, unexplained
from evals.pack.remark import Remark, Weight
from evals.pack.routing import check_routing
from evals.pack.wording import check_wording
from evals.pack.words import check_words
from knowledge.complaints import Complaint, Question, QuestionKind
from knowledge.expressions import Expression
from knowledge.loader import DIRECTORY, load_pack
from knowledge.pack import Pack
from knowledge.patterns import Pattern
from knowledge.strict import Mark

pytestmark = pytest.mark.unit

Alter = Callable[[Complaint], Complaint]


@pytest.fixture(scope="module")
def pack() -> Pack:
    """The pack as it is shipped."""
    return load_pack()


def only(pack: Pack, complaint: Complaint) -> Pack:
    """The pack with this one chart."""
    return replace(pack, complaints={complaint.id: complaint})


def rule_of(complaint: Complaint, rule_id: str, when: str) -> Complaint:
    """The chart with another condition for one rule."""
    rules = (replace(one, when=Expression.parse(when)) if one.id == rule_id else one for one in complaint.rules)
    return replace(complaint, rules=tuple(rules))


def kinds(remarks: list[Remark], weight: Weight = Weight.ERROR) -> set[str]:
    """What kinds of remarks of this weight there are."""
    return {remark.kind for remark in remarks if remark.weight is weight}


def test_the_shipped_pack_has_no_errors() -> None:
    """Warnings are for its editors; what is signed off must at least be free of errors."""
    remarks = check_pack(DIRECTORY)
    assert [remark for remark in remarks if remark.weight is Weight.ERROR] == []
    unsigned = [remark for remark in remarks if remark.kind == "unsigned"]
    assert {"clinical/pack.yaml", "fixed_texts.yaml", "intents.yaml", "people.yaml", "follow_up/copd.yaml"} <= {
        one.file for one in unsigned
    }
    assert all((DIRECTORY / remark.file).exists() and remark.line >= 1 for remark in remarks)


@pytest.mark.parametrize(
    ("rule_id", "when", "kind"),
    [
        ("R06", "high and not high", "contradictory"),
        ("R06", "pregnant and age>=70", "contradictory"),
        ("R06", "blue and immuno", "unreachable"),
    ],
)
def test_a_rule_for_nobody_is_an_error(pack: Pack, rule_id: str, when: str, kind: str) -> None:
    """No patient at all, no possible patient, or none whom a more urgent rule leaves."""
    cough = rule_of(pack.complaints["cough"], rule_id, when)
    (found,) = [one for one in check_charts(only(pack, cough)) if one.weight is Weight.ERROR]
    assert found.kind == kind
    assert when in found.text
    assert found.line == next(rule.mark.line for rule in cough.rules if rule.id == rule_id)


def test_a_rule_within_another_of_its_level_is_redundant(pack: Pack) -> None:
    """It never decides alone."""
    cough = pack.complaints["cough"]
    wide = next(rule for rule in cough.rules if rule.id == "R02")
    doubled = replace(
        cough, rules=(*cough.rules, replace(wide, id="R99", when=Expression.parse(f"({wide.when.text}) and streak")))
    )
    assert "R99" in " ".join(one.text for one in check_charts(only(pack, doubled)) if one.kind == "shadowed")


def test_a_question_no_answer_of_which_matters_is_named(pack: Pack) -> None:
    """It is never asked, whatever its editor hoped."""
    acne, first = pack.complaints["acne"], pack.complaints["acne"].rules[0]
    assert not [one for one in check_charts(only(pack, acne)) if one.kind == "idle question"]
    extra = Question(id="extra", text="多余的吗？", type=QuestionKind.BOOL, mark=acne.mark)
    covered = replace(first, id="R99", when=Expression.parse(f"({first.when.text}) and extra"))
    idle = replace(acne, ask=(*acne.ask, extra), rules=(*acne.rules, covered))
    assert "acne.extra" in " ".join(one.text for one in check_charts(only(pack, idle)) if one.kind == "idle question")


def test_people_who_cannot_be_are_left_out(pack: Pack) -> None:
    """No man and no old woman is pregnant, and a skipped question has no sign."""
    for complaint in pack.complaints.values():
        for part in Answers(complaint).parts():
            assert not part.where(Expression.parse('pregnant and (sex=="男" or age>=70)'))
            assert sum(points.bit_count() for points in outcomes(part, complaint).values()) == part.space.size
            break


def test_a_reading_that_a_worse_one_always_covers_is_an_error(pack: Pack) -> None:
    """And so is one that contradicts itself."""
    rule = next(one for one in pack.vitals.rules if one.when.text == "spo2<90")
    milder = next(one for one in pack.vitals.rules if one.d < rule.d)
    covered = replace(milder, when=Expression.parse("spo2<85"))
    vitals = replace(pack.vitals, rules=(*pack.vitals.rules, replace(covered, id=RuleId("V99"))))
    assert "V99" in " ".join(
        one.text for one in check_routing(replace(pack, vitals=vitals)) if one.kind == "unreachable"
    )
    absurd = replace(pack.vitals, rules=(replace(rule, when=Expression.parse("spo2<90 and spo2>95")),))
    assert "contradictory" in kinds(list(check_routing(replace(pack, vitals=absurd))))


def test_names_that_mean_two_things_are_told(pack: Pack) -> None:
    """Two complaints, a complaint and somebody else's department, a doctor and an illness."""
    cough = replace(pack.complaints["cough"], aliases=("头疼", "口腔科"))
    two = replace(
        pack, complaints={"headache": replace(pack.complaints["headache"], aliases=("头疼",)), "cough": cough}
    )
    place = Mark(file="demo.yaml", line=7)
    found = [one.text for one in check_words(two, DIRECTORY, [("高血压", place)]) if one.kind == "alias collision"]
    assert any("cough 的叫法「头疼」也是 headache" in text for text in found)
    assert any("cough 的叫法「口腔科」也是科室" in text for text in found)
    assert any("医生「高血压」" in text for text in found)


def test_a_pattern_over_a_word_nobody_can_say_is_dead(pack: Pack) -> None:
    """The word exists, and has neither form nor member."""
    silent = replace(pack.lexicon.concepts["胸痛"], name="无声", forms=(), members=())
    lexicon = replace(pack.lexicon, concepts={**pack.lexicon.concepts, "无声": silent})
    rule = next(iter(pack.red_flags.values()))
    dead = replace(rule, confirm=(*rule.confirm, Pattern.parse("<无声>..<胸痛>")))
    found = check_words(replace(pack, lexicon=lexicon, red_flags={dead.id: dead}), DIRECTORY, ())
    (remark,) = [one for one in found if one.kind == "dead pattern"]
    assert rule.id in remark.text
    assert "无声" in remark.text


def test_a_red_flag_that_asks_nothing_is_an_error(pack: Pack) -> None:
    """Its question must be one, its text must be there, its number must have a button."""
    rule = next(one for one in pack.red_flags.values() if one.crisis)
    broken = replace(rule, question="请说明情况。", say="crisis.nothing", call=("999",))
    found = list(check_wording(replace(pack, red_flags={rule.id: broken}), DIRECTORY))
    assert kinds(found) == {"no question", "missing text"}


def test_a_text_nobody_says_is_told(pack: Pack) -> None:
    """What the program says is never among them."""
    unused = {one.text.split()[0] for one in check_wording(pack, DIRECTORY) if one.kind == "unused text"}
    assert not unused & {"triage.title_opd", "triage.next", "error.unavailable", "label.fixed", "crisis.suicide"}


def test_reading_is_measured_by_plain_words() -> None:
    """Common characters, and doctors' words with their explanation."""
    assert rare_characters("先休息，多喝水") == []
    assert rare_characters("嵌顿疝和睾丸扭转") == ["疝", "睾"]
    assert unexplained("可能是脑卒中") == [("卒中", "中风")]
    assert unexplained("脑卒中（中风）要快") == []


def test_what_the_loader_refuses_is_all_listed(tmp_path: Path) -> None:
    """A pack that does not load is not judged further, and every mistake is named."""
    copy = tmp_path / "pack"
    shutil.copytree(DIRECTORY, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for file in ("cough", "headache"):
        path = copy / "clinical" / "complaints" / f"{file}.yaml"
        path.write_text(path.read_text(encoding="utf-8").replace("to: D01", "to: D77", 1), encoding="utf-8")
    remarks = check_pack(copy)
    assert [(one.file, one.kind) for one in remarks] == [
        ("clinical/complaints/cough.yaml", "load"),
        ("clinical/complaints/headache.yaml", "load"),
    ]
    assert all("D77" in one.text for one in remarks)
