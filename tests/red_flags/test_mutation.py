"""Mutation check: compile the red flags without any one of them, and some wording comes out less urgent."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import pytest

from domain.clinical import RedFlag
from tests.red_flags.compiled import Wordings, acts_at, lexicon, rules, wordings
from tools.triage.red_flags import RedFlags

pytestmark = pytest.mark.unit

COVERED = {
    "RF-077": "RF-021 calls 120 for every convulsion; this one adds that a child's is a febrile one, and its first aid",
    "RF-080": "RF-001 and RF-076 call 120 for a blue or lifeless infant; this one names the choking and its first aid",
    "RF-126": "RF-002, RF-005 and RF-006 call 120 for breath and chest; this one says that she is pregnant",
    "RF-136": "RF-002 and RF-006 ask at 120 about the same chest and breath; this one acts at the emergency department",
}
"""Redundant by design: whatever fills them fills a flag as urgent, and they stay for what they say and where to."""


def outcome(flags: Iterable[RedFlag]) -> tuple[int, int]:
    """How urgent what acts at once is, then what is asked about; -1 for nothing."""
    raised = tuple(flags)
    return acts_at(raised), max((int(flag.disposition) for flag in raised), default=-1)


def lowered(row: Wordings) -> list[str]:
    """The wordings that come out less urgent where the rule is missing."""
    rest = RedFlags([one for one in rules() if one.id != row.rule_id], lexicon())
    heard = ((text, lexicon().hear(text)) for text in row.said)
    return [text for text, said in heard if outcome(rest.match(said)) < outcome(whole().match(said))]


@cache
def whole() -> RedFlags:
    """All of them."""
    return RedFlags(rules(), lexicon())


@pytest.mark.parametrize("row", [pytest.param(row, id=row.rule_id) for row in wordings()])
def test_without_its_rule_a_wording_comes_out_less_urgent(row: Wordings) -> None:
    """Each rule alone is responsible for something, or is written down as covered by others, with the reason."""
    assert bool(lowered(row)) is (row.rule_id not in COVERED), row.said


def test_only_rules_of_the_pack_are_covered() -> None:
    """No row of the table stands for a rule that is gone."""
    assert COVERED.keys() <= {rule.id for rule in rules()}
