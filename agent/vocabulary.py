"""The conversation's values, each with the tag it is stored under. Import it to have them registered.

A changed field means a new version with a migration; a tag is never given to another type.
"""

from __future__ import annotations

from agent import conversation
from domain import related_person, waitlist
from memory import vocabulary
from memory.codec import Fields, Migration, codec
from tools.triage import case

TAGS: dict[str, type] = {
    "conversation": conversation.Conversation,
    "booking_draft": conversation.BookingDraft,
    "emergency": conversation.Emergency,
    "gist": conversation.Gist,
    "following": conversation.Following,
    "answered_input": conversation.AnsweredInput,
    "waitlist_wish": waitlist.WaitlistWish,
    "signed_in": related_person.SignedIn,
    "triage_case": case.TriageCase,
    "triage_fact": case.Fact,
    "triage_asked": case.Asked,
    "triage_raised": case.Raised,
}


def _with_ended(fields: Fields) -> Fields:
    """Conversation 2 remembers several ended inputs; 1 knew the last."""
    answered = fields.get("answered")
    return {**fields, "ended": (answered.input_id,) if answered else ()}


def _untold(fields: Fields) -> Fields:
    """Conversation 3 remembers the notices it showed; 2 showed none."""
    return {**fields, "told": ()}


def _not_moving(fields: Fields) -> Fields:
    """Booking draft 2 may move an appointment, avoid a doctor and know what is full; 1 did not."""
    return {**fields, "moving": None, "avoiding": None, "missed": None}


def _with_reason(fields: Fields) -> Fields:
    """Booking draft 3 may leave the reason of the visit out; 2 gave none."""
    return {**fields, "without_reason": False}


def _uncomplaining(fields: Fields) -> Fields:
    """Conversation 5 keeps the words the interview began with; 4 did not."""
    return {**fields, "complaint": ""}


def _short(fields: Fields) -> Fields:
    """Conversation 7 counts its turns and may have a gist; 6 did neither."""
    return {**fields, "turns": 0, "gist": None}


def _signed_out(fields: Fields) -> Fields:
    """Conversation 6 knows whose account it uses; 5 did not."""
    return {**fields, "signed_in": None}


def _not_following(fields: Fields) -> Fields:
    """Conversation 8 knows who is followed up; 7 did not."""
    return {**fields, "following": None}


def _unalarmed(fields: Fields) -> Fields:
    """Triage case 2 knows of alarming wording; 1 did not."""
    return {**fields, "alarming": False}


def _unsupposed(fields: Fields) -> Fields:
    """Triage case 3 knows charts a model supposed; 2 did not."""
    return {**fields, "supposed": ()}


def _unproven(fields: Fields) -> Fields:
    """Conversation 4 knows what was proven, and asks anew who an earlier one took for the patient."""
    return {**fields, "patient_id": None, "proof": None, "viewing": ""}


def _calm(fields: Fields) -> Fields:
    """Triage question 2 knows of an alarming answer; 1 did not."""
    return {**fields, "alarming": False}


MIGRATIONS: dict[str, dict[int, Migration]] = {
    "conversation": {
        1: _with_ended,
        2: _untold,
        3: _unproven,
        4: _uncomplaining,
        5: _signed_out,
        6: _short,
        7: _not_following,
    },
    "booking_draft": {1: _not_moving, 2: _with_reason},
    "triage_case": {1: _unalarmed, 2: _unsupposed},
    "triage_asked": {1: _calm},
}
"""How the fields of older versions become the next one's."""

for _tag, _cls in TAGS.items():
    steps = MIGRATIONS.get(_tag, {})
    codec.register(_cls, tag=_tag, version=len(steps) + 1, migrate=steps)

ALL_TAGS = {**vocabulary.TAGS, **TAGS}
"""Every tag a checkpoint may hold."""
