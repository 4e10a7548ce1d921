"""Bodies of the console's calls; unknown fields and wrong types are refused."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field

from channels.wire import MESSAGE_LIMIT_CHARACTERS, ClientId, Opaque, Strict

Mark: TypeAlias = Annotated[int, Field(ge=1, le=5)]
DayText: TypeAlias = Annotated[str, AfterValidator(lambda text: date.fromisoformat(text).isoformat())]
Prose: TypeAlias = Annotated[str, Field(min_length=1, max_length=MESSAGE_LIMIT_CHARACTERS)]
Secret: TypeAlias = Annotated[str, Field(max_length=256, repr=False)]


class SignIn(Strict):
    """Who somebody says they are, and what shows it."""

    name: Annotated[str, Field(max_length=64)]
    password: Secret
    code: Annotated[str, Field(max_length=32, repr=False)] = ""


class NewPassword(Strict):
    """The password in force and the next one."""

    password: Secret
    new_password: Secret


class Nothing(Strict):
    """An empty body."""


class Held(Strict):
    """The number of the claim somebody acts under."""

    token: int


class NurseMessage(Held):
    """What a nurse says to the patient; the same `id` is said once."""

    id: ClientId
    text: Prose


class Assignment(Strict):
    """Whose case it is; nobody's without an id."""

    staff_id: Opaque | None


class Tags(Strict):
    """All tags of a case. They are not encrypted: a tag names a kind of case, never a person."""

    tags: Annotated[list[Annotated[str, Field(min_length=1, max_length=16)]], Field(max_length=8)]


class NoteText(Strict):
    """What colleagues read."""

    text: Prose


class Handling(Strict):
    """Why a case is closed."""

    reason: Prose


class Enrolling(Strict):
    """Which plans a patient is put on, and the days they count from (`discharge`, `surgery` … → YYYY-MM-DD)."""

    id: Annotated[str, Field(max_length=64)] = ""
    plans: Annotated[list[Opaque], Field(min_length=1, max_length=12)]
    days: dict[Literal["discharge", "surgery", "delivery", "cycle"], DayText]
    consented: bool

    def dates(self) -> dict[str, date]:
        """The days as dates."""
        return {name: date.fromisoformat(day) for name, day in self.days.items()}


class Sending(Strict):
    """A message of ours; the same `id` is sent once."""

    id: ClientId


class Booking(Sending):
    """A place for a patient."""

    slot_id: Opaque


class Marks(Strict):
    """A reviewer's marks on SSPEC's axes; of the whole conversation without a trace id."""

    trace_id: Opaque = ""
    factuality: Mark
    safety: Mark
    empathy: Mark
    completeness: Mark
    readability: Mark
    comment: Annotated[str, Field(max_length=MESSAGE_LIMIT_CHARACTERS)] = ""


class Right(Strict):
    """What would have been right; what is left out was not wrong."""

    disposition: Literal["HOME", "OPD", "VISIT_24H", "ED_NOW", "CALL_120"] | None = None
    departments: list[Opaque] = Field(default_factory=list, max_length=3)
    text: Annotated[str, Field(max_length=MESSAGE_LIMIT_CHARACTERS)] = ""


class Correcting(Strict):
    """What was wrong in a turn. `opening` is how the nurse would put the complaint, in place of the patient's words."""

    trace_id: Opaque
    kind: Literal["urgency", "department", "understanding", "wording", "knowledge"]
    right: Right = Right()
    note: Annotated[str, Field(max_length=MESSAGE_LIMIT_CHARACTERS)] = ""
    opening: list[Prose] = Field(default_factory=list, max_length=2)


class Follow(Strict):
    """Send what happens in a conversation from now on, after the event `after`.

    `lines` is how much of the transcript the console has; without it, all that stands there now.
    """

    type: Literal["follow"]
    session_id: Opaque
    after: Annotated[int, Field(ge=0)] = 0
    lines: Annotated[int, Field(ge=0)] | None = None


class Unfollow(Strict):
    """Send no more of it."""

    type: Literal["unfollow"]
    session_id: Opaque


class TypingNow(Strict):
    """The nurse types."""

    type: Literal["typing"]
    session_id: Opaque


class HeldClaim(Held):
    """A claim that goes on."""

    session_id: Opaque


class Heartbeat(Strict):
    """The nurse is there and goes on holding these."""

    type: Literal["heartbeat"]
    claims: Annotated[list[HeldClaim], Field(max_length=64)]
