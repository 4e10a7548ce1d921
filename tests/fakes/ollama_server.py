"""A small HTTP server that speaks Ollama's wire format: a real socket, scripted models, and a memory.

It is no model: what it answers was written by the test. `python -m tests.fakes.ollama_server TOKENS SECONDS` prints
its address and serves the models `words`, which says so many tokens at once, and `paced`, which says a quarter
of them and takes so long for each.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

Ending = Literal["done", "cut", "garbage", "error", "quiet"]
STAMP = "2026-01-01T00:00:00.000000Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model and how it behaves.

    `thinks` makes it a thinking model: `thoughts` come first, in a field of their own with `think` true and
    inside `<think>` when it is not said; others refuse `think` true with 400. `json` is what it says to a schema;
    with `ignores_format` it says `pieces` instead when `think` is false. `hold` keeps it silent after so many
    parts until the client leaves. Parts come `pace_seconds` apart. `status` refuses every chat with this code.
    After its parts it ends as `ending` says. With `script`, what it says is made from the request instead; `embeds`
    makes its vectors.
    """

    pieces: tuple[str, ...] = ("请带好", "身份证", "和医保卡。")
    json: tuple[str, ...] = ('{"symptom": "', '腹痛", "da', 'ys": 2}')
    thinks: bool = False
    thoughts: tuple[str, ...] = ("用户", "要中文", "。")
    ignores_format: bool = False
    calls: tuple[dict[str, Any], ...] = ()
    hold: int | None = None
    pace_seconds: float = 0.0
    status: int | None = None
    ending: Ending = "done"
    capabilities: tuple[str, ...] = ("completion",)
    digest: str = "d1"
    script: Callable[[dict[str, Any]], list[dict[str, Any]]] | None = None
    embeds: Callable[[str], list[float]] = lambda text: [float(len(text)), 1.0, 0.5]

    def parts(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        """The messages it streams."""
        if self.script is not None:
            return self.script(body)
        think, schema = body.get("think"), body.get("format")
        found: list[dict[str, Any]] = []
        if self.thinks and think:
            found += [{"content": "", "thinking": one} for one in self.thoughts]
        elif self.thinks and think is None:
            found += [{"content": one} for one in ("<think>", *self.thoughts, "</think>\n\n")]
        says = self.json if schema and not (self.ignores_format and think is False) else self.pieces
        found += [{"content": one} for one in says]
        if self.calls and body.get("tools"):
            found.append({"content": "", "tool_calls": [{"function": one} for one in self.calls]})
        return found


@dataclass(eq=False)
class Seen:
    """A request the server got. `gone` is set when the client left before the end, `sent` counts parts."""

    path: str
    body: dict[str, Any]
    sent: int = 0
    held: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    gone_at: float = 0.0


class _ClientGone(Exception):
    pass


class OllamaServer:
    """One host. `models` may be changed at any time; `seen` is every request in order."""

    def __init__(self, models: dict[str, Model]) -> None:
        self.models = dict(models)
        self.seen: list[Seen] = []
        self.connections = 0
        self.port = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._arrived = asyncio.Condition()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def chats(self) -> list[Seen]:
        """The chat requests."""
        return [one for one in self.seen if one.path == "/api/chat"]

    async def chat(self, number: int = 0) -> Seen:
        """The chat request of that number, once it is there."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.chats()) > number)
        return self.chats()[number]

    async def start(self) -> None:
        """Listen; on the port it had before, if it had one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, backlog=512)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more and close every connection."""
        if self._server is None:
            return
        self._server.close()
        for writer in list(self._open):
            writer.close()
        await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        try:
            while True:
                await self._answer((await reader.readuntil(b"\r\n\r\n")).decode(), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, _ClientGone):
            return
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
        content = await reader.readexactly(int(fields.get("content-length", "0")))
        seen = Seen(path=first.split()[1], body=json.loads(content or b"{}"))
        self.seen.append(seen)
        async with self._arrived:
            self._arrived.notify_all()
        name = str(seen.body.get("model", ""))
        model = self.models.get(name)
        if seen.path == "/api/tags":
            listed = [{"name": one, "model": one, "digest": self.models[one].digest} for one in self.models]
            await _whole(writer, {"models": listed})
        elif seen.path == "/api/pull":
            await self._pull(name, writer)
        elif model is None:
            await _whole(writer, {"error": f"model '{name}' not found"}, status=404)
        elif seen.path == "/api/show":
            await _whole(writer, {"capabilities": model.capabilities, "model_info": {}})
        elif model.status is not None:
            await _whole(writer, {"error": "llama runner process has terminated"}, status=model.status)
        elif seen.path == "/api/embed":
            await _whole(writer, {"model": name, "embeddings": [model.embeds(text) for text in seen.body["input"]]})
        elif seen.body.get("think") and not model.thinks:
            await _whole(writer, {"error": f'"{name}" does not support thinking'}, status=400)
        else:
            await self._stream(name, model, seen, reader, writer)

    async def _stream(
        self, name: str, model: Model, seen: Seen, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        leaving = asyncio.create_task(reader.read(1))
        try:
            _begin(writer)
            parts = model.parts(seen.body)
            for number, message in enumerate(parts):
                if model.hold == number:
                    await _silent(seen, leaving)
                if model.pace_seconds:
                    await asyncio.wait([leaving], timeout=model.pace_seconds)
                if leaving.done():
                    _left(seen)
                _line(writer, {"model": name, "created_at": STAMP, "message": {"role": "assistant", **message}})
                seen.sent += 1
                await writer.drain()
            if model.hold is not None and model.hold >= len(parts):
                await _silent(seen, leaving)
            await _end(name, model, seen, leaving, writer)
        finally:
            leaving.cancel()
            await asyncio.wait([leaving])

    async def _pull(self, name: str, writer: asyncio.StreamWriter) -> None:
        _begin(writer)
        if name.startswith("missing"):
            _line(writer, {"error": "pull model manifest: file does not exist"})
        else:
            _line(writer, {"status": "pulling manifest"})
            for done in (0, 50, 100):
                _line(writer, {"status": "pulling d1", "digest": "sha256:d1", "total": 100, "completed": done})
            _line(writer, {"status": "success"})
            self.models.setdefault(name, Model())
        writer.write(b"0\r\n\r\n")
        await writer.drain()


async def _silent(seen: Seen, leaving: asyncio.Task[bytes]) -> None:
    """Say nothing until the client leaves."""
    seen.held.set()
    await asyncio.wait([leaving])
    _left(seen)


def _left(seen: Seen) -> None:
    seen.gone_at = time.perf_counter()
    seen.gone.set()
    raise _ClientGone


async def _end(name: str, model: Model, seen: Seen, leaving: asyncio.Task[bytes], writer: asyncio.StreamWriter) -> None:
    """End a stream as the model does."""
    match model.ending:
        case "cut":
            raise _ClientGone
        case "garbage":
            writer.write(b"8\r\n<html>.\n\r\n0\r\n\r\n")
        case "error":
            _line(writer, {"error": "CUDA out of memory"})
            writer.write(b"0\r\n\r\n")
        case "quiet":
            writer.write(b"0\r\n\r\n")
        case "done":
            _line(
                writer,
                {
                    "model": name,
                    "created_at": STAMP,
                    "message": {"role": "assistant", "content": ""},
                    "done": True,
                    "done_reason": "stop",
                    "total_duration": 10**9,
                    "load_duration": 0,
                    "prompt_eval_count": 50,
                    "prompt_eval_duration": 10**8,
                    "eval_count": seen.sent,
                    "eval_duration": 10**9,
                },
            )
            writer.write(b"0\r\n\r\n")
    await writer.drain()
    if leaving.done():
        _left(seen)


def _begin(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")


def _line(writer: asyncio.StreamWriter, fields: dict[str, Any]) -> None:
    content = json.dumps({"done": False, **fields}, ensure_ascii=False).encode() + b"\n"
    writer.write(b"%x\r\n%s\r\n" % (len(content), content))


async def _whole(writer: asyncio.StreamWriter, fields: dict[str, Any], *, status: int = 200) -> None:
    content = json.dumps(fields, ensure_ascii=False).encode()
    writer.write(
        b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        % (status, len(content), content)
    )
    await writer.drain()


@asynccontextmanager
async def serving(models: dict[str, Model]) -> AsyncIterator[OllamaServer]:
    """A host with these models."""
    server = OllamaServer(models)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


async def _main(tokens: int, pace_seconds: float) -> None:
    pieces = tuple("您好，。"[number % 4] for number in range(tokens))
    models = {"words": Model(pieces=pieces), "paced": Model(pieces=pieces[: tokens // 4], pace_seconds=pace_seconds)}
    async with serving(models) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main(int(sys.argv[1]), float(sys.argv[2])))
