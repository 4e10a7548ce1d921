"""Contract of `StaffBook` and `StaffRegister`."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from archive.opening import OpenArchive
from archive.staff import FAILURES_BEFORE_LOCK, LOCKED_FOR, SIGNED_IN_FOR
from domain.errors import Conflict, Forbidden, IdentityRequired, InvalidFields, NotFound, RateLimited
from domain.staff import Enrolment, Role, StaffSession
from tests.archive.examples import sha256
from tests.stores import SetClock

pytestmark = pytest.mark.contract

PASSWORD = "correct horse"


async def a_nurse(opened: OpenArchive, *, second_factor: bool = False) -> Enrolment:
    """An account."""
    return await opened.staff.add("lihua", "李护士", Role.NURSE, PASSWORD, second_factor=second_factor)


async def enter(opened: OpenArchive, *, password: str = PASSWORD, code: str = "", at: str = "t1") -> StaffSession:
    """Sign in as the nurse, in the browser `at`."""
    return await opened.staff.sign_in("lihua", password, code, token_sha256=sha256(at), client="test")


async def test_the_right_password_opens_a_session_and_signing_out_ends_it(opened: OpenArchive) -> None:
    """The session is found by its token's hash alone."""
    one = (await a_nurse(opened)).staff
    session = await enter(opened)
    assert await opened.staff.session(sha256("t1")) == session
    assert session.staff == one
    assert await opened.staff.session(sha256("t2")) is None
    await opened.staff.sign_out(session.id, staff_id=one.id, by=one.id)
    assert await opened.staff.session(sha256("t1")) is None


async def test_unknown_name_and_wrong_password_are_not_told_apart(opened: OpenArchive) -> None:
    """Nor is a disabled account."""
    await a_nurse(opened)
    with pytest.raises(Forbidden):
        await enter(opened, password="wrong")
    with pytest.raises(Forbidden):
        await opened.staff.sign_in("nobody", PASSWORD, "", token_sha256=sha256("x"), client="")
    await opened.staff.disable("lihua")
    with pytest.raises(Forbidden):
        await enter(opened)


async def test_too_many_failures_lock_the_account_for_a_while(opened: OpenArchive, clock: SetClock) -> None:
    """Also for the right password; afterwards it opens again."""
    await a_nurse(opened)
    for _ in range(FAILURES_BEFORE_LOCK):
        with pytest.raises(Forbidden):
            await enter(opened, password="wrong")
    with pytest.raises(RateLimited) as locked:
        await enter(opened)
    assert locked.value.retry_after_seconds == LOCKED_FOR.total_seconds()
    clock.advance(LOCKED_FOR)
    assert (await enter(opened)).id


async def test_a_code_is_asked_for_and_counts_once(opened: OpenArchive, clock: SetClock) -> None:
    """The code of this half minute opens the account, and no second time."""
    enrolled = await a_nurse(opened, second_factor=True)
    totp = pyotp.TOTP(enrolled.secret)
    with pytest.raises(IdentityRequired):
        await enter(opened)
    code = totp.at(clock.now())
    assert (await enter(opened, code=code)).id
    with pytest.raises(Forbidden):
        await enter(opened, code=code, at="t2")
    clock.advance(timedelta(seconds=30))
    assert (await enter(opened, code=totp.at(clock.now()), at="t3")).id


async def test_a_recovery_code_opens_the_account_once(opened: OpenArchive) -> None:
    """However it is typed."""
    enrolled = await a_nurse(opened, second_factor=True)
    code = enrolled.recovery_codes[0]
    assert (await enter(opened, code=code.lower().replace("-", " "))).id
    with pytest.raises(Forbidden):
        await enter(opened, code=code, at="t2")
    assert (await enter(opened, code=enrolled.recovery_codes[1], at="t3")).id


async def test_sessions_are_listed_end_by_time_and_can_be_ended_together(opened: OpenArchive, clock: SetClock) -> None:
    """All but the one that asked."""
    one = (await a_nurse(opened)).staff
    for at in ("t1", "t2", "t3"):
        clock.advance(timedelta(seconds=1))
        latest = await enter(opened, at=at)
    assert (await opened.staff.sessions(one.id))[0].id == latest.id
    await opened.staff.sign_out_everywhere(one.id, by=one.id, besides=latest.id)
    assert [session.id for session in await opened.staff.sessions(one.id)] == [latest.id]
    clock.advance(SIGNED_IN_FOR)
    assert await opened.staff.sessions(one.id) == ()
    assert await opened.staff.session(sha256("t3")) is None


async def test_somebody_is_there_only_while_they_say_so(opened: OpenArchive, clock: SetClock) -> None:
    """Signed in is not enough."""
    await a_nurse(opened)
    session = await enter(opened)
    assert not await opened.staff.attended(clock.now())
    await opened.staff.attend(session.id, until=clock.now() + timedelta(seconds=30))
    assert await opened.staff.attended(clock.now())
    assert not await opened.staff.attended(clock.advance(timedelta(seconds=30)))


async def test_the_password_can_be_changed_by_who_knows_it(opened: OpenArchive) -> None:
    """A short one will not do."""
    one = (await a_nurse(opened)).staff
    with pytest.raises(Forbidden):
        await opened.staff.change_password(one.id, "wrong", "another long one")
    with pytest.raises(InvalidFields):
        await opened.staff.change_password(one.id, PASSWORD, "short")
    await opened.staff.change_password(one.id, PASSWORD, "another long one")
    with pytest.raises(Forbidden):
        await enter(opened)
    assert (await enter(opened, password="another long one")).id


async def test_a_reset_account_is_open_to_its_new_password_alone(opened: OpenArchive) -> None:
    """Earlier sessions and secrets are gone, a disabled account is back."""
    await a_nurse(opened, second_factor=True)
    await opened.staff.disable("lihua")
    enrolled = await opened.staff.reset("lihua", "a new password", second_factor=False)
    assert enrolled.recovery_codes == ()
    assert (await enter(opened, password="a new password")).id
    [account] = await opened.staff.accounts()
    assert (account.second_factor, account.disabled_at) == (False, None)


async def test_names_are_taken_once_and_unknown_ones_are_not_found(opened: OpenArchive) -> None:
    """A name is checked too."""
    await a_nurse(opened)
    with pytest.raises(Conflict):
        await a_nurse(opened)
    with pytest.raises(InvalidFields):
        await opened.staff.add("Li Hua", "李", Role.ADMIN, PASSWORD, second_factor=False)
    with pytest.raises(NotFound):
        await opened.staff.disable("nobody")
    assert [one.name for one in await opened.staff.colleagues()] == ["lihua"]


async def test_everything_done_to_accounts_stands_in_the_chain(opened: OpenArchive) -> None:
    """And the chain holds."""
    await a_nurse(opened)
    await enter(opened)
    with pytest.raises(Forbidden):
        await enter(opened, password="wrong")
    found = await opened.archive.verify()
    assert (found.broken_at, found.rows) == (None, 3)
