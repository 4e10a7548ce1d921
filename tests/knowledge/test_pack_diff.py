"""Two packs are compared by what patients get; a lowered urgency is never one line among many."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.knowledge_cli import knowledge as command
from domain.clinical import RuleId
from evals.pack.cases import chart_cases, phrases
from evals.pack.difference import Seen, gather, jobs
from knowledge.loader import DIRECTORY, load_pack
from knowledge.patterns import Pattern

pytestmark = pytest.mark.unit


@pytest.fixture
def copies(tmp_path: Path) -> tuple[Path, Path]:
    """The pack twice."""
    for name in ("a", "b"):
        shutil.copytree(DIRECTORY, tmp_path / name, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return tmp_path / "a", tmp_path / "b"


def altered(directory: Path, file: str, old: str, new: str) -> None:
    """Replace a text in one file."""
    path = directory / "clinical" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.long
def test_a_softened_rule_is_told_first(copies: tuple[Path, Path]) -> None:
    """By how many cases, from which level to which, with one in words; the way back is no less."""
    one, other = copies
    altered(other, "complaints/cough.yaml", "when: 'high and immuno'", "when: 'high and immuno and weak'")
    softer = CliRunner().invoke(command, ["diff", str(one), str(other)])
    assert softer.exit_code == 1
    lines = [line for line in softer.stdout.splitlines() if "变为" in line]
    assert lines[0].startswith("‼ 变轻 咳嗽/感冒：")
    assert "马上去急诊 变为 24小时内就诊" in lines[0]
    stricter = CliRunner().invoke(command, ["diff", str(other), str(one), "--json"])
    assert stricter.exit_code == 1
    changes = json.loads(stricter.stdout)
    assert not any(change["lowered"] for change in changes)
    assert "disposition" in {change["kind"] for change in changes}


def test_a_red_flag_that_is_gone_is_told_by_its_own_phrases() -> None:
    """What called at once is heard no more, or only asked about."""
    pack = load_pack()
    testicle = RuleId("RF-052")
    without = replace(pack, red_flags={one: rule for one, rule in pack.red_flags.items() if one != testicle})
    found = jobs(pack, without, (DIRECTORY, DIRECTORY))
    assert len(found) == len(pack.red_flags)
    changes = gather(change for job in found for change in job())
    assert changes
    assert all(change.lowered and change.kind == "red flag" for change in changes)
    assert testicle in changes[0].sentence


@pytest.mark.long
def test_nothing_changed_is_said_so(copies: tuple[Path, Path]) -> None:
    """Exit code 0."""
    result = CliRunner().invoke(command, ["diff", *map(str, copies)])
    assert (result.exit_code, "0 种变化" in result.stdout) == (0, True)


def test_cases_are_the_same_every_time_and_begin_with_single_answers() -> None:
    """For people the chart is for only."""
    cough = load_pack().complaints["cough"]
    cases = chart_cases((cough,), most=200)
    assert cases == chart_cases((cough, cough), most=200)
    assert len(cases) == len({(case.person, tuple(case.answers.items())) for case in cases}) == 200
    assert [len(case.answers) for case in cases[:3]] == [0, 1, 1]
    assert not any("5岁" in case.person for case in cases)


def test_a_patterns_phrases_are_words_people_can_say() -> None:
    """Names of the lexicon are never left in."""
    pack = load_pack()
    said = list(phrases(Pattern.parse("<胸痛> + <出冷汗>"), pack.lexicon))
    assert len(set(said)) > 1
    assert all("<" not in text and "，" in text for text in said)


def test_what_is_lowered_stands_before_what_is_frequent() -> None:
    """One lowered case outweighs any number of others."""
    seen = [Seen("question", "甲", "问 a", "不问", "例")] * 9 + [Seen("red flag", "乙", "急", "缓", "例", lowered=True)]
    assert [change.subject for change in gather(iter(seen))] == ["乙", "甲"]
