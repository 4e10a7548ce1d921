"""Lets a model look for what the rules left open in a visit summary: it may point at words, never write any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict, Field

from agent.deps import Knowledge
from agent.model.counsel import Counsel, user
from agent.summaries.lines import Line, own_lines
from agent.summaries.quotes import Quoted, numbered, standing
from agent.summaries.sections import asks, stretches
from domain.model_call import ModelPurpose
from domain.session import Message
from domain.summaries import Section, SummaryItem, VisitSummary
from prompts.loader import prompt

SECONDS = 8.0
"""How long a doctor's or a nurse's screen waits for the model."""
MOST_ITEMS = 6
"""Items a model may add under one heading."""


class _Item(BaseModel):
    model_config = ConfigDict(extra="ignore")

    section: str
    turn: int
    quote: str


class _Items(BaseModel):
    model_config = ConfigDict(extra="ignore")

    items: list[_Item] = Field(default_factory=list)


async def filled(
    summary: VisitSummary, transcript: Sequence[Message], knowledge: Knowledge, counsel: Counsel
) -> VisitSummary:
    """The summary with its open headings filled by the model where the patient's words are found to stand.

    Raises:
        Unavailable: no model could answer in time.
    """
    lines = own_lines(transcript, knowledge)
    open_ = [section for section in Section if not summary.of(section)]
    if not open_ or not lines:
        return summary
    texts = knowledge.texts
    named = "；".join(f"{section.value}（{texts.say(f'summary.{section.value}')}）" for section in open_)
    asked = prompt("summarise").fill(sections=named)
    reply = await counsel.shaped(ModelPurpose.SUMMARISE, asked, user(numbered(lines)), shape=_Items, seconds=SECONDS)
    added: dict[Section, tuple[SummaryItem, ...]] = {}
    for one in reply.items:
        section = next((section for section in open_ if section.value == one.section), None)
        quoted = standing(one.turn, one.quote, lines)
        if section is None or quoted is None or not _may_stand(quoted, section, lines, knowledge):
            counsel.blocked(ModelPurpose.SUMMARISE, "quote")
        elif len(added.get(section, ())) < MOST_ITEMS:
            item = SummaryItem(quote=quoted.quote, turn=quoted.turn, asked=_asked(quoted, lines), origin="model")
            added[section] = tuple(dict.fromkeys((*added.get(section, ()), item)))
    if not added:
        return summary
    sections = {**summary.sections, **added}
    return replace(
        summary,
        sections={section: sections[section] for section in Section if section in sections},
        label=texts.say("label.model"),
        model=counsel.named,
        prompt_sha256=asked.sha256,
    )


def _may_stand(quoted: Quoted, section: Section, lines: Sequence[Line], knowledge: Knowledge) -> bool:
    """Whether the quote tells something and the rules know no better heading than the widest, the present illness."""
    line = next(one for one in lines if one.turn == quoted.turn)
    if asks(quoted.quote):
        return False

    def overlaps(start: int, length: int) -> bool:
        return start < quoted.start + len(quoted.quote) and quoted.start < start + length

    headed = stretches(line.text, line.read, lambda clause: knowledge.reader(clause, pending=None, now=line.at))
    found = {one.section for one in headed if overlaps(one.start, len(one.quote))}
    return found <= {section, Section.PRESENT_ILLNESS}


def _asked(quoted: Quoted, lines: Sequence[Line]) -> str:
    """The question before it, where the quote is the whole answer."""
    line = next(one for one in lines if one.turn == quoted.turn)
    return line.asked if len(quoted.quote) >= len(line.text.strip("。！，, ")) else ""
