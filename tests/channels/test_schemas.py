"""The published schemas are current, complete and usable by others."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from jsonschema import Draft202012Validator

from channels.cards import Card
from channels.client_frames import CLIENT_FRAMES, CLIENT_TYPES
from channels.events import END_TYPES, LIVE_TYPES
from channels.schemas import schemas
from channels.server_events import Live, Numbered, ServerEvent
from channels.wire import ErrorCode
from knowledge.texts import Texts

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()


def test_the_published_schemas_are_those_of_the_models() -> None:
    """`banyi schemas` was run after the last change."""
    published = {path.name: path.read_text() for path in (ROOT / "docs" / "schemas").glob("*.json")}
    assert published == schemas()


@pytest.mark.parametrize("name", schemas())
def test_each_schema_is_valid(name: str) -> None:
    """Draft 2020-12 accepts it."""
    Draft202012Validator.check_schema(json.loads(schemas()[name]))


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "input_text", "id": "m1", "text": "头疼"},
        {"type": "input_text", "id": "m 1", "text": "头疼"},
        {"type": "input_text", "id": "m1", "text": 7},
        {"type": "input_text", "id": "m1", "text": "头疼", "more": 1},
        {"type": "consent.give", "version": "v1", "purposes": ["care_chat"]},
        {"type": "consent.give", "version": "v1", "purposes": ["spying"]},
        {"type": "session.update", "speech_rate": 1.2},
        {"type": "session.update", "speech_rate": 3},
        {"type": "feedback.give", "response_id": "r", "rating": 0},
        {"type": "nothing"},
    ],
)
def test_schema_and_server_agree_on_what_is_a_frame(frame: dict[str, object]) -> None:
    """A client that validates sends nothing the server refuses, and the other way round."""
    by_schema = Draft202012Validator(json.loads(schemas()["client-frame.json"])).is_valid(frame)
    try:
        CLIENT_FRAMES.validate_python(frame)
    except ValueError:
        by_server = False
    else:
        by_server = True
    assert by_schema is by_server


def _types(union: object) -> set[str]:
    models = get_args(get_args(union)[0])
    return {get_args(model.model_fields["type"].annotation)[0] for model in models}


def test_live_events_are_those_without_a_number() -> None:
    """The set the outbox goes by is the set of the models."""
    models = get_args(get_args(ServerEvent)[0])
    live = {
        get_args(model.model_fields["type"].annotation)[0]
        for model in models
        if issubclass(model, Live) and not issubclass(model, Numbered)
    }
    assert live == LIVE_TYPES
    assert _types(ServerEvent) >= END_TYPES


def test_the_document_names_every_type_card_and_code() -> None:
    """Nothing is sent that is not written down, nothing is written down that is not sent."""
    written = set(re.findall(r"`([a-z_.0-9]+)`", PROTOCOL))
    assert written >= _types(ServerEvent) | CLIENT_TYPES | _types(Card) | set(get_args(ErrorCode))


def test_every_error_code_has_a_wording_for_the_patient() -> None:
    """A code leads to its text."""
    texts = Texts.load(ROOT / "knowledge" / "fixed_texts.yaml")
    for code in get_args(ErrorCode):
        assert texts.say(f"error.{code}")
