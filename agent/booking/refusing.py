"""Why the hospital refuses a step, in words, with what to do instead."""

from __future__ import annotations

from agent.booking.step import knowledge
from agent.deps import TurnContext
from agent.reply import Say
from domain.errors import Conflict
from domain.scheduling import Refusal

_RULES = {
    Refusal.TOO_FAR: "days_ahead",
    Refusal.SAME_SESSION: "same_session",
    Refusal.DAILY_LIMIT: "daily_limit",
    Refusal.BANNED: "ban_days",
    Refusal.DEADLINE: "cancel_hours",
    Refusal.TOO_EARLY: "check_in_minutes",
    Refusal.GUARDIAN: "guardian_age",
    Refusal.PEOPLE_LIMIT: "people_limit",
}
"""The rule of the hospital that stands behind a refusal, by its name in the hospital's file."""


def refused(error: Conflict, context: TurnContext) -> Say:
    """The sentence for a refusal; one without a sentence of its own is sent to the desk."""
    texts, rules = context.deps.knowledge.texts, context.deps.rules.words
    try:
        reason = Refusal(error.reason)
    except ValueError:
        reason = Refusal.STATUS
    text_id = f"refused.{reason.value}"
    if text_id not in texts:
        text_id = "refused.status"
    rule = _RULES.get(reason)
    return knowledge(texts.say(text_id, rule=rules[rule]) if rule else texts.say(text_id))
