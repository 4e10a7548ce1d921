"""Reads aloud what a session's socket is sent: sentences as they come, emergencies before everything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, Protocol

from channels.discretion import AMBULANCE, Discretion
from domain.turn import Json, Origin

_SENTENCE: Final = re.compile(r"[^。！？!?]+[。！？!?]*")


class Mouth(Protocol):
    """Says sentences."""

    def say(
        self,
        speech_id: str,
        text: str,
        *,
        private: bool,
        urgent: bool = False,
        caption: str | None = None,
        whole: bool = False,
    ) -> None:
        """Say a sentence after those before it."""

    def end(self, speech_id: str) -> None:
        """The speech has no more sentences."""

    def drop(self, reason: str, speech_id: str | None = None) -> bool:
        """Give up what is said or waits."""


@dataclass(slots=True)
class _Response:
    """An answer on its way. `kept` are sentences that wait until the whole is known."""

    id: str
    private: bool = False
    heard: bool = False
    kept: list[str] = field(default_factory=list)


class Reading:
    """Turns the events a socket is sent into speech. `see_screen` is said in place of what is private.

    While a nurse answers (`held`), only she and emergencies are heard.
    """

    def __init__(self, mouth: Mouth, discretion: Discretion, *, held: bool, see_screen: str) -> None:
        self._mouth = mouth
        self._discretion = discretion
        self._held = held
        self._see_screen = see_screen
        self._open: _Response | None = None
        self._raised = ""
        self._last_raised = ("", "")
        self._made = 0

    def note(self, event: dict[str, Json]) -> None:
        """Take notice of an event that was just sent."""
        match event["type"]:
            case "escalation.raised":
                self._raise(str(event["at"]), str(event["text"]))
            case "handoff.started":
                self._held = True
                self._mouth.drop("handoff")
            case "handoff.ended":
                self._held = False
            case "response.created":
                self._begin(event)
            case "response.text.delta" if not self._held:
                self._sentence(self._of(event), str(event["text"]))
            case "response.card" if isinstance(card := event["card"], dict):
                self._of(event).private |= self._discretion.note(card)
            case "response.done":
                self._end(self._of(event), event)
            case "response.cancelled":
                self._cancelled(str(event["response_id"]), str(event["reason"]))
            case "error" if event["in_reply_to"] is not None:
                self._failed(str(event["message"]))

    def _raise(self, at: str, text: str) -> None:
        if (at, text) == self._last_raised:
            return  # sent before without its number
        self._last_raised, self._raised = (at, text), text
        speech_id = self._new_id("e")
        for sentence in _sentences(text):
            self._mouth.say(speech_id, sentence, private=False, urgent=True)
        self._mouth.end(speech_id)

    def _begin(self, event: dict[str, Json]) -> None:
        if event["in_reply_to"] is not None:
            self._mouth.drop("superseded")
        self._open = _Response(id=str(event["response_id"]))

    def _of(self, event: dict[str, Json]) -> _Response:
        response_id = str(event["response_id"])
        if self._open is None or self._open.id != response_id:
            self._open = _Response(id=response_id)
        return self._open

    def _sentence(self, response: _Response, text: str) -> None:
        response.heard = True
        if text.strip() in self._raised:
            return  # said before everything
        if self._discretion.guarded and AMBULANCE not in text:
            response.kept.append(text)
        elif self._discretion.may_be_said(text):
            self._mouth.say(response.id, text, private=self._discretion.is_private(text))
        else:
            response.private = True

    def _end(self, response: _Response, event: dict[str, Json]) -> None:
        by_nurse = event["origin"] == Origin.NURSE.value
        if not response.heard and (by_nurse or not self._held):
            response.private |= self._discretion.guarded
            for sentence in _sentences(str(event["text"])):
                self._sentence(response, sentence)
        if response.private:
            self._mouth.say(response.id, self._see_screen, private=False)
        else:
            for sentence in response.kept:
                if self._discretion.may_be_said(sentence):
                    self._mouth.say(response.id, sentence, private=True)
        self._mouth.end(response.id)
        self._open, self._raised = None, ""

    def _cancelled(self, response_id: str, reason: str) -> None:
        if reason == "barge_in":
            self._mouth.end(response_id)  # it is stopped already, and may go on if nobody spoke after all
        else:
            self._mouth.drop("client" if reason == "restarted" else reason, response_id)
        self._open = None

    def _failed(self, message: str) -> None:
        if self._open is not None:
            self._mouth.end(self._open.id)
            self._open = None
        if not self._held or AMBULANCE in message:
            self._mouth.say(self._new_id("x"), message, private=False, whole=True)

    def _new_id(self, kind: str) -> str:
        self._made += 1
        return f"{kind}_{self._made}"


def _sentences(text: str) -> list[str]:
    return _SENTENCE.findall(text)
