"""A simulated patient: answers the agent's questions from a case, in free text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from evals.case import Case

YES_NO = re.compile(r"吗|有没有|是不是|是否|会不会|对吗|没有[？?]")
CARD_SEPARATOR = "；"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the agent asked: its text, and the labels it offered to tap."""

    text: str
    options: tuple[str, ...] = ()


def answer(case: Case, question: Question) -> str:
    """What this patient says.

    A card of signs is answered sign by sign from the facts; signs no fact speaks of get the case's default
    once for all of them. Any other question gets the first fact whose pattern it matches.
    """
    said = [fact.say for fact in case.facts if fact.when.search(question.text)][:1]
    if not said:
        labels = [label for label in question.options if label not in {"都没有", "不清楚"}]
        matched = (next((f.say for f in case.facts if f.when.search(label)), None) for label in labels)
        said = list(dict.fromkeys(one for one in matched if one is not None))
    if said:
        return CARD_SEPARATOR.join(said)
    closed = YES_NO.search(question.text) or question.options
    return case.default_yes_no if closed else case.default_open
