"""Which fixed text answers which intent beside the medical and the practical."""

from __future__ import annotations

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
    "report_query": "records.not_here",
    "fee_query": "records.not_here",
    "fee_list": "records.not_here",
    "diagnosis": "refusal.diagnosis",
    "promise": "refusal.promise",
    "pressure": "refusal.pressure_fine",
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

OFFERS_A_PERSON = frozenset(
    {
        "medication",
        "stop_medication",
        "grief",
        "loneliness",
        "anger",
        "complaint",
        "report_query",
        "fee_query",
        "fee_list",
    }
)
