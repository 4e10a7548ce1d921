"""The emergency screen: pure, in-process, run on receipt of every message, before everything else."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from domain.clinical import RedFlag, Screening
from knowledge.logic import Value
from tools.triage.red_flags import RedFlags
from tools.triage.resemblance import THRESHOLD, Resemblance
from understanding.lexicon import Lexicon
from understanding.polarity import read_polarity

WINDOW_CHARACTERS = 1200
"""Longer texts are read in windows of this length."""
OVERLAP_CHARACTERS = 120
MOST_CHARACTERS = 24_000
"""Of a longer text the beginning and the end are read, half of this each."""
TOLD_CHARACTERS = 6
"""A reply to an open question shorter than this is an answer and is not looked at as a message of its own."""


class Screen:
    """Red flags and lexicon of one pack, ready to be asked.

    `questions` are the pack's own questions. One of them among `recent` is what the agent asked last: a
    yes makes its words the patient's, anything else leaves them out. A message in which no pattern stands
    is still alarming when it is worded like the emergencies `resemblance` knows.
    """

    def __init__(
        self, red_flags: RedFlags, lexicon: Lexicon, resemblance: Resemblance, *, questions: Collection[str] = ()
    ) -> None:
        self._red_flags = red_flags
        self._lexicon = lexicon
        self._resemblance = resemblance
        self._questions = frozenset(questions)

    def __call__(self, text: str, recent: tuple[str, ...] = (), facts: Mapping[str, Value] | None = None) -> Screening:
        """What `text` shows, read together with the patient's last messages and the open question.

        Only flags to which `text` itself contributes a word are raised. `facts` is what is known of the
        person, under the pack's profile names. Work is linear in the length read, and the length capped.
        """
        hear = self._lexicon.hear
        said = [hear(message) for message in recent if message not in self._questions]
        asked = next((message for message in reversed(recent) if message in self._questions), None)
        raised: dict[str, RedFlag] = {}
        for window in _windows(text):
            heard = hear(window)
            _keep(raised, self._red_flags.match(heard, said, facts))
            if len(window) < len(text):
                said = [*said[-2:], heard]
        if asked is not None and read_polarity(text, question=asked).yes:
            _keep(raised, self._red_flags.match(hear(asked).affirmed(), [*said, hear(text[:WINDOW_CHARACTERS])], facts))
        ordered = sorted(raised.values(), key=lambda flag: (not flag.certain, -flag.disposition))
        told = asked is None or len(text) >= TOLD_CHARACTERS
        return Screening(flags=tuple(ordered), alarm=self._alarm(text) if told and not raised else 0.0)

    def _alarm(self, text: str) -> float:
        """How much the text is worded like an emergency, when it clearly is."""
        score = self._resemblance.score(self._lexicon.hear(text[:WINDOW_CHARACTERS]).normal.text)
        return score if score >= THRESHOLD else 0.0


def _windows(text: str) -> list[str]:
    if len(text) <= WINDOW_CHARACTERS:
        return [text]
    if len(text) > MOST_CHARACTERS:
        half = MOST_CHARACTERS // 2
        text = text[:half] + "\n" + text[-half:]
    step = WINDOW_CHARACTERS - OVERLAP_CHARACTERS
    return [text[start : start + WINDOW_CHARACTERS] for start in range(0, len(text), step)]


def _keep(raised: dict[str, RedFlag], flags: tuple[RedFlag, ...]) -> None:
    """Keep the surer, then the more urgent, of two flags of one rule."""
    for flag in flags:
        other = raised.get(flag.rule_id)
        if other is None or (flag.certain, flag.disposition) > (other.certain, other.disposition):
            raised[flag.rule_id] = flag
