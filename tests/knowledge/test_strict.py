"""Strict YAML: what a dataclass declares is read, everything else is an error that names its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest

from domain.clinical import Disposition
from domain.errors import KnowledgeError
from domain.patient import Sex
from knowledge.expressions import Expression
from knowledge.strict import Mark, load, parse, parse_list

pytestmark = pytest.mark.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A part of the example."""

    when: Expression
    d: Disposition
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Every annotation the reader understands."""

    id: str
    if_: str | None = None
    count: int = 0
    share: float = 0.0
    open: bool = False
    sex: Sex | None = None
    kind: Literal["bool", "multi"] = "bool"
    names: tuple[str, ...] = ()
    tags: frozenset[str] = frozenset()
    signs: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if self.count < 0:
            raise ValueError("count must not be negative")


WHOLE = """
id: cough
if: sob
count: 3
share: 2
open: true
sex: male
kind: multi
names: [咳, 痰]
tags: [a, b]
signs: {sob: 气短, blood: 咳血}
steps:
  - {when: 'age>=65 and sob', d: ED_NOW}
"""


def test_every_declared_annotation_is_read() -> None:
    """Scalars, enums, literals, lists, sets, mappings, nested dataclasses and parsed text."""
    example = parse(WHOLE, Example, file="x.yaml")
    assert example == Example(
        id="cough",
        if_="sob",
        count=3,
        share=2.0,
        open=True,
        sex=Sex.MALE,
        kind="multi",
        names=("咳", "痰"),
        tags=frozenset({"a", "b"}),
        signs={"sob": "气短", "blood": "咳血"},
        steps=(
            Step(
                when=Expression.parse("age>=65 and sob"),
                d=Disposition.ED_NOW,
                mark=Mark(file="x.yaml", line=13),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("id: a\ncolour: red", 2, "没有 colour 这一项"),
        ("count: 1", 1, "缺少 id"),
        ("id: a\nid: b", 2, "键 id 写了两次"),
        ("id: 04.02", 1, "这里要写文字"),
        ("id: ''", 1, "这里要写文字"),
        ("id: a\ncount: many", 2, "这里要写整数"),
        ("id: a\nopen: yes", 2, "true 或 false"),
        ("id: a\nsex: robot", 2, "只能写 male、female 之一"),
        ("id: a\nkind: scale", 2, "只能写 bool、multi 之一"),
        ("id: a\nnames: 咳", 2, "这里要写列表"),
        ("id: a\ntags: [x, x]", 2, "写了两次"),
        ("id: a\nsigns: [x]", 2, "这里要写“键: 值”"),
        ("id: a\nsteps:\n  - {when: 'age >', d: OPD}", 3, "这里要写值"),
        ("id: a\nsteps:\n  - {when: 'sob', d: SOON}", 3, "只能写 HOME、OPD"),
        ("id: a\ncount: -1", 1, "count must not be negative"),
        ("id: a\n  b: [", 2, "不是正确的 YAML"),
        ("", 1, "是空的"),
        ("- a", 1, "这里要写“键: 值”"),
        ("id: !secret a", 1, "这里要写文字"),
    ],
)
def test_anything_else_is_an_error_with_its_line(text: str, line: int, part: str) -> None:
    """File, line and a message that says what is wrong."""
    with pytest.raises(KnowledgeError) as caught:
        parse(text, Example, file="pack/x.yaml")
    assert (caught.value.file, caught.value.line) == ("pack/x.yaml", line)
    assert part in caught.value.message


def test_front_matter_counts_lines_from_where_it_begins() -> None:
    """`first_line` moves every line number."""
    with pytest.raises(KnowledgeError) as caught:
        parse("id: a\ncolour: red", Example, file="x.md", first_line=2)
    assert caught.value.line == 3


def test_a_list_of_records_is_read() -> None:
    """A file may be a list at its top."""
    steps = parse_list("- {when: sob, d: OPD}\n- {when: sob, d: HOME}", Step, file="x.yaml")
    assert [step.mark.line for step in steps] == [1, 2]


def test_a_missing_file_is_an_error_of_the_pack(tmp_path: Path) -> None:
    """Not an `OSError` from somewhere inside."""
    with pytest.raises(KnowledgeError, match="读不出来"):
        load(tmp_path / "none.yaml", Example)
