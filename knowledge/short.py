"""Short charts: a complaint as two cards, one question that allows HOME, and a default.

The form for the many complaints that need no rules of their own. It is written down by level and read as a
full chart:

    danger    one card of the signs under `call_120` and `ed_now` (at most five), if there are any
    more      one card of the signs under `visit_24h` and `opd` (at most five), if there are any
    home      one yes/no; a clear yes, with both cards denied, gives HOME; without it HOME is not reached
    otherwise `default_d`

Ages, departments by age or sex and everything else are expressions over the profile names, as in a full
chart's `departments`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Literal

from domain.clinical import Disposition
from knowledge.complaints import (
    Applies,
    Complaint,
    DepartmentRule,
    Derivation,
    Names,
    Question,
    QuestionKind,
    Rule,
    SelfCare,
)
from knowledge.expressions import Expression
from knowledge.patterns import Pattern
from knowledge.strict import Mark

DANGER_CARD = "danger"
MORE_CARD = "more"
HOME_QUESTION = "home"
_DANGER_TEXT = "有没有下面任何一种？可多选"
_MORE_TEXT = "还有没有这些？可多选"
_LEVELS = (
    ("call_120", Disposition.CALL_120, "这些表现要马上由120处理"),
    ("ed_now", Disposition.ED_NOW, "这些表现要马上检查"),
    ("visit_24h", Disposition.VISIT_24H, "有这些情况，一天内看医生更安全"),
    ("opd", Disposition.OPD, "有这些情况，请预约门诊看看"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortSign:
    """One sign of a short chart, with what a full chart's question says of it."""

    text: str
    because: str = ""
    heard: tuple[Pattern, ...] = ()
    denied: tuple[Pattern, ...] = ()
    present: Expression | None = None
    absent: Expression | None = None
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeQuestion:
    """The question whose clear yes lets the patient stay at home, and what is said then."""

    text: str
    because: str
    heard: tuple[Pattern, ...] = ()
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortComplaint:
    """A short chart as it is written: signs by level, each list from the gravest on."""

    id: str
    version: str
    names: Names
    aliases: tuple[str, ...]
    applies: Applies = field(default_factory=Applies)
    red_flags: tuple[str, ...] = ()
    call_120: dict[str, ShortSign] = field(default_factory=dict)
    ed_now: dict[str, ShortSign] = field(default_factory=dict)
    visit_24h: dict[str, ShortSign] = field(default_factory=dict)
    opd: dict[str, ShortSign] = field(default_factory=dict)
    home: HomeQuestion | None = None
    default_d: Literal["VISIT_24H", "OPD", "HOME"]
    departments: tuple[DepartmentRule, ...]
    self_care: SelfCare
    sources: tuple[str, ...]
    mark: Mark

    def __post_init__(self) -> None:
        signs = list(chain(self.call_120, self.ed_now, self.visit_24h, self.opd))
        if not signs:
            raise ValueError("a short chart needs at least one sign")
        if len(set(signs)) < len(signs):
            raise ValueError("a sign stands at two levels")

    def chart(self) -> Complaint:
        """The full chart it stands for."""
        danger, more = {**self.call_120, **self.ed_now}, {**self.visit_24h, **self.opd}
        cards = ((DANGER_CARD, _DANGER_TEXT, danger), (MORE_CARD, _MORE_TEXT, more))
        ask = [_card(card, text, signs, self.mark) for card, text, signs in cards if signs]
        rules = [
            Rule(
                id=sign,
                when=Expression.parse(sign),
                d=level,
                because=entry.because or because,
                src=self.sources,
                mark=entry.mark,
            )
            for name, level, because in _LEVELS
            for sign, entry in getattr(self, name).items()
        ]
        if self.home is not None:
            heard = {HOME_QUESTION: self.home.heard} if self.home.heard else {}
            ask.append(
                Question(
                    id=HOME_QUESTION, text=self.home.text, type=QuestionKind.BOOL, heard=heard, mark=self.home.mark
                )
            )
            nothing = " and ".join([HOME_QUESTION, *(f"not {sign}" for sign in (*danger, *more))])
            rules.append(
                Rule(
                    id=HOME_QUESTION,
                    when=Expression.parse(nothing),
                    d=Disposition.HOME,
                    because=self.home.because,
                    src=self.sources,
                    mark=self.home.mark,
                )
            )
        return Complaint(
            id=self.id,
            version=self.version,
            names=self.names,
            aliases=self.aliases,
            applies=self.applies,
            red_flags=self.red_flags,
            ask=tuple(ask),
            rules=tuple(rules),
            default_d=Disposition[self.default_d],
            departments=self.departments,
            self_care=self.self_care,
            sources=self.sources,
            mark=self.mark,
        )


def _card(card: str, text: str, signs: dict[str, ShortSign], mark: Mark) -> Question:
    derive = {
        sign: Derivation(present=entry.present, absent=entry.absent, mark=entry.mark)
        for sign, entry in signs.items()
        if entry.present is not None or entry.absent is not None
    }
    return Question(
        id=card,
        text=text,
        type=QuestionKind.MULTI,
        signs={sign: entry.text for sign, entry in signs.items()},
        heard={sign: entry.heard for sign, entry in signs.items() if entry.heard},
        denied={sign: entry.denied for sign, entry in signs.items() if entry.denied},
        derive=derive,
        mark=mark,
    )
