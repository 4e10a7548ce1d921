"""The fencing tokens the running task holds.

`SessionLocks.hold` notes its token here, and every write of that session made inside it, also by tasks
started inside, carries the token. The store refuses a write whose token is not the latest, so a holder
that lost its session without noticing cannot spoil the next holder's work. A write made outside any
`hold` carries no token and is never refused: the emergency screen depends on no lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from domain.session import SessionId

_held: ContextVar[Mapping[SessionId, int]] = ContextVar("held", default=MappingProxyType({}))


def held_token(session_id: SessionId) -> int | None:
    """The token under which the running task holds the session, if it does."""
    return _held.get().get(session_id)


@contextmanager
def holding(session_id: SessionId, token: int) -> Iterator[None]:
    """Note that the running task holds the session under `token`."""
    before = held_token(session_id)
    _held.set({**_held.get(), session_id: token})
    try:
        yield
    finally:
        others = {other: held for other, held in _held.get().items() if other != session_id}
        _held.set(others if before is None else {**others, session_id: before})
