"""The conversation's values, each with the tag it is stored under. Import it to have them registered.

A changed field means a new version with a migration; a tag is never given to another type.
"""

from __future__ import annotations

from agent import conversation
from memory import vocabulary
from memory.codec import codec
from tools.triage import case

TAGS: dict[str, type] = {
    "conversation": conversation.Conversation,
    "booking_draft": conversation.BookingDraft,
    "emergency": conversation.Emergency,
    "answered_input": conversation.AnsweredInput,
    "triage_case": case.TriageCase,
    "triage_fact": case.Fact,
    "triage_asked": case.Asked,
    "triage_raised": case.Raised,
}

for _tag, _cls in TAGS.items():
    codec.register(_cls, tag=_tag)

ALL_TAGS = {**vocabulary.TAGS, **TAGS}
"""Every tag a checkpoint may hold."""
