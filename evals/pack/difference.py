"""What changes for patients from one pack to another, over generated cases; what gets less urgent comes first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from domain.clinical import Disposition
from evals.pack.cases import ChartCase, chart_cases, phrases
from evals.pack.interviewing import End, play
from knowledge.pack import Pack
from knowledge.red_flags import RedFlagRule
from tools.triage.red_flags import RedFlags
from understanding.lexicon import Lexicon

LEVELS = {
    Disposition.CALL_120: "立即叫120",
    Disposition.ED_NOW: "马上去急诊",
    Disposition.VISIT_24H: "24小时内就诊",
    Disposition.OPD: "普通门诊",
    Disposition.HOME: "在家观察",
}
MOST_OF_A_CHANGED_CHART = 1500
MOST_OF_ANY_CHART = 60
"""Cases of a chart whose own file is the same, where something all charts share has changed."""
_SHARED = ("pack.yaml", "routing.yaml", "vitals.yaml", "departments.yaml")
_NOTHING = "没有反应"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """How many cases of one subject went from `before` to `after`; `example` is one of them, in words."""

    kind: str
    subject: str
    before: str
    after: str
    lowered: bool
    count: int
    example: str

    @property
    def sentence(self) -> str:
        """「头痛：3 个情形由 普通门诊 变为 24小时内就诊，例如：…」."""
        return f"{self.subject}：{self.count} 个情形由 {self.before} 变为 {self.after}，例如：{self.example}"


@dataclass(frozen=True, slots=True)
class Seen:
    """One case that went from `before` to `after`."""

    kind: str
    subject: str
    before: str
    after: str
    example: str
    lowered: bool = False


Job = Callable[[], Iterator[Seen]]


def jobs(before: Pack, after: Pack, directories: tuple[Path, Path]) -> list[Job]:
    """The comparison in pieces, one per chart and red flag that can have changed."""
    found: list[Job] = []
    shared = any(not _same(directories, Path("clinical") / file) for file in _SHARED)
    for complaint_id in dict.fromkeys((*before.complaints, *after.complaints)):
        unchanged = _same(directories, Path("clinical") / "complaints" / f"{complaint_id}.yaml")
        if not unchanged or shared:
            most = MOST_OF_ANY_CHART if unchanged else MOST_OF_A_CHANGED_CHART
            found.append(partial(_chart, complaint_id, before, after, most))
    screens = _screen(before), _screen(after)
    for rule_id in dict.fromkeys((*before.red_flags, *after.red_flags)):
        rules = [(pack.red_flags[rule_id], pack) for pack in (before, after) if rule_id in pack.red_flags]
        found.append(partial(_red_flag, rules, screens))
    return found


def gather(seen: Iterator[Seen]) -> tuple[Change, ...]:
    """The changes, what got less urgent first, then by how many cases."""
    counted: dict[tuple[str, str, str, str, bool], list[str]] = {}
    for one in seen:
        counted.setdefault((one.kind, one.subject, one.before, one.after, one.lowered), []).append(one.example)
    changes = [
        Change(
            kind=kind, subject=subject, before=before, after=after, lowered=lowered, count=len(found), example=found[0]
        )
        for (kind, subject, before, after, lowered), found in counted.items()
    ]
    return tuple(sorted(changes, key=lambda one: (not one.lowered, one.kind, -one.count, one.subject)))


def _same(directories: tuple[Path, Path], file: Path) -> bool:
    one, other = (directory / file for directory in directories)
    return one.exists() and other.exists() and one.read_bytes() == other.read_bytes()


def _chart(complaint_id: str, before: Pack, after: Pack, most: int) -> Iterator[Seen]:
    charts = tuple(pack.complaints[complaint_id] for pack in (before, after) if complaint_id in pack.complaints)
    name = charts[0].names.zh
    if len(charts) == 1:
        gone = complaint_id in before.complaints
        was, now = ("有这个问诊", "没有") if gone else ("没有", "有这个问诊")
        yield Seen("chart", name, was, now, complaint_id, lowered=gone)
        return
    for case in chart_cases(charts, most=most):
        yield from _ends(name, case, play(before, complaint_id, case), play(after, complaint_id, case))


def _ends(name: str, case: ChartCase, one: End, other: End) -> Iterator[Seen]:
    example = f"{case.person}，{'、'.join(case.words) or '都没有'}"
    if one.disposition is not other.disposition:
        lowered = other.disposition < one.disposition
        yield Seen("disposition", name, LEVELS[one.disposition], LEVELS[other.disposition], example, lowered=lowered)
    if one.departments != other.departments:
        yield Seen("department", name, "、".join(one.departments), "、".join(other.departments), example)
    left, new = (
        "、".join(dict.fromkeys(question for question in ours if question not in theirs))
        for ours, theirs in ((one.questions, other.questions), (other.questions, one.questions))
    )
    if left or new:
        yield Seen("question", name, f"问 {left}" if left else "不问", f"问 {new}" if new else "不问", example)


def _screen(pack: Pack) -> Callable[[str], tuple[int, int]]:
    """How urgent a text is: what acts at once, then what is asked about; -1 for nothing."""
    lexicon = Lexicon(pack.lexicon, pack.patterns)
    flags = RedFlags(pack.red_flags.values(), lexicon)

    def screen(text: str) -> tuple[int, int]:
        raised = flags.match(lexicon.hear(text))
        certain = max((int(flag.disposition) for flag in raised if flag.certain), default=-1)
        return certain, max((int(flag.disposition) for flag in raised), default=-1)

    return screen


def _red_flag(
    rules: list[tuple[RedFlagRule, Pack]], screens: tuple[Callable[[str], tuple[int, int]], ...]
) -> Iterator[Seen]:
    texts = dict.fromkeys(
        text
        for rule, pack in rules
        for pattern in (*rule.hard, *rule.confirm)
        for text in phrases(pattern, pack.lexicon)
    )
    rule = rules[0][0]
    for text in texts:
        one, other = (screen(text) for screen in screens)
        if one != other:
            yield Seen(
                "red flag", f"{rule.id} {rule.name}", _level(one), _level(other), f"「{text}」", lowered=other < one
            )


def _level(urgency: tuple[int, int]) -> str:
    certain, asked = urgency
    if certain >= 0:
        return LEVELS[Disposition(certain)]
    return _NOTHING if asked < 0 else f"先询问（{LEVELS[Disposition(asked)]}）"
