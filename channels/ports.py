"""What the channels need from outside themselves; `app.bootstrap` fills it in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol, TypeAlias

from agent.red_flag_reply import Reply
from channels.http_bodies import Notice
from domain.clinical import RedFlag, Screening
from domain.desk import Bell, CaseWork, SilentBell, Typing
from domain.follow_up_ports import SessionAlerts
from domain.notices import NoticeId
from domain.ports import (
    Archive,
    Clock,
    EventLog,
    HandoffDesk,
    InputJournal,
    RateLimits,
    SessionMemory,
    SessionStore,
)
from domain.session import Pending, SessionId
from domain.turn import Escalated, Json, TurnEvent, Utterance
from voice.parts import NO_VOICE, OpenVoice

SILENCE_ACTION = "silence"
"""Action of the choice a session makes for a patient who left a red-flag question unanswered; `value` is
the `Pending.id`."""

ARRIVED_ACTION = "arrived"
"""Action of the choice a session makes for a patient who came back to notices."""

Mode: TypeAlias = Literal["knowledge", "model"]

HANDOFF_ACTION = "handoff"
"""Action of the choice `handoff.request` becomes; `value` is the patient's reason."""


class TurnRunner(Protocol):
    """The conversation: answers one input at a time per session."""

    def run(self, utterance: Utterance) -> AsyncIterator[TurnEvent]:
        """Answer an input to its end, whether or not anybody listens.

        An input answered before yields its answer again and nothing is done twice.
        """

    async def cancel(self, session_id: SessionId, *, reason: Literal["barge_in", "client", "handoff"]) -> None:
        """Stop the saying of the answer on its way, never the doing."""

    def hurry(self, session_id: SessionId) -> None:
        """Finish the answer on its way without waiting for a model."""

    async def pending(self, session_id: SessionId) -> Pending | None:
        """What the agent waits for."""

    async def end_follow_up(self, session_id: SessionId) -> None:
        """Stop the plans and reminders of the patient this session is of: they took their consent back."""

    async def news(self, session_id: SessionId) -> tuple[NoticeId, ...]:
        """The notices that wait for the patients of this session and were not said in it yet."""


class Screen(Protocol):
    """The emergency screen: pure, in-process."""

    def __call__(self, text: str, recent: tuple[str, ...] = ()) -> Screening:
        """What `text` shows, read together with `recent`: the last messages and the open question."""


class Alarm(Protocol):
    """The wording of an escalation raised before or without a turn."""

    def raised(self, flags: tuple[RedFlag, ...]) -> Escalated | None:
        """What to say when these red flags, the most urgent first, are true; `None` when none interrupts."""

    def reply(self, asked: Pending, utterance: Utterance) -> Reply:
        """What a reply to a red-flag question comes to."""

    def overdue(self, pending: Pending) -> Escalated | None:
        """What to say when a red-flag question was left unanswered; `None` when that is no emergency."""


class Wording(Protocol):
    """Fixed texts by id."""

    def say(self, text_id: str, /, **values: str | int) -> str:
        """The wording of `text_id`: `error.{code}`, `emergency.line`, `consent.held`."""


class TimerHandle(Protocol):
    """A call that was put off."""

    def cancel(self) -> None:
        """Do not make the call."""


class Timers(Protocol):
    """Calls put off; asyncio's event loop is one."""

    def call_later(self, delay: float, callback: Callable[[], None], /) -> TimerHandle:
        """Call `callback` after `delay` seconds."""


class Meter(Protocol):
    """Counts what happens; never sees patient text."""

    def socket(self, change: Literal[1, -1]) -> None:
        """A socket came or went."""

    def waiting(self, change: int) -> None:
        """Inputs joined or left the queues."""

    def refused(self, code: str) -> None:
        """An error was answered."""

    def escalated(self, escalation: Escalated) -> None:
        """An emergency was raised."""

    def card(self, card: dict[str, Json]) -> None:
        """A card was shown."""

    def answered(self, outcome: str, seconds: float, timing_ms: dict[str, float]) -> None:
        """A turn ended: `done`, `cancelled` or an error code."""

    def recognised(self, outcome: str, seconds: float) -> None:
        """An utterance was `understood`, `unsure` or `unclear`, so long after its end."""

    def first_audio(self, seconds: float) -> None:
        """The first audio of an answer was there, so long after its text."""

    def barged_in(self) -> None:
        """A patient took the floor."""


class Health(Protocol):
    """How the process and what it depends on are doing."""

    def screening(self) -> bool:
        """Whether the emergency screen works."""

    async def dependencies(self) -> dict[str, str]:
        """Each dependency: `ok` or `down`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How patient the channels are. Seconds unless the name says otherwise.

    `urgent_seconds` is how long an escalation waits for its number before it is sent without one.
    `frames_per_second` and `frame_burst` feed the token bucket of a session; `flood_strikes` refused frames
    close its socket. `sessions_per_minute` and `forms_per_minute` are what one address may open and send.
    """

    idle_seconds: float = 1800.0
    silence_seconds: float = 90.0
    urgent_seconds: float = 0.3
    retire_seconds: float = 1800.0
    drain_seconds: float = 20.0
    session_hours: float = 24.0
    frames_per_second: float = 3.0
    frame_burst: float = 30.0
    flood_strikes: int = 60
    sessions_per_minute: int = 3000
    forms_per_minute: int = 60


def _from_knowledge() -> Mode:
    return "knowledge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything a channel works with. `mode` says what answers now: knowledge alone, or a model too.

    Without a console nobody hears the bell, types, or reviews. `alerts` are those of follow-up.
    """

    clock: Clock
    timers: Timers
    turns: TurnRunner
    screen: Screen
    alarm: Alarm
    wording: Wording
    notice: Notice
    sessions: SessionStore
    archive: Archive
    desk: HandoffDesk
    journal: InputJournal
    events: EventLog
    memory: SessionMemory
    limits: RateLimits
    meter: Meter
    health: Health
    mode: Callable[[], Mode] = _from_knowledge
    rules: Rules = field(default_factory=Rules)
    work: CaseWork | None = None
    bell: Bell = field(default_factory=SilentBell)
    typing: Typing | None = None
    voice: Callable[[], OpenVoice] = lambda: NO_VOICE
    alerts: SessionAlerts | None = None
    notice_fields: dict[str, Json] = field(init=False)

    def __post_init__(self) -> None:
        """Every greeting shares one copy of the notice."""
        object.__setattr__(self, "notice_fields", self.notice.model_dump())
