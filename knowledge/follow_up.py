"""Follow-up plans: what is asked when, with which instruments, and from where on somebody is told.

One file per plan under `follow_up/`, one per instrument under `follow_up/instruments/`, and the table of home
readings in `follow_up/readings/diary.yaml`. Questions are those of the complaint charts, rules are in their
language; besides the answers a rule may use the names of `knowledge.profile` and

    <instrument>                 its score, once every item of it is answered
    <number>_rise                how much a number or a score is above the patient's last one
    <number>_fall                how much it is below the patient's first one
    day                          days since day 0 of the plan
    sbp_mean, dbp_mean           mean of the home readings of a week (mmHg)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import Literal

from domain.clinical import Disposition, RuleId
from domain.follow_up import Anchor, PlanDefinition, PlanId, Questionnaire, Value
from domain.follow_up_alert import AlertLevel
from knowledge.complaints import Names, Question, QuestionKind
from knowledge.expressions import Expression
from knowledge.patterns import Pattern
from knowledge.strict import Mark

FREE = frozenset({"public_domain", "free", "free_with_citation"})
"""Licences under which an instrument may be used; every other one has to be settled first."""
PRESSURE = ("sbp", "dbp")
MEANS = ("sbp_mean", "dbp_mean")
RISE, FALL, DAY = "_rise", "_fall", "day"
Reading = Literal["bp", "hr", "glucose", "spo2", "temp", "weight", "pain"]


@dataclass(frozen=True, kw_only=True)
class Item(Question):
    """A question of a follow-up.

    `measure` is the reading that answers it wherever it is said; `optional` says that not knowing is fine (a reading
    nobody took); `same_as` names an item of another instrument whose answer is this one's.
    """

    measure: Reading | None = None
    optional: bool = False
    same_as: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names its answer makes known; blood pressure is two."""
        if self.type is QuestionKind.MULTI:
            return tuple(self.signs)
        return PRESSURE if self.measure == "bp" else (self.id,)

    def score(self, value: Value) -> float:
        """What an answer counts: the number itself, or the place of the option, 0 first."""
        return float(self.options.index(value)) if isinstance(value, str) else float(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpRule:
    """When `when` holds, the patient is told `d` and the staff gets an alert of `level` to act on `within_hours`.

    `because` is read to both. Without `d` only the staff acts, and the patient hears when; without `level` nobody is
    alerted. `crisis` starts the safety protocol.
    """

    id: str
    when: Expression
    d: Disposition | None = None
    level: AlertLevel | None = None
    within_hours: float = 24.0
    crisis: bool = False
    because: str
    src: tuple[str, ...]
    mark: Mark

    def __post_init__(self) -> None:
        if self.d is None and self.level is None:
            raise ValueError("规则要写 d（患者怎么做）或 level（通知谁），至少一个")
        if self.d is not None and self.d >= Disposition.ED_NOW and self.level is not AlertLevel.RED:
            raise ValueError("急诊和120的规则一定是红色（level: red）")

    @property
    def urgency(self) -> tuple[bool, int, bool, float]:
        """The larger, the more urgent: crisis, disposition, level, time."""
        return self.crisis, self.d or 0, self.level is AlertLevel.RED, -self.within_hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Licence:
    """The right to use an instrument: its kind, who holds it, what must be cited, until when it was granted."""

    kind: Literal["public_domain", "free", "free_with_citation", "registration", "licensed", "unconfirmed", "forbidden"]
    holder: str
    citation: str = ""
    expires: date | None = None

    def __post_init__(self) -> None:
        if self.kind == "free_with_citation" and not self.citation:
            raise ValueError("要求署名的量表必须写 citation")


@dataclass(frozen=True, kw_only=True, eq=False)
class Instrument:
    """An instrument: its items, and from where on somebody is told; disabled without a licence."""

    id: str
    title: str
    version: str
    language: str
    licence: Licence
    reviewed_by: str | None
    enabled: bool
    ask: tuple[Item, ...] = ()
    rules: tuple[FollowUpRule, ...] = ()
    note: str = ""
    mark: Mark

    def __post_init__(self) -> None:
        if self.enabled and self.licence.kind not in FREE:
            raise ValueError(f"{self.id} 没有许可（{self.licence.kind}），不能启用")
        if self.enabled and not self.ask:
            raise ValueError(f"{self.id} 没有题目，不能启用")

    def score(self, values: dict[str, Value]) -> float | None:
        """The sum of its items; `None` as long as one is not answered."""
        answers = [values.get(item.id) for item in self.ask]
        if not answers or any(value is None for value in answers):
            return None
        return sum(item.score(value) for item, value in zip(self.ask, answers, strict=True) if value is not None)

    @property
    def questionnaire(self) -> Questionnaire:
        """What the staff is shown of it."""
        return Questionnaire(
            id=self.id,
            title=self.title,
            version=self.version,
            language=self.language,
            licence=self.licence.kind,
            enabled=self.enabled,
            reviewed_by=self.reviewed_by,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """An instrument in a plan; `if_` says when it is asked."""

    id: str
    if_: Expression | None = None
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Days after day 0, then every so many days up to the last; `at` is the time of day, hospital's zone."""

    days: tuple[int, ...]
    every_days: int | None = None
    until_day: int | None = None
    at: str = "10:00"

    def __post_init__(self) -> None:
        if not self.days or list(self.days) != sorted(set(self.days)) or self.days[0] < 1:
            raise ValueError("days 要从小到大写，每天一次，从第1天起")
        if (self.every_days is None) != (self.until_day is None):
            raise ValueError("every_days 和 until_day 要一起写")
        time.fromisoformat(self.at)

    @property
    def all_days(self) -> tuple[int, ...]:
        """Every day of the plan, in order."""
        if self.every_days is None or self.until_day is None:
            return self.days
        following = range(self.days[-1] + self.every_days, self.until_day + 1, self.every_days)
        return (*self.days, *following)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """How long is waited for an answer before the patient is told again, and then before a nurse calls; hours."""

    second_after_hours: float = 24.0
    call_after_hours: float = 24.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Plan:
    """A follow-up plan. `ask` comes first, then the instruments, then `then`.

    `profile` is what is true of everybody on the plan, `codes` are the hospital's codes of procedures and diagnoses
    that lead to it. Instruments that are not enabled are left out.
    """

    id: PlanId
    version: str
    reviewed_by: str | None
    names: Names
    anchor: Anchor
    owner: str
    schedule: Schedule
    attempts: Attempts = field(default_factory=Attempts)
    profile: dict[str, bool] = field(default_factory=dict)
    codes: tuple[str, ...] = ()
    ask: tuple[Item, ...]
    instruments: tuple[Use, ...] = ()
    then: tuple[Item, ...] = ()
    rules: tuple[FollowUpRule, ...]
    sources: tuple[str, ...]
    mark: Mark

    def rule_id(self, rule: FollowUpRule) -> RuleId:
        """The rule's id in the whole pack, with its version: `postop_d3.T03@2026.11-draft1`."""
        return RuleId(f"{self.id}.{rule.id}@{self.version}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """A plan with its instruments: everything one conversation needs. `conditions` says when an item is asked."""

    plan: Plan
    instruments: tuple[Instrument, ...]
    items: tuple[Item, ...]
    conditions: dict[str, tuple[Expression, ...]]

    @classmethod
    def of(cls, plan: Plan, known: dict[str, Instrument]) -> Course:
        """A plan with those of its instruments that are enabled."""
        used = [(use, known[use.id]) for use in plan.instruments if known[use.id].enabled]
        conditions: dict[str, tuple[Expression, ...]] = {
            item.id: (item.if_,) for item in (*plan.ask, *plan.then) if item.if_ is not None
        }
        for use, instrument in used:
            for item in instrument.ask:
                both = tuple(one for one in (use.if_, item.if_) if one is not None)
                conditions |= {item.id: both} if both else {}
        asked = (item for _, instrument in used for item in instrument.ask)
        return cls(
            plan=plan,
            instruments=tuple(instrument for _, instrument in used),
            items=(*plan.ask, *asked, *plan.then),
            conditions=conditions,
        )

    @property
    def id(self) -> str:
        """The plan's id."""
        return self.plan.id

    @property
    def ask(self) -> tuple[Item, ...]:
        """Its items, as a chart names its questions."""
        return self.items

    @cached_property
    def by_id(self) -> dict[str, Item]:
        """Its items by id."""
        return {item.id: item for item in self.items}

    @cached_property
    def by_link(self) -> dict[str, Item]:
        """Which item makes a name known."""
        return {name: item for item in self.items for name in item.names}

    @cached_property
    def rules(self) -> tuple[tuple[RuleId, FollowUpRule], ...]:
        """Its rules and its instruments', the most urgent first, each with its id in the pack."""
        own = [(self.plan.rule_id(rule), rule) for rule in self.plan.rules]
        for one in self.instruments:
            own += [(RuleId(f"{one.id}.{rule.id}@{one.version}"), rule) for rule in one.rules]
        return tuple(sorted(own, key=lambda pair: pair[1].urgency, reverse=True))

    @property
    def patterns(self) -> Iterator[Pattern]:
        """Every pattern its answers are heard by."""
        for item in self.items:
            yield from item.patterns

    def label(self, link_id: str, value: Value) -> str:
        """An answer in words."""
        item = self.by_link[link_id]
        if isinstance(value, bool):
            return ("有" if value else "没有") if item.type is QuestionKind.MULTI else ("是" if value else "否")
        return value if isinstance(value, str) else f"{value:g}{item.unit}"

    @property
    def definition(self) -> PlanDefinition:
        """What the staff is shown of it."""
        return PlanDefinition(
            id=self.plan.id,
            version=self.plan.version,
            title=self.plan.names.zh,
            anchor=self.plan.anchor,
            steps=tuple(step_name(day) for day in self.plan.schedule.all_days),
            owner=self.plan.owner,
            questionnaires=tuple(one.questionnaire for one in self.instruments),
            reviewed_by=self.plan.reviewed_by,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class DiaryTable:
    """What a home reading leads to, beside the pack's own table of readings (`vitals.yaml`)."""

    version: str
    reviewed_by: str | None
    rules: tuple[FollowUpRule, ...]
    mark: Mark


@dataclass(frozen=True, kw_only=True, eq=False)
class FollowUpBook:
    """Everything of the folder: the courses by plan id, all instruments, the diary's table."""

    courses: dict[PlanId, Course]
    instruments: dict[str, Instrument]
    diary: DiaryTable

    @property
    def patterns(self) -> Iterator[Pattern]:
        """Every pattern of every course."""
        for course in self.courses.values():
            yield from course.patterns


def step_name(day: int) -> str:
    """「D30」."""
    return f"D{day}"


def step_day(step: str) -> int:
    """30 of 「D30」."""
    return int(step.removeprefix("D"))
