"""Whom a booking is for: the people of the account this conversation uses, and the guardian of a child.

The account is that of the phone proven first, so that a family is known again in another session. It opens to the
form of somebody it books for already, or while it books for nobody: whoever got an old phone number learns nothing
of the family that had it. Until then, and where no phone is proven, the people are this session's own.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from agent import identifying
from agent.booking.step import asked
from agent.conversation import Conversation
from agent.deps import TurnContext
from domain.errors import Conflict
from domain.patient import Identity, PatientId, Relation
from domain.related_person import AccountId, RelatedPerson, Relationship, SignedIn
from domain.scheduling import Refusal
from tools.identity import age_years, years_since

SHOWN_FOR = timedelta(hours=24)
"""How long a session is told of its patient's notices as they come."""
RELATIONSHIPS = {
    Relation.SELF: Relationship.SELF,
    Relation.CHILD: Relationship.CHILD,
    Relation.PARENT: Relationship.PARENT,
    Relation.OTHER: Relationship.OTHER,
}


def account(conversation: Conversation, context: TurnContext) -> AccountId:
    """The account this conversation uses now."""
    signed_in = conversation.signed_in
    if signed_in is not None and signed_in.until > context.deps.clock.now():
        return signed_in.account_id
    return AccountId(f"session:{context.utterance.session_id}")


async def sign_in(conversation: Conversation, identity: Identity, context: TurnContext) -> Conversation:
    """The conversation with the account of the phone that was just proven, if it opens to this person."""
    deps = context.deps
    if not deps.booking_code:
        return conversation
    opened, here = deps.people.account(identity.phone), account(conversation, context)
    if here != opened:
        if conversation.signed_in is not None and here == conversation.signed_in.account_id:
            return conversation
        known = await deps.people.people(opened)
        patient_id = await deps.patients.register(identity)
        if known and all(one.patient_id != patient_id for one in known):
            return conversation
    until = deps.clock.now() + identifying.HOLDS_FOR
    return replace(conversation, signed_in=SignedIn(account_id=opened, until=until))


async def everybody(conversation: Conversation, context: TurnContext) -> tuple[PatientId, ...]:
    """Every patient of this conversation, the one talked about first; nobody before somebody said who they are."""
    known = [one.patient_id for one in await _people(conversation, context)]
    return tuple(dict.fromkeys((conversation.patient_id, *known) if conversation.patient_id else known))


async def candidates(conversation: Conversation, context: TurnContext) -> tuple[RelatedPerson, ...]:
    """The people whom the words may mean: all that are to the writer what was said (「给我妈挂」)."""
    wanted = RELATIONSHIPS[conversation.profile.relation]
    return tuple(one for one in await _people(conversation, context) if one.relationship is wanted)


async def meant(conversation: Conversation, context: TurnContext) -> PatientId | None:
    """The patient the words mean; nobody when that is not known, or not clear."""
    people = await _people(conversation, context)
    if not people:
        return conversation.patient_id
    fitting = [one.patient_id for one in await candidates(conversation, context)]
    if conversation.patient_id in fitting:
        return conversation.patient_id
    return fitting[0] if len(fitting) == 1 else None


async def choose(conversation: Conversation, patient_id: PatientId, context: TurnContext) -> Conversation:
    """Talk about this person from now on.

    Raises:
        Conflict: a child none of whose guardians is among the account's people now (`GUARDIAN`).
    """
    people = {one.patient_id: one for one in await _people(conversation, context)}
    chosen = people.get(patient_id)
    if chosen is not None and _is_child(chosen, context):
        guardian = people.get(chosen.guardian_id) if chosen.guardian_id else None
        if guardian is None or _is_child(guardian, context):
            raise Conflict(Refusal.GUARDIAN)
    return replace(conversation, patient_id=patient_id)


async def add(conversation: Conversation, identity: Identity, context: TurnContext, *, guardian: bool) -> Conversation:
    """Keep the person and talk about them from now on; a child's guardian is an adult who was known before.

    Raises:
        Conflict: a child without a guardian (`GUARDIAN`), or too many people (`PEOPLE_LIMIT`).
    """
    deps, now = context.deps, context.deps.clock.now()
    relationship = Relationship.SELF if guardian else RELATIONSHIPS[conversation.profile.relation]
    person = await deps.people.add(
        account(conversation, context),
        identity,
        relationship=relationship,
        guardian_id=await _guardian(conversation, identity, context, guarding=guardian),
        key=asked(conversation, context).key("person", relationship),
        now=now,
    )
    await deps.inbox.watch(person.patient_id, context.utterance.session_id, until=now + SHOWN_FOR)
    return replace(conversation, patient_id=person.patient_id)


async def _people(conversation: Conversation, context: TurnContext) -> tuple[RelatedPerson, ...]:
    """The account's people; nobody while it is neither signed in to nor known who writes."""
    used = account(conversation, context)
    signed_in = conversation.signed_in is not None and used == conversation.signed_in.account_id
    if conversation.patient_id is None and not signed_in:
        return ()
    return await context.deps.people.people(used)


def _is_child(person: RelatedPerson, context: TurnContext) -> bool:
    if person.birth_date is None:
        return False
    today = context.deps.clock.now().date()
    return years_since(person.birth_date, today=today) < context.deps.rules.guardian_age_years


async def _guardian(
    conversation: Conversation, identity: Identity, context: TurnContext, *, guarding: bool
) -> PatientId | None:
    """The adult who books for this child; nobody for an adult."""
    age = age_years(identity, today=context.deps.clock.now().date())
    if age is None or age >= context.deps.rules.guardian_age_years:
        return None
    adults = [
        one.patient_id
        for one in await _people(conversation, context)
        if one.guardian_id is None and one.relationship is not Relationship.CHILD and not _is_child(one, context)
    ]
    if guarding or not adults:
        raise Conflict(Refusal.GUARDIAN)
    return adults[0]
