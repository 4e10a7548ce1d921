"""A slip in the words or the red flags is found when the pack is loaded, with its file and line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from knowledge.lexicon import load_lexicon
from knowledge.patterns import terms
from knowledge.red_flags import load_red_flags
from tests.red_flags.compiled import KNOWLEDGE, rules, vocabulary

pytestmark = pytest.mark.unit

FLAG = """group: 试
version: "1"
reviewed_by: null
rules:
  - id: RF-900
    name: 试
    who: 全部
    confirm: ['<胸痛>']
    question: 现在疼吗？
    disposition: ED_NOW
    sources: [OK]
"""


def test_the_pack_holds_every_red_flag_unsigned_and_sourced() -> None:
    """141 rules, each with a question, a source, and only names the lexicon knows."""
    assert len(rules()) == 141
    assert all(rule.sources and rule.question for rule in rules())
    used = terms(pattern for rule in rules() for pattern in rule.patterns)
    assert vocabulary().unknown(used) == ()


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("words.tsv", "新词\t<没有这个>", "没有这个"),
        ("words.tsv", "新词\t一,,二", "是空的"),
        ("words.tsv", "新词\t一\t二", "2 列"),
        ("compositions.tsv", "胸痛\t<没有这个>..<疼>", "没有这个"),
        ("compositions.tsv", "胸痛\t<疼> + <胸口>", "一段"),
        ("compositions.tsv", "胸痛\t<疼", "里不能有"),
        ("names.tsv", "新病\t新病症\tillness\tD01", "没有这个类别"),
        ("guards.tsv", "血压\teverywhere", "inside 或 edge"),
        ("noise.tsv", "错\t对\thomophone\t(", "正则表达式"),
        ("measures.tsv", "高热度数\t\t度\tlow\t43", "数字"),
    ],
)
def test_a_slip_in_the_lexicon_names_its_line(tmp_path: Path, file: str, line: str, message: str) -> None:
    """One wrong line at the end of one file."""
    shutil.copytree(KNOWLEDGE / "lexicon", tmp_path / "lexicon")
    path = tmp_path / "lexicon" / file
    text = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text(f"{text}\n{line}\n", encoding="utf-8")
    with pytest.raises(KnowledgeError) as caught:
        load_lexicon(tmp_path / "lexicon")
    assert message in caught.value.message
    assert (Path(caught.value.file).name, caught.value.line) == (file, text.count("\n") + 2)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<胸痛>", "<胸痛", "里不能有"),
        ("disposition: ED_NOW", "disposition: SOON", "只能写"),
        ("sources: [OK]", "sources: [OK]\n    up: {OPD: {x: ['<胸痛>']}}", "更急"),
        ("sources: [OK]", "sources: [OK]\n    up: {LATER: {x: ['<胸痛>']}}", "没有这个等级"),
        ("    question: 现在疼吗？\n", "", "缺少 question"),
        ("who: 全部", "who: 全部\n    pop: age>>3", "age"),
    ],
)
def test_a_slip_in_a_red_flag_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    """A pattern, a level or an expression that cannot be read, a missing field."""
    (tmp_path / "x.yaml").write_text(FLAG.replace(old, new), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=message):
        load_red_flags(tmp_path)


def test_an_id_stands_once_and_somewhere(tmp_path: Path) -> None:
    """Two rules of one id, and a directory without any, are refused."""
    with pytest.raises(KnowledgeError, match="一条危急信号也没有"):
        load_red_flags(tmp_path)
    (tmp_path / "a.yaml").write_text(FLAG, encoding="utf-8")
    assert [rule.id for rule in load_red_flags(tmp_path)] == ["RF-900"]
    (tmp_path / "b.yaml").write_text(FLAG, encoding="utf-8")
    with pytest.raises(KnowledgeError, match="写了两次"):
        load_red_flags(tmp_path)
