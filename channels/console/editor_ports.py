"""What the console's knowledge pages need from outside themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.drafts import Draft, DraftId, FieldValue
from domain.staff import StaffId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file of the pack that staff may edit; `group` says what sort of file it is."""

    file: str
    group: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A value of a file; a `clinical` one is an admin's to change. `of` is what it belongs to, `label` what it is."""

    key: str
    of: str
    label: str
    value: FieldValue
    clinical: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """What is wrong with a file, at a line that counts from 1, in the editors' words."""

    file: str
    line: int
    text: str


class Editor(Protocol):
    """The pack at work as staff edit it. Nothing is written into the pack itself."""

    @property
    def version(self) -> str:
        """The version at work."""

    def sheets(self) -> Sequence[Sheet]:
        """Every file that may be edited, by group."""

    async def fields(self, file: str) -> Sequence[FormField]:
        """The fields of a file.

        Raises:
            NotFound: no such file, or it is none of the staff's.
        """

    async def slips(self, file: str, values: Mapping[str, FieldValue]) -> Sequence[Slip]:
        """What is wrong with the file once these fields are changed; quick, of this file alone.

        Raises:
            NotFound: no such file or field.
        """

    def examine(self, draft: Draft) -> None:
        """Begin to look for everything a draft breaks or changes; what is found is kept with the draft."""

    def examining(self, draft_id: DraftId) -> bool:
        """Whether that is still under way."""

    async def release(self, draft: Draft, *, approved_by: StaffId) -> Sequence[Slip]:
        """Put a draft to work under a new version; what kept it from being loaded, or nothing.

        Raises:
            Conflict: it was not examined as it is, or did not pass, or somebody released in between.
        """

    async def restore(self, number: int, *, by: StaffId) -> Sequence[Slip]:
        """Put an earlier release to work again, the installed pack for 0.

        Raises:
            NotFound: no such release.
            Conflict: it is at work, or somebody released in between.
        """
