"""`banyi eval findings`: symptoms said to be present or absent by the end of a dialogue.

One JSON object a line: `id`, `turns` [{`role`: patient | doctor, `text`}], `findings` {name: present | absent |
unknown}. A doctor's question gives the context of the patient's answer, read as the conversation reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from domain.clinical import ConceptId, Finding, Presence
from evals.statistics import Share
from evals.symptom_names import symptom_names
from understanding.context import Asked, asked, asks_anything, replied

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

    def findings(self, text: str) -> Sequence[Finding]:
        """Symptoms of one message or sentence, with their places in it."""


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
    """`known` is the share of labelled symptoms the pack has a concept for; scores count only those.

    `mapped` is how each name was understood, `unmapped` the names the pack has no concept for.
    """

    dialogues: int
    known: Share
    present: Scores
    absent: Scores
    denial_as_presence: Share
    mapped: Mapping[str, tuple[ConceptId, ...]]
    unmapped: tuple[str, ...]


def heard(dialogue: Dialogue, reader: SymptomReader) -> dict[ConceptId, Presence]:
    """What the dialogue says, the latest word winning.

    A question stays open until it is answered or the doctor asks another.
    """
    known: dict[ConceptId, Presence] = {}
    open_ = Asked()
    for role, text in _turns(dialogue):
        if role == "doctor":
            if asks_anything(text):
                open_ = asked(text, reader.findings)
            continue
        said = {finding.concept: finding.presence for finding in reader.findings(text)}
        answers = replied(open_, text, said) if open_ else {}
        known |= answers
        known |= {concept: presence for concept, presence in said.items() if presence in SPOKEN}
        if answers:
            open_ = Asked()
    return known


def report(dialogues: Iterable[Dialogue], reader: SymptomReader) -> FindingReport:
    """Compare what was heard with the labels, over the symptoms the pack knows."""
    rows: list[tuple[str, str]] = []
    count = 0
    meaning: dict[str, frozenset[ConceptId]] = {}
    known_names: list[bool] = []
    for dialogue in dialogues:
        count += 1
        known = heard(dialogue, reader)
        for name, label in dialogue.findings.items():
            if name not in meaning:
                meaning[name] = concepts_of(name, reader)
            known_names.append(bool(meaning[name]))
            if meaning[name]:
                rows.append((label, _said(known, meaning[name])))
    denied = [said for label, said in rows if label == "absent"]
    return FindingReport(
        dialogues=count,
        known=Share(hits=sum(known_names), total=len(known_names)),
        present=_scores(rows, lambda value: value == "present"),
        absent=_scores(rows, lambda value: value == "absent"),
        denial_as_presence=Share(hits=sum(said == "present" for said in denied), total=len(denied)),
        mapped={name: tuple(sorted(concepts)) for name, concepts in sorted(meaning.items()) if concepts},
        unmapped=tuple(sorted(name for name, concepts in meaning.items() if not concepts)),
    )


def concepts_of(name: str, reader: SymptomReader) -> frozenset[ConceptId]:
    """The pack's concepts a symptom's name stands for: by the table, else as the pack reads the name."""
    named = symptom_names().get(name)
    return frozenset(finding.concept for finding in reader.findings(name)) if named is None else named


def _turns(dialogue: Dialogue) -> Iterable[tuple[str, str]]:
    """The turns, with those a doctor takes in a row as one."""
    for role, turns in groupby(dialogue.turns, key=lambda turn: turn.role):
        texts = [turn.text for turn in turns]
        yield from [(role, "\n".join(texts))] if role == "doctor" else [(role, text) for text in texts]


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
