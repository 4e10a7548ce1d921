"""How the service shows who it is: a fixed bearer token, or SMART backend services with a signed JWT."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Protocol

import httpx
import jwt

from domain.ports import Clock
from tools.hospital.fhir.failures import HospitalFailed

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_LIFE = timedelta(minutes=4)
EARLY_SECONDS = 30.0
"""How long before it expires a token is no longer used."""


class Auth(Protocol):
    """Gives the bearer token."""

    async def token(self) -> str | None:
        """The token to send now, or nothing for an open server.

        Raises:
            HospitalFailed: `login`, or whatever keeps the token endpoint from answering.
        """

    def forget(self) -> None:
        """The token was not taken: get another one next time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticToken:
    """One token as long as the service runs; nothing for a server that asks for none."""

    value: str | None = None

    async def token(self) -> str | None:
        """The token."""
        return self.value

    def forget(self) -> None:
        """There is no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The service as the hospital registered it. `private_key` is PEM; `scope` is what is asked for."""

    client_id: str
    private_key: str
    key_id: str | None
    algorithm: Literal["RS384", "ES384"]
    token_url: str | None
    scope: str = "system/*.cruds"


class BackendServices:
    """SMART App Launch 2.x, backend services: client credentials with a signed JWT; the token is kept."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, client: Client, clock: Clock) -> None:
        self._http = http
        self._base_url = base_url
        self._client = client
        self._clock = clock
        self._token = ""
        self._until = float("-inf")
        self._asking = asyncio.Lock()

    async def token(self) -> str | None:
        """The token in hand, or a new one shortly before it expires."""
        async with self._asking:
            if self._clock.monotonic() >= self._until:
                await self._ask()
            return self._token

    def forget(self) -> None:
        """Ask for another one next time."""
        self._until = float("-inf")

    async def _ask(self) -> None:
        url = self._client.token_url or await self._discover()
        form = {
            "grant_type": "client_credentials",
            "scope": self._client.scope,
            "client_assertion_type": ASSERTION,
            "client_assertion": self._assertion(url),
        }
        answer = await self._json("POST", url, data=form)
        token, life = answer.get("access_token"), answer.get("expires_in", 300)
        if not isinstance(token, str) or not token or not isinstance(life, int | float):
            raise HospitalFailed("login", "the token endpoint gave no token")
        self._token = token
        self._until = self._clock.monotonic() + max(life - EARLY_SECONDS, 0)

    def _assertion(self, audience: str) -> str:
        expires = self._clock.now() + ASSERTION_LIFE
        claims = {
            "iss": self._client.client_id,
            "sub": self._client.client_id,
            "aud": audience,
            "exp": int(expires.timestamp()),
            "jti": secrets.token_hex(16),
        }
        headers = {"kid": self._client.key_id} if self._client.key_id else None
        return jwt.encode(claims, self._client.private_key, algorithm=self._client.algorithm, headers=headers)

    async def _discover(self) -> str:
        url = (await self._json("GET", f"{self._base_url}/.well-known/smart-configuration")).get("token_endpoint")
        if not isinstance(url, str):
            raise HospitalFailed("login", "smart-configuration names no token_endpoint")
        return url

    async def _json(self, method: str, url: str, **sent: Any) -> dict[str, Any]:
        try:
            answer = await self._http.request(method, url, headers={"Accept": "application/json"}, **sent)
            content = answer.json() if answer.is_success else None
        except httpx.HTTPError as error:
            raise HospitalFailed("connect", "token endpoint") from error
        except ValueError as error:
            raise HospitalFailed("login", "the token endpoint answers no JSON") from error
        if not isinstance(content, dict):
            raise HospitalFailed("login", f"the token endpoint answers {answer.status_code}")
        return content
