"""What the words around a finding do to it: denied, remembered, supposed, asked about, unsure, over again.

Pure: it sees the normal text, the cue words found in it and where findings stand, and says how each
stretch of the text is meant. When in doubt a finding is present: a cue governs what stands right
behind it, never a whole sentence, and a stated degree or duration (「疼得厉害」, 「三天了」) asserts.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from understanding import frames


class Status(IntEnum):
    """How a mention is meant; a composition is as doubtful as its most doubtful member."""

    PRESENT = 0
    RESOLVED = 1
    UNCERTAIN = 2
    UNKNOWN = 3
    HISTORY = 4
    HYPOTHETICAL = 5
    ABSENT = 6


class Region(NamedTuple):
    """Mentions inside `start` to `end` have this status; `named` says that only names of illnesses do."""

    start: int
    end: int
    status: Status
    named: bool = False


class Cue(NamedTuple):
    """A cue word of the lexicon; `kind` is its row in `cues.tsv`."""

    kind: str
    start: int
    end: int


_Rule: TypeAlias = "Callable[[_Sentence, Cue], Iterable[Region]]"

_BOUNDARY = re.compile(r"[，。:]")
_FILLER = re.compile(
    r"(?:什么|啥|任何|明显|特别|出现|再|过|感到|感觉|觉得|怎么|太|很|那么|到|的|地|其他|其它|了|出|发现|见|发生|伴有|伴|有|经常|去|说)*"
)
_LINK = re.compile(r"(?:的|了|过|和|或者|或|以及|及|与|跟|还有|、|那种|这种|现象|症状|情况|有点|这样)*")
_ASSERTED = re.compile(
    r"(?:得(?:厉害|不行|要命|很|慌|难受|直|打滚|受不了|要死|不得了)|死了|死我了|不行了"
    r"|(?:有|已经|都)?[\d一二两三四五六七八九十半几好多]+个?(?:天|小时|钟头|周|星期|礼拜|月|年|分钟))"
)
_AGAIN = re.compile(r"过")
_BACK_LIST = re.compile(r"(?:这些|以上|上面|上述|这几样|这几个|什么的|之类|，|、|和|或者|或|也|都|倒|就|的|了|过|是)*$")
_STOP = re.compile(r"[，。]|$")
_END = re.compile(r"(?:啊|呀|的|吧|呢|哦|哈|过)*(?:[，。:]|$)")
_DOUBTED = re.compile(r"(?P<sure>(?:怎么|咋|哪|哪里|岂|谁说)(?:可)?(?:会|能|可能)?)$|(?<![可才只不])(?:能|会)$")
_ASKED_BACK = re.compile(r"^.{1,5}[吗么嘛]")
_ADDED = re.compile(r"^(.)[不没]\1")
_RESOLVED_REACH = 14
_SHORT_LIST = 30


def regions(
    text: str,
    cues: Iterable[Cue],
    spans: Iterable[tuple[int, int]],
    findings: Iterable[tuple[int, int]] | None = None,
    names: Iterable[tuple[int, int]] = (),
) -> tuple[Region, ...]:
    """How stretches of `text` are meant.

    `spans` is where anything of the lexicon stands in it; `findings` where what can be denied afterwards
    does (「发烧没有」), everything if not given; `names` where names of illnesses do.
    """
    every = sorted(spans, key=itemgetter(1))
    denied = every if findings is None else sorted(findings, key=itemgetter(1))
    before = {end: start for start, end in sorted(denied, reverse=True)}
    return governing(text, cues, longest=dict(every), before=before, names=names)


def governing(
    text: str,
    cues: Iterable[Cue],
    *,
    longest: Mapping[int, int],
    before: Mapping[int, int],
    names: Iterable[tuple[int, int]],
) -> tuple[Region, ...]:
    """How stretches of `text` are meant.

    `longest` is the end of the longest mention from each start, `before` the start of the longest finding to
    each end, `names` where names of illnesses stand.
    """
    ordered = sorted(cues, key=itemgetter(1))
    return tuple(_Sentence(text, ordered, longest, before, names).regions()) if ordered else ()


def status_of(start: int, end: int, governing: tuple[Region, ...], *, named: bool = False) -> Status:
    """How a mention from `start` to `end` is meant; `named` says it is the name of an illness."""
    status = Status.PRESENT
    for first, last, meant, of_names in governing:
        if first <= start and end <= last and meant > status and (named or not of_names):
            status = meant
    return status


class _Sentence:
    """The text with its clauses, cues and mentions, while the regions are found."""

    def __init__(
        self,
        text: str,
        cues: list[Cue],
        longest: Mapping[int, int],
        before: Mapping[int, int],
        names: Iterable[tuple[int, int]],
    ) -> None:
        self.text = text
        self.cues = cues
        self.fresh = {cue.start for cue in cues if cue.kind == "now"}
        self.longest = longest
        self.before = before
        self.names = frozenset(names)
        self.bounds = [-1, *(match.start() for match in _BOUNDARY.finditer(text)), len(text)]

    def regions(self) -> Iterable[Region]:
        guards = [cue for cue in self.cues if cue.kind in _GUARDS]
        for cue in self.cues:
            rule = _RULES.get(cue.kind)
            if rule is not None and not any(_guarded(cue, guard) for guard in guards):
                yield from rule(self, cue)

    def clause(self, position: int) -> tuple[int, int]:
        """Start and end of the clause around `position`."""
        right = bisect_left(self.bounds, position, lo=1)
        return (self.bounds[right - 1] + 1, self.bounds[right]) if right < len(self.bounds) else (0, len(self.text))

    def previous(self, start: int) -> tuple[int, int] | None:
        """The clause that ends at the soft boundary right before `start`."""
        if start <= 0 or self.text[start - 1] == "。":
            return None
        return self.clause(max(start - 2, 0))

    def has(self, kinds: frozenset[str], start: int, end: int) -> bool:
        """Whether a cue of `kinds` stands between."""
        return any(cue.kind in kinds and start <= cue.start and cue.end <= end for cue in self.cues)

    def chain(self, position: int, *, listed: bool) -> int:
        """The end of the mentions that follow `position`; `position` itself when none does."""
        filler = _FILLER.match(self.text, position)
        at = filler.end() if filler else position
        if at not in self.longest:
            at = position
        end = position
        first = True
        while at in self.longest:
            stop = self.longest[at]
            if not first and (at in self.fresh or _ASSERTED.match(self.text, stop)):
                break
            end = stop
            link = _LINK.match(self.text, stop) if listed else None
            at = link.end() if link else stop
            if not listed and not first:
                break
            first = False
        return end

    def named_on(self, start: int, end: int) -> int:
        """Where a denied list of illnesses ends that goes on over commas: 「没有高血压，糖尿病，冠心病」.

        Only bare names follow in it: who says 「没有发烧，肺炎三天」 has a pneumonia.
        """
        if not any(first >= start and last == end for first, last in self.names):
            return end
        while self.text[end : end + 1] == "，":
            bare = [last for first, last in self.names if first == end + 1 and _STOP.match(self.text, last)]
            if not bare:
                break
            end = max(bare)
        return end


def _guarded(cue: Cue, guard: Cue) -> bool:
    """Whether a cue is only a piece of something that negates nothing (有没有, 不得不)."""
    inside = guard.start <= cue.start and cue.end <= guard.end
    return inside and (cue.end - cue.start < guard.end - guard.start or cue.kind.startswith("negation"))


def _negated(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    if _rhetorical(sentence, cue):
        return
    end = sentence.chain(cue.end, listed=True)
    if end > cue.end:
        yield Region(cue.end, sentence.named_on(cue.end, end), Status.ABSENT)
    else:
        yield from _negated_back(sentence, cue)


def _negated_near(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    if _rhetorical(sentence, cue):
        return
    if cue.start and _ADDED.match(sentence.text[cue.start - 1 : cue.end + 1]):
        yield Region(cue.start - 1, cue.end + 1, Status.UNKNOWN)
        return
    end = sentence.chain(cue.end, listed=False)
    if end > cue.end:
        yield Region(cue.end, end, Status.ABSENT)
    elif cue.end - cue.start > 1 or sentence.text[cue.start : cue.end] == "没":
        yield from _negated_back(sentence, cue)


def _rhetorical(sentence: _Sentence, cue: Cue) -> bool:
    """「能不疼吗」, 「怎么会不疼」: a denial that asserts."""
    start, end = sentence.clause(cue.start)
    doubted = _DOUBTED.search(sentence.text[start : cue.start])
    return doubted is not None and bool(doubted["sure"] or _ASKED_BACK.match(sentence.text[cue.end : end]))


def _hardly(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    """「不太疼」, 「没怎么咳」: a little is neither denied nor a complaint."""
    end = sentence.chain(cue.end, listed=True)
    if end > cue.end:
        yield Region(cue.end, end, Status.UNKNOWN)


def _negated_back(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    """「发烧没有」, 「胸痛、气短，都没有」: what stands before, when nothing follows."""
    if not _END.match(sentence.text, cue.end) or sentence.has(_OTHERS, max(cue.start - 6, 0), cue.start):
        return
    at, limit = cue.start, max(cue.start - _SHORT_LIST, 0)
    start = at
    while at > limit:
        link = _BACK_LIST.search(sentence.text[limit:at])
        stop = limit + link.start() if link else at
        if stop not in sentence.before or _ASSERTED.match(sentence.text, stop):
            break
        at = start = sentence.before[stop]
    if start < cue.start:
        yield Region(start, cue.start, Status.ABSENT)


def _remembered(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    if any(one.kind == "not_history" and one.start <= cue.start and cue.end <= one.end for one in sentence.cues):
        return
    _, end = sentence.clause(cue.start)
    later = [other.start for other in sentence.cues if other.kind == "now" and cue.end <= other.start < end]
    end = min([end, *later])
    if cue.kind == "history_weak" and not _AGAIN.search(sentence.text, cue.end, end):
        return
    yield Region(cue.end, end, Status.HISTORY)


def _once_had(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    end = sentence.chain(cue.end, listed=True)
    if end > cue.end:
        yield Region(cue.end, end, Status.HISTORY)


def _on_record(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    start, _ = sentence.clause(cue.start)
    yield Region(start, cue.end, Status.HISTORY)


def _forward(status: Status) -> _Rule:
    def rule(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
        _, end = sentence.clause(cue.start)
        yield Region(cue.end, end, status)

    return rule


def _forward_named(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    _, end = sentence.clause(cue.start)
    yield Region(cue.end, end, Status.UNCERTAIN, named=True)


def _unknown(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    end = sentence.chain(cue.end, listed=True)
    if end > cue.end:
        yield Region(cue.end, end, Status.UNKNOWN)


def _in_general(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    """A general question or a story: its clause, or the one before if its own names nothing."""
    start, end = sentence.clause(cue.start)
    named = any(start <= at < end for at in sentence.longest)
    if not named and (earlier := sentence.previous(start)):
        start = earlier[0]
    if not sentence.has(_HERE, start, end) or sentence.text[cue.start] == "梦":
        yield Region(start, end, Status.HYPOTHETICAL)


def _throughout(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    """An exam, a lesson, a safety plan, a play: everything said is part of it, unless somebody is ill meanwhile."""
    end = len(sentence.text)
    here = (sentence.text[one.start : one.end] for one in sentence.cues if one.kind == "here")
    if not _DATES.issuperset(here) or frames.happens(sentence.text):
        yield from _in_general(sentence, cue)
    else:
        yield Region(0, end, Status.HYPOTHETICAL)


def _of_an_animal(sentence: _Sentence, _: Cue) -> Iterable[Region]:
    if frames.of_an_animal(sentence.text):
        yield Region(0, len(sentence.text), Status.HYPOTHETICAL)


def _in_care(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    """What brought somebody to hospital who is there already, when business is all the rest."""
    if not frames.worsens(sentence.text):
        yield Region(sentence.text.rfind("。", 0, cue.start) + 1, cue.end, Status.HISTORY)


def _business(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    """Papers about an illness (「车祸的病历封存」): what 的 joins to them is over, what stands before is unsure."""
    start, _ = sentence.clause(cue.start)
    if frames.begins(sentence.text):
        return
    if "的" in sentence.text[start : cue.start]:
        yield Region(start, cue.start, Status.HISTORY)
    yield Region(0, start, Status.UNCERTAIN)


def _left_behind(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    """「面瘫后遗症一年多了，嘴有点歪」: what was left of an illness is asked about, unless it is new."""
    start, end = sentence.clause(cue.start)
    yield Region(start, cue.end, Status.HISTORY)
    after = sentence.clause(end + 1)[1] if sentence.text[end : end + 1] == "，" else end
    if not frames.begins(sentence.text, cue.end):
        yield Region(cue.end, after, Status.UNCERTAIN)


def _figure(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    """「穷得吐血」, 「困得我要昏过去了」: nobody falls ill of what stands before; the milder causes need a 快 or 要."""
    if cue.kind == "figure" or frames.figurative(sentence.text, cue.end):
        yield Region(cue.end, sentence.clause(cue.start)[1], Status.HYPOTHETICAL)


def _feared(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    """「担心是脑出血」 is a doubt; 「害怕出血不止」, 「怕他哪天睡过去」 is about what has not happened."""
    _, end = sentence.clause(cue.start)
    if frames.feared(sentence.text, cue.end, end, dread=cue.kind == "dread"):
        yield Region(cue.end, end, Status.HYPOTHETICAL)
    else:
        yield Region(cue.end, end, Status.HYPOTHETICAL, named=True)
        yield Region(cue.end, end, Status.UNCERTAIN)


def _in_passing(sentence: _Sentence, cue: Cue) -> Iterable[Region]:
    start, end = sentence.clause(cue.start)
    yield Region(start, end, Status.HYPOTHETICAL, named=True)


def _over(_: _Sentence, cue: Cue) -> Iterable[Region]:
    yield Region(max(cue.start - _RESOLVED_REACH, 0), cue.start, Status.RESOLVED)


_GUARDS = frozenset({"negation_guard", "hardly"})
_OTHERS = frozenset({"other_back"})
_HERE = frozenset({"here"})
_DATES = frozenset({"今天", "昨天", "昨晚"})
"""Words of the present that a film of last night has as well."""
_RULES: Mapping[str, _Rule] = {
    "negation": _negated,
    "negation_near": _negated_near,
    "negation_back": _negated_back,
    "hardly": _hardly,
    "history": _remembered,
    "history_weak": _remembered,
    "history_near": _once_had,
    "history_back": _on_record,
    "condition": _forward(Status.HYPOTHETICAL),
    "fear": _feared,
    "dread": _feared,
    "doubt": _forward(Status.UNCERTAIN),
    "uncertain": _forward_named,
    "unknown": _unknown,
    "fiction": _in_general,
    "education": _in_general,
    "purpose": _throughout,
    "animal": _of_an_animal,
    "in_care": _in_care,
    "business": _business,
    "left_behind": _left_behind,
    "figure": _figure,
    "figure_near": _figure,
    "loss": lambda sentence, _: (Region(*span, Status.HYPOTHETICAL) for span in frames.sorrows(sentence.text)),
    "admin": _in_passing,
    "resolved": _over,
}
