"""JSON Schemas of protocol v1, generated from the models: what third parties validate against."""

from __future__ import annotations

import json
from typing import Any, Final

from pydantic import TypeAdapter

from channels.cards import Card
from channels.client_frames import CLIENT_FRAMES
from channels.http_bodies import ClipHeard, Continuation, Erasure, Left, OpenSession, Problem, SessionOpened
from channels.server_events import SERVER_EVENTS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, str]:
    """Each schema file's name and content."""
    adapters: dict[str, tuple[str, TypeAdapter[Any]]] = {
        "client-frame": ("A text frame a client sends", CLIENT_FRAMES),
        "server-event": ("A text frame the server sends", SERVER_EVENTS),
        "card": ("What response.card carries", TypeAdapter(Card)),
        "open-session": ("Body of POST /v1/sessions", TypeAdapter(OpenSession)),
        "session-opened": ("Answer of POST /v1/sessions", TypeAdapter(SessionOpened)),
        "continuation": ("Answer of POST /v1/sessions/{id}/continue", TypeAdapter(Continuation)),
        "left": ("Answer of POST /v1/sessions/{id}/leave", TypeAdapter(Left)),
        "clip-heard": ("Answer of POST /v1/sessions/{id}/voice", TypeAdapter(ClipHeard)),
        "erasure": ("Answer of DELETE /v1/sessions/{id}", TypeAdapter(Erasure)),
        "problem": ("Any HTTP error", TypeAdapter(Problem)),
    }
    return {f"{name}.json": _schema(title, adapter) for name, (title, adapter) in adapters.items()}


def _schema(title: str, adapter: TypeAdapter[Any]) -> str:
    schema = {"$schema": DIALECT, **adapter.json_schema(), "title": title}
    return json.dumps(schema, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
