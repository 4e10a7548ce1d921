"""What one message says, read without a model: the value everything after `understand` works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from domain.clinical import DepartmentId, Finding
from domain.patient import Relation, Sex
from domain.scheduling import Period


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """Something the patient wants besides telling symptoms; `id` is one of the lexicon's intents."""

    id: str
    quote: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartmentHint:
    """A department the words lead to. `named` says the patient said its name; a `weight` of 1 is one plain symptom."""

    id: DepartmentId
    weight: float
    quote: str
    named: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReading:
    """Who is ill, as far as this message says; `None` is not said.

    `conditions` holds profile names of the pack (`diabetes`, `anticoag`, `immuno` …) said to hold or not.
    """

    relation: Relation | None = None
    age_years: float | None = None
    sex: Sex | None = None
    pregnant: bool | None = None
    gestation_weeks: float | None = None
    postpartum: bool | None = None
    conditions: dict[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Measurements the patient reports, unverified."""

    temperature_celsius: float | None = None
    systolic_mmhg: float | None = None
    diastolic_mmhg: float | None = None
    heart_rate_per_minute: float | None = None
    respirations_per_minute: float | None = None
    oxygen_saturation_percent: float | None = None
    glucose_mmol_per_litre: float | None = None


class BookingAsk(StrEnum):
    """What is asked of the book beside a new appointment."""

    WAIT = "wait"
    """候补 for what is full."""
    MY_WAITS = "my_waits"
    TAKE_OFFER = "take_offer"
    """Yes to a place the waitlist offers."""
    STOP_WAITING = "stop_waiting"
    """No to an offer, or no more waiting."""
    EXTRA = "extra"
    """加号."""
    MY_EXTRAS = "my_extras"
    STOP_EXTRA = "stop_extra"
    ARRIVED = "arrived"
    """报到."""
    QUEUE = "queue"
    SAME_DOCTOR = "same_doctor"
    """The doctor of an earlier visit, not named."""
    OTHER_DOCTOR = "other_doctor"
    """Anybody but the doctor shown or booked."""
    FOR_SOMEONE = "for_someone"
    """A booking for somebody else, or for oneself again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingWish:
    """What is said about an appointment, in any order and wording; dates are inclusive."""

    department_ids: tuple[DepartmentId, ...] = ()
    doctor: str | None = None
    expert: bool | None = None
    first_date: date | None = None
    last_date: date | None = None
    period: Period | None = None
    max_fee_cents: int | None = None
    cheaper: bool = False
    earliest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The message read as an answer to what was asked.

    `yes` is the polarity (`None`: neither), `unsure` is 「不清楚」, `none_of_these` is 「都没有」,
    `ticked` and `denied` are values of the pending question's options said to hold or not,
    `number` is a bare number, `ordinal` is a choice by place (1 first, -1 last), `corrects` says the
    message takes back something said before.
    """

    yes: bool | None = None
    unsure: bool = False
    none_of_these: bool = False
    ticked: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    number: float | None = None
    ordinal: int | None = None
    corrects: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An answer of a complaint chart that the message already holds.

    `name` is a sign, an option's text, or the id of a yes/no question of the chart.
    """

    complaint_id: str
    question_id: str
    name: str
    present: bool
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SymptomReading:
    """What the lexicon makes of a message: the medical part of an `Understanding`.

    `mentions` is every mention of a state, words for states and classes included, however it is meant; `feels`
    says that a part of the body is told to feel like something (「膝盖有点肿」), named illness or not; `unwell`
    that somebody is told to feel bad (「人不舒服」), wherever it is.
    """

    findings: tuple[Finding, ...] = ()
    mentions: tuple[Finding, ...] = ()
    complaint_ids: tuple[str, ...] = ()
    departments: tuple[DepartmentHint, ...] = ()
    heard: tuple[Heard, ...] = ()
    educational: bool = False
    feels: bool = False
    unwell: bool = False
    uncovered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What a model makes of stretches nothing here could read: it adds to a reading and takes nothing away.

    `findings` are held to be present, each with the patient's words; `answers` are values of the pending
    question's options.
    """

    findings: tuple[Finding, ...] = ()
    departments: tuple[DepartmentHint, ...] = ()
    intents: tuple[Intent, ...] = ()
    answers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Understanding:
    """One message, read.

    `severity` is 0–10; `duration` is how long it has lasted; `educational` says the message asks about
    an illness in general; `heard` are answers of complaint charts; `errands` are departments of an errand
    (「彩超在几楼」), no sign that somebody is ill; `asks` is what is
    asked of the book beside a new appointment; `uncovered` are stretches of the text nothing here could read;
    `supposed` is what a model made of them.
    """

    raw: str
    findings: tuple[Finding, ...] = ()
    heard: tuple[Heard, ...] = ()
    complaint_ids: tuple[str, ...] = ()
    departments: tuple[DepartmentHint, ...] = ()
    errands: tuple[DepartmentHint, ...] = ()
    intents: tuple[Intent, ...] = ()
    person: PersonReading = field(default_factory=PersonReading)
    readings: Readings = field(default_factory=Readings)
    severity: float | None = None
    duration: timedelta | None = None
    wish: BookingWish = field(default_factory=BookingWish)
    asks: BookingAsk | None = None
    answer: Answer = field(default_factory=Answer)
    educational: bool = False
    feels: bool = False
    unwell: bool = False
    uncovered: tuple[str, ...] = ()
    supposed: Supposed = field(default_factory=Supposed)

    def wants(self, *ids: str) -> bool:
        """Whether the message carries one of these intents."""
        return any(intent.id in ids for intent in self.intents)
