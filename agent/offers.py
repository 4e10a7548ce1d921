"""What a model may find in a message: the candidates it is offered, each by the name it must give back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from domain.clinical import DepartmentId
from domain.session import Option, Pending, PendingKind
from knowledge.lexicon import Kind
from knowledge.pack import Pack

INTENTS: Final = frozenset(
    {
        *("book", "slots", "doctor_schedule", "which_dept", "navigate", "transport", "exam_book", "exam_prep"),
        *("report_print", "fee_list", "refund", "invoice", "insurance", "remote_insurance", "chronic_special"),
        *("admission", "deposit", "companion", "visiting", "discharge", "take_home_meds", "record_copy"),
        *("internet_revisit", "certificate", "checkup", "vaccine", "lost", "accessibility", "interpreter", "hours"),
    }
)
"""What a model may take a message to ask for: it is looked up or looked for, and nothing is written."""
ANSWERABLE: Final = frozenset({PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING, PendingKind.DEPARTMENT_CHOICE})
"""Questions whose answers a model may recognise: none of them books, cancels or names anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """The candidates for one message: names of symptoms, departments and intents, and the pending options."""

    symptoms: frozenset[str]
    departments: dict[str, DepartmentId]
    intents: dict[str, str]
    options: tuple[Option, ...]

    @classmethod
    def of(cls, pack: Pack, pending: Pending | None) -> Offers:
        """Symptoms with a danger to them and one for every chart; an option has its place as its name."""
        answerable = pending is not None and pending.kind in ANSWERABLE
        return cls(
            symptoms=frozenset(_symptoms(pack)),
            departments={one.name: one.id for one in pack.departments.values() if one.offered},
            intents={one.name: one.id for one in pack.intents.intents if one.id in INTENTS},
            options=pending.options if pending is not None and answerable else (),
        )

    @property
    def text(self) -> str:
        """The candidates as the model reads them; what is the same for every message stands first."""
        listed = [
            f"症状：{_joined(sorted(self.symptoms))}",
            f"科室：{_joined(self.departments)}",
            f"想办的事：{_joined(self.intents)}",
        ]
        if self.options:
            listed.append(f"正在等的回答：{_joined(f'{n}={one.label}' for n, one in enumerate(self.options, 1))}")
        return "\n".join(listed)

    def option(self, number: str) -> Option | None:
        """The pending option of this number."""
        place = int(number) if number.isascii() and number.isdigit() else 0
        return self.options[place - 1] if 0 < place <= len(self.options) else None


def _symptoms(pack: Pack) -> Iterable[str]:
    charts: set[str] = set()
    for concept in pack.lexicon.concepts.values():
        if concept.kind is Kind.SYMPTOM and (concept.danger or (concept.complaint and concept.complaint not in charts)):
            charts.add(concept.complaint or "")
            yield concept.name


def _joined(names: Iterable[str]) -> str:
    return "、".join(names)
