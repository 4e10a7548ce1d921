"""What was said becomes facts: `hear` takes any message, `answer` the reply to one question. Pure functions."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta

from domain.clinical import Presence
from domain.patient import PatientProfile
from knowledge.complaints import Complaint, Question, QuestionKind
from knowledge.logic import Value
from knowledge.pack import Pack
from knowledge.profile import AGES, CONDITIONS, SEXES
from tools.triage import options
from tools.triage.case import UNSURE, Fact, TriageCase
from tools.triage.chart import Chart
from tools.triage.charts import MAX_SUPPOSED, open_charts, supposed_charts
from understanding.reading import Answer, PersonReading, Readings, Understanding

SEVERITY_FROM = {"重": 7.0, "中": 4.0, "轻": 0.0, "不重": 0.0}
"""Smallest number of 0–10 for which an option that begins so holds."""
SEVERITY = "sev"
_PRESENT, _ABSENT = "+", "-"
_STILL_NONE = "没"
_READINGS = {
    "spo2": "oxygen_saturation_percent",
    "hr": "heart_rate_per_minute",
    "sbp": "systolic_mmhg",
    "dbp": "diastolic_mmhg",
    "rr": "respirations_per_minute",
    "glucose": "glucose_mmol_per_litre",
}


def hear(case: TriageCase, understanding: Understanding, pack: Pack) -> TriageCase:
    """The case after a message, whatever it was about.

    What is denied later does not undo what was said, unless the message takes it back (`answer.corrects`).
    """
    corrects = understanding.answer.corrects
    symptoms = dict(case.symptoms)
    for finding in understanding.findings:
        if finding.presence is Presence.PRESENT:
            symptoms.setdefault(finding.concept, finding.quote)
        elif finding.presence is Presence.ABSENT and corrects:
            symptoms.pop(finding.concept, None)
    hints = dict(case.hints)
    for hint in understanding.departments or understanding.errands:
        hints[hint.id] = max(hint.weight, hints.get(hint.id, 0.0))
    new_ids = _led_to(case, understanding, pack)
    for hint in understanding.supposed.departments:
        hints.setdefault(hint.id, hint.weight)
    case = replace(
        case,
        supposed=_supposed(case, understanding, pack),
        profile=_with_person(case.profile, understanding.person, understanding.readings),
        complaint_ids=tuple(dict.fromkeys((*case.complaint_ids, *new_ids))),
        readings={**case.readings, **_measured(understanding.readings)},
        symptoms=symptoms,
        hints=hints,
    )
    case = _with_heard(case, understanding, pack)
    return _with_measures(case, understanding, pack)


def _led_to(case: TriageCase, understanding: Understanding, pack: Pack) -> list[str]:
    """The complaints the message leads to; those that rest on companions alone yield to any other.

    In an interview that has a complaint only a symptom opens another, not a word beside it (「月经正常」); one that
    nobody could place so far hears every message like the first.
    """
    named = [one for one in understanding.complaint_ids if one in pack.complaints]
    resting: dict[str, list[int]] = {}
    places = {concept: place for place, concept in enumerate(pack.cover.companions)}
    for finding in understanding.findings:
        concept = pack.lexicon.concepts.get(finding.concept)
        if concept is not None and concept.complaint and finding.presence is Presence.PRESENT:
            resting.setdefault(concept.complaint, []).append(places.get(finding.concept, len(places)))
    weight = {one: max(resting.get(one, [len(places)])) for one in named}
    standing = [one for one in named if weight[one] == len(places)]
    if any(not pack.complaints[one].general for one in case.complaint_ids if one in pack.complaints):
        return [one for one in standing if one in resting]
    if standing:
        return standing
    return [max(named, key=weight.__getitem__)] if named else []


def _supposed(case: TriageCase, understanding: Understanding, pack: Pack) -> tuple[str, ...]:
    """The charts a model holds the messages so far to lead to, the first ones it named."""
    concepts = (pack.lexicon.concepts.get(finding.concept) for finding in understanding.supposed.findings)
    named = (concept.complaint for concept in concepts if concept is not None and concept.complaint)
    return tuple(dict.fromkeys((*case.supposed, *named)))[:MAX_SUPPOSED]


def answer(
    case: TriageCase, question_id: str, reply: Answer, *, quote: str, pack: Pack, alarming: bool = False
) -> TriageCase:
    """The case after the reply to a question; a reply that says nothing of it leaves it open.

    `reply.ticked` and `reply.denied` hold values of the question's options. `alarming` says that the reply is
    worded like an emergency: a card it leaves open is closed by name.
    """
    complaint_id, name, closing = options.parts(question_id)
    complaint = pack.complaints[complaint_id]
    question = complaint.by_id[name]
    if alarming and not reply.ticked:
        case = case.with_asked(replace(case.put(complaint_id, name), alarming=True))
    if closing:
        return _answer_closing(case, complaint, question, reply, quote, pack)
    match question.type:
        case QuestionKind.MULTI:
            return _answer_multi(case, complaint, question, reply, quote, pack)
        case QuestionKind.CHOICE:
            return _answer_choice(case, complaint, question, reply, quote)
        case QuestionKind.BOOL:
            polarity = _polarity(reply)
            return case if polarity is None else _learn(case, complaint, question, name, polarity, quote)
        case QuestionKind.NUMBER:
            return case if reply.number is None else _learn(case, complaint, question, name, reply.number, quote)


def _answer_multi(
    case: TriageCase, complaint: Complaint, question: Question, reply: Answer, quote: str, pack: Pack
) -> TriageCase:
    ticked = [sign for sign in question.signs if sign in reply.ticked]
    none = reply.none_of_these or options.NONE in reply.ticked or (_polarity(reply) is False and not ticked)
    missing = _missing(case, complaint, question, pack)
    for sign in ticked:
        case = _learn(case, complaint, question, sign, value=True, quote=quote)
    for sign in missing:
        if sign not in ticked and (sign in reply.denied or (none and not ticked)):
            case = _learn(case, complaint, question, sign, value=False, quote=quote)
    return case


def _answer_closing(
    case: TriageCase, complaint: Complaint, question: Question, reply: Answer, quote: str, pack: Pack
) -> TriageCase:
    """「其余几样都没有，对吗？」: agreeing denies the rest, disagreeing shows the card once more."""
    polarity = _polarity(reply)
    if reply.ticked and any(sign in question.signs for sign in reply.ticked):
        return _answer_multi(case, complaint, question, reply, quote, pack)
    if polarity or reply.none_of_these or (polarity is False and quote.startswith(_STILL_NONE)):
        for sign in _missing(case, complaint, question, pack):
            case = _learn(case, complaint, question, sign, value=False, quote=quote)
        return case
    if polarity is False:
        return case.with_asked(replace(case.put(complaint.id, question.id), reopened=True))
    return case


def _answer_choice(case: TriageCase, complaint: Complaint, question: Question, reply: Answer, quote: str) -> TriageCase:
    option = next((one for value in reply.ticked if (one := options.chosen(question, value)) is not None), None)
    if option is None and reply.ordinal is not None and 0 < abs(reply.ordinal) <= len(question.options):
        option = question.options[reply.ordinal - 1 if reply.ordinal > 0 else reply.ordinal]
    if option is None and reply.number is not None and question.id == SEVERITY:
        option = _by_severity(question, reply.number)
    if option is None and (reply.unsure or options.NOT_SURE in reply.ticked):
        option = UNSURE
    return case if option is None else _learn(case, complaint, question, question.id, option, quote)


def _missing(case: TriageCase, complaint: Complaint, question: Question, pack: Pack) -> tuple[str, ...]:
    return Chart.of(complaint, case, pack).missing.get(question.id, ())


def _polarity(reply: Answer) -> bool | None:
    if options.YES in reply.ticked:
        return True
    if options.NO in reply.ticked:
        return False
    return reply.yes


def _learn(
    case: TriageCase, complaint: Complaint, question: Question, name: str, value: Value, quote: str
) -> TriageCase:
    """The case with a fact; a profile name goes to the profile too, so that no other chart asks it."""
    profile = case.profile
    if question.type is QuestionKind.NUMBER and isinstance(value, float | int):
        if name in AGES:
            return replace(case, profile=replace(profile, age_years=float(value)))
        if name == "temp":
            return replace(case, profile=replace(profile, temperature_celsius=float(value)))
        if name == "gest_weeks":
            return replace(case, profile=replace(profile, gestation_weeks=float(value)))
        value = float(value)
    elif name in CONDITIONS:
        profile = replace(profile, conditions={**profile.conditions, name: bool(value)})
    elif name == "pregnant":
        profile = replace(profile, pregnant=bool(value))
    elif name == "postpartum":
        profile = replace(profile, postpartum=bool(value))
    elif name == "sex":
        sex = next((sex for sex, said in SEXES.items() if said == value), None)
        profile = replace(profile, sex=sex or profile.sex)
    learned = Fact(complaint_id=complaint.id, name=name, value=value, quote=quote)
    return replace(case, profile=profile).with_fact(learned)


def _with_heard(case: TriageCase, understanding: Understanding, pack: Pack) -> TriageCase:
    """The answers a message holds: facts of the open charts, and for the others a short memory until they open.

    Of signs that read the same in several charts that are not open, one is remembered.
    """
    earlier = dict(case.earlier)
    corrects = understanding.answer.corrects
    opened = {chart.id for chart in (*open_charts(case, pack), *pack.general)}
    beside = {chart.id for chart in supposed_charts(case, pack)}
    for heard in understanding.heard:
        complaint = pack.complaints.get(heard.complaint_id)
        question = complaint.by_id.get(heard.question_id) if complaint else None
        if complaint is None or question is None:
            continue
        is_option = question.type is QuestionKind.CHOICE
        if is_option and not heard.present:
            continue
        if complaint.id not in opened:
            place = _place(complaint.id, heard.name, question)
            if heard.present or corrects or place not in earlier:
                earlier[place] = f"{_PRESENT if heard.present else _ABSENT}{heard.quote}"
            if complaint.id not in beside:
                continue
        known = case.fact(complaint.id, question.id if is_option else heard.name)
        if known is None or corrects or (heard.present and not is_option):
            case = _with_answer(case, complaint, question, heard.name, present=heard.present, quote=heard.quote)
    return _remembered(replace(case, earlier=earlier), pack) if earlier else case


def _remembered(case: TriageCase, pack: Pack) -> TriageCase:
    """The case with what the charts that are open now were told before they were."""
    earlier = dict(case.earlier)
    for complaint in open_charts(case, pack):
        for question in complaint.ask:
            for name in question.readable:
                said = earlier.pop(_place(complaint.id, name, question), None)
                known = case.fact(complaint.id, question.id if question.type is QuestionKind.CHOICE else name)
                if said is not None and known is None:
                    present = said.startswith(_PRESENT)
                    case = _with_answer(case, complaint, question, name, present=present, quote=said[1:])
    return replace(case, earlier=earlier)


def _with_answer(
    case: TriageCase, complaint: Complaint, question: Question, name: str, *, present: bool, quote: str
) -> TriageCase:
    if question.type is QuestionKind.CHOICE:
        return _learn(case, complaint, question, question.id, name, quote)
    return _learn(case, complaint, question, name, present, quote)


def _place(complaint_id: str, name: str, question: Question) -> str:
    """Where an answer to a chart that is not open is remembered: signs that read the same share a place."""
    if question.type is QuestionKind.MULTI:
        return question.signs[name]
    return f"{complaint_id}.{question.id}.{name}"


def _with_measures(case: TriageCase, understanding: Understanding, pack: Pack) -> TriageCase:
    """A duration or a severity answers the questions of the open charts that ask for it."""
    for complaint in open_charts(case, pack):
        for question in complaint.ask:
            if case.fact(complaint.id, question.id) is not None:
                continue
            value: Value | None = None
            if understanding.duration is not None:
                value = _by_duration(question, understanding.duration)
            if value is None and understanding.severity is not None and question.id == SEVERITY:
                value = _by_severity(question, understanding.severity)
            if value is not None:
                case = _learn(case, complaint, question, question.id, value, understanding.raw)
    return case


def _by_duration(question: Question, duration: timedelta) -> Value | None:
    days = duration / timedelta(days=1)
    if question.type is QuestionKind.NUMBER and question.unit == "天":
        return float(max(1, math.ceil(days)))
    within = [(limit, option) for option, limit in question.up_to_days.items() if days <= limit]
    return min(within)[1] if within else None


def _by_severity(question: Question, severity: float) -> str | None:
    for option in question.options:
        start = next((start for start in SEVERITY_FROM if option.startswith(start)), None)
        if start is not None and severity >= SEVERITY_FROM[start]:
            return option
    return None


def _measured(readings: Readings) -> dict[str, float]:
    measured = {name: getattr(readings, field) for name, field in _READINGS.items()}
    return {name: float(value) for name, value in measured.items() if value is not None}


def _with_person(profile: PatientProfile, person: PersonReading, readings: Readings) -> PatientProfile:
    temperature = readings.temperature_celsius
    return replace(
        profile,
        age_years=profile.age_years if person.age_years is None else person.age_years,
        sex=person.sex or profile.sex,
        pregnant=profile.pregnant if person.pregnant is None else person.pregnant,
        gestation_weeks=profile.gestation_weeks if person.gestation_weeks is None else person.gestation_weeks,
        postpartum=profile.postpartum if person.postpartum is None else person.postpartum,
        temperature_celsius=profile.temperature_celsius if temperature is None else temperature,
        relation=person.relation or profile.relation,
        conditions={**profile.conditions, **person.conditions},
    )
