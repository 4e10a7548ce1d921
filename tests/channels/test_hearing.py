"""Reading frames never fails, and no word in them escapes the screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.client_frames import InputText
from channels.hearing import hear, hear_bytes, readable

pytestmark = pytest.mark.unit

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.text())
def test_any_text_is_heard(raw: str) -> None:
    """Either a frame or a code, never both, never an exception."""
    heard = hear(raw)
    assert (heard.frame is None) != (heard.code is None)


@given(st.binary())
def test_any_bytes_are_heard(raw: bytes) -> None:
    """Bytes hold words or none."""
    assert isinstance(hear_bytes(raw), str)


@given(st.text(alphabet="胸口疼嘴歪，。 ", min_size=1).filter(str.strip), JSON)
def test_words_are_heard_wherever_they_stand(words: str, other: object) -> None:
    """As a value, in a list, in an object, as a key, in cut-off JSON."""
    import json  # noqa: PLC0415 - the standard writer makes frames orjson refuses

    for frame in (
        {"type": "input_text", "id": "m1", "text": words},
        {"type": "x", "other": other, "deep": [{"er": [words]}]},
        {"type": "x", words: 1},
        [other, words],
    ):
        whole = json.dumps(frame)
        assert words in hear(whole).words
        assert words in hear(json.dumps(frame, ensure_ascii=False).encode(errors="ignore").decode()).words
    cut = json.dumps({"type": "input_text", "text": words})[:-2]
    assert words in hear(cut).words


def test_deep_nesting_is_heard() -> None:
    """A thousand brackets are no reason to fail."""
    assert "嘴歪" in hear("[" * 1000 + '"嘴歪"' + "]" * 1000).words


def test_invisible_characters_do_not_part_words() -> None:
    """What hides between characters is taken out for the screen."""
    heard = hear('{"type":"input_text","id":"m1","text":"嘴\\u200b歪\\u0000了"}')
    assert heard.words == "嘴歪了"
    assert isinstance(heard.frame, InputText)
    assert readable(heard.frame.text) == "嘴\u200b歪了"


@pytest.mark.parametrize("length", [2000, 2001])
def test_two_thousand_characters_are_the_longest_message(length: int) -> None:
    """Characters are counted, not bytes."""
    heard = hear('{"type":"input_text","id":"m1","text":"%s"}' % ("好" * length))
    assert (heard.code == "too_long") is (length > 2000)
