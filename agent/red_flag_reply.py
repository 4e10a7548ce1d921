"""Reads the reply to a red flag's one question: yes, no, or something beside it."""

from __future__ import annotations

import re
from enum import StrEnum

from agent.deps import Reader
from domain.clinical import Presence
from domain.session import Pending
from domain.turn import Utterance

_PREMISE = re.compile(r"^[^，。？]{2,8}，?(?:同时|并且)")
"""What a question takes as known (发烧同时…); to say it again affirms nothing."""
YES, NO = "yes", "no"
"""Values of the question's two options."""
SILENCE = "silence"
"""Action of the choice made for a patient who left the question open; its value is the question's id."""


class Reply(StrEnum):
    """What a reply comes to.

    `NO` stands down, and so does a second `PARTLY`: the patient was asked twice and affirmed nothing.
    `UNCLEAR` counts as a yes once the question was put.
    """

    YES = "yes"
    UNCLEAR = "unclear"
    NO = "no"
    PARTLY = "partly"
    BESIDE = "beside"


def read(pending: Pending, utterance: Utterance, reader: Reader) -> Reply:
    """A bare no, or a denial of at least half of what the question asks, is a no; silence and a yes are yes.

    A denial of less is partly one. Words beside it are those that speak of something else, and a tap on another
    card.
    """
    if choice := utterance.choice:
        if choice.action == SILENCE:
            return Reply.YES
        return {f"{pending.id}:{YES}": Reply.YES, f"{pending.id}:{NO}": Reply.NO}.get(choice.value, Reply.BESIDE)
    if not utterance.text:
        return Reply.BESIDE
    said = reader(utterance.text, pending=pending, now=utterance.at)
    answer = said.answer
    if answer.yes:
        return Reply.YES
    if answer.unsure:
        return Reply.UNCLEAR
    question = _PREMISE.sub("", pending.question)
    asked = {finding.concept for finding in reader(question, pending=None, now=utterance.at).findings}
    affirmed = {one.concept for one in said.findings if one.presence is Presence.PRESENT} & asked
    denied = {one.concept for one in said.findings if one.presence is Presence.ABSENT} & asked
    if affirmed:
        return Reply.YES
    if answer.none_of_these or (denied and 2 * len(denied) >= len(asked)) or (answer.yes is False and not denied):
        return Reply.NO
    if denied:
        return Reply.PARTLY
    told = said.findings or said.person.age_years is not None or said.duration
    return Reply.BESIDE if told else Reply.UNCLEAR
