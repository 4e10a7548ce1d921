"""The patient's messages of a transcript, numbered and read, each with the question it may answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.deps import Knowledge
from agent.safety.sentences import split
from domain.patient import Relation
from domain.session import Author, Message
from understanding.reading import Understanding

_QUESTION_MARKS = ("？", "?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One message of the patient's: its number among them (1 is the first), how it reads, what was asked before."""

    turn: int
    text: str
    at: datetime
    read: Understanding
    asked: str = ""


def lines(transcript: Sequence[Message], knowledge: Knowledge) -> tuple[Line, ...]:
    """Every message of the patient's."""
    found: list[Line] = []
    asked = ""
    for message in transcript:
        if message.author is Author.PATIENT:
            read = knowledge.reader(message.text, pending=None, now=message.at)
            found.append(Line(turn=len(found) + 1, text=message.text, at=message.at, read=read, asked=asked))
            asked = ""
        else:
            asked = question_of(message.text)
    return tuple(found)


def own_lines(transcript: Sequence[Message], knowledge: Knowledge) -> tuple[Line, ...]:
    """The messages about the person spoken of now: those since the conversation turned to them or began anew."""
    found: list[Line] = []
    relation: Relation | None = None
    for line in lines(transcript, knowledge):
        named = line.read.person.relation
        turned = line.read.wants("another_person") and named not in {None, relation}
        if turned or line.read.wants("start_over"):
            found.clear()
        relation = named or relation
        found.append(line)
    return tuple(found)


def question_of(reply: str) -> str:
    """The question a reply ends with; empty when it asks nothing."""
    asking = [sentence.strip() for sentence in split(reply) if sentence.rstrip().endswith(_QUESTION_MARKS)]
    return asking[-1] if asking else ""
