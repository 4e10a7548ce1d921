"""Whether a message is worded like the emergencies the pack gives examples of: a second net under the patterns.

Nobody can list every way a frightened person words a thing. A message no pattern knows is compared with the
pack's examples, alarming and harmless, by the one to three characters it is made of (multinomial naive Bayes,
every piece counted once a message, add-one smoothing). It is counting: no training, no model, the same result
everywhere, and an example added to the pack counts at once. It can only make the agent ask a question.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from math import log

from knowledge.wordings import Wordings
from understanding.normalise import normalise

THRESHOLD = 8.0
"""Log-odds from which a message goes through an interview, whatever else it asks for; see ADR 0005."""
CLEAR = 10.0
"""Log-odds from which the danger signs are asked about beside the interview of a known complaint."""
QUIET = -3.0
"""Below this log-odds of its worst clauses a message is worded like those in which nothing happens."""
PIECE_CHARACTERS = 3
USUAL_CHARACTERS = 60
_CLAUSE = re.compile(r"[^，。、:]{1,30}")


class Resemblance:
    """The examples of a pack, counted."""

    def __init__(self, wordings: Wordings) -> None:
        alarming = Counter(_counted(text for _, text in wordings.alarming))
        harmless = Counter(_counted(wordings.harmless))
        known = alarming.keys() | harmless.keys()
        most, least = alarming.total() + len(known), harmless.total() + len(known)
        self._weights = {
            piece: log((alarming[piece] + 1) / most) - log((harmless[piece] + 1) / least) for piece in known
        }

    def score(self, text: str) -> float:
        """Log-odds that a normal text is an emergency's rather than a harmless one's.

        Of a text longer than people usually write it is the worst run of clauses that counts.
        """
        return self._score(text) if len(text) <= USUAL_CHARACTERS else self.worst(text)

    def worst(self, text: str) -> float:
        """The same of the worst run of clauses of a normal text: what else a message asks for calms nothing."""
        worst = run = float("-inf")
        for clause in _CLAUSE.findall(text):
            run = max(run, 0.0) + self._score(clause)
            worst = max(worst, run)
        return worst

    def _score(self, text: str) -> float:
        weights = self._weights
        return sum(weights[piece] for piece in _pieces(text) if piece in weights)


def _pieces(text: str) -> set[str]:
    return {
        text[start : start + length]
        for length in range(1, PIECE_CHARACTERS + 1)
        for start in range(len(text) - length + 1)
    }


def _counted(texts: Iterable[str]) -> Iterator[str]:
    """Every piece of every text, once a text."""
    for text in texts:
        yield from _pieces(normalise(text).text)
