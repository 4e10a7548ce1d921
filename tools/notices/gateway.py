"""Texts through the hospital's SMS gateway, over HTTP."""

from __future__ import annotations

import httpx

from domain.errors import Unavailable
from domain.notices import TextMessage

TIMEOUT_SECONDS = 5.0


class HttpGateway:
    """Implements `TextSender`: one POST of `{"id", "to", "text", "at"}` as JSON, any 2xx is taken for sent.

    The gateway keeps the first message of an `id` (also sent as `Idempotency-Key`), so sending again is safe.
    """

    def __init__(self, url: str, token: str, *, client: httpx.AsyncClient | None = None) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._client = client or httpx.AsyncClient(timeout=TIMEOUT_SECONDS)

    async def send(self, message: TextMessage) -> None:
        """Hand the message over.

        Raises:
            Unavailable: the gateway does not answer, or refuses.
        """
        body = {"id": message.id, "to": message.to, "text": message.text, "at": message.at.isoformat()}
        headers = {**self._headers, "Idempotency-Key": message.id}
        try:
            answer = await self._client.post(self._url, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unavailable("sms gateway") from error
        if not answer.is_success:
            raise Unavailable("sms gateway")
