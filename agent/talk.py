"""Which fixed text answers which intent beside the medical and the practical."""

from __future__ import annotations

import re

TEXTS = {
    "greeting": "talk.greeting",
    "thanks": "talk.thanks",
    "farewell": "talk.farewell",
    "praise": "talk.praise",
    "who_are_you": "talk.who",
    "are_you_human": "talk.are_you_human",
    "can_do": "talk.can_do",
    "medication": "refusal.drug",
    "stop_medication": "refusal.stop_drug",
    "report_explain": "refusal.report",
    "diagnosis": "refusal.diagnosis",
    "promise": "refusal.promise",
    "pressure": "refusal.pressure_fine",
    "ethics": "refusal.ethics",
    "legal": "refusal.legal",
    "fear": "feeling.fear",
    "pain": "feeling.pain",
    "grief": "feeling.grief_death",
    "loneliness": "feeling.lonely",
    "anger": "feeling.anger",
    "complaint": "feeling.complaint",
    "privacy_view": "talk.who_sees",
    "ambulance": "emergency.line",
    "injection": "talk.instructions",
    "foreign_language": "talk.language",
}
"""Intent → text id."""

WITH_GRAVITY = {
    "thanks": "talk.thanks_grave",
    "farewell": "talk.farewell_grave",
    "greeting": "talk.greeting_again",
}
"""The same intents once there is nothing to be cheerful about."""

GRAVE = frozenset({"grief"})

LOST_CHILD = re.compile(r"流产|胎停|引产|流掉|没保住|没留住|胎儿")
"""What a grief is about that is met as the loss of a pregnancy."""

LOST_CHILD_TEXT = "feeling.grief_miscarriage"

WITHOUT_ADVICE = {"pressure": "refusal.promise"}
"""The same intent while no advice was given yet that the text could point to."""

PRESSED_AGAIN = {
    "pressure": "refusal.pressure_again",
    "promise": "refusal.promise",
    "medication": "refusal.insist_drug",
    "diagnosis": "refusal.diagnosis",
}
"""Intents that ask for what is never given, and what is said when the patient does so for the second time."""

LAST_REFUSAL = "refusal.pressure_last"
"""What is said from then on; it offers a person."""

MOST_PRESSED = 2
"""How often a refusal is worded anew before the last one stays."""

OFFERS_A_PERSON = frozenset(
    {
        "medication",
        "stop_medication",
        "foreign_language",
        "ethics",
        "legal",
        "grief",
        "loneliness",
        "anger",
        "complaint",
    }
)

CALLS = frozenset({"ambulance", "foreign_language"})
"""Intents answered with the call card beside the words."""
