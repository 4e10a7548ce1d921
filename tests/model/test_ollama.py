"""The adapter on a real socket: what it asks, what it gives out, and every way a host can fail."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import aclosing
from dataclasses import replace

import pytest

from agent.model.ollama import OllamaHost, Options
from domain.errors import FailureKind, ModelFailed
from domain.model import ChatMessage, ChatRequest, ModelDigest, ModelUsage, ToolCall, ToolOffer
from tests.fakes.ollama_server import Model, OllamaServer, serving
from tests.model.bench import ASK, R1, SCHEMA, host_at

pytestmark = pytest.mark.contract

FEW_MS = 0.2
"""What was promised for a host to stop, in seconds."""


async def _said(host: OllamaHost, request: ChatRequest = ASK, *, think: bool = False) -> str:
    async with aclosing(host.chat(request, R1, think=think)) as pieces:
        return "".join([piece.text async for piece in pieces])


async def test_a_reply_streams_and_ends_with_its_usage() -> None:
    """Pieces in order, the usage with the last one only."""
    async with serving({"r1": Model()}) as server, host_at(server.url) as host:
        pieces = [piece async for piece in host.chat(ASK, R1, think=False)]
        assert "".join(piece.text for piece in pieces) == "请带好身份证和医保卡。"
        assert [piece.usage is None for piece in pieces] == [True] * 3 + [False]
        assert pieces[-1].usage == ModelUsage(
            model=R1,
            host=server.url,
            ended="stop",
            prompt_tokens=50,
            output_tokens=3,
            load_seconds=0,
            prompt_seconds=0.1,
            output_seconds=1,
        )
        assert pieces[-1].usage is not None
        assert pieces[-1].usage.tokens_per_second == 3


async def test_every_option_is_sent_and_thinking_is_always_said() -> None:
    """Nothing is left to the host's defaults."""
    options = Options(context_tokens=4096, keep_alive="5m", temperature=0.1, seed=7)
    async with serving({"r1": Model(thinks=True)}) as server, host_at(server.url, options) as host:
        await _said(host, replace(SCHEMA, most_tokens=99))
        await _said(host, think=True)
        first, second = (one.body for one in server.chats())
        assert first["options"] == {"num_ctx": 4096, "num_predict": 99, "temperature": 0.1, "seed": 7}
        assert (first["keep_alive"], first["format"], first["stream"]) == ("5m", {"type": "object"}, True)
        assert (first["think"], second["think"]) == (False, True)
        assert "format" not in second


async def test_thinking_is_given_out_in_no_form() -> None:
    """Neither the field of its own nor tags within the text."""
    tagged = Model(pieces=("<th", "ink>病人很", "危险</think", ">您好", "。"))
    async with serving({"r1": Model(thinks=True)}) as server, host_at(server.url) as host:
        assert await _said(host, think=True) == "请带好身份证和医保卡。"
        server.models["r1"] = tagged
        assert await _said(host) == "您好。"


async def test_a_reply_that_began_as_thinking_is_refused() -> None:
    """A closing tag without an opening one: what came before cannot be told from the answer."""
    stray = Model(pieces=("想一想。", "</think>", "您好。"))
    async with serving({"r1": stray}) as server, host_at(server.url) as host:
        with pytest.raises(ModelFailed) as caught:
            await _said(host)
        assert caught.value.kind == "garbage"


async def test_tools_are_offered_and_calls_given_out() -> None:
    """Both ways, with the answer of a tool in the conversation."""
    call = {"name": "find_slots", "arguments": {"department": "神经内科"}}
    offer = ToolOffer(name="find_slots", description="找号源", parameters={"type": "object", "properties": {}})
    asked = ToolCall(name="find_slots", arguments={"department": "神经内科"})
    talk = (
        *ASK.messages,
        ChatMessage(role="assistant", content="", calls=(asked,)),
        ChatMessage(role="tool", content="[]", tool="find_slots"),
    )
    async with serving({"r1": Model(calls=(call,))}) as server, host_at(server.url) as host:
        request = ChatRequest(messages=talk, tools=(offer,))
        calls = [one async for piece in host.chat(request, R1, think=False) for one in piece.calls]
        assert calls == [asked]
        body = server.chats()[0].body
        assert body["tools"][0]["function"]["name"] == "find_slots"
        assert body["messages"][1]["tool_calls"] == [{"function": call}]
        assert body["messages"][2]["tool_name"] == "find_slots"


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        (Model(status=500), "status"),
        (Model(status=503), "status"),
        (Model(ending="error"), "status"),
        (Model(ending="cut"), "cut"),
        (Model(ending="quiet"), "cut"),
        (Model(ending="garbage"), "garbage"),
        (None, "missing"),
    ],
)
async def test_every_failure_has_its_kind(model: Model | None, kind: FailureKind) -> None:
    """One error of ours, that quotes nothing of what was asked or answered."""
    async with serving({"r1": model} if model else {}) as server, host_at(server.url) as host:
        with pytest.raises(ModelFailed) as caught:
            await _said(host)
        assert caught.value.kind == kind
        assert str(caught.value) == f"{server.url}: {kind}"


