"""Reads the reply to a red flag's one question: yes, no, or something beside it."""

from __future__ import annotations

from enum import StrEnum

from agent.deps import TurnContext
from domain.clinical import Presence
from domain.session import Pending

YES, NO = "yes", "no"
"""Values of the question's two options."""


class Reply(StrEnum):
    """What a reply comes to; only `NO` stands down."""

    YES = "yes"
    NO = "no"
    BESIDE = "beside"


def read(pending: Pending, context: TurnContext) -> Reply:
    """A bare no, or a denial of everything the question asks, is a no; silence, doubt and a yes are yes.

    Words beside it are those that speak of something else, and those that deny a part and leave the rest open.
    """
    utterance, reader = context.utterance, context.deps.knowledge.reader
    if choice := utterance.choice:
        return Reply.NO if choice.value == f"{pending.id}:{NO}" else Reply.YES
    said = reader(utterance.text, pending=pending, now=utterance.at)
    answer = said.answer
    if answer.unsure or answer.yes:
        return Reply.YES
    asked = {finding.concept for finding in reader(pending.question, pending=None, now=utterance.at).findings}
    affirmed = {one.concept for one in said.findings if one.presence is Presence.PRESENT} & asked
    denied = {one.concept for one in said.findings if one.presence is Presence.ABSENT} & asked
    if affirmed:
        return Reply.YES
    if answer.none_of_these or (denied and denied >= asked) or (answer.yes is False and not denied):
        return Reply.NO
    return Reply.BESIDE if said.findings or said.person.age_years is not None or said.duration else Reply.YES
