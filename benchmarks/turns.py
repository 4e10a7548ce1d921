"""What a turn costs the server: whole conversations beside a bare graph on the same checkpointer.

Rounds of both alternate in one process, and only CPU time counts, so a busy machine slows both alike.
"""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from datetime import timedelta
from itertools import count, cycle, pairwise
from pathlib import Path
from typing import Any, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from app.bootstrap import Service, open_service
from app.running import settle_memory
from app.settings import Settings
from benchmarks.figures import Figure
from domain.patient import Consent, PatientProfile, Purpose
from domain.ports import SessionRecord
from domain.session import Channel, InputId, Session, SessionId
from domain.turn import TurnDone, Utterance

NODES = ("guard", "understand", "task", "compose", "check")
"""The nodes an ordinary turn passes."""
CONVERSATIONS = (
    ("你好", "头疼三天了，有点恶心", "没有", "不清楚", "都没有", "停车场在哪", "没有发烧", "我想挂号", "算了"),
    ("我爸咳嗽一个星期了，有黄痰", "68岁", "没有", "有点", "没有", "都没有", "医保怎么报销", "谢谢"),
    ("我想挂消化内科", "明天下午有没有专家", "就第二个", "算了换周五", "不要了", "怎么取号", "在几楼"),
    ("肚子胀，吃完饭更厉害，大概半个月", "没有", "没有", "不清楚", "没有", "没有", "挂什么科", "有什么医生"),
    ("孩子三岁，昨晚开始发烧38.5，有点流鼻涕", "精神还可以", "没有", "没有", "都没有", "要不要去医院", "探视时间几点"),
    ("腰疼，搬东西扭的", "两天了", "没有", "不麻", "没有", "报告在哪里打印", "那就挂号吧", "先不挂了"),
)
ROUNDS = 7
END_OF_WORDS = ("", "。", "。。")
"""Rounds take turns with these: no message is one that was heard shortly before, as no patient's is."""


class Bare(TypedDict):
    """The state of a graph that does nothing."""

    turn: int


def bare(checkpointer: BaseCheckpointSaver[str]) -> CompiledStateGraph[Bare, None, Bare, Bare]:
    """As many nodes in a row as a turn passes, each doing nothing."""
    graph = StateGraph(Bare)
    for name in NODES:
        graph.add_node(name, _nothing)
    for before, after in pairwise((START, *NODES, END)):
        graph.add_edge(before, after)
    return graph.compile(checkpointer=checkpointer)


async def _nothing(state: Bare) -> dict[str, Any]:  # noqa: ARG001 - LangGraph calls it by this name
    return {}


async def measure() -> list[Figure]:
    """Milliseconds of CPU for a turn and for the bare graph, and their ratio."""
    with tempfile.TemporaryDirectory(prefix="banyi-bench-") as folder:
        gc.disable()
        async with open_service(Settings(data_dir=Path(folder) / "var", log_level="warning")) as service:
            settle_memory()
            empty = bare(service.stores.checkpointer)
            names = count(1)
            await _talk(service, names, END_OF_WORDS[-1])
            await _run(empty, service, names)
            turns, nothing = [], []
            for _, end in zip(range(ROUNDS), cycle(END_OF_WORDS), strict=False):
                nothing.append(await _run(empty, service, names))
                turns.append(await _talk(service, names, end))
    turn, base = statistics.median(turns), statistics.median(nothing)
    ratio = statistics.median(one / other for one, other in zip(turns, nothing, strict=True))
    said = sum(map(len, CONVERSATIONS))
    return [
        Figure(name="turn, server CPU", value=round(turn, 2), unit="ms", note=f"median of {ROUNDS} × {said} turns"),
        Figure(name="bare graph, server CPU", value=round(base, 2), unit="ms", note=f"{len(NODES)} no-op nodes"),
        Figure(name="turn ÷ bare graph", value=round(ratio, 2), unit="×", most=2.5, note="same run, same checkpointer"),
        Figure(name="turns on one core", value=round(1000 / turn), unit="/s", least=100, note="1 s ÷ CPU of a turn"),
    ]


async def _talk(service: Service, names: count[int], end: str) -> float:
    """Milliseconds of CPU a turn over all conversations: emergency screen on receipt, then the turn."""
    sessions = [await _arrive(service, f"s_talk{next(names)}") for _ in CONVERSATIONS]
    conversations = [tuple(text + end for text in sayings) for sayings in CONVERSATIONS]
    started = time.process_time()
    for session_id, sayings in zip(sessions, conversations, strict=True):
        for number, text in enumerate(sayings):
            utterance = Utterance(
                session_id=session_id,
                input_id=InputId(f"i{number}"),
                at=service.services.clock.now(),
                text=text,
                screening=service.services.screen(text, sayings[max(number - 3, 0) : number]),
            )
            events = [event async for event in service.turns.run(utterance)]
            assert isinstance(events[-1], TurnDone), events[-1]
    return (time.process_time() - started) * 1000 / sum(map(len, CONVERSATIONS))


async def _run(graph: CompiledStateGraph[Bare, None, Bare, Bare], service: Service, names: count[int]) -> float:
    """Milliseconds of CPU a run, over as many threads and runs as there are conversations and turns."""
    sessions = [await _arrive(service, f"s_bare{next(names)}") for _ in CONVERSATIONS]
    started = time.process_time()
    for session_id, sayings in zip(sessions, CONVERSATIONS, strict=True):
        for number, _ in enumerate(sayings):
            stream = graph.astream(
                Bare(turn=number),
                {"configurable": {"thread_id": session_id}},
                stream_mode="custom",
                durability="exit",
            )
            async for _event in stream:
                raise AssertionError("a node that does nothing said something")
    return (time.process_time() - started) * 1000 / sum(map(len, CONVERSATIONS))


async def _arrive(service: Service, name: str) -> SessionId:
    now = service.services.clock.now()
    session = Session(
        id=SessionId(name),
        channel=Channel.WEB,
        locale="zh-CN",
        profile=PatientProfile(),
        consent=Consent(version="1", purposes=frozenset({Purpose.CARE_CHAT})),
        created_at=now,
        expires_at=now + timedelta(hours=24),
    )
    record = SessionRecord(session=session, token_sha256=f"{name:0>64}", resume_sha256=f"{name:1>64}")
    await service.services.sessions.create(record)
    return session.id
