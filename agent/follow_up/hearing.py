"""What a message answers of a follow-up: the open question, others beside it, and corrections. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from domain.follow_up import Answered, QuestionnaireResponse, Value
from knowledge.complaints import QuestionKind
from knowledge.follow_up import Course, Item
from tools.follow_up import course as courses
from tools.follow_up.readings import measured
from tools.triage import options
from understanding.reading import Answer, Heard, Understanding

MOST_PAIN = 10
MOST_COUNT = 10_000.0
_SCORED = re.compile(r"分")
_ABOUT_PAIN = re.compile(r"[疼痛]")
_NOT_MEASURED = re.compile(
    r"没(?:有)?(?:量|测|称|查|算|数|打|血[氧压糖]|体温|秤|仪)|量不了|测不了|不知道多少|^没有?[。！了]?$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One message as a follow-up hears it; `ticks` are the taps, `heard` what the courses' own patterns found."""

    understanding: Understanding
    heard: tuple[Heard, ...]
    ticks: tuple[str, ...]
    quote: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """The response after a message, whether it told anything, and whether the open question was left as not known."""

    response: QuestionnaireResponse
    told: bool
    not_known: bool = False


def listen(course: Course, response: QuestionnaireResponse, said: Said, asked: Item | None) -> Learned:
    """Take every answer the message holds; the one to the open question counts before what else it seems to say."""
    before = response
    direct = dict(_answer(asked, response, said)) if asked else {}
    signs = dict(_signs(course, response, said))
    present = {name: value for name, value in signs.items() if value is True and asked and name in asked.signs}
    found = {**dict(_measured(course, said, asked)), **signs, **direct, **present}
    for link_id, value in found.items():
        response = response.with_answer(Answered(link_id=link_id, value=value, at=said.at, quote=said.quote))
    told = bool(found)
    if asked is not None and not direct and not told and _not_known(asked, said):
        return Learned(response=skip(response, asked), told=True, not_known=True)
    answered = {course.by_link[link_id].id for link_id in found if link_id in course.by_link}
    if response is not before or answered:
        response = replace(response, skipped=tuple(one for one in response.skipped if one not in answered))
    return Learned(response=response, told=told)


def skip(response: QuestionnaireResponse, item: Item) -> QuestionnaireResponse:
    """The response with an item left open."""
    return replace(response, skipped=tuple(dict.fromkeys((*response.skipped, item.id))))


def last_answered(course: Course, response: QuestionnaireResponse) -> Item | None:
    """The item answered last: what 「刚才说错了」 is about when nothing else says."""
    known = [one for one in response.items if one.link_id in course.by_link]
    return course.by_link[max(known, key=lambda one: one.at).link_id] if known else None


def meant(course: Course, response: QuestionnaireResponse, said: Said) -> Item | None:
    """The item a correction is about: by its unit or its words, else the one answered last."""
    by_reading = next((course.by_link[name] for name, _ in _measured(course, said, None)), None)
    if by_reading is not None:
        return by_reading
    if _SCORED.search(said.quote):
        scored = [item for item in course.items if item.measure == "pain" and item.id in response.values]
        if scored:
            return scored[0]
    named = next((course.by_id[one.question_id] for one in said.heard if one.question_id in course.by_id), None)
    return named or last_answered(course, response)


def _measured(course: Course, said: Said, asked: Item | None) -> Iterator[tuple[str, Value]]:
    """Readings and a score of pain, wherever they are said."""
    by_measure = {item.measure: item for item in course.items if item.measure}
    for measure, value in measured(said.understanding).items():
        name = measure.value
        item = by_measure.get("bp") if name in {"sbp", "dbp"} else by_measure.get(name)  # type: ignore[call-overload]
        if item is not None:
            yield (name if item.measure == "bp" else item.id), value
    pain, severity = by_measure.get("pain"), said.understanding.severity
    if pain is None or severity is None:
        return
    stated = _SCORED.search(said.quote) and _ABOUT_PAIN.search(said.quote)
    if asked is pain or stated:
        yield pain.id, float(math.ceil(severity))


