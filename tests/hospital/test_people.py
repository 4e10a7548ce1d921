"""Contract of `RelatedPeople`: several people an account, children with a guardian."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import Conflict, NotFound
from domain.patient import PatientId
from domain.related_person import AccountId, RelatedPerson, Relationship
from domain.scheduling import Refusal
from tests.hospital.stage import PeopleStage, an_identity

pytestmark = pytest.mark.contract

ACCOUNT = AccountId("account-1")
CHILD = "20150601"


async def _add(
    stage: PeopleStage,
    number: int,
    relationship: Relationship,
    *,
    born: str = "19900101",
    guardian: PatientId | None = None,
    account: AccountId = ACCOUNT,
    key: str = "",
) -> RelatedPerson:
    return await stage.people.add(
        account,
        an_identity(number, born=born),
        relationship=relationship,
        guardian_id=guardian,
        key=key or f"add {account} {number}",
        now=stage.clock.now(),
    )


async def test_an_account_books_for_several_people_the_holder_first(stage: PeopleStage) -> None:
    """Names and numbers are masked; another account sees nobody of them."""
    await _add(stage, 2, Relationship.PARENT)
    holder = await _add(stage, 1, Relationship.SELF)
    assert [one.relationship for one in await stage.people.people(ACCOUNT)] == [Relationship.SELF, Relationship.PARENT]
    assert holder.patient_id == await stage.patient(1)
    assert holder.birth_date == date(1990, 1, 1)
    assert "张*" in holder.masked
    assert await stage.people.people(AccountId("account-2")) == ()


async def test_a_child_is_added_only_with_an_adult_of_the_account(stage: PeopleStage) -> None:
    """Without a guardian, with a stranger, with another child: refused. A fourteen-year-old needs none."""
    with pytest.raises(Conflict) as alone:
        await _add(stage, 3, Relationship.CHILD, born=CHILD)
    assert alone.value.reason == Refusal.GUARDIAN
    with pytest.raises(NotFound):
        await _add(stage, 3, Relationship.CHILD, born=CHILD, guardian=await stage.patient(9))
    mother = await _add(stage, 1, Relationship.SELF)
    child = await _add(stage, 3, Relationship.CHILD, born=CHILD, guardian=mother.patient_id)
    assert child.guardian_id == mother.patient_id
    with pytest.raises(Conflict) as by_child:
        await _add(stage, 4, Relationship.CHILD, born=CHILD, guardian=child.patient_id)
    assert by_child.value.reason == Refusal.GUARDIAN
    assert (await _add(stage, 5, Relationship.CHILD, born="20120302")).guardian_id is None
    assert len(await stage.people.people(ACCOUNT)) == 3


async def test_nobody_is_their_own_guardian(stage: PeopleStage) -> None:
    """Not even an adult."""
    holder = await _add(stage, 1, Relationship.SELF)
    with pytest.raises(NotFound):
        await _add(stage, 1, Relationship.SELF, guardian=holder.patient_id, key="self")


async def test_adding_again_changes_the_relationship_and_a_key_adds_once(stage: PeopleStage) -> None:
    """One person stands once in an account."""
    first = await _add(stage, 1, Relationship.OTHER)
    assert await _add(stage, 1, Relationship.OTHER) == first
    changed = await _add(stage, 1, Relationship.SPOUSE, key="changed")
    assert changed.relationship is Relationship.SPOUSE
    assert len(await stage.people.people(ACCOUNT)) == 1
    with pytest.raises(Conflict) as reused:
        await _add(stage, 2, Relationship.SELF, key="changed")
    assert reused.value.reason == Refusal.KEY_REUSED


async def test_an_account_books_for_no_more_people_than_the_rules_allow(stage: PeopleStage) -> None:
    """Six; whoever is removed makes room."""
    added = [await _add(stage, number, Relationship.OTHER) for number in range(6)]
    with pytest.raises(Conflict) as full:
        await _add(stage, 7, Relationship.OTHER)
    assert full.value.reason == Refusal.PEOPLE_LIMIT
    for _ in range(2):
        await stage.people.remove(ACCOUNT, added[0].patient_id, key="remove", now=stage.clock.now())
    assert (await _add(stage, 7, Relationship.OTHER)).relationship is Relationship.OTHER


async def test_a_guardian_stays_as_long_as_the_child(stage: PeopleStage) -> None:
    """First the child, then the guardian; removing somebody unknown does nothing."""
    mother = await _add(stage, 1, Relationship.SELF)
    child = await _add(stage, 3, Relationship.CHILD, born=CHILD, guardian=mother.patient_id)
    now = stage.clock.now()
    with pytest.raises(Conflict) as needed:
        await stage.people.remove(ACCOUNT, mother.patient_id, key="r1", now=now)
    assert needed.value.reason == Refusal.GUARDIAN
    await stage.people.remove(ACCOUNT, child.patient_id, key="r2", now=now)
    await stage.people.remove(ACCOUNT, mother.patient_id, key="r3", now=now)
    await stage.people.remove(ACCOUNT, PatientId("nobody"), key="r4", now=now)
    assert await stage.people.people(ACCOUNT) == ()
