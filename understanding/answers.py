"""A message read as an answer to what was asked: yes, no, unsure, none of these, a number, a place, a tick."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from domain.session import Option, Pending, PendingKind
from understanding import ages, choices, options, severity, vitals
from understanding.labels import Mentions
from understanding.measured import Measured
from understanding.numbers import EXACT, find
from understanding.options import NONE_LABEL, UNSURE_LABEL
from understanding.places import read_ordinal, read_places
from understanding.polarity import ALL_OF_THEM, UNSURE, alone, read_polarity, strip_filler
from understanding.reading import Answer, Readings

_ASKS_AGE = re.compile(r"多大|年龄|几岁|岁数|多少岁|几个月大")
_ASKS_SCORE = re.compile(r"几分|0\s*[-~–到至]\s*10|打分|打个分|多少分|10分")
_ASKS_TEMPERATURE = re.compile(r"体温|多少度|几度|烧到")
_ASKS_NUMBER = re.compile(r"多少|几|多大|多久|多长")
_IF_NOT = re.compile(r"没(?:有)?(?P<what>[一-鿿]{1,4})填(?P<n>\d+(?:\.\d+)?)")
"""What a question says to fill in where there is nothing to count: 「没怀孕填0」."""
_NO_FEVER = re.compile(r"[没不](?:有|怎么)?(?:发)?[烧热]|体温正常|^正常")
_HEALTHY_CELSIUS = 36.5
_BARE_NUMBER = re.compile(
    rf"^(?!有?一点)(?:大概|大约|差不多|也就|有|是|才|快|约|都|已经|得有|一天|每天|，|\s)*{EXACT}[一-鿿%℃]{{0,3}}(?:吧|左右|了|的样子|上下)?[。.]?$"
)
_ASKS_WHETHER = re.compile(r"吗|有没有|是不是|是否|有无")
_AGREES = re.compile(r"是(?!有)|对|嗯|恩|没|无|冇|莫|好|行|系|中|成|确|ok|yes|y$|正是|当然|可以|不错|哎", re.IGNORECASE)
_THERE_IS = re.compile(r"有(?:的|啊|呢|一个|一样|几样|了|$)|不对")
"""「都没有，对吗？」: who says 「有点憋」 agrees to nothing, who says 「有」 disagrees."""
_NOTHING_LEFT = re.compile(r"没|无|冇|莫")
_SHORT_LABEL = 2
_ACCEPT, _DECLINE = frozenset({"yes", "accept", "true"}), frozenset({"no", "decline", "false"})
_YES_NO_KINDS = frozenset(
    {
        PendingKind.RED_FLAG,
        PendingKind.CARD_CLOSING,
        PendingKind.BOOKING_REVIEW,
        PendingKind.CANCEL_REVIEW,
        PendingKind.BOOKING_OFFER,
        PendingKind.HANDOFF_OFFER,
        PendingKind.FOLLOW_UP_STOP,
    }
)
_ABOUT_THE_BODY = frozenset({PendingKind.RED_FLAG, PendingKind.TRIAGE_QUESTION, PendingKind.FOLLOW_UP_QUESTION})
_SINGLE = frozenset(
    {
        PendingKind.SLOT_CHOICE,
        PendingKind.DEPARTMENT_CHOICE,
        PendingKind.CANCEL_CHOICE,
        PendingKind.REPORT_CHOICE,
    }
)


def read_answer(
    text: str,
    pending: Pending | None,
    *,
    present: frozenset[str] = frozenset(),
    absent: frozenset[str] = frozenset(),
    mentions: Mentions | None = None,
    duration: timedelta | None = None,
    readings: Readings | None = None,
    held: bool | None = None,
) -> Answer:
    """Read `text` as an answer to `pending`.

    `present`, `absent`, `duration` and `readings` are what the rest of the reading found; `mentions` reads a label;
    `held` is what the message says of all the symptoms the question asks about (`context.verdict`).
    Without a pending question only polarity, doubt, places and corrections are read.
    """
    said = text.strip()
    if pending is None:
        colour = read_polarity(said)
        return Answer(
            yes=colour.yes,
            unsure=colour.unsure,
            none_of_these=colour.none_of_these,
            ordinal=read_ordinal(said),
            corrects=colour.corrects,
        )
    colour = read_polarity(said, question=pending.question)
    plain = Answer(yes=colour.yes, unsure=colour.unsure, none_of_these=colour.none_of_these, corrects=colour.corrects)
    measured = Measured.of(said, readings or Readings(), duration)
    if pending.kind is PendingKind.CARD_CLOSING:
        return _closing(said, pending, plain, bare=colour.bare, denies=bool(absent and not present))
    if is_yes_no(pending):
        labelled = _by_label(said, pending.options)
        yes = labelled if labelled is not None else colour.yes
        if yes is None and not colour.unsure and not colour.corrects and pending.kind in _ABOUT_THE_BODY:
            yes = _held(said, pending, present, absent, mentions, measured)
            yes = held if yes is None else yes
        return replace(plain, yes=yes, number=_number(said, pending))
    if is_multi(pending):
        marks = _marks(said, _choices(pending), present, absent, mentions, measured)
        return replace(
            plain,
            yes=True if marks.ticked else None if marks.denied else colour.yes,
            unsure=colour.unsure and not marks.ticked and not marks.denied,
            none_of_these=colour.none_of_these or (colour.bare and not marks.ticked and not marks.denied),
            ticked=marks.ticked,
            denied=marks.denied,
        )
    if not _choices(pending):
        return replace(plain, number=_number(said, pending))
    offered = tuple(option for option in pending.options if not NONE_LABEL.match(option.label))
    ordinal = read_ordinal(said, len(offered))
    denies = colour.bare or bool(absent and not present)
    picked = _picked(said, pending, offered, ordinal, duration, present, mentions, denies=denies)
    if picked is None and colour.bare and pending.kind is PendingKind.TRIAGE_QUESTION:
        return replace(plain, unsure=True, ordinal=ordinal)
    if picked is None:
        return replace(plain, ordinal=ordinal, number=_number(said, pending))
    return replace(plain, yes=None, unsure=False, ticked=(picked,), ordinal=ordinal)


def _closing(said: str, pending: Pending, plain: Answer, *, bare: bool, denies: bool) -> Answer:
    """A reply to 「都没有，对吗？」: a no and a yes both agree, what is told beside them agrees to nothing.

    `denies` says that the reply denies something and affirms nothing.
    """
    rest = strip_filler(said)
    yes = _by_label(said, pending.options)
    if yes is None:
        yes = plain.yes if not plain.yes or not rest or _AGREES.match(rest) else None
        yes = False if _THERE_IS.match(rest) else yes
    if (bare and _NOTHING_LEFT.match(rest)) or (yes is None and (denies or alone(said) is False)):
        plain = replace(plain, none_of_these=True)
    return replace(plain, yes=yes, number=_number(said, pending))


def asks_age(pending: Pending | None) -> bool:
    """Whether the open question is how old the patient is."""
    return _open(pending, _ASKS_AGE)


def asks_temperature(pending: Pending | None) -> bool:
    """Whether the open question is how high the temperature is."""
    return _open(pending, _ASKS_TEMPERATURE)


def _open(pending: Pending | None, asks: re.Pattern[str]) -> bool:
    """Whether a question without options but 「不清楚」 asks this."""
    return pending is not None and not _choices(pending) and asks.search(pending.question) is not None


def _choices(pending: Pending) -> tuple[Option, ...]:
    """The options that are answers of their own, neither 「都没有」 nor 「不清楚」."""
    return tuple(
        option
        for option in pending.options
        if not NONE_LABEL.match(option.label) and not UNSURE_LABEL.match(option.label)
    )


def is_multi(pending: Pending) -> bool:
    """Whether several options of the question may hold at once."""
    return "可多选" in pending.question or any(NONE_LABEL.match(option.label) for option in pending.options)


def is_yes_no(pending: Pending) -> bool:
    """Whether the question is answered by yes or no alone."""
    if pending.kind in _YES_NO_KINDS or any(option.value.lower() in _ACCEPT for option in pending.options):
        return True
    return not _choices(pending) and _ASKS_WHETHER.search(pending.question) is not None


def _marks(
    said: str,
    offered: Sequence[Option],
    present: frozenset[str],
    absent: frozenset[str],
    mentions: Mentions | None,
    measured: Measured,
) -> options.OptionMatch:
    if ALL_OF_THEM.match(strip_filler(said)) or ALL_OF_THEM.match(said):
        return options.OptionMatch(ticked=tuple(option.value for option in offered))
    places = read_places(said, len(offered))
    if places:
        values = tuple(offered[place].value for place in places)
        denied = re.search(r"(?:个|种|项|样|条)(?:都|也)?(?:没有|没|不是)", said)
        return options.OptionMatch(denied=values) if denied else options.OptionMatch(ticked=values)
    listed = _EXCEPT.sub(r"有\1，", said)
    return options.match_options(listed, offered, present=present, absent=absent, mentions=mentions, measured=measured)


_EXCEPT = re.compile(r"除了(.{1,12}?)(?:以外|之外|外)?[，,]?(?=其他|其余|别的|都|剩下|没)")


_QUESTION_ENDS = re.compile(r"^.*?(?:有没有|是不是|是否|现在|最近|患者)+|(?:吗|呢|么)?[？?].*$")


def _held(
    said: str,
    pending: Pending,
    present: frozenset[str],
    absent: frozenset[str],
    mentions: Mentions | None,
    measured: Measured,
) -> bool | None:
    """A yes/no question answered by what is or is not there: read like the label of a sign."""
    sign = Option(value="asked", label=_QUESTION_ENDS.sub("", pending.question))
    if mentions is None or not sign.label:
        return None
    marks = options.match_options(said, [sign], present=present, absent=absent, mentions=mentions, measured=measured)
    return True if marks.ticked else False if marks.denied else None


def _by_label(said: str, offered: Sequence[Option]) -> bool | None:
    """The polarity of the option whose label was typed out (「确认退号」, 「不约了」)."""
    for option in sorted(offered, key=lambda one: -len(one.label)):
        if option.label == said or (len(option.label) > _SHORT_LABEL and option.label in said):
            if option.value.lower() in _ACCEPT:
                return True
            if option.value.lower() in _DECLINE:
                return False
    return None


def _picked(
    said: str,
    pending: Pending,
    offered: Sequence[Option],
    ordinal: int | None,
    duration: timedelta | None,
    present: frozenset[str],
    mentions: Mentions | None,
    *,
    denies: bool,
) -> str | None:
    """The option of a single choice: by place, by its span of time, by degree, by words, by course; none for a no."""
    if not offered:
        return None
    if ordinal is not None and ordinal and abs(ordinal) <= len(offered):
        return offered[ordinal - 1 if ordinal > 0 else ordinal].value
    if duration is not None and (value := choices.by_duration(duration, offered)):
        return value
    score = severity.read(said)
    if score is not None and (value := choices.by_severity(score, offered)):
        return value
    value = None if denies else choices.choose(said, offered, present=present, mentions=mentions)
    if value is None:
        value = choices.as_usual(said, offered, denies=denies) or choices.by_course(said, offered)
    if value is None and UNSURE.search(said) and pending.kind not in _SINGLE:
        value = next((option.value for option in offered if UNSURE_LABEL.match(option.label)), None)
    return value


def _number(said: str, pending: Pending) -> float | None:
    """The number of an answer in the unit the question asks for."""
    if pending.kind in _SINGLE:
        return None
    question = pending.question
    if (given := _IF_NOT.search(question)) and (
        read_polarity(said).bare or re.search(rf"[没不未无](?:有|发)?{given['what']}", said)
    ):
        return float(given["n"])
    if _ASKS_AGE.search(question):
        return ages.bare(said)
    if _ASKS_TEMPERATURE.search(question):
        reading = vitals.read(f"体温{said}").temperature_celsius
        if reading is None and _NO_FEVER.search(said):
            return _HEALTHY_CELSIUS
        return reading if reading is not None else _bare(said)
    if _ASKS_SCORE.search(question):
        score = severity.read(said)
        return score if score is not None else _bare(said)
    return _bare(said) if _ASKS_NUMBER.search(question) or _BARE_NUMBER.match(said) else None


def _bare(said: str) -> float | None:
    numbers = find(said)
    return numbers[0].value if len(numbers) == 1 else None