def _signs(course: Course, response: QuestionnaireResponse, said: Said) -> Iterator[tuple[str, Value]]:
    """Signs and options told in passing; what was said stays unless the message takes it back."""
    for one in said.heard:
        item = course.by_id.get(one.question_id)
        if item is None or one.complaint_id != course.plan.id:
            continue
        if item.type is QuestionKind.CHOICE:
            if one.present:
                yield item.id, one.name
        elif one.present or said.understanding.answer.corrects or one.name not in response.values:
            yield one.name, one.present


def _answer(item: Item, response: QuestionnaireResponse, said: Said) -> Iterable[tuple[str, Value]]:
    """The answer to the open question."""
    answer = replace(said.understanding.answer, ticked=said.ticks) if said.ticks else said.understanding.answer
    match item.type:
        case QuestionKind.MULTI:
            return _multi(item, response, answer)
        case QuestionKind.BOOL:
            polarity = True if options.YES in answer.ticked else False if options.NO in answer.ticked else answer.yes
            return [] if polarity is None else [(item.id, polarity)]
        case QuestionKind.CHOICE:
            return _choice(item, answer, said.quote)
        case QuestionKind.NUMBER:
            return _number(item, answer, said)


def _multi(item: Item, response: QuestionnaireResponse, answer: Answer) -> Iterable[tuple[str, Value]]:
    """Only 「都没有」 denies what was not spoken of."""
    ticked = [sign for sign in item.signs if sign in answer.ticked]
    none = options.NONE in answer.ticked or answer.none_of_these or (answer.yes is False and not ticked)
    absent = courses.missing(item, response) if none and not ticked else answer.denied
    yield from ((sign, True) for sign in ticked)
    yield from ((sign, False) for sign in absent if sign in item.signs and sign not in ticked)


def _choice(item: Item, answer: Answer, quote: str) -> Iterable[tuple[str, Value]]:
    """The option by its own words, by a tap, or by its place."""
    spelt = [option for option in item.options if option in quote]
    option: str | None = max(spelt, key=len) if spelt else None
    if option is None:
        option = next((one for value in answer.ticked if (one := options.chosen(item, value)) is not None), None)
    if option is None and answer.ordinal is not None and 0 < abs(answer.ordinal) <= len(item.options):
        option = item.options[answer.ordinal - 1 if answer.ordinal > 0 else answer.ordinal]
    return [] if option is None else [(item.id, option)]


def _number(item: Item, answer: Answer, said: Said) -> Iterable[tuple[str, Value]]:
    number = answer.number
    if item.measure == "bp" or number is None:
        return []
    if item.measure == "pain":
        return [(item.id, float(math.ceil(number)))] if 0 <= number <= MOST_PAIN else []
    if item.measure is not None:
        return _plausible(item, number, said)
    return [(item.id, number)] if 0 <= number <= MOST_COUNT else []


_PLAUSIBLE = {"temp": (30.0, 43.5), "hr": (20.0, 300.0), "spo2": (30.0, 100.0), "glucose": (0.5, 60.0)}
_PLAUSIBLE_WEIGHT = (2.0, 300.0)


def _plausible(item: Item, number: float, said: Said) -> Iterable[tuple[str, Value]]:
    """A bare number as the reading asked for, if a living person can have it."""
    low, high = _PLAUSIBLE.get(item.measure or "", _PLAUSIBLE_WEIGHT)
    if item.measure == "weight" and "斤" in said.quote and "公斤" not in said.quote:
        number /= 2
    return [(item.id, number)] if low <= number <= high else []


def _not_known(item: Item, said: Said) -> bool:
    """Whether the open question is answered by not knowing, or by not having measured."""
    answer = said.understanding.answer
    if options.NOT_SURE in said.ticks or answer.unsure:
        return True
    return item.optional and bool(_NOT_MEASURED.search(said.quote))
