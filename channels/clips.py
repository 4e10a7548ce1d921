"""`POST /v1/sessions/{id}/voice`: a recording sent as a file, as WeChat and phones make them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from channels.http import answer, authenticated
from channels.http_bodies import ClipHeard
from channels.hub import Hub
from channels.problems import Refusal
from channels.sessions import Sessions
from domain.errors import Unavailable, UnsupportedAudio

LARGEST_BYTES: Final = 4 * 1024 * 1024
CLIPS_PER_MINUTE: Final = 30
"""What one session may send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clips:
    """The call. What is recognised is an input like any other; its answer comes by the socket."""

    sessions: Sessions
    hub: Hub

    def routes(self) -> list[BaseRoute]:
        """The route."""
        return [Route("/v1/sessions/{session_id}/voice", self.hear, methods=["POST"])]

    async def hear(self, request: Request) -> Response:
        """Recognise a clip of up to 60 s and 4 MiB."""
        session = await authenticated(self.sessions, request)
        services = self.sessions.services
        with suppress(Unavailable):  # without memory there is no common count
            await services.limits.hit(f"clips:{session.id}", limit=CLIPS_PER_MINUTE, per_seconds=60.0)
        parts = services.voice()
        if not parts.hears or parts.decoder is None:
            raise UnsupportedAudio
        pcm = await parts.decoder.decode(await _clip(request))
        conversation = self.hub.conversation(session)
        try:
            item_id, text = await conversation.hear_clip(pcm)
        finally:
            self.hub.release(conversation)
        return answer(ClipHeard(item_id=item_id, text=text), status=202)


async def _clip(request: Request) -> bytes:
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > LARGEST_BYTES:
            raise Refusal("too_long")
    return bytes(received)
