"""An exported transcript keeps who wrote what, a model's words included."""

from __future__ import annotations

import json
import re

import pytest

from channels.transcripts import as_json, as_pdf, as_text
from domain.session import Author, InputId, Message, SessionId
from tests.stores import MONDAY_MORNING, SHANGHAI

pytestmark = pytest.mark.unit

LABELS = ("AI 生成，仅供参考", "系统自动回复，未使用生成式 AI")
MESSAGES = tuple(
    Message(
        session_id=SessionId("s"),
        author=Author.AGENT,
        text="您受苦了。",
        at=MONDAY_MORNING,
        input_id=InputId(f"i{origin}"),
        origin=origin,
        label=label,
        trace_id="t",
    )
    for origin, label in zip(("model", "fixed"), LABELS, strict=True)
)


def test_every_export_says_which_words_a_model_wrote() -> None:
    """The origin and the label of each message, in JSON and in text."""
    told = json.loads(as_json("s", MESSAGES))["messages"]
    assert [(one["origin"], one["label"]) for one in told] == list(zip(("model", "fixed"), LABELS, strict=True))
    text = as_text(MESSAGES, SHANGHAI).decode()
    assert all(label in text for label in LABELS)


def test_the_labels_are_in_the_metadata_of_the_pdf() -> None:
    """They outlive a copy of the pages."""
    keywords = re.search(rb"/Keywords \((.*?)\)\s*/", as_pdf("s", MESSAGES, SHANGHAI), re.DOTALL)
    assert keywords is not None
    written = re.sub(rb"\\([0-7]{3}|.)", _plain, keywords[1], flags=re.DOTALL)
    assert all(label in written.decode("utf-16") for label in LABELS)


def _plain(escaped: re.Match[bytes]) -> bytes:
    """An escape of a PDF string: a byte in octal, or a character that would end it."""
    return bytes([int(escaped[1], 8)]) if escaped[1].isdigit() else escaped[1]
