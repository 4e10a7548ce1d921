"""Reads the reply to a red flag's one question: yes, no, or something beside it."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

from agent.deps import Reader
from domain.clinical import Presence
from domain.session import Pending
from domain.turn import Utterance
from understanding import frames

_PREMISE = re.compile(r"^[^，。？]{2,8}，?(?:同时|并且)")
"""What a question takes as known (发烧同时…); to say it again affirms nothing."""
_SUDDEN = re.compile(r"小时|突然|刚才|这几天")
_ACUTE = timedelta(days=5)
"""What has lasted longer did not come within hours or days."""
COURTEOUS = frozenset({"thanks", "greeting", "farewell", "praise"})
"""What answers nothing: 「谢谢」 to a question about danger."""
YES, NO = "yes", "no"
"""Values of the question's two options."""
SILENCE = "silence"
"""Action of the choice made for a patient who left the question open; its value is the question's id."""


class Reply(StrEnum):
    """What a reply comes to.

    `NO` stands down, and so does a second `PARTLY`, which denies something and affirms nothing: the patient was
    asked twice. `UNCLEAR` counts as a yes once the question was put.
    """

    YES = "yes"
    UNCLEAR = "unclear"
    NO = "no"
    PARTLY = "partly"
    BESIDE = "beside"


def read(pending: Pending, utterance: Utterance, reader: Reader) -> Reply:
    """A bare no, or a denial of at least half of what the question asks, is a no; silence and a yes are yes.

    A denial of less, or of something else alone (「呼吸正常」), is partly one, and so is 「一个月了」 to what came
    within hours. Words beside it are those that
    speak of something else, a mere courtesy, and a tap on another card.
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
    states = {finding.presence for finding in said.findings}
    affirms = Presence.PRESENT in states
    lasting = said.duration is not None and said.duration > _ACUTE and not frames.begins(utterance.text)
    if denied or (not affirms and (Presence.ABSENT in states or (lasting and _SUDDEN.search(pending.question)))):
        return Reply.PARTLY
    if {intent.id for intent in said.intents} & COURTEOUS:
        return Reply.BESIDE
    told = said.findings or said.person.age_years is not None or said.duration
    return Reply.BESIDE if told else Reply.UNCLEAR
