"""How long memory keeps what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """`session_seconds` is counted from the last write of a session and must outlast its tokens.

    `replay_seconds` is how long an event can be replayed at least (protocol v1: one hour), and
    `checkpoints` how many checkpoints of a thread are kept.
    """

    session_seconds: int = 7 * 24 * 3600
    replay_seconds: int = 3600
    checkpoints: int = 4
