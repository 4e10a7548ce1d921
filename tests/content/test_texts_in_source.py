"""What the product says exists: every fixed wording named in the source is declared, with its parameters.

Parameters that are the same all over a hospital may be left to `agent.phrases`, which fills them in.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from knowledge.texts import Texts
from knowledge.words import HospitalWords

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
OF_THE_HOSPITAL = {field.name for field in fields(HospitalWords)}
PACKAGES = ("agent", "tools", "channels", "app", "understanding", "knowledge", "memory", "archive")


def said_in_source() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Every call `….say("id", name=…)` of the product: where, which id, which names; `**` calls are left out."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (
                    isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say"
                ):
                    continue
                first = node.args[0] if node.args else None
                names = [keyword.arg for keyword in node.keywords]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and None not in names:
                    where = f"{path.relative_to(ROOT)}:{node.lineno}"
                    yield where, first.value, frozenset(name for name in names if name)


def test_the_product_says_only_declared_wordings_with_their_parameters() -> None:
    """Every `say` in the source names an id that exists and gives exactly its parameters."""
    texts = Texts.load(ROOT / "knowledge" / "fixed_texts.yaml")
    wrong = [
        f"{where}: {text_id} {sorted(names)}"
        for where, text_id, names in said_in_source()
        if text_id not in texts or texts.wording(text_id).parameters - OF_THE_HOSPITAL != names - OF_THE_HOSPITAL
    ]
    assert wrong == []
