"""The findings evaluation reads a dialogue as the conversation would and maps names in one table."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from domain.clinical import Finding, Presence
from evals.findings import Dialogue, concepts_of, heard, report
from evals.statistics import Share
from evals.symptom_names import symptom_names
from knowledge.lexicon import Kind
from tests.red_flags.compiled import lexicon
from understanding.symptoms import Symptoms

pytestmark = pytest.mark.unit


class _Reader:
    """The findings of the real lexicon."""

    def __init__(self) -> None:
        self._read = Symptoms(lexicon())

    def findings(self, text: str) -> Sequence[Finding]:
        """Of one message."""
        return self._read(text).findings


def dialogue(*turns: str, **findings: str) -> Dialogue:
    """Turns written 「P: …」 or 「D: …」."""
    roles = {"P": "patient", "D": "doctor"}
    spoken = [{"role": roles[turn[0]], "text": turn[2:].strip()} for turn in turns]
    return Dialogue.model_validate({"id": "d", "turns": spoken, "findings": findings})


def test_the_table_names_concepts_the_pack_has_findings_for() -> None:
    """Symptoms and diseases only: nothing else is ever a finding."""
    concepts = lexicon().vocabulary.concepts
    named = {concept for meant in symptom_names().values() for concept in meant}
    assert named
    assert {concepts[name].kind for name in named} <= {Kind.SYMPTOM, Kind.DISEASE}


def test_a_name_outside_the_table_means_what_the_pack_reads_in_it() -> None:
    """And one the table marks as unknown means nothing."""
    assert concepts_of("房颤", _Reader()) == {"房颤"}
    assert concepts_of("淋巴结肠炎", _Reader()) == frozenset()


def test_a_question_stays_open_until_it_is_answered() -> None:
    """The doctor asks in two turns, the patient answers in the second of two."""
    known = heard(dialogue("P: 感冒了", "D: 发烧吗？", "D: 我看看", "P: 等一下", "P: 没有"), _Reader())
    assert known["发热"] is Presence.ABSENT  # type: ignore[index]
    asked_again = heard(dialogue("D: 发烧吗？", "P: 没有", "D: 多大了？", "P: 有"), _Reader())
    assert asked_again["发热"] is Presence.ABSENT  # type: ignore[index]


def test_the_latest_word_wins() -> None:
    """A denial after a complaint, and a complaint after a denial."""
    known = heard(dialogue("P: 发烧", "D: 现在还发烧吗", "P: 不烧了", "D: 咳嗽吗", "P: 没有", "P: 又咳嗽了"), _Reader())
    assert (known["发热"], known["咳嗽"]) == (Presence.ABSENT, Presence.PRESENT)  # type: ignore[index]


def test_the_report_counts_both_values_and_shows_how_names_were_read() -> None:
    """One right of each, one missed, one name without a concept."""
    rows = [
        dialogue("P: 咳嗽", "D: 发烧吗？", "P: 没有", 咳嗽="present", 发热="absent", 头痛="present", 某某征="present")
    ]
    figures = report(rows, _Reader())
    assert figures.known == Share(hits=3, total=4)
    assert figures.present.recall == Share(hits=1, total=2)
    assert figures.absent.precision == figures.absent.recall == Share(hits=1, total=1)
    assert figures.denial_as_presence == Share(hits=0, total=1)
    assert figures.mapped["头痛"] == ("头痛",)
    assert figures.unmapped == ("某某征",)
