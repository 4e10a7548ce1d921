"""The emergency screen: pure, in-process, run on receipt of every message, before everything else."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace

from domain.clinical import RedFlag, Screening
from knowledge.logic import Value
from tools.triage.red_flags import RedFlags
from tools.triage.resemblance import QUIET, THRESHOLD, Resemblance
from understanding.lexicon import Lexicon
from understanding.polarity import read_polarity

WINDOW_CHARACTERS = 1200
"""Longer texts are read in windows of this length."""
OVERLAP_CHARACTERS = 120
MOST_CHARACTERS = 24_000
"""Of a longer text the beginning and the end are read, half of this each."""
TOLD_CHARACTERS = 6
"""A reply to an open question shorter than this is an answer and is not looked at as a message of its own."""
_CLAUSE = re.compile(r"[^，。、:]+")
_CALM = re.compile(
    r"没|冇|无(?!力)|未|不(?![停住了出动过清上下能得到来会敢想稳醒完开进起着见全够])"
    r"|正常|清醒|好好|有力气|有劲|还[好行]|(?<!不)能[吃喝走睡动]"
)
"""What denies or calms, as far as a clause of a reply goes: 「说话正常，嘴也不歪」."""


class Screen:
    """Red flags and lexicon of one pack, ready to be asked.

    `questions` are the pack's own questions. One of them among `recent` is what the agent asked last: a
    yes makes its words the patient's, anything else leaves them out. A message in which no pattern stands
    is still alarming when it is worded like the emergencies `resemblance` knows. One in which a pattern stands
    but no clause is worded like an emergency (「卡得我要吐血」, 「家长该怎么做」) is asked about before anything
    is done; words of a crisis never are, nor what is said in reply to a question.
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
        if raised and asked is None:
            raised = self._weighed(raised, text)
        if asked is not None and read_polarity(text, question=asked).yes:
            _keep(raised, self._red_flags.match(hear(asked).affirmed(), [*said, hear(text[:WINDOW_CHARACTERS])], facts))
        ordered = sorted(raised.values(), key=lambda flag: (not flag.certain, -flag.disposition))
        return Screening(flags=tuple(ordered), alarm=0.0 if raised else self._alarm(text, reply=asked is not None))

    def _weighed(self, raised: dict[str, RedFlag], text: str) -> dict[str, RedFlag]:
        """The flags, doubted where no clause of the text is worded like an emergency.

        A certain one stays so when somebody's case is told (我妈, 刚才), a crisis always.
        """
        heard = self._lexicon.hear(text[:MOST_CHARACTERS])
        if self._resemblance.worst(heard.normal.text) >= QUIET:
            return raised
        told = any("here" in entry.cues for _, entry in heard.words)
        return {
            rule_id: flag if flag.crisis or (flag.certain and told) else replace(flag, certain=False, doubted=True)
            for rule_id, flag in raised.items()
        }

    def _alarm(self, text: str, *, reply: bool) -> float:
        """How much the text is worded like an emergency, when it clearly is; of a reply what it does not deny."""
        normal = self._lexicon.hear(text[:WINDOW_CHARACTERS]).normal.text
        if reply:
            normal = "，".join(clause for clause in _CLAUSE.findall(normal) if not _CALM.search(clause))
            if len(normal) < TOLD_CHARACTERS:
                return 0.0
        score = self._resemblance.score(normal)
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
