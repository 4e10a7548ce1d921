"""Prompts are checked when the service starts, and filled whole or not at all."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from prompts.loader import DIRECTORY, load, prompt

pytestmark = pytest.mark.unit


def test_every_prompt_of_the_service_is_fine_and_says_that_blocks_are_data() -> None:
    """Text between the marks is data, in each of them; the hash is that of the file."""
    for name, one in load().items():
        assert "⟦" in one.text, name
        text = (DIRECTORY / f"{name}.md").read_text(encoding="utf-8").strip()
        assert one.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_prompt_is_filled_whole_or_not_at_all() -> None:
    """A missing place and one nobody knows are refused."""
    read = prompt("summarise")
    values = dict.fromkeys(read.places, "无")
    assert "{{" not in read.fill(**values).text
    with pytest.raises(ValueError, match="summarise takes"):
        read.fill()
    with pytest.raises(ValueError, match="summarise takes"):
        read.fill(**values, more="x")


@pytest.mark.parametrize(
    ("files", "line", "said"),
    [
        ({}, 1, "cannot be read"),
        ({"hello": " \n"}, 1, "is empty"),
        ({"hello": "你好"}, 1, "{{name}} is missing"),
        ({"hello": "你好 {{name}}\n{{age}}"}, 2, "{{age}} is filled by nobody"),
        ({"hello": "你好 {{name}}\n{{ name }}"}, 2, "a brace stands alone"),
        ({"hello": "你好 {{name}}", "other": "x"}, 1, "no part of the service asks"),
    ],
)
def test_a_broken_prompt_is_named_with_its_line(tmp_path: Path, files: dict[str, str], line: int, said: str) -> None:
    """Whoever edits a prompt is told where."""
    for name, text in files.items():
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match=said.replace("{", r"\{")) as caught:
        load(tmp_path, {"hello": frozenset({"name"})})
    assert caught.value.line == line
