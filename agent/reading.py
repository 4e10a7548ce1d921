"""What the lexicon could not read, read by a model: candidates are offered, suppositions come back, checked.

A supposition adds and never takes away: what knowledge read stands as it is beside it. It may open a chart's
danger questions after all others, have a red flag asked about, or find the way of a wish; it never answers a
question but with the gravest answer, and writes nothing. Names that were not offered, words the patient did not
say, and words the lexicon did read are dropped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import structlog
from pydantic import BaseModel, ConfigDict, Field

from agent.conversation import Conversation
from agent.deps import Knowledge
from agent.emergency import acts
from agent.model.counsel import Counsel, user
from agent.model.data import Block, block
from agent.offers import Offers
from agent.routing import COURTESIES
from agent.summaries.gist import background
from domain.clinical import ConceptId, Disposition, Finding, Presence, RedFlag
from domain.errors import Unavailable
from domain.model_call import ModelPurpose
from domain.session import PendingKind
from knowledge.pack import Pack
from knowledge.profile import profile_facts
from prompts.loader import prompt
from tools.triage.supposing import gravest
from understanding.reading import (
    Answer,
    BookingWish,
    DepartmentHint,
    Intent,
    Readings,
    Supposed,
    Understanding,
)

log = structlog.get_logger(__name__)

UNREADABLE = frozenset({PendingKind.RED_FLAG, PendingKind.IDENTITY_FORM, PendingKind.CODE_FORM})
"""While one of these is open no model reads: a danger is asked about, or somebody says who they are."""
PASSING = COURTESIES | {"injection", "farewell", "praise"}
"""Intents beside which a message may still tell something."""
FEWEST_CHARACTERS = 6
"""Fewer words in which nothing was read say nothing a model could make out."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
INTERVIEW = frozenset({PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING})
WEIGHT = 0.5
"""What a supposed department counts beside the words the lexicon read, where one plain symptom counts 1."""


class Item(BaseModel):
    """One candidate found, and the patient's words for it."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[str, Field(max_length=40)]
    quote: Annotated[str, Field(max_length=80)] = ""


Items = Annotated[list[Item], Field(max_length=16)]


class Reading(BaseModel):
    """What the model is asked to give back."""

    model_config = ConfigDict(extra="ignore")

    symptoms: Items = []
    departments: Items = []
    wishes: Items = []
    answers: Items = []


def unread(understanding: Understanding, *, asked: bool = False) -> bool:
    """Whether a message has words nothing here could read: a stretch of it, or all that it says.

    A time, or an answer to some chart, says something by itself only where something was `asked`.
    """
    if understanding.educational or understanding.wants("foreign_language"):
        return False
    if understanding.uncovered:
        return True
    wants = [intent for intent in understanding.intents if intent.id not in PASSING]
    told = (understanding.findings, wants, understanding.asks)
    replied = asked and (understanding.heard or understanding.duration is not None)
    said = (understanding.answer != Answer(), understanding.wish != BookingWish(), understanding.readings != Readings())
    if replied or any(told) or any(said):
        return False
    left = understanding.raw
    for intent in understanding.intents:
        left = left.replace(intent.quote, "")
    return len(CHINESE.findall(left)) >= FEWEST_CHARACTERS


def _shut(conversation: Conversation) -> bool:
    """Whether what is open is not for a model to read."""
    return conversation.pending is not None and conversation.pending.kind in UNREADABLE


async def completed(
    understanding: Understanding, conversation: Conversation, knowledge: Knowledge, counsel: Counsel
) -> Understanding:
    """The reading with what a model makes of the uncovered stretches; as it was where there are none."""
    meter, pack = counsel.meter, knowledge.pack
    if _shut(conversation) or not unread(understanding, asked=conversation.pending is not None):
        meter.read("lexicon")
        return understanding
    meter.read("model" if counsel.available else "lexicon_in_part")
    if not counsel.available:
        return understanding
    offers = Offers.of(pack, conversation.pending)
    asked = [block(Block.OFFERED, offers.text)]
    if conversation.pending is not None:
        asked.append(block(Block.FACTS, f"系统刚问：{conversation.pending.question}"))
    asked += [*background(conversation, understanding.raw), block(Block.PATIENT, understanding.raw)]
    try:
        found = await counsel.shaped(
            ModelPurpose.UNDERSTAND, prompt("understand").fill(), user("\n".join(asked)), shape=Reading
        )
    except Unavailable as error:
        log.info("reading_without_model", kind=type(error).__name__)
        return understanding
    supposed = checked(found, offers, understanding)
    understanding = replace(understanding, supposed=supposed)
    if understanding.answer == Answer() and (answers := _answers(supposed, conversation, pack)):
        understanding = replace(understanding, answer=Answer(ticked=answers))
    return understanding


def checked(found: Reading, offers: Offers, understanding: Understanding) -> Supposed:
    """Of what a model gave back, what was offered and stands in words of the patient the lexicon did not read."""
    return Supposed(
        findings=tuple(
            Finding(
                concept=ConceptId(item.name),
                presence=Presence.PRESENT,
                quote=item.quote,
                start=start,
                end=start + len(item.quote),
            )
            for item, start in _said(found.symptoms, understanding)
            if item.name in offers.symptoms
        ),
        departments=tuple(
            DepartmentHint(id=offers.departments[item.name], weight=WEIGHT, quote=item.quote)
            for item, _ in _said(found.departments, understanding)
            if item.name in offers.departments
        ),
        intents=tuple(
            Intent(id=offers.intents[item.name], quote=item.quote, start=start)
            for item, start in _said(found.wishes, understanding)
            if item.name in offers.intents
        ),
        answers=tuple(
            option.value
            for item, _ in _said(found.answers, understanding)
            if (option := offers.option(item.name)) is not None
        ),
    )


def danger(understanding: Understanding, conversation: Conversation, knowledge: Knowledge) -> tuple[RedFlag, ...]:
    """The red flags of emergencies that what a model supposed adds to the message.

    They are asked about, never acted on; one no graver than an emergency that stands is not.
    """
    findings = understanding.supposed.findings
    if not findings:
        return ()
    screen, facts = knowledge.screen, profile_facts(conversation.profile)
    named = "，".join(dict.fromkeys(finding.concept for finding in findings))
    seen = {flag.rule_id for flag in screen(understanding.raw, conversation.recent, facts).flags}
    standing = conversation.emergency.disposition if conversation.emergency else Disposition.HOME
    quotes = tuple(dict.fromkeys(finding.quote for finding in findings))
    return tuple(
        replace(flag, certain=False, anchors=quotes)
        for flag in screen(f"{understanding.raw}。{named}", conversation.recent, facts).flags
        if flag.rule_id not in seen and acts(flag.disposition, flag.crisis) and flag.disposition > standing
    )


def _said(items: list[Item], understanding: Understanding) -> Iterator[tuple[Item, int]]:
    """The items whose quote the patient said, each with its place, where the lexicon read no finding."""
    for item in items:
        start = understanding.raw.find(item.quote) if item.quote else -1
        end = start + len(item.quote)
        if start >= 0 and not any(one.start < end and start < one.end for one in understanding.findings):
            yield item, start


def _answers(supposed: Supposed, conversation: Conversation, pack: Pack) -> tuple[str, ...]:
    """What of the supposed answers may be given for the patient: a department, or the gravest answer there is."""
    pending, case = conversation.pending, conversation.case
    if pending is None or not supposed.answers:
        return ()
    if pending.kind not in INTERVIEW:
        return supposed.answers[:1]
    if case is None or case.knowledge_version != pack.version:
        return ()
    return gravest(case, pending.subject, supposed.answers, pack)
