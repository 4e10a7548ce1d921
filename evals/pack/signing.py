"""What nobody has signed yet, file by file."""

from __future__ import annotations

from pathlib import Path

from evals.pack.remark import Remarks, warning
from knowledge.follow_up import FollowUpBook
from knowledge.guidebook import load_guide
from knowledge.pack import UNVERIFIED, Pack
from knowledge.red_flags import RedFlagGroup
from knowledge.strict import Mark, load


def check_signatures(pack: Pack, directory: Path) -> Remarks:
    """Every file without a name in `reviewed_by`, with how much stands in it, and sources nobody looked up."""
    if pack.cover.reviewed_by is None:
        text = f"没有人签字（reviewed_by）：{len(pack.complaints)} 个主诉和科室、分诊规则都是草稿"
        yield warning(pack.cover.mark, "unsigned", text)
    for path in sorted((directory / "clinical" / "red_flags").glob("*.yaml")):
        group = load(path, RedFlagGroup)
        if group.reviewed_by is None:
            text = f"没有人签字（reviewed_by）：{len(group.rules)} 条危急信号是草稿"
            yield warning(Mark(file=str(path), line=1), "unsigned", text)
    for book in (pack.intents, pack.people):
        if book.reviewed_by is None:
            yield warning(book.mark, "unsigned", "没有人签字（reviewed_by）")
    if pack.texts.reviewed_by is None:
        mark = Mark(file=str(directory / "fixed_texts.yaml"), line=1)
        yield warning(mark, "unsigned", f"没有人签字（reviewed_by）：{len(pack.texts)} 条固定文字是草稿")
    yield from _follow_up(pack.follow_up)
    drafts = [entry for entry in load_guide(directory / "guide") if entry.clinical != "none" and not entry.reviewed_by]
    for entry in drafts:
        mark = Mark(file=str(directory / "guide" / f"{entry.id}.md"), line=1)
        yield warning(mark, "unsigned", f"《{entry.title}》涉及诊疗，还没有人签字（reviewed_by）")
    for complaint in pack.complaints.values():
        alone = [rule.id for rule in complaint.rules if all(_unverified(tag) for tag in rule.src)]
        if alone:
            text = f"{len(alone)} 条规则的来源都还没有核对（{UNVERIFIED}）：{'、'.join(alone)}"
            yield warning(complaint.mark, "unverified source", text)


def _follow_up(book: FollowUpBook) -> Remarks:
    """Plans, instruments in use and the diary's table without a name."""
    for course in book.courses.values():
        if course.plan.reviewed_by is None:
            text = f"没有人签字（reviewed_by）：{len(course.plan.rules)} 条随访规则是草稿"
            yield warning(course.plan.mark, "unsigned", text)
    tables = [(one.reviewed_by, one.mark) for one in book.instruments.values() if one.enabled]
    for signed, mark in (*tables, (book.diary.reviewed_by, book.diary.mark)):
        if signed is None:
            yield warning(mark, "unsigned", "没有人签字（reviewed_by）")


def _unverified(tag: str) -> bool:
    return tag.partition(":")[0] == UNVERIFIED
