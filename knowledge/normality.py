"""How people say that something is as it should be, and which signs that denies: 「能吃能喝」, 「看得清」.

`lexicon/normality.tsv`: an expression over the normal text, and the concepts it denies, separated by commas.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from domain.errors import KnowledgeError

_COLUMNS = "expression\tdenies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Normality:
    """Whoever says `expression` denies each of `denies`."""

    expression: re.Pattern[str]
    denies: tuple[str, ...]


def load_normality(path: Path, concepts: Collection[str]) -> tuple[Normality, ...]:
    """Read the file.

    Raises:
        KnowledgeError: it cannot be read, a row has not two columns, an expression is wrong, or a name is no
            concept of the lexicon.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(str(path), 1, f"文件读不出来（{type(error).__name__}）") from error
    if lines[0] != _COLUMNS:
        raise KnowledgeError(str(path), 1, "各列要是 expression、denies")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line or line.startswith("#"):
            continue
        expression, tab, names = line.partition("\t")
        denies = tuple(names.split(","))
        if not tab or len(set(denies)) < len(denies):
            raise KnowledgeError(str(path), number, "要写一个表达式和几个不同的概念")
        if unknown := [name for name in denies if name not in concepts]:
            raise KnowledgeError(str(path), number, f"没有概念 {'、'.join(unknown)}")
        try:
            rows.append(Normality(expression=re.compile(expression), denies=denies))
        except re.error as error:
            raise KnowledgeError(str(path), number, f"不是正确的正则表达式（{error}）") from error
    return tuple(rows)
