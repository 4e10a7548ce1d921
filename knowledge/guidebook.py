"""The hospital's guide: one Markdown file per subject, with front matter, cut into sections by `##`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from domain.errors import KnowledgeError
from knowledge.strict import parse

_FENCE = "---\n"
_HEADING = re.compile(r"^##[ \t]+(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideSection:
    """A part of an entry that answers by itself; `text` is quoted to the patient as it stands."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideEntry:
    """One subject of the guide.

    `topics` are the words people really use for it. `clinical` says whether the text touches care, such as
    how to prepare for an examination; such an entry is a draft until `reviewed_by` names who signed it.
    """

    id: str
    title: str
    topics: tuple[str, ...]
    effective: date
    owner: str
    clinical: Literal["none", "draft"]
    reviewed_by: str | None
    sections: tuple[GuideSection, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _FrontMatter:
    """What stands between the two fences."""

    id: str
    title: str
    topics: tuple[str, ...]
    effective: date
    owner: str
    clinical: Literal["none", "draft"]
    reviewed_by: str | None


def load_guide(directory: Path) -> tuple[GuideEntry, ...]:
    """Read every `*.md` of `directory`, in the order of their names.

    Raises:
        KnowledgeError: no entry at all, front matter that is not exactly what an entry declares, a file not
            named after its id, a title used twice, or a section that is empty, doubled or missing.
    """
    entries: dict[str, GuideEntry] = {}
    for path in sorted(directory.glob("*.md")):
        entry = _read(path)
        if entry.title in entries:
            raise KnowledgeError(str(path), 1, f"标题「{entry.title}」已经用在 {entries[entry.title].id}.md")
        entries[entry.title] = entry
    if not entries:
        raise KnowledgeError(str(directory), 1, "就医指南里一篇也没有")
    return tuple(entries.values())


def _read(path: Path) -> GuideEntry:
    file = str(path)
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(file, 1, f"文件读不出来（{type(error).__name__}）") from error
    parts = content.split(_FENCE, 2)
    if len(parts) != 3 or parts[0]:  # noqa: PLR2004 nothing, front matter, body
        raise KnowledgeError(file, 1, "开头缺少两行 --- 之间的说明")
    front = parse(parts[1], _FrontMatter, file=file, first_line=2)
    if front.id != path.stem:
        raise KnowledgeError(file, 2, f"编号是 {front.id}，文件名却是 {path.name}")
    return GuideEntry(
        id=front.id,
        title=front.title,
        topics=front.topics,
        effective=front.effective,
        owner=front.owner,
        clinical=front.clinical,
        reviewed_by=front.reviewed_by,
        sections=_sections(parts[2], file, first_line=parts[1].count("\n") + 3),
    )


def _sections(body: str, file: str, *, first_line: int) -> tuple[GuideSection, ...]:
    preamble, *pieces = _HEADING.split(body)
    if preamble.strip() or not pieces:
        raise KnowledgeError(file, first_line, "每段文字都要在 ## 小标题下面")
    sections: dict[str, GuideSection] = {}
    for heading, text in zip(pieces[::2], pieces[1::2], strict=True):
        line = first_line + body[: body.index(f"## {heading}")].count("\n") if f"## {heading}" in body else first_line
        if not text.strip() or heading in sections:
            raise KnowledgeError(file, line, f"小节「{heading}」是空的，或写了两次")
        sections[heading] = GuideSection(heading=heading.strip(), text=text.strip())
    return tuple(sections.values())
