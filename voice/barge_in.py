"""Whether a patient who speaks while the agent does wants the floor. Pure: time comes in as seconds of audio."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from domain.voice import Interrupting
from voice.wording import back_channel, bare

LULL: Final = 0.5
"""Quiet after which speech too short to interrupt was nothing."""


class Action(StrEnum):
    """What the agent's voice does now.

    `DUCK`: go on, softly; `RESTORE`: at full volume again; `FLUSH`: stop, the patient has the floor; `RESUME`: nothing
    was said after all, go on from where it was stopped.
    """

    DUCK = "duck"
    RESTORE = "restore"
    FLUSH = "flush"
    RESUME = "resume"


class BargeIn:
    """One session's rule of who has the floor.

    Every call but `begin` and `end` may return what to do now. A yes/no question is what makes 「嗯」 an answer.
    """

    def __init__(self, rules: Interrupting) -> None:
        self._rules = rules
        self._speaking = self._interruptible = self._ducked = self._flushed = False
        self._voiced = self._quiet = 0.0
        self._said_go_on = self._meant = False

    def begin(self, *, interruptible: bool) -> None:
        """The agent speaks; call again when a sentence begins that may, or may not, be interrupted."""
        if not self._speaking:
            self._settle()
        self._speaking = True
        self._interruptible = interruptible

    def end(self) -> None:
        """The agent has said everything, or its answer was given up."""
        self._speaking = self._flushed = False
        self._settle()

    def speech(self, seconds: float) -> Action | None:
        """Somebody spoke for so long, by the gated voice activity."""
        self._voiced += seconds
        self._quiet = 0.0
        if not self._listening:
            return None
        patience = 2 * self._rules.flush if self._said_go_on else self._rules.flush
        if self._voiced >= patience:
            return self._flush()
        if self._voiced >= self._rules.duck and not self._ducked:
            self._ducked = True
            return Action.DUCK
        return None

    def words(self, text: str, *, yes_no: bool) -> Action | None:
        """The newest hypothesis, partial or final; `yes_no` is whether a yes/no question waits for its answer."""
        characters = len(bare(text))
        self._said_go_on = back_channel(text) and not yes_no
        if not characters or self._said_go_on:
            return None
        enough = 1 if yes_no and back_channel(text) else self._rules.flush_characters
        if characters < enough:
            return None
        self._meant = True
        return self._flush() if self._listening else None

    def quiet(self, seconds: float, *, recognising: bool) -> Action | None:
        """Nobody spoke for so long; while a recogniser is `recognising`, time does not count."""
        if recognising:
            return None
        self._quiet += seconds
        if self._flushed and not self._meant and self._quiet >= self._rules.resume:
            self._flushed = False
            self._settle()
            return Action.RESUME
        if not self._flushed and self._quiet >= LULL:
            ducked = self._ducked
            self._settle()
            return Action.RESTORE if ducked else None
        return None

    @property
    def _listening(self) -> bool:
        return self._speaking and self._interruptible and not self._flushed

    def _flush(self) -> Action:
        self._flushed = True
        return Action.FLUSH

    def _settle(self) -> None:
        self._voiced = self._quiet = 0.0
        self._ducked = self._said_go_on = self._meant = False
