"""Contracts of `Codes` and `PatientFiles`: who proves nothing gets nothing and learns nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.errors import Conflict, Expired
from domain.identity import ChallengeId, CodeFault, IssuedCode
from domain.patient import Identity
from domain.session import SessionId
from tests.hospital.stage import CodesStage, RecordsStage, an_identity

pytestmark = pytest.mark.contract

MINE, THEIRS = SessionId("s1"), SessionId("s2")


async def issued(stage: CodesStage, key: str = "i1", session_id: SessionId = MINE) -> IssuedCode:
    """A code on its way."""
    return await stage.codes.issue(an_identity(), session_id=session_id, key=key, now=stage.clock.now())


async def redeemed(stage: CodesStage, one: IssuedCode, code: str | None = None, *, key: str = "k1") -> str:
    """The name behind the code, or why there is none."""
    try:
        found = await stage.codes.redeem(one.id, code or one.code, session_id=MINE, key=key, now=stage.clock.now())
    except Expired:
        return "expired"
    except Conflict as error:
        return error.reason
    return found.name


def wrong(one: IssuedCode, by: int = 1) -> str:
    """Six digits that are not the code."""
    return f"{(int(one.code) + by) % 10**6:06}"


async def test_the_right_code_gives_the_identity_that_waited(stage: CodesStage) -> None:
    """Six digits, five minutes."""
    one = await issued(stage)
    assert len(one.code) == 6
    assert one.code.isdecimal()
    assert one.expires_at - stage.clock.now() == timedelta(minutes=5)
    found = await stage.codes.redeem(one.id, one.code, session_id=MINE, key="k", now=stage.clock.now())
    assert found == an_identity()


async def test_a_code_is_used_once_and_a_replayed_turn_uses_it_again(stage: CodesStage) -> None:
    """The same key is the same turn; another key is another try with a code that is gone."""
    one = await issued(stage)
    assert await redeemed(stage, one, key="turn") == "张三"
    assert await redeemed(stage, one, key="turn") == "张三"
    assert await redeemed(stage, one, key="later") == "expired"


async def test_many_who_send_the_right_code_at_once_are_one(stage: CodesStage) -> None:
    """Twenty taps on the button, one use."""
    one = await issued(stage)
    got = await asyncio.gather(*(redeemed(stage, one, key=f"k{number}") for number in range(20)))
    assert sorted(got) == ["expired"] * 19 + ["张三"]


async def test_the_fifth_wrong_try_is_the_last(stage: CodesStage) -> None:
    """From then on the right code does not count either."""
    one = await issued(stage)
    tries = [await redeemed(stage, one, wrong(one, number), key=f"k{number}") for number in range(1, 6)]
    assert tries == [CodeFault.WRONG] * 4 + [CodeFault.SPENT]
    assert await redeemed(stage, one) == CodeFault.SPENT


async def test_guesses_at_once_do_not_buy_more_tries(stage: CodesStage) -> None:
    """Fifty guesses beside each other are five tries."""
    one = await issued(stage)
    await asyncio.gather(*(redeemed(stage, one, wrong(one, number), key=f"k{number}") for number in range(1, 51)))
    assert await redeemed(stage, one) == CodeFault.SPENT


async def test_a_code_runs_out_after_five_minutes(stage: CodesStage) -> None:
    """A second before it counts, at five minutes it does not."""
    one = await issued(stage)
    stage.clock.advance(timedelta(minutes=5))
    assert await redeemed(stage, one) == "expired"


async def test_a_new_code_ends_the_one_before(stage: CodesStage) -> None:
    """Only the newest counts; other sessions keep theirs."""
    first, other = await issued(stage), await issued(stage, session_id=THEIRS)
    second = await issued(stage, "i2")
    assert await redeemed(stage, first) == "expired"
    assert await redeemed(stage, second) == "张三"
    assert await stage.codes.again(other.id, session_id=THEIRS) == an_identity()


async def test_a_replayed_turn_sends_the_same_code(stage: CodesStage) -> None:
    """The first text may have gone out already."""
    first, again = await issued(stage), await issued(stage)
    assert (first.id, first.code) == (again.id, again.code)


async def test_a_code_counts_only_in_the_session_that_asked_for_it(stage: CodesStage) -> None:
    """Neither the code nor a guess nor a second one is had from elsewhere."""
    one = await issued(stage)
    with pytest.raises(Expired):
        await stage.codes.redeem(one.id, one.code, session_id=THEIRS, key="k", now=stage.clock.now())
    with pytest.raises(Expired):
        await stage.codes.again(one.id, session_id=THEIRS)
    with pytest.raises(Expired):
        await stage.codes.redeem(ChallengeId("never"), one.code, session_id=MINE, key="k", now=stage.clock.now())


async def test_old_codes_are_forgotten(stage: CodesStage) -> None:
    """The sealed identity goes with them."""
    one = await issued(stage)
    later = stage.clock.advance(timedelta(hours=1))
    assert await stage.codes.forget(before=later) == 1
    with pytest.raises(Expired):
        await stage.codes.again(one.id, session_id=MINE)


async def test_codes_differ(stage: CodesStage) -> None:
    """A hundred codes are nearly a hundred numbers."""
    codes = {(await issued(stage, f"i{number}")).code for number in range(100)}
    assert len(codes) > 90


async def test_the_person_on_file_is_found(stage: RecordsStage) -> None:
    """Name, number and phone are those the desk wrote down."""
    patient_id = await stage.put_on_file(an_identity())
    assert await stage.files.matching(an_identity()) == patient_id


@pytest.mark.parametrize(
    "claimed",
    [
        replace(an_identity(), name="李四"),
        replace(an_identity(), phone="13900139000"),
        replace(an_identity(), id_number=an_identity(7).id_number),
    ],
    ids=["name", "phone", "number"],
)
async def test_anything_wrong_finds_nobody(stage: RecordsStage, claimed: Identity) -> None:
    """A wrong name, a wrong phone and an unknown person are the same nothing."""
    await stage.put_on_file(an_identity())
    assert await stage.files.matching(claimed) is None


async def test_a_booking_does_not_change_a_file(stage: RecordsStage) -> None:
    """Whoever books in somebody's name with a phone of their own does not come to that person's records."""
    await stage.put_on_file(an_identity())
    thief = replace(an_identity(), phone="13900139000")
    await stage.patients.register(thief)
    assert await stage.files.matching(thief) is None
    assert await stage.files.matching(an_identity()) is not None


async def test_a_patient_who_only_booked_has_no_file(stage: RecordsStage) -> None:
    """What nobody at the desk has checked opens nothing."""
    await stage.patients.register(an_identity())
    assert await stage.files.matching(an_identity()) is None
