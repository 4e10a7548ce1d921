"""How one hospital writes in FHIR what FHIR leaves open: `fhir.yaml`, read strictly."""

from __future__ import annotations

from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.clinical import DepartmentId
from domain.patient import Document
from domain.scheduling import Title
from knowledge.strict import load


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedDepartment:
    """`service` is the logical id of its HealthcareService; `bring` is what to bring there besides."""

    id: DepartmentId
    service: str
    bookable: bool = True
    bring: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """URLs. On Slot `number` (an integer); on Schedule `fee` (Money); on HealthcareService the place (text).

    `hold_until` (a dateTime) goes on the Slot and the Appointment of a hold. On DiagnosticReport `expected` (a
    dateTime), on Account `deposit` (Money).
    """

    number: str
    fee: str
    building: str
    floor: str
    area: str
    hold_until: str
    expected: str
    deposit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """The security label of whatever an assistant wrote."""

    system: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """One hospital's file. `own` begins the systems of our identifiers; `titles` maps its codes to titles.

    `receipt` is the identifier system of electronic receipts on Invoice.
    """

    timezone: str
    own: str
    documents: Map[str, str]
    receipt: str
    titles: Map[str, Title]
    departments: tuple[MappedDepartment, ...]
    bring: tuple[str, ...]
    extensions: Extensions
    ai_tag: Tag
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        """Look at what several lines say together.

        Raises:
            ValueError: a department or service twice, an unknown zone, or a document without its system.
        """
        for name, given in (
            ("科室", [one.id for one in self.departments]),
            ("service ", [one.service for one in self.departments]),
        ):
            if len(set(given)) < len(given):
                raise ValueError(f"departments 里有{name}写了两次")
        if missing := {one.value for one in Document} ^ set(self.documents):
            raise ValueError(f"documents 要正好写这些：{'、'.join(Document)}；不对的是 {'、'.join(sorted(missing))}")
        try:
            object.__setattr__(self, "zone", ZoneInfo(self.timezone))
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"没有 {self.timezone} 这个时区") from error

    def system(self, name: str) -> str:
        """The system of one of our own identifiers."""
        return f"{self.own}/{name}"

    def document_system(self, document: Document) -> str:
        """The identifier system of a kind of document."""
        return self.documents[document.value]


def load_mapping(path: Path) -> Mapping:
    """Read one hospital's mapping.

    Raises:
        KnowledgeError: names the file and the line.
    """
    return load(path, Mapping)
