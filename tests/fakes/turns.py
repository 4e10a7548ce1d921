"""A conversation that follows simple orders, and the screen and alarm that go with it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from agent.red_flag_reply import Reply
from domain.clinical import Disposition, RedFlag, RuleId, Screening
from domain.errors import Unavailable
from domain.notices import NoticeId
from domain.session import InputId, Option, Pending, PendingKind, SessionId
from domain.turn import (
    CardReady,
    ChoicesReady,
    Escalated,
    Origin,
    SentenceReady,
    Source,
    TurnCancelled,
    TurnDone,
    TurnEvent,
    TurnFailed,
    Utterance,
)

CERTAIN = RedFlag(
    rule_id=RuleId("RF-017"),
    name="卒中",
    disposition=Disposition.CALL_120,
    certain=True,
    crisis=False,
    question="现在有口角歪斜吗？",
    first_aid="让病人平躺",
    anchors=("嘴歪",),
    sources=("test",),
)
DOUBTFUL = RedFlag(
    rule_id=RuleId("RF-001"),
    name="胸痛",
    disposition=Disposition.CALL_120,
    certain=False,
    crisis=False,
    question="现在胸口是压着一样地痛吗？",
    first_aid="",
    anchors=("胸口闷",),
    sources=("test",),
)
MILD = replace(CERTAIN, rule_id=RuleId("RF-090"), disposition=Disposition.VISIT_24H)


def fake_screen(text: str, recent: tuple[str, ...] = ()) -> Screening:
    """嘴歪 acts at once, so does 胸口闷 with 冷汗 in this message or a recent one; 胸口闷 alone asks; 牙疼 is mild."""
    said = "\n".join((text, *recent))
    if "嘴歪" in text or ("胸口闷" in said and "冷汗" in text) or ("胸口闷" in text and "冷汗" in said):
        return Screening(flags=(CERTAIN,))
    if "牙疼" in text:
        return Screening(flags=(MILD,))
    if "胸口闷" in text:
        return Screening(flags=(DOUBTFUL,))
    return Screening()


class FakeAlarm:
    """Says which rules it was raised for."""

    def raised(self, flags: tuple[RedFlag, ...]) -> Escalated | None:
        """The escalation of flags; a mild one raises none."""
        acting = tuple(flag.rule_id for flag in flags if flag.disposition >= Disposition.ED_NOW)
        return escalated(acting) if acting else None

    def reply(self, asked: Pending, utterance: Utterance) -> Reply:
        """是 and 没有 are what they are, also tapped; anything else is beside the question."""
        tapped = utterance.choice.value if utterance.choice else ""
        if utterance.text == "是" or tapped == f"{asked.id}:yes":
            return Reply.YES
        return Reply.NO if utterance.text == "没有" or tapped == f"{asked.id}:no" else Reply.BESIDE

    def overdue(self, pending: Pending) -> Escalated:
        """The escalation of a question left open."""
        return escalated((RuleId(pending.subject),))


def escalated(rule_ids: tuple[RuleId, ...]) -> Escalated:
    """An escalation to the ambulance."""
    return Escalated(disposition=Disposition.CALL_120, rule_ids=rule_ids, text="请拨打120", phone="120", crisis=False)


def done(text: str, pending: Pending | None = None) -> TurnDone:
    """A whole reply."""
    return TurnDone(
        text=text,
        origin=Origin.KNOWLEDGE,
        label="AI 生成",
        sources=(Source(id="g1", title="就医指南", section="停车"),),
        timing_ms={"guard": 0.1},
        trace_id="t1",
        pending=pending,
    )


@dataclass
class FakeTurns:
    """Answers every input with what it said; some words are orders.

    `等` waits for `gate`; `坏` breaks; `断` finds memory away; `卡` shows cards and choices; `闷` asks the
    red-flag question, which waits until `deadline`. An input answered before is answered the same again
    without a new entry in `acted`.
    """

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    acted: list[str] = field(default_factory=list)
    ran: list[Utterance] = field(default_factory=list)
    answers: dict[tuple[SessionId, InputId], list[TurnEvent]] = field(default_factory=dict)
    waits_for: dict[SessionId, Pending] = field(default_factory=dict)
    hurried: asyncio.Queue[SessionId] = field(default_factory=asyncio.Queue)
    cancelled: dict[SessionId, str] = field(default_factory=dict)
    locks: dict[SessionId, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    question: Pending | None = None
    unfollowed: list[SessionId] = field(default_factory=list)
    down: bool = False
    unsaid: dict[SessionId, tuple[NoticeId, ...]] = field(default_factory=dict)

    def replica(self) -> FakeTurns:
        """The same conversations in another process: state and locks are shared."""
        return replace(self, ran=[], cancelled={})

    async def run(self, utterance: Utterance) -> AsyncIterator[TurnEvent]:
        """Answer by the orders in the text."""
        self.ran.append(utterance)
        self.started.put_nowait(utterance.input_id)
        if self.down or "断" in utterance.text:
            raise Unavailable("memory")
        key = (utterance.session_id, utterance.input_id)
        async with self.locks[utterance.session_id]:
            if key in self.answers:
                for event in self.answers[key]:
                    yield event
                return
            answer = []
            async for event in self._fresh(utterance):
                answer.append(event)
                yield event
            self.answers[key] = answer
            self.acted.append(utterance.input_id)

    async def _fresh(self, utterance: Utterance) -> AsyncIterator[TurnEvent]:
        session_id = utterance.session_id
        said = utterance.text or (utterance.choice.value if utterance.choice else "表单")
        if "坏" in said:
            raise RuntimeError(said)
        certain = tuple(flag for flag in utterance.screening.flags if flag.certain)
        if raised := FakeAlarm().raised(certain):
            yield raised
        if utterance.choice and utterance.choice.action == "arrived":
            said = "、".join(self.unsaid.pop(session_id))
        if utterance.choice and utterance.choice.action == "silence":
            asked = self.waits_for.pop(session_id)
            yield escalated((RuleId(asked.subject),))
        yield SentenceReady(text="收到：")
        if "等" in said:
            await self.gate.wait()
        if reason := self.cancelled.pop(session_id, None):
            assert reason == "client"
            yield TurnCancelled(reason="client")
            return
        if "卡" in said:
            yield CardReady(card={"type": "call", "phone": "120", "label": "拨打 120", "actions": []})
            yield ChoicesReady(choices=(Option(label="是", value="p1:yes"),))
        if "错" in said:
            yield TurnFailed(code="conflict", message="刚才有变化", retryable=False)
            return
        if "闷" in said and self.question:
            self.waits_for[session_id] = self.question
        yield SentenceReady(text=said)
        yield done(f"收到：{said}", self.waits_for.get(session_id))

    async def cancel(self, session_id: SessionId, *, reason: Literal["barge_in", "client", "handoff"]) -> None:
        """Note it; the running answer ends when its gate opens."""
        self.cancelled[session_id] = reason
        self.gate.set()

    def hurry(self, session_id: SessionId) -> None:
        """Note it."""
        self.hurried.put_nowait(session_id)

    async def pending(self, session_id: SessionId) -> Pending | None:
        """The red-flag question, while it is open."""
        if self.down:
            raise Unavailable("memory")
        return self.waits_for.get(session_id)

    async def end_follow_up(self, session_id: SessionId) -> None:
        """Note it, unless memory is away."""
        if self.down:
            raise Unavailable("memory")
        self.unfollowed.append(session_id)

    async def news(self, session_id: SessionId) -> tuple[NoticeId, ...]:
        """What waits, until a turn has said it."""
        return self.unsaid.get(session_id, ())


def red_flag_question(expires_at: datetime) -> Pending:
    """A red flag's question that waits until `expires_at`."""
    return Pending(
        id="p1",
        kind=PendingKind.RED_FLAG,
        question="现在胸口是压着一样地痛吗？",
        subject="RF-001",
        options=(Option(label="是", value="yes"), Option(label="不是", value="no")),
        expires_at=expires_at,
    )