async def test_thinking_a_model_cannot_do_is_refused_not_the_hosts_fault() -> None:
    """400 says something about the request."""
    async with serving({"r1": Model()}) as server, host_at(server.url) as host:
        with pytest.raises(ModelFailed) as caught:
            await _said(host, think=True)
        assert (caught.value.kind, caught.value.host_at_fault) == ("refused", False)


async def test_a_host_that_is_not_there_fails_at_once() -> None:
    """Refused for a stream, a list and an embedding alike."""
    async with serving({}) as server:
        url = server.url
    async with host_at(url) as host:
        for work in (_said(host), host.models(), host.embed(["头痛"], "bge")):
            with pytest.raises(ModelFailed) as caught:
                await work
            assert caught.value.kind == "connect"


async def test_a_host_that_swallows_connections_costs_a_quarter_second() -> None:
    """A full backlog on loopback drops new connections as an unplugged machine would."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        try:
            for filler in fillers:
                filler.setblocking(False)  # noqa: FBT003 - the socket's own signature
                filler.connect_ex(address)
            async with host_at(f"http://127.0.0.1:{address[1]}") as host:
                since = time.perf_counter()
                with pytest.raises(ModelFailed) as caught:
                    await _said(host)
                assert caught.value.kind == "timeout"
                assert time.perf_counter() - since < 1
        finally:
            for filler in fillers:
                filler.close()


async def test_silence_ends_a_reply() -> None:
    """Longer than `read_seconds` between two parts."""
    async with (
        serving({"r1": Model(hold=1)}) as server,
        host_at(server.url, Options(read_seconds=0.05)) as host,
    ):
        with pytest.raises(ModelFailed) as caught:
            await _said(host)
        assert caught.value.kind == "timeout"
        await server.chats()[0].gone.wait()


async def test_a_reply_without_end_is_ended() -> None:
    """After `total_seconds` on the clock given, however fast its parts come."""
    times = iter([0.0, 1.0, 999.0])
    async with serving({"r1": Model()}) as server:
        host = OllamaHost(server.url, Options(total_seconds=10), monotonic=lambda: next(times))
        with pytest.raises(ModelFailed) as caught:
            await _said(host)
        assert caught.value.kind == "timeout"
        await host.aclose()


async def test_closing_the_stream_stops_the_host() -> None:
    """The server sees the client leave well within 200 ms."""
    async with serving({"r1": Model(hold=1)}) as server, host_at(server.url) as host:
        async with aclosing(host.chat(ASK, R1, think=False)) as pieces:
            assert (await anext(pieces)).text == "请带好"
            closing = time.perf_counter()
        await _gone_after(server, closing)


async def test_cancelling_the_task_stops_the_host() -> None:
    """Also before anything was answered."""
    async with serving({"r1": Model(hold=0)}) as server, host_at(server.url) as host:
        task = asyncio.create_task(_said(host))
        await (await server.chat()).held.wait()
        cancelled = time.perf_counter()
        task.cancel()
        await _gone_after(server, cancelled)
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_replies_one_after_the_other_share_a_connection() -> None:
    """A reply read to its end leaves the connection open for the next."""
    async with serving({"r1": Model()}) as server, host_at(server.url) as host:
        for _ in range(3):
            await _said(host)
        assert server.connections == 1


async def test_texts_are_embedded_in_order() -> None:
    """One vector each, of one length."""
    async with serving({"bge": Model()}) as server, host_at(server.url) as host:
        assert await host.embed(["头", "头痛"], "bge") == ((1.0, 1.0, 0.5), (2.0, 1.0, 0.5))
        assert server.seen[0].body["keep_alive"] == "30m"


async def test_the_models_of_a_host_and_what_they_can_do() -> None:
    """Names, digests, capabilities."""
    model = Model(digest="abc", capabilities=("completion", "tools"))
    async with serving({"r1": model}) as server, host_at(server.url) as host:
        assert await host.models() == (ModelDigest(name="r1", digest="abc"),)
        assert await host.capabilities("r1") == {"completion", "tools"}


async def test_a_download_is_followed_to_its_end() -> None:
    """Its status and how far it is; one that fails says so."""
    async with serving({}) as server, host_at(server.url) as host:
        told = [(one.status, one.completed, one.total) async for one in host.pull("r1")]
        assert told[0] == ("pulling manifest", 0, 0)
        assert told[-2:] == [("pulling d1", 100, 100), ("success", 0, 0)]
        assert [one.name for one in await host.models()] == ["r1"]
        with pytest.raises(ModelFailed):
            [one async for one in host.pull("missing")]


async def _gone_after(server: OllamaServer, since: float) -> None:
    seen = server.chats()[0]
    await seen.gone.wait()
    assert seen.gone_at - since < FEW_MS
