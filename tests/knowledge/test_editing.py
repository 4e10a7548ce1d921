"""Fields of the pack's files are read for a form and written back without touching anything beside them."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge.editing import edited, fields
from knowledge.loader import DIRECTORY

pytestmark = pytest.mark.unit

SHEETS = [
    ("clinical/departments.yaml", "*/aliases"),
    ("clinical/complaints/cough.yaml", "rules/*/when"),
    ("hospital/words.yaml", "*"),
    ("guide/ct.md", "body"),
    ("lexicon/names.tsv", "*/forms"),
]
YAML = """# who reads this
- id: D1
  name: 甲
  note: 48   # a number
  words: [一, 二]
  lines:
    - 三   # kept
    - 四
  long: >
    五
- id: D2
  name: 乙
"""
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=20)


@pytest.mark.parametrize(("file", "pattern"), SHEETS)
def test_what_is_written_back_unchanged_is_the_same_file(file: str, pattern: str) -> None:
    """To the byte; and every field is there."""
    text = (DIRECTORY / file).read_text(encoding="utf-8")
    found = fields(file, text, (pattern,))
    assert found
    assert edited(file, text, {one.key: one.value for one in found}) == text


@given(text=WORDS.filter(str.strip), words=st.lists(WORDS.filter(str.strip), min_size=1, max_size=4))
def test_any_text_is_read_back_as_it_was_written(text: str, words: list[str]) -> None:
    """In every style a value can have, with every other value and the comments as they were."""
    values: dict[str, str | tuple[str, ...]] = {
        "D1/name": text,
        "D1/words": tuple(words),
        "D1/lines": tuple(words),
        "D1/long": text,
        "D2/name": text,
    }
    changed = edited("a.yaml", YAML, values)
    one, other = yaml.safe_load(changed)
    assert (one["name"], one["words"], one["lines"], one["long"], other["name"]) == (text, words, words, text, text)
    assert one["note"] == 48
    assert "# who reads this" in changed
    assert "# a number" in changed


def test_a_number_stays_a_number() -> None:
    """What reads as one is written as one."""
    assert yaml.safe_load(edited("a.yaml", YAML, {"D1/note": "72"}))[0]["note"] == 72


def test_what_is_no_field_or_no_list_of_words_is_refused() -> None:
    """A table's cell cannot hold what parts its cells."""
    with pytest.raises(KeyError):
        edited("a.yaml", YAML, {"D3/name": "丙"})
    with pytest.raises(ValueError, match="D1/words"):
        edited("a.yaml", YAML, {"D1/words": "一"})
    table = "name\tforms\n发热\t发烧,高烧\n发热\t低烧\n"
    assert (
        edited("t.tsv", table, {"发热 2/forms": ("低热", "低烧")}) == "name\tforms\n发热\t发烧,高烧\n发热\t低热,低烧\n"
    )
    with pytest.raises(ValueError, match="发热/forms"):
        edited("t.tsv", table, {"发热/forms": ("发烧,高烧",)})
