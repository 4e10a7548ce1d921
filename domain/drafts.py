"""Changes of the knowledge pack by the hospital's staff: drafts, and what was released of them.

Nothing here touches the pack at work; a release is taken up by whoever runs the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol, TypeAlias

from domain.correction import CorrectionId
from domain.staff import StaffId
from domain.turn import Json

DraftId = NewType("DraftId", str)
FieldValue: TypeAlias = "str | tuple[str, ...]"
"""A text, or a list of words."""


class DraftStatus(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    RELEASED = "released"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One field of one file of the pack as it should be: `file` from the pack's directory, `key` within it."""

    file: str
    key: str
    value: FieldValue
    by: StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Edits on their way into the pack.

    `base` is the version they were begun on, `answers` the corrections they answer, `revision` counts changes;
    `check` is what the last examination found, and is about the revision it names.
    """

    id: DraftId
    title: str
    by: StaffId
    at: datetime
    base: str
    edits: tuple[Edit, ...] = ()
    answers: tuple[CorrectionId, ...] = ()
    status: DraftStatus = DraftStatus.OPEN
    revision: int = 0
    check: Mapping[str, Json] | None = None

    @property
    def authors(self) -> frozenset[StaffId]:
        """Everybody whose own work it is; none of them may approve it."""
        return frozenset({self.by, *(edit.by for edit in self.edits)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A pack as it was put to work: `files` are the whole texts of what differs from the pack that was installed.

    `installed` is that pack's version, `restores` the version an undo went back to, `number` counts releases.
    """

    number: int = 0
    version: str
    installed: str
    at: datetime
    by: StaffId
    approved_by: StaffId
    draft_id: DraftId | None = None
    restores: str = ""
    files: Mapping[str, str]


class Drafts(Protocol):
    """Drafts and releases; every step is in the audit chain. All methods raise `Unavailable` as a store does."""

    async def add(self, draft: Draft) -> None:
        """Keep a new draft."""

    async def listed(self, *, open_only: bool = True) -> tuple[Draft, ...]:
        """Drafts, newest first."""

    async def get(self, draft_id: DraftId) -> Draft:
        """One draft.

        Raises:
            NotFound: no such draft.
        """

    async def change(self, draft: Draft) -> Draft:
        """Keep a draft's edits, answers or status in place of revision `draft.revision`; the draft as it is then.

        Raises:
            NotFound: no such draft.
            Conflict: it was changed since, or is no longer open.
        """

    async def checked(self, draft_id: DraftId, check: Mapping[str, Json], *, revision: int) -> None:
        """Keep what was found in a revision; one that is no longer the newest is passed over."""

    async def release(self, release: Release, *, after: int, answers: tuple[CorrectionId, ...] = ()) -> int:
        """Make it the newest and, in the same step, its draft released and the corrections it answers closed.

        `after` is the newest release's number as the caller saw it, 0 for none; returns this one's.

        Raises:
            Conflict: somebody released in between, or the draft is no longer open.
        """

    async def newest(self) -> Release | None:
        """What should be at work; nothing while it is the pack that was installed."""

    async def releases(self) -> tuple[Release, ...]:
        """Every release, newest first."""
