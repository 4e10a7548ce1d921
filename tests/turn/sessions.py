"""More conversations at the same bedside."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from domain.session import SessionId
from tests.turn.bedside import Bedside

_NUMBERS = count()


async def anew(patient: Bedside) -> Bedside:
    """A conversation nobody had yet, of another patient who agreed."""
    first = await patient.deps.sessions.get(SessionId("s_test"))
    assert first is not None
    session_id = SessionId(f"s{next(_NUMBERS)}")
    session = replace(first.session, id=session_id)
    await patient.deps.sessions.create(
        replace(first, session=session, token_sha256=session_id, resume_sha256=session_id)
    )
    return replace(patient, session_id=session_id)
