"""Bodies of the calls about knowledge and training; unknown fields and wrong types are refused."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from channels.wire import Opaque, Strict

Title: TypeAlias = Annotated[str, Field(min_length=1, max_length=80)]
File: TypeAlias = Annotated[str, Field(min_length=1, max_length=128)]
Key: TypeAlias = Annotated[str, Field(min_length=1, max_length=128)]
Text: TypeAlias = Annotated[str, Field(min_length=1, max_length=4000)]
Word: TypeAlias = Annotated[str, Field(min_length=1, max_length=200)]
Value: TypeAlias = Text | Annotated[list[Word], Field(max_length=400)]
Answers: TypeAlias = Annotated[list[Opaque], Field(max_length=32)]


class NewDraft(Strict):
    """What a draft is about, and the corrections it answers."""

    title: Title
    answers: Answers = Field(default_factory=list)


class Trial(Strict):
    """Fields of a file as somebody types them."""

    file: File
    values: Annotated[dict[Key, Value], Field(max_length=64)]


class Writing(Strict):
    """Fields of a file for a draft as it was read; without a value the pack's own stands again."""

    revision: int
    file: File
    values: Annotated[dict[Key, Value | None], Field(max_length=64)]


class Answering(Strict):
    """The corrections a draft answers."""

    revision: int
    answers: Answers


class Revised(Strict):
    """A draft as it was read."""

    revision: int


class AskedQuestion(Strict):
    """A question put to a simulated patient."""

    question: Opaque


class Decision(Strict):
    """What a nurse in training decides, and what was asked before."""

    disposition: Literal["HOME", "OPD", "VISIT_24H", "ED_NOW", "CALL_120"]
    department: Opaque
    asked: Annotated[list[Opaque], Field(max_length=64)]
