"""What goes wrong with a hospital's system, told without a word of what was sent or answered."""

from __future__ import annotations

from typing import Literal

from domain.errors import BanyiError, Unavailable

Kind = Literal["connect", "timeout", "cut", "garbage", "status", "refused", "login", "undeclared"]


class HospitalFailed(Unavailable):
    """The hospital's system did not do its work: `kind` is stable, `detail` names types, elements and codes only.

    `connect`: nobody there; `timeout`: silent for too long; `cut`: the answer ended early; `garbage`: not FHIR R4 as
    the mapping describes it; `status`: an error of its own; `refused`: it does not take what was sent; `login`: it
    does not let us in; `undeclared`: it does not offer this at all.
    """

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__("hospital")
        self.kind = kind
        self.detail = detail

    def __str__(self) -> str:
        return f"hospital: {self.kind}: {self.detail}"


class Stale(BanyiError):
    """Somebody else changed a resource first (409 or 412): read again. Never leaves the adapter."""
