"""Contract of `SessionStore` and `SessionKeys`."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from archive.keys import KEPT_SECONDS
from archive.opening import OpenArchive
from domain.errors import Conflict, NotFound
from domain.patient import Consent, PatientProfile, Purpose
from domain.session import SessionId
from tests.archive.examples import SESSION, a_record, sha256
from tests.stores import MONDAY_MORNING, SetClock

pytestmark = pytest.mark.contract


async def test_a_session_comes_back_as_it_was_stored(opened: OpenArchive) -> None:
    """Profile, consent, times and token hashes are all there again, equal to what went in."""
    record = a_record()
    await opened.sessions.create(record)
    assert await opened.sessions.get(SESSION) == record


async def test_an_unknown_session_is_nothing(opened: OpenArchive) -> None:
    """Neither an unknown id nor an unknown resume token finds a session."""
    assert await opened.sessions.get(SessionId("never")) is None
    assert await opened.sessions.by_resume(sha256("never")) is None


async def test_a_session_id_is_never_given_twice(opened: OpenArchive) -> None:
    """A second session under the same id is refused and the first stays as it was."""
    record = a_record()
    await opened.sessions.create(record)
    with pytest.raises(Conflict):
        await opened.sessions.create(a_record(resume="other"))
    assert await opened.sessions.get(SESSION) == record


async def test_a_resume_token_finds_its_session_until_it_is_replaced(opened: OpenArchive) -> None:
    """After a resume the old token ends and the new one leads to the same session."""
    record = a_record()
    await opened.sessions.create(record)
    assert await opened.sessions.by_resume(record.resume_sha256) == record
    renewed = replace(record, token_sha256=sha256("t2"), resume_sha256=sha256("r2"))
    await opened.sessions.replace(renewed)
    assert await opened.sessions.by_resume(record.resume_sha256) is None
    assert await opened.sessions.by_resume(sha256("r2")) == renewed


async def test_replacing_keeps_the_consent_and_stores_the_new_profile(opened: OpenArchive) -> None:
    """A profile learned in the conversation is stored; consent changes only by `give_consent`."""
    record = a_record()
    await opened.sessions.create(record)
    withdrawn = Consent(version="2026-02", purposes=frozenset(), at=MONDAY_MORNING + timedelta(hours=1))
    await opened.sessions.give_consent(SESSION, withdrawn)
    older = replace(record, session=replace(record.session, profile=PatientProfile(age_years=71)))
    await opened.sessions.replace(older)
    found = await opened.sessions.get(SESSION)
    assert found is not None
    assert found.session.profile == PatientProfile(age_years=71)
    assert found.session.consent == withdrawn


async def test_consent_in_force_is_the_last_and_every_one_is_remembered(opened: OpenArchive) -> None:
    """Giving more and withdrawing again leave a history in order."""
    await opened.sessions.create(a_record())
    more = Consent(version="2026-01", purposes=frozenset({Purpose.CARE_CHAT, Purpose.FOLLOW_UP}), at=MONDAY_MORNING)
    none = Consent(version="2026-01", at=MONDAY_MORNING + timedelta(minutes=5))
    await opened.sessions.give_consent(SESSION, more)
    await opened.sessions.give_consent(SESSION, none)
    found = await opened.sessions.get(SESSION)
    assert found is not None
    assert found.session.consent == none
    assert await opened.sessions.consent_history(SESSION) == (more, none)


async def test_writing_to_a_session_nobody_knows_is_refused(opened: OpenArchive) -> None:
    """There is nothing to replace and nothing to consent for."""
    with pytest.raises(NotFound):
        await opened.sessions.replace(a_record())
    with pytest.raises(NotFound):
        await opened.sessions.give_consent(SESSION, Consent(version="1"))


async def test_every_session_has_its_own_key(opened: OpenArchive) -> None:
    """Keys are 32 bytes, differ between sessions and stay the same for one."""
    other = SessionId("session-2")
    await opened.sessions.create(a_record())
    await opened.sessions.create(a_record(other))
    key = await opened.keys.key(SESSION)
    assert len(key) == 32
    assert key != await opened.keys.key(other)
    opened.keys.forget(SESSION)
    assert await opened.keys.key(SESSION) == key


async def test_a_destroyed_key_is_gone_for_good(opened: OpenArchive) -> None:
    """Nobody gets the key again, and what needs it cannot be read."""
    await opened.sessions.create(a_record())
    await opened.keys.destroy(SESSION)
    with pytest.raises(NotFound):
        await opened.keys.key(SESSION)
    assert await opened.sessions.get(SESSION) is None


async def test_a_key_leaves_the_memory_after_a_while(opened: OpenArchive, clock: SetClock) -> None:
    """A key another replica destroyed is not served from memory for ever."""
    await opened.sessions.create(a_record())
    key = await opened.keys.key(SESSION)
    clock.advance(timedelta(seconds=KEPT_SECONDS - 1))
    assert opened.keys._recall(SESSION) == key
    clock.advance(timedelta(seconds=1))
    assert opened.keys._recall(SESSION) is None
