"""`banyi chat`: the whole conversation in a terminal, over the real protocol."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from rich.console import Console
from rich.panel import Panel

from app.bootstrap import open_service
from app.rendering import escalation, rendered
from app.server import Server, bound
from app.settings import Settings
from app.talking import Event, Line
from app.upkeep import upkeep

Ask = Callable[[str], Awaitable[str | None]]
"""Asks the person at the terminal; `None` when they leave."""

HELP = "打字说话；有编号的可以打编号，多选用逗号隔开。/人工 转人工，/退出 离开。"
ENDS = frozenset({"response.done", "response.cancelled", "error"})


async def chat(settings: Settings, console: Console, *, url: str | None = None) -> None:
    """Talk until the person leaves, with the service at `url`, the one running here, or one started for this."""
    async with service_at(settings, url) as address, Line(address) as line:
        await Talk(line, console, asker(console)).run()


class Talk:
    """One person at a terminal and one session."""

    def __init__(self, line: Line, console: Console, ask: Ask) -> None:
        self._line = line
        self._console = console
        self._ask = ask
        self._actions: list[dict[str, str]] = []
        self._multiple = False
        self._form: dict[str, Any] | None = None
        self._streaming = False
        self._awaiting: str | None = None
        self._turn = asyncio.Event()
        self._over = False

    async def run(self) -> None:
        """Show events as they come, and send what is typed."""
        listening = asyncio.create_task(self._listen())
        try:
            await self._agree()
            self._console.print(HELP, style="dim")
            while not self._over and await self._say():
                pass
        finally:
            listening.cancel()
            await asyncio.wait({listening})

    async def _agree(self) -> None:
        """Show the notice and send the answer: the required purposes, or none."""
        notice = self._line.opened["notice"]
        wanted = [one for one in notice["purposes"] if one["required"]]
        lines = [notice["text"], "", *(f"· {one['title']}：{one['text']}" for one in wanted)]
        self._console.print(Panel("\n".join(lines), title="使用说明", border_style="cyan"))
        agreed = (await self._ask("同意吗？(y/n) ") or "").strip().lower() in {"y", "yes", "是", "同意"}
        purposes = [one["id"] for one in wanted] if agreed else []
        await self._line.send("consent.give", version=notice["consent_version"], purposes=purposes)

    async def _say(self) -> bool:
        """Ask for one input, send it and wait for its end; `False` when the person leaves."""
        if self._form is not None:
            return await self._fill(self._form)
        typed = await self._ask("您：")
        if typed is None or typed.strip() in {"/退出", "/quit"}:
            return False
        text = typed.strip()
        if not text:
            return True
        self._turn.clear()
        if text in {"/人工", "/human"}:
            self._awaiting = None
            await self._line.send("handoff.request", reason="")
        elif chosen := self._chosen(text):
            self._awaiting = await self._line.send("input_choice", **chosen)
        else:
            self._awaiting = await self._line.send("input_text", text=text)
        await self._turn.wait()
        return True

    async def _fill(self, card: dict[str, Any]) -> bool:
        """Ask field by field; what is typed goes nowhere but into the form."""
        self._form = None
        fields = {}
        for field in card["fields"]:
            answer = await self._ask(f"{field['label']}：")
            if answer is None:
                return False
            fields[field["name"]] = answer.strip()
        self._turn.clear()
        self._awaiting = await self._line.send("input_form", form=card["form"], fields=fields)
        await self._turn.wait()
        return True

    def _chosen(self, text: str) -> dict[str, str] | None:
        """The action behind 「2」, or behind 「1,3」 of a question with several answers."""
        numbers = text.replace("，", ",").replace("、", ",").replace(" ", ",").split(",")
        if not all(number.isdecimal() and 1 <= int(number) <= len(self._actions) for number in numbers):
            return None
        picked = [self._actions[int(number) - 1] for number in numbers]
        if len(picked) > 1 and not self._multiple:
            return None
        return {"action": picked[0]["action"], "value": ",".join(one["value"] for one in picked)}

    async def _listen(self) -> None:
        async for event in self._line.events():
            self._show(event)
        self._over = True
        self._turn.set()

    def _show(self, event: Event) -> None:
        match event["type"]:
            case "response.created":
                self._actions, self._multiple = [], False
            case "response.text.delta":
                self._console.print(event["text"] if self._streaming else f"伴医：{event['text']}", end="")
                self._streaming = True
            case "response.card":
                self._end_line()
                self._show_card(event["card"])
            case "response.choices":
                self._end_line()
                self._offer(event["choices"])
            case "escalation.raised":
                self._end_line()
                self._console.print(escalation(event))
            case "response.done":
                self._end_line()
                if event["label"]:
                    self._console.print(event["label"], style="dim")
            case "error":
                self._end_line()
                self._console.print(event["message"], style="yellow")
        if event["type"] in ENDS and event.get("in_reply_to") == self._awaiting:
            self._turn.set()

    def _show_card(self, card: dict[str, Any]) -> None:
        self._console.print(rendered(card))
        if card["type"] == "identity_form":
            self._form = card
        self._multiple = self._multiple or card.get("kind") == "multi"
        self._offer(card.get("actions", []))

    def _offer(self, choices: list[dict[str, str]]) -> None:
        """Number the choices, going on from those of this answer shown before."""
        for choice in choices:
            self._actions.append(choice)
            self._console.print(f"  [cyan]{len(self._actions)}[/] {choice['label']}", highlight=False)

    def _end_line(self) -> None:
        if self._streaming:
            self._console.print()
            self._streaming = False


@asynccontextmanager
async def service_at(settings: Settings, url: str | None) -> AsyncIterator[str]:
    """The address of a running service; one is started when there is none."""
    address = url or settings.url
    if url is not None or await _answers(address):
        yield address
        return
    listening = bound(settings.host, settings.port)
    async with open_service(settings) as service, upkeep(service):
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        server = Server(service.app, listening, drain=service.hub.drain, ready=ready.set_result)
        running = asyncio.create_task(server.serve_quietly())
        try:
            yield await ready
        finally:
            server.should_exit = True
            await running
            await service.turns.drain()


async def _answers(url: str) -> bool:
    async with httpx.AsyncClient(timeout=1.0) as http:
        try:
            return (await http.get(f"{url}/healthz")).is_success
        except httpx.HTTPError:
            return False


def asker(console: Console) -> Ask:
    """Reads lines in a thread of its own, so that the answer streams while the person may type."""

    async def ask(prompt: str) -> str | None:
        loop = asyncio.get_running_loop()
        typed: asyncio.Future[str | None] = loop.create_future()

        def told(line: str | None) -> None:
            if not typed.done():
                typed.set_result(line)

        def read() -> None:
            try:
                line: str | None = console.input(prompt)
            except (EOFError, KeyboardInterrupt):
                line = None
            loop.call_soon_threadsafe(told, line)

        threading.Thread(target=read, daemon=True).start()
        return await typed

    return ask
