"""Summaries in plain Chinese, for paper, a desk's screen or a hospital system's text field."""

from __future__ import annotations

from collections.abc import Iterable

from agent.phrases import Phrases
from domain.patient import PatientProfile
from domain.summaries import HandoverBriefing, Section, SummaryItem, VisitSummary
from knowledge.profile import CONDITIONS, SEXES

_MONTHS, _INFANT_YEARS = 12, 2


def visit_text(summary: VisitSummary, texts: Phrases) -> str:
    """The visit summary, a heading and its items a line; 「未提及」 where nothing was said."""
    lines = [texts.say("summary.title"), texts.say("summary.person", person=_person(summary.profile, texts))]
    for section in Section:
        items = [_item(item, texts) for item in summary.of(section)]
        lines.append(_headed(texts.say(f"summary.{section.value}"), items, texts.say("summary.not_mentioned")))
    return "\n".join((*lines, summary.label))


def briefing_text(briefing: HandoverBriefing, texts: Phrases) -> str:
    """The hand-over briefing, what is most urgent first."""
    nothing = texts.say("briefing.nothing")
    level = (
        texts.say("briefing.not_judged")
        if briefing.disposition is None
        else texts.say(f"triage.title_{briefing.disposition.name.lower()}")
    )
    lines = [texts.say("briefing.title"), texts.say("briefing.urgency", level=level)]
    if briefing.crisis:
        lines.append(texts.say("briefing.crisis"))
    lines.append(texts.say("summary.person", person=_person(briefing.profile, texts)))
    chief = [_item(item, texts) for item in briefing.chief_complaint]
    flags = [
        f"{flag.name}（{texts.say(f'briefing.flag_{flag.state.value}')}）{_quoted(flag.quotes)}"
        for flag in briefing.flags
    ]
    asked = [
        texts.say("summary.answered", question=one.question, quote=one.answer, turn=one.turn) + _read(one.readings)
        for one in briefing.questions
    ]
    moods = [f"{mood.name}{_quoted((mood.quote,))}" for mood in briefing.moods]
    lines.append(_headed(texts.say("summary.chief_complaint"), chief, texts.say("summary.not_mentioned")))
    lines.append(_headed(texts.say("briefing.flags"), flags, nothing))
    lines.append(_headed(texts.say("briefing.pending"), briefing.pending, nothing))
    lines.append(_headed(texts.say("briefing.moods"), moods, nothing))
    lines.append(_headed(texts.say("briefing.wishes"), briefing.wishes, nothing))
    lines.append(_headed(texts.say("briefing.departments"), briefing.departments, nothing))
    lines.append(_headed(texts.say("briefing.questions"), asked, nothing))
    return "\n".join((*lines, briefing.label))


def _headed(title: str, items: Iterable[str], nothing: str) -> str:
    """A heading with its items: one on the same line, several below."""
    listed = tuple(items) or (nothing,)
    return f"{title}：{listed[0]}" if len(listed) == 1 else "\n".join((f"{title}：", *(f"- {one}" for one in listed)))


def _item(item: SummaryItem, texts: Phrases) -> str:
    said = (
        texts.say("summary.answered", question=item.asked, quote=item.quote, turn=item.turn)
        if item.asked
        else texts.say("summary.said", quote=item.quote, turn=item.turn)
    )
    return said + _read(item.readings)


def _read(readings: tuple[str, ...]) -> str:
    return f" [{'；'.join(readings)}]" if readings else ""


def _quoted(quotes: Iterable[str]) -> str:
    return "".join(f"“{quote}”" for quote in quotes)


def _person(profile: PatientProfile, texts: Phrases) -> str:
    """Sex, age, pregnancy and lasting conditions, as far as they are known."""
    known = [SEXES[profile.sex]] if profile.sex else []
    if profile.age_years is not None:
        months = round(profile.age_years * _MONTHS)
        known.append(f"{months} 个月" if profile.age_years < _INFANT_YEARS else f"{profile.age_years:g} 岁")
    if profile.gestation_weeks:
        known.append(f"孕 {profile.gestation_weeks:g} 周")
    elif profile.pregnant:
        known.append("怀孕")
    if profile.temperature_celsius is not None:
        known.append(f"{profile.temperature_celsius:g} ℃")
    known += [name for condition, name in CONDITIONS.items() if profile.conditions.get(condition)]
    return "，".join(known) or texts.say("summary.not_mentioned")
