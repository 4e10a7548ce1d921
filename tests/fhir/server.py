"""A small FHIR R4 server on a real socket, with faults on request."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import jwt
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fhir.store import Refused, Resource, Store

JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What happens instead of an answer to the next request of a method for a kind.

    `status` is answered with an OperationOutcome, `body` as it stands; `cut` ends the answer in its middle; `silent`
    never answers; `after` does the work first, so that only the answer is lost.
    """

    kind: str
    method: str = "GET"
    status: int = 0
    body: str = ""
    cut: bool = False
    silent: bool = False
    after: bool = False


@dataclass(slots=True)
class FhirServer:
    """The server. `seen` is what was asked: method and path with its query, in order."""

    store: Store = field(default_factory=Store)
    page_size: int = 50
    token: str | None = None
    public_key: str = ""
    tokens_given: int = 0
    claims: list[dict[str, Any]] = field(default_factory=list)
    metadata: Resource = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    url: str = ""
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> Starlette:
        """Every path of the endpoint."""
        return Starlette(
            routes=[
                Route("/fhir/.well-known/smart-configuration", self._smart),
                Route("/token", self._give_token, methods=["POST"]),
                Route("/fhir", self._fhir, methods=["POST"]),
                Route("/fhir/{kind}", self._fhir, methods=["GET", "POST"]),
                Route("/fhir/{kind}/_search", self._fhir, methods=["POST"]),
                Route("/fhir/{kind}/{id}", self._fhir, methods=["GET", "PUT"]),
            ]
        )

    async def _fhir(self, request: Request) -> Response:
        kind = request.path_params.get("kind", "Bundle")
        query = f"?{request.url.query}" if request.url.query else ""
        self.seen.append(f"{request.method} {request.url.path}{query}")
        self.headers.append(dict(request.headers))
        fault = next((one for one in self.faults if (one.kind, one.method) == (kind, request.method)), None)
        if fault is not None:
            self.faults.remove(fault)
            if fault.after:
                await self._answer(request, kind)
            return await self._failing(fault)
        if self.token is not None and request.headers.get("authorization") != f"Bearer {self.token}":
            return outcome(401, "login")
        return await self._answer(request, kind)

    async def _failing(self, fault: Fault) -> Response:
        if fault.silent:
            await self.ending.wait()
        if fault.cut:
            return Response(b"{", headers={"content-length": "1000"}, media_type=JSON)
        if fault.status:
            return outcome(fault.status, "exception")
        return Response(fault.body, media_type=JSON)

    async def _answer(self, request: Request, kind: str) -> Response:
        try:
            if kind == "metadata":
                return JSONResponse(self.metadata, media_type=JSON)
            if kind == "Bundle":
                return JSONResponse(self.store.transaction(await request.json()), media_type=JSON)
            if "id" in request.path_params:
                return await self._one(request, kind, request.path_params["id"])
            if request.method == "POST" and not request.url.path.endswith("_search"):
                stored, new = self.store.create(await request.json(), request.headers.get("if-none-exist"))
                return JSONResponse(stored, status_code=201 if new else 200, media_type=JSON)
            asked = (await request.body()).decode() if request.method == "POST" else request.url.query
            return JSONResponse(self._page(kind, parse_qsl(asked)), media_type=JSON)
        except Refused as refused:
            return outcome(refused.status, refused.code)

    async def _one(self, request: Request, kind: str, resource_id: str) -> Response:
        if request.method == "PUT":
            stored = self.store.update(await request.json(), request.headers.get("if-match"))
        else:
            stored = self.store.read(kind, resource_id)
        return JSONResponse(stored, media_type=JSON)

    def _page(self, kind: str, parameters: list[tuple[str, str]]) -> Resource:
        first = int(dict(parameters).get("_first", 0))
        asked = [one for one in parameters if one[0] != "_first"]
        size = min(self.page_size, int(dict(parameters).get("_count", self.page_size)))
        found = self.store.search(kind, asked)
        here = found[first : first + size]
        included = self.store.included(here, dict(parameters).get("_include", ":"))
        entries = [{"resource": one, "search": {"mode": "match"}} for one in here]
        entries += [{"resource": one, "search": {"mode": "include"}} for one in included]
        link = []
        if first + size < len(found):
            following = urlencode([*asked, ("_first", str(first + size))])
            link = [{"relation": "next", "url": f"{self.url}/{kind}?{following}"}]
        return {"resourceType": "Bundle", "type": "searchset", "total": len(found), "link": link, "entry": entries}

    async def _smart(self, request: Request) -> Response:
        del request
        return JSONResponse({"token_endpoint": self.url.removesuffix("/fhir") + "/token"})

    async def _give_token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        audience = self.url.removesuffix("/fhir") + "/token"
        try:
            claims = jwt.decode(
                form["client_assertion"],
                self.public_key,
                algorithms=["RS384", "ES384"],
                audience=audience,
                options={"verify_exp": False},
            )
        except jwt.InvalidTokenError:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        self.claims.append(claims)
        self.tokens_given += 1
        self.token = f"token-{self.tokens_given}"
        return JSONResponse({"access_token": self.token, "token_type": "bearer", "expires_in": 300})


def outcome(status: int, code: str) -> Response:
    """An OperationOutcome; its text names a patient, as careless servers do."""
    issue = {"severity": "error", "code": code, "diagnostics": "Patient 张三 13800138000"}
    body = json.dumps({"resourceType": "OperationOutcome", "issue": [issue]})
    return Response(body, status_code=status, media_type=JSON)


@asynccontextmanager
async def serving(server: FhirServer) -> AsyncIterator[FhirServer]:
    """Serve on a free port of the loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # its connections inherit it
    server.url = f"http://127.0.0.1:{listening.getsockname()[1]}/fhir"
    config = uvicorn.Config(
        server.app(), log_config=None, lifespan="off", timeout_graceful_shutdown=1, loop="none", ws="none"
    )
    running = uvicorn.Server(config)
    running.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    task = asyncio.create_task(running._serve([listening]))
    try:
        yield server
    finally:
        server.ending.set()
        running.should_exit = True
        await task
        listening.close()
