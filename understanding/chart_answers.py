"""Which answers of the complaint charts a message already holds, so that nobody is asked what they said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, TypeAlias

from knowledge.complaints import Question
from knowledge.patterns import Pattern
from understanding.hearing import Heard as Mentions
from understanding.lexicon import Lexicon
from understanding.matcher import Match, Matcher
from understanding.reading import Heard
from understanding.scope import Status

_Key: TypeAlias = "tuple[str, str, str]"


class Asking(Protocol):
    """What asks questions: a complaint chart, a follow-up."""

    @property
    def id(self) -> str:
        """Its id in the pack."""

    @property
    def ask(self) -> Sequence[Question]:
        """Its questions."""


class ChartReader:
    """The `heard` and `denied` patterns of every chart, compiled once.

    A sign is present when one of its `heard` patterns is meant so. It is absent when one of its `denied`
    patterns is denied, or every one of its `heard` patterns: denying one of several wordings (晕倒, 快晕倒)
    does not deny the sign.
    """

    def __init__(self, lexicon: Lexicon, complaints: Iterable[Asking]) -> None:
        heard: dict[_Key, tuple[Pattern, ...]] = {}
        denied: dict[_Key, tuple[Pattern, ...]] = {}
        for complaint in complaints:
            for question in complaint.ask:
                for name, patterns in question.heard.items():
                    heard[complaint.id, question.id, name] = patterns
                for name, patterns in question.denied.items():
                    denied[complaint.id, question.id, name] = patterns
        self._wordings = {key: len(patterns) for key, patterns in heard.items()}
        self._heard: Matcher[_Key] = Matcher(lexicon, heard)
        self._denied: Matcher[_Key] = Matcher(lexicon, denied)

    def __call__(self, message: Mentions) -> tuple[Heard, ...]:
        """The answers in one message, each at most once."""
        found: dict[_Key, Heard] = {}
        refused: dict[_Key, list[Match[_Key]]] = {}
        for match in self._heard.match(message, doubtful=Status.ABSENT):
            if match.status <= Status.UNCERTAIN:
                found[match.key] = _answer(match, present=True)
            elif match.status is Status.ABSENT:
                refused.setdefault(match.key, []).append(match)
        for key, matches in refused.items():
            if len(matches) == self._wordings[key]:
                found.setdefault(key, _answer(matches[0], present=False))
        for match in self._denied.match(message, doubtful=Status.ABSENT):
            if match.status is Status.ABSENT:
                found.setdefault(match.key, _answer(match, present=False))
        return tuple(found.values())


def _answer(match: Match[_Key], *, present: bool) -> Heard:
    complaint_id, question_id, name = match.key
    return Heard(
        complaint_id=complaint_id,
        question_id=question_id,
        name=name,
        present=present,
        quote="、".join(match.quotes),
    )
