"""The evaluation of the emergency screen on first messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.clinical import Disposition, RedFlag, RuleId, Screening
from domain.errors import InvalidFields
from evals.rows import read_rows
from evals.screening import FirstMessage, report

pytestmark = pytest.mark.unit


def flag(*, certain: bool) -> RedFlag:
    """A red flag that acts or asks."""
    return RedFlag(
        rule_id=RuleId("RF-001"),
        name="无反应",
        disposition=Disposition.CALL_120,
        certain=certain,
        crisis=False,
        question="没反应吗？",
        first_aid="",
        anchors=("没反应",),
        sources=(),
    )


SEEN = {
    "倒下没反应": Screening(flags=(flag(certain=True),)),
    "有点没反应": Screening(flags=(flag(certain=False),)),
    "说法像": Screening(alarm=9.0),
    "漏掉的": Screening(),
    "剧里倒下": Screening(flags=(flag(certain=True),)),
    "怕没反应": Screening(flags=(flag(certain=False),)),
    "咳嗽三天": Screening(),
}
MESSAGES = [
    FirstMessage(id="1", kind="emergency", text="倒下没反应"),
    FirstMessage(id="2", kind="emergency", text="有点没反应"),
    FirstMessage(id="3", kind="emergency", text="说法像"),
    FirstMessage(id="4", kind="emergency", text="漏掉的"),
    FirstMessage(id="5", kind="scary", text="剧里倒下"),
    FirstMessage(id="6", kind="scary", text="怕没反应", acceptable="ask"),
    FirstMessage(id="7", kind="ordinary", text="咳嗽三天"),
]


def test_an_emergency_counts_as_found_however_it_is_noticed() -> None:
    """A flag that acts, one that asks, or alarming words; what passes in silence is named."""
    seen = report(MESSAGES, SEEN.__getitem__, lambda _: 0.0)
    assert (seen.found.hits, seen.found.total) == (3, 4)
    assert (seen.acted.hits, seen.asked.hits, seen.alarmed.hits) == (1, 1, 1)
    assert seen.missed == ("4",)


def test_false_alarms_are_counted_by_what_they_do() -> None:
    """Calling an ambulance is one thing, a question that may be understood is none."""
    seen = report(MESSAGES, SEEN.__getitem__, lambda _: 0.0)
    assert (seen.scary_acted.hits, seen.scary_asked.hits) == (1, 0)
    assert (seen.ordinary_acted.hits, seen.ordinary_alarmed.hits) == (0, 0)


def test_resemblance_is_reported_by_itself_at_each_level() -> None:
    """What the words alone would find, whatever the patterns do."""
    seen = report(MESSAGES, SEEN.__getitem__, lambda text: 9.0 if "没反应" in text else -5.0)
    assert seen.resembling["8"]["emergency"].hits == 2
    assert seen.resembling["14"]["emergency"].hits == 0
    assert seen.resembling["8"]["scary"].hits == 1


def test_a_line_of_another_kind_is_refused(tmp_path: Path) -> None:
    """The file and line are named."""
    path = tmp_path / "messages.jsonl"
    path.write_text('{"id": "1", "text": "咳嗽", "kind": "mild"}\n', encoding="utf-8")
    with pytest.raises(InvalidFields) as caught:
        list(read_rows(path, FirstMessage))
    assert list(caught.value.fields) == ["messages.jsonl:1"]
