"""What of a session may be said aloud, and to whom. Pure."""

from __future__ import annotations

from typing import Final

from domain.turn import Json
from understanding.private import mask

IDENTIFYING: Final = frozenset({"identity_form", "booking_review", "appointment", "appointment_list"})
"""Cards from which on the session is somebody's by name."""

PRIVATE: Final = IDENTIFYING | {"report_list", "report", "bill_list", "waitlist", "questionnaire", "trend"}
"""Cards that come with names, numbers of identity or results."""

AMBULANCE: Final = "120"


class Discretion:
    """One session's. `aside` is the patient's wish that nothing private be said aloud."""

    def __init__(self) -> None:
        self.aside = False
        self._known = False

    @property
    def guarded(self) -> bool:
        """Whether an answer must be seen whole before any of it is said aloud."""
        return self.aside and self._known

    def note(self, card: dict[str, Json]) -> bool:
        """Take notice of a card; whether what is said with it is private."""
        kind = card.get("type")
        self._known = self._known or kind in PRIVATE
        return kind in PRIVATE and kind != "identity_form"

    def is_private(self, text: str) -> bool:
        """Whether a text must not leave the house: whose it is is known, or a number of identity stands in it."""
        return self._known or mask(text) != text

    def may_be_said(self, text: str) -> bool:
        """Whether a sentence of an answer without private cards may be said aloud; emergencies always may."""
        return not self.aside or AMBULANCE in text or mask(text) == text
