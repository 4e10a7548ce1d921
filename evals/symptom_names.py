"""What sets of dialogues call their symptoms, in the words of the pack: one table for all of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from domain.clinical import ConceptId

TABLE = Path(__file__).with_name("symptom_names.tsv")
_NONE = "-"


@cache
def symptom_names() -> dict[str, frozenset[ConceptId]]:
    """The concepts each name of the table stands for; empty where the pack has none.

    A name means the concept and its narrower ones, as the set uses it: 呼吸困难 is also being short of breath.
    """
    rows = (line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()[1:] if line[:1] != "#")
    return {
        name: frozenset(ConceptId(concept) for concept in concepts.split("|") if concept != _NONE)
        for name, concepts in rows
    }
