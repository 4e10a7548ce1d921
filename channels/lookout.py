"""Looks out for emergencies in everything a session receives, and raises them first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import structlog

from agent.red_flag_reply import Reply
from channels import events as wire
from channels.answering import SERVER_MADE
from channels.outbox import Outbox
from channels.ports import Services
from channels.screening import EMPTY, screened
from channels.vigil import Unanswered, Vigil
from domain.clinical import RedFlag, Screening
from domain.session import InputId, Pending, PendingKind
from domain.turn import Escalated, Utterance

log = structlog.get_logger(__name__)

RECENT_MESSAGES = 3
RECENT_CHARACTERS = 2_000
REMEMBERED_ESCALATIONS = 64


class Lookout:
    """Screens words against what was said before, sends escalations, and keeps the vigil over silence.

    `is_busy` tells that an answer may be on its way; `on_unanswered` is called when a red-flag question of
    the agent was left unanswered.
    """

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        *,
        is_busy: Callable[[], bool],
        on_unanswered: Callable[[Pending], None],
    ) -> None:
        self._services = services
        self._outbox = outbox
        self._is_busy = is_busy
        self._on_unanswered = on_unanswered
        self._vigil = Vigil(services.clock, services.timers, self._silent)
        self._recent: tuple[str, ...] = ()
        self._question = ""
        self._raised: dict[InputId, Escalated] = {}
        self.escalated = False

    @property
    def waiting(self) -> bool:
        """Whether a red-flag question is open with a deadline."""
        return self._vigil.kept

    @property
    def unanswered(self) -> Unanswered | None:
        """What an answer is waited for."""
        return self._vigil.unanswered

    async def screen(self, words: str, input_id: str | None, *, remember: bool) -> Screening:
        """Screen words and raise what is certain and interrupts; what must be confirmed first starts the vigil."""
        if not words or words.isspace():
            return EMPTY
        recent = (*self._recent, self._question) if self._question else self._recent
        screening = await screened(self._services.screen, words, recent)
        if remember and (not self._recent or self._recent[-1] != words):
            self._recent = (*self._recent, words[-RECENT_CHARACTERS:])[-RECENT_MESSAGES:]
        certain = tuple(flag for flag in screening.flags if flag.certain)
        doubtful = tuple(flag for flag in screening.flags if not flag.certain)
        if certain and (raised := self._services.alarm.raised(certain)):
            self.raise_alarm(raised, InputId(input_id) if input_id else None)
        elif doubtful and self._services.alarm.raised(doubtful):
            self._wait_for(doubtful)
        return screening

    def overhear(self, words: str) -> tuple[RedFlag, ...]:
        """Screen words that may have been misheard, each flag as one to confirm: an answer to it is waited for."""
        recent = (*self._recent, self._question) if self._question else self._recent
        flags = tuple(replace(flag, certain=False) for flag in self._services.screen(words, recent).flags)
        if self._services.alarm.raised(flags):
            self._wait_for(flags)
        return flags

    def judge(self, unanswered: Unanswered | None, utterance: Utterance) -> None:
        """Read a reply to what was open when it came, whether or not a turn will answer it.

        A yes raises at once, and so does doubt about a question the agent put; a no ends the wait for what it denies.
        """
        asked = unanswered.question if unanswered else None
        if unanswered is None or asked is None or not self._vigil.kept:
            return
        reply = self._services.alarm.reply(asked, utterance)
        if unanswered.pending is None:
            self._judge_flags(unanswered, reply, utterance.input_id)
        elif reply in {Reply.YES, Reply.UNCLEAR}:
            self.overdue(unanswered.pending, utterance.input_id)
            self._vigil.end()
        elif reply is Reply.NO:
            self._vigil.leave(replace(self._vigil.unanswered or Unanswered(), pending=None))

    def _wait_for(self, flags: tuple[RedFlag, ...]) -> None:
        until = self._services.clock.now() + timedelta(seconds=self._services.rules.silence_seconds)
        self._vigil.keep_also(until, flags)

    def _judge_flags(self, unanswered: Unanswered, reply: Reply, input_id: InputId) -> None:
        left = unanswered.flags[1:]
        if reply is Reply.YES:
            if raised := self._services.alarm.raised(unanswered.flags[:1]):
                self.raise_alarm(raised, input_id)
            self._vigil.end()
        elif reply is Reply.NO:
            self._vigil.leave(Unanswered(flags=left if self._services.alarm.raised(left) else ()))

    def raise_alarm(self, raised: Escalated, input_id: InputId | None) -> None:
        """Send an escalation unless this input already raised one that says as much."""
        before = self._raised.get(input_id) if input_id else None
        if before and set(raised.rule_ids) <= set(before.rule_ids) and raised.disposition <= before.disposition:
            return
        self.remember(raised, input_id)
        self._services.meter.escalated(raised)
        log.info("escalated", disposition=raised.disposition.name, rule_ids=list(raised.rule_ids))
        in_reply_to = None if input_id is None or input_id.startswith(SERVER_MADE) else input_id
        self._outbox.put_first(wire.escalation(in_reply_to, raised), within_seconds=self._services.rules.urgent_seconds)

    def overdue(self, pending: Pending, input_id: InputId) -> None:
        """Raise the escalation of a question nobody answered."""
        if raised := self._services.alarm.overdue(pending):
            self.raise_alarm(raised, input_id)

    def expect(self, pending: Pending | None) -> None:
        """Take over what the agent waits for: the open question, and its deadline if silence is dangerous."""
        self._question = pending.question if pending else ""
        self._vigil.end()
        if pending is None or pending.kind is not PendingKind.RED_FLAG or pending.expires_at is None:
            return
        if self._services.alarm.overdue(pending):
            self._vigil.keep(pending.expires_at, Unanswered(pending=pending))

    def remember(self, raised: Escalated, input_id: InputId | None) -> None:
        """Note an escalation that was sent, also by an earlier process."""
        self.escalated = True
        if input_id:
            self._raised[input_id] = raised
            if len(self._raised) > REMEMBERED_ESCALATIONS:
                del self._raised[next(iter(self._raised))]

    def recall(self, said: Sequence[str]) -> None:
        """Take up the patient's messages of before, oldest first."""
        self._recent = (*said, *self._recent)[-RECENT_MESSAGES:]

    def stand_down(self) -> None:
        """Somebody else looks out from now on."""
        self._vigil.end()

    def _silent(self, unanswered: Unanswered) -> bool:
        """The deadline passed; `False` while an answer may be on its way."""
        if self._is_busy():
            return False
        if unanswered.pending is not None:
            self._on_unanswered(unanswered.pending)
        if raised := self._services.alarm.raised(unanswered.flags):
            self.raise_alarm(raised, None)
        return True
