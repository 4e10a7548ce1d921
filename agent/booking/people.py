"""Whom a booking is for: the people this conversation knows, and the guardian of a child.

Who may be booked for is what was typed into this session's own forms; nobody learns of another session's family.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent.booking.step import asked
from agent.conversation import Conversation
from agent.deps import TurnContext
from domain.errors import Conflict
from domain.patient import Identity, PatientId, Relation
from domain.related_person import AccountId, RelatedPerson, Relationship
from domain.scheduling import Refusal
from tools.identity import age_years

SHOWN_FOR = timedelta(hours=24)
"""How long a session is told of its patient's notices as they come."""
RELATIONSHIPS = {
    Relation.SELF: Relationship.SELF,
    Relation.CHILD: Relationship.CHILD,
    Relation.PARENT: Relationship.PARENT,
    Relation.OTHER: Relationship.OTHER,
}


def account(context: TurnContext) -> AccountId:
    """The account of this conversation."""
    return AccountId(f"session:{context.utterance.session_id}")


async def everybody(conversation: Conversation, context: TurnContext) -> tuple[PatientId, ...]:
    """Every patient of this conversation, the one talked about first; nobody before somebody said who they are."""
    if conversation.patient_id is None:
        return ()
    known = [one.patient_id for one in await context.deps.people.people(account(context))]
    return tuple(dict.fromkeys((conversation.patient_id, *known)))


async def candidates(conversation: Conversation, context: TurnContext) -> tuple[RelatedPerson, ...]:
    """The people whom the words may mean: all that are to the writer what was said (「给我妈挂」)."""
    wanted = RELATIONSHIPS[conversation.profile.relation]
    return tuple(one for one in await context.deps.people.people(account(context)) if one.relationship is wanted)


async def meant(conversation: Conversation, context: TurnContext) -> PatientId | None:
    """The patient the words mean; nobody when that is not known, or not clear."""
    people = await context.deps.people.people(account(context))
    if conversation.patient_id is None or not people:
        return conversation.patient_id
    fitting = [one.patient_id for one in await candidates(conversation, context)]
    if conversation.patient_id in fitting:
        return conversation.patient_id
    return fitting[0] if len(fitting) == 1 else None


async def add(conversation: Conversation, identity: Identity, context: TurnContext, *, guardian: bool) -> Conversation:
    """Keep the person and talk about them from now on; a child's guardian is an adult who was known before.

    Raises:
        Conflict: a child without a guardian (`GUARDIAN`), or too many people (`PEOPLE_LIMIT`).
    """
    deps, now = context.deps, context.deps.clock.now()
    relationship = Relationship.SELF if guardian else RELATIONSHIPS[conversation.profile.relation]
    person = await deps.people.add(
        account(context),
        identity,
        relationship=relationship,
        guardian_id=await _guardian(identity, context, guarding=guardian),
        key=asked(conversation, context).key("person", relationship),
        now=now,
    )
    await deps.inbox.watch(person.patient_id, context.utterance.session_id, until=now + SHOWN_FOR)
    return replace(conversation, patient_id=person.patient_id)


async def _guardian(identity: Identity, context: TurnContext, *, guarding: bool) -> PatientId | None:
    """The adult who books for this child; nobody for an adult."""
    today, rules = context.deps.clock.now().date(), context.deps.rules
    age = age_years(identity, today=today)
    if age is None or age >= rules.guardian_age_years:
        return None
    adults = [
        one.patient_id
        for one in await context.deps.people.people(account(context))
        if one.guardian_id is None and one.relationship is not Relationship.CHILD
    ]
    if guarding or not adults:
        raise Conflict(Refusal.GUARDIAN)
    return adults[0]
