"""`banyi eval findings`: symptoms said to be present or absent by the end of a dialogue.

One JSON object a line: `id`, `turns` [{`role`: patient | doctor, `text`}], `findings` {name: present | absent |
unknown}. A doctor's question gives the context of the patient's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from domain.clinical import ConceptId, Presence
from evals.statistics import Share

SPOKEN = frozenset({Presence.PRESENT, Presence.ABSENT})


class Spoken(BaseModel):
    """One turn of a dialogue."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Literal["patient", "doctor"]
    text: str


class Dialogue(BaseModel):
    """A dialogue and what it says of each symptom, under the set's own names."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    turns: tuple[Spoken, ...]
    findings: dict[str, Literal["present", "absent", "unknown"]]


class SymptomReader(Protocol):
    """The understanding, as far as this evaluation needs it."""

    def concepts(self, name: str) -> frozenset[ConceptId]:
        """The pack's concepts a symptom's name means; empty when the pack does not know it."""

    def read(self, text: str) -> dict[ConceptId, Presence]:
        """Symptoms of one message."""

    def polarity(self, text: str) -> bool | None:
        """Whether a message says yes, no, or neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scores:
    """Precision, recall and F1 of one value."""

    precision: Share
    recall: Share

    @property
    def f1(self) -> float | None:
        """Harmonic mean; nothing when there is nothing to compare."""
        precision, recall = self.precision.value, self.recall.value
        if not precision or not recall:
            return None
        return 2 * precision * recall / (precision + recall)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingReport:
    """`known` is the share of labelled symptoms the pack has a concept for; scores count only those."""

    dialogues: int
    known: Share
    present: Scores
    absent: Scores
    denial_as_presence: Share
    unmapped: tuple[str, ...]


def heard(dialogue: Dialogue, reader: SymptomReader) -> dict[ConceptId, Presence]:
    """What the dialogue says, the latest word winning; a bare yes or no answers the doctor's last question."""
    known: dict[ConceptId, Presence] = {}
    asked: tuple[ConceptId, ...] = ()
    for turn in dialogue.turns:
        found = reader.read(turn.text)
        if turn.role == "doctor":
            asked = tuple(found)
            continue
        polarity = reader.polarity(turn.text)
        if polarity is not None:
            answer = Presence.PRESENT if polarity else Presence.ABSENT
            known.update({concept: answer for concept in asked if concept not in found})
        known.update({concept: presence for concept, presence in found.items() if presence in SPOKEN})
        asked = ()
    return known


def report(dialogues: Iterable[Dialogue], reader: SymptomReader) -> FindingReport:
    """Compare what was heard with the labels, over the symptoms the pack knows."""
    rows: list[tuple[str, str]] = []
    labelled = mapped = count = 0
    unmapped: set[str] = set()
    for dialogue in dialogues:
        count += 1
        known = heard(dialogue, reader)
        for name, label in dialogue.findings.items():
            concepts = reader.concepts(name)
            labelled += 1
            mapped += bool(concepts)
            if not concepts:
                unmapped.add(name)
                continue
            rows.append((label, _said(known, concepts)))
    denied = [said for label, said in rows if label == "absent"]
    return FindingReport(
        dialogues=count,
        known=Share(hits=mapped, total=labelled),
        present=_scores(rows, lambda value: value == "present"),
        absent=_scores(rows, lambda value: value == "absent"),
        denial_as_presence=Share(hits=sum(said == "present" for said in denied), total=len(denied)),
        unmapped=tuple(sorted(unmapped)),
    )


def _said(known: dict[ConceptId, Presence], concepts: frozenset[ConceptId]) -> str:
    """Present if any of the concepts is; absent if any is denied and none is present."""
    values = {known[concept] for concept in concepts if concept in known}
    if Presence.PRESENT in values:
        return "present"
    return "absent" if Presence.ABSENT in values else "unknown"


def _scores(rows: list[tuple[str, str]], holds: Callable[[str], bool]) -> Scores:
    hits = sum(holds(label) and holds(said) for label, said in rows)
    return Scores(
        precision=Share(hits=hits, total=sum(holds(said) for _, said in rows)),
        recall=Share(hits=hits, total=sum(holds(label) for label, _ in rows)),
    )
