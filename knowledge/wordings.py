"""How people word emergencies and how they word what only sounds like one: examples, one a line.

`alarming.tsv` holds a red flag's id and a first message of somebody in whom it is happening, `harmless.tsv`
first messages that need no ambulance. An example counts as soon as it is written down; the more ways of
saying a thing are listed, the better `tools.triage.resemblance` knows the next one.
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from domain.clinical import RuleId
from domain.errors import KnowledgeError


@dataclass(frozen=True, slots=True, kw_only=True)
class Wordings:
    """Every example of a pack; `alarming` are pairs of a red flag and a message."""

    alarming: tuple[tuple[RuleId, str], ...]
    harmless: tuple[str, ...]


def load_wordings(directory: Path, red_flags: Container[RuleId]) -> Wordings:
    """Read the examples of `directory`.

    Raises:
        KnowledgeError: a line is not what it must be, names an unknown red flag, or stands twice.
    """
    seen: dict[str, str] = {}
    alarming: list[tuple[RuleId, str]] = []
    for file, number, line in _lines(directory / "alarming.tsv", seen):
        rule_id, separator, text = line.partition("\t")
        if not separator or not text:
            raise KnowledgeError(file, number, "应写成：危险信号编号、制表符、一句话")
        if RuleId(rule_id) not in red_flags:
            raise KnowledgeError(file, number, f"没有这个危险信号：{rule_id}")
        alarming.append((RuleId(rule_id), text))
    harmless = tuple(line for _, _, line in _lines(directory / "harmless.tsv", seen))
    if not alarming or not harmless:
        raise KnowledgeError(str(directory), 1, "危险的和无害的例句都要有")
    return Wordings(alarming=tuple(alarming), harmless=harmless)


def _lines(path: Path, seen: dict[str, str]) -> list[tuple[str, int, str]]:
    """File, line number and content of every line that is no comment; `seen` maps messages to where they stand."""
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(str(path), 1, f"文件读不出来（{type(error).__name__}）") from error
    lines = []
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        message = line.rpartition("\t")[2].strip()
        if message in seen:
            raise KnowledgeError(str(path), number, f"这句话写了两次，另一次在 {seen[message]}")
        seen[message] = f"{path.name}:{number}"
        lines.append((str(path), number, line.strip()))
    return lines
