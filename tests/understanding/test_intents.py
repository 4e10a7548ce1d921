"""Intents on our own utterances: what the patterns were tuned on, and what was written before and kept back."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.errors import KnowledgeError
from knowledge.intents import load_intents
from tests.understanding.readers import KNOWLEDGE, intent_reader

pytestmark = pytest.mark.unit
CASES = Path(__file__).parent
LEAST_RIGHT = 0.95


def _cases(name: str) -> list[tuple[str, list[frozenset[str]]]]:
    """Utterances with the sets of intents that are right: `a,b` is a set, `|` separates right ones, `-` is none."""
    rows = (line.split("\t") for line in (CASES / f"intents_{name}.tsv").read_text(encoding="utf-8").splitlines()[1:])
    return [
        (text, [frozenset() if one == "-" else frozenset(one.split(",")) for one in wanted.split("|")])
        for text, wanted in rows
    ]


@pytest.mark.parametrize("name", ["tuned", "held_back", "blind", "blind2"])
def test_nineteen_of_twenty_utterances_are_read_right(name: str) -> None:
    """The set of intents must be exactly right, in each of the four collections."""
    cases = _cases(name)
    wrong = [text for text, wanted in cases if {one.id for one in intent_reader().read(text)} not in wanted]
    assert len(wrong) <= (1 - LEAST_RIGHT) * len(cases), wrong


def test_every_intent_is_heard_by_some_utterance() -> None:
    """No intent of the file is dead."""
    book = load_intents(KNOWLEDGE / "intents.yaml")
    heard = {
        intent.id
        for name in ("tuned", "held_back", "blind", "blind2")
        for text, _ in _cases(name)
        for intent in intent_reader().read(text)
    }
    assert {spec.id for spec in book.intents} <= heard


def test_several_intents_keep_their_order_and_their_words() -> None:
    """Each intent quotes its own clause."""
    found = intent_reader().read("头疼三天了想挂个号，另外上次的血检出了吗")
    assert [(one.id, one.quote) for one in found] == [
        ("book", "头疼三天了想挂个号"),
        ("report_query", "另外上次的血检出了吗"),
    ]


def test_a_symptom_with_a_question_mark_is_no_intent() -> None:
    """Asking whether it matters does not turn a complaint into guidance."""
    assert intent_reader().read("胸闷气短走两步就喘？") == ()


@pytest.mark.parametrize(
    "text",
    [
        "上周住院做了手术，昨天出院，今天又开始发烧，伤口也红了",
        "打完疫苗第二天胳膊肿了，还有点低烧，人没精神",
        "体检时发现的，一直没管，最近开始疼了",
    ],
)
def test_a_told_story_is_no_request(text: str) -> None:
    """What was done to the patient before is not a wish to have it again."""
    administrative = {"discharge", "admission", "vaccine", "checkup", "revisit", "book"}
    assert not administrative & {one.id for one in intent_reader().read(text)}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("- {id: a, name: 甲, identity: L0, heard: ['<没有>']}", "没有词类"),
        ("- {id: a, name: 甲, identity: L0, heard: [挂 + 号]}", "一个分句"),
        ("- {id: a, name: 甲, identity: L0}", "没有写怎么听出来"),
        ("- {id: a, name: 甲, identity: L0, heard: [挂号], over: [b]}", "没有这些意图"),
        ("- {id: a, name: 甲, identity: L9, heard: [挂号]}", "只能写"),
        ("- {id: a, name: 甲, identity: L0, heard: [挂号], sounds: x}", "没有 sounds 这一项"),
    ],
)
def test_a_slip_in_the_file_is_an_error_with_its_line(tmp_path: Path, body: str, message: str) -> None:
    """A pattern that cannot work is found when the file is loaded."""
    path = tmp_path / "intents.yaml"
    path.write_text(f"version: t\nwords: {{asks: [吗]}}\nfillers: [啊]\nintents:\n  {body}\n", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=message) as caught:
        load_intents(path)
    assert caught.value.line == 5
