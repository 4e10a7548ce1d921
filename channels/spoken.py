"""What becomes of spoken words: an input like any other, a question whether they were heard right, or a person.

Every hypothesis is screened as something to confirm; only words that were heard well act like typed ones.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from channels import events as wire
from channels.answering import RESPONSE, Answering
from channels.discretion import AMBULANCE
from channels.inputs import Inputs
from channels.lookout import Lookout
from channels.outbox import Outbox
from channels.ports import Services
from channels.screening import merged
from channels.speech import error_text
from channels.vigil import Unanswered
from domain.clinical import Disposition, RedFlag, RuleId, Screening
from domain.session import InputId, Option, Pending, PendingKind
from domain.turn import ChoicesReady, Escalated, Origin, TurnDone, Utterance
from domain.voice import Hypothesis
from understanding.polarity import read_polarity
from voice.wording import cry_for_help

if TYPE_CHECKING:
    from voice.hearing import Said

READ_BACK_ACTION: Final = "read_back"
"""Action of the choice between having been heard right and wrong."""

RIGHT: Final = "right"
FAILURES_BEFORE_A_PERSON: Final = 2
SPEECH_SECONDS: Final = 0.5
"""Shorter sounds are no attempt to say something."""

VOICE: Final = "voice"
"""The reason a person is called with when a patient is not understood."""


@dataclass(slots=True, kw_only=True)
class Overheard:
    """What the hypotheses of an utterance showed, and what an answer was waited for when it began."""

    unanswered: Unanswered | None = None
    flags: dict[RuleId, RedFlag] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Doubted:
    """Words that wait to be confirmed."""

    item_id: str
    text: str = field(repr=False)
    overheard: Overheard


class Spoken:
    """One session's. What becomes an input is offered to `offer`; `muted` tells that a nurse answers."""

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        lookout: Lookout,
        answering: Answering,
        *,
        inputs: Inputs,
        offer: Callable[[Utterance], None],
        pending: Callable[[], Pending | None],
        muted: Callable[[], bool],
    ) -> None:
        self._services = services
        self._outbox = outbox
        self._lookout = lookout
        self._answering = answering
        self._inputs = inputs
        self._offer = offer
        self._pending = pending
        self._muted = muted
        self._overheard: dict[str, Overheard] = {}
        self._doubted: _Doubted | None = None
        self._failures = 0

    @property
    def asking(self) -> bool:
        """Whether words wait to be confirmed."""
        return self._doubted is not None

    def heard(self, item_id: str, hypothesis: Hypothesis) -> None:
        """Screen a hypothesis, before any guard."""
        if cry_for_help(hypothesis.text):
            self._lookout.raise_alarm(self._cry(), InputId(item_id))
        found = self._overheard.setdefault(item_id, Overheard(unanswered=self._lookout.unanswered))
        for flag in self._lookout.overhear(hypothesis.text):
            found.flags.setdefault(flag.rule_id, flag)

    async def said(self, said: Said, *, over_agent: bool) -> None:
        """Follow an utterance that is over; sounds made over the agent's voice are no attempt to speak."""
        overheard = self._overheard.pop(said.item_id, None) or Overheard(unanswered=self._lookout.unanswered)
        self._outbox.put(wire.transcribed(said.item_id, said.text))
        if not said.text:
            self._services.meter.recognised("unclear", said.seconds)
            self._unclear(said, tuple(overheard.flags.values()), over_agent=over_agent)
            return
        self._services.meter.recognised("unsure" if said.unsure else "understood", said.seconds)
        self._failures = 0
        if (doubted := self._doubted) is not None:
            self._doubted = None
            right = read_polarity(said.text, question=doubted.text).yes
            if right is not None:
                await self._confirmed(doubted, right=right)
                return
        if said.unsure and (overheard.flags or self._decides_urgency()):
            self._read_back(_Doubted(item_id=said.item_id, text=said.text, overheard=overheard))
        else:
            await self._take(said.item_id, said.text, overheard)

    async def tapped(self, input_id: str, value: str) -> None:
        """The patient tapped whether the words were heard right."""
        doubted, self._doubted = self._doubted, None
        self._outbox.put(wire.accepted(input_id, duplicate=doubted is None))
        if doubted is not None:
            await self._confirmed(doubted, right=value == RIGHT, in_reply_to=input_id)

    def something_else(self) -> None:
        """The patient wrote or tapped something: what was asked about is left."""
        self._doubted = None

    async def _take(self, input_id: str, text: str, overheard: Overheard) -> None:
        """Take words in as if they had been typed, with what was overheard of them to be confirmed."""
        screening = await self._lookout.screen(text, input_id, remember=True)
        utterance = self._inputs.text(input_id, text, merged(screening, overheard.flags.values()))
        self._lookout.judge(overheard.unanswered, utterance)
        if utterance.screening.flags:
            self._services.turns.hurry(utterance.session_id)
        self._offer(utterance)

    async def _confirmed(self, doubted: _Doubted, *, right: bool, in_reply_to: str | None = None) -> None:
        wording = self._services.wording
        if right:
            if in_reply_to is not None:
                self.say(wording.say("voice.thanks"), in_reply_to=in_reply_to)
            await self._take(doubted.item_id, doubted.text, doubted.overheard)
        else:
            self.say(wording.say("voice.say_again"), in_reply_to=in_reply_to)

    def _decides_urgency(self) -> bool:
        pending = self._pending()
        return pending is not None and pending.kind is PendingKind.RED_FLAG

    def _read_back(self, doubted: _Doubted) -> None:
        self._doubted = doubted
        wording = self._services.wording
        choices = (
            Option(label=wording.say("triage.yes_label"), value=RIGHT),
            Option(label=wording.say("triage.no_label"), value="wrong"),
        )
        offered = ChoicesReady(choices=choices, action=READ_BACK_ACTION)
        self.say(wording.say("voice.read_back", said=doubted.text.rstrip("，。？！")), choices=offered)

    def _unclear(self, said: Said, overheard: tuple[RedFlag, ...], *, over_agent: bool) -> None:
        if self._muted():
            return
        trifling = not said.pressed and said.voiced_seconds < SPEECH_SECONDS
        if not overheard and (over_agent or trifling):
            return
        self._failures += 1
        wording = self._services.wording
        if overheard or self._failures < FAILURES_BEFORE_A_PERSON:
            self.say(error_text(wording, wording.say("voice.unclear"), Screening(flags=overheard)))
        if self._failures >= FAILURES_BEFORE_A_PERSON:
            self._failures = 0
            self._offer(self._inputs.handoff(VOICE))

    def _cry(self) -> Escalated:
        wording = self._services.wording
        text = wording.say("emergency.line") + wording.say("emergency.in_hospital")
        return Escalated(disposition=Disposition.CALL_120, rule_ids=(), text=text, phone=AMBULANCE, crisis=False)

    def say(self, text: str, *, in_reply_to: str | None = None, choices: ChoicesReady | None = None) -> None:
        """Say a fixed text of the channel's own, as a response like any other."""
        response_id = RESPONSE + secrets.token_hex(6)
        self._outbox.put(wire.created(response_id, self._answering.next_number(), in_reply_to))
        self._outbox.put(wire.delta(response_id, text))
        if choices is not None:
            self._outbox.put(wire.choices(response_id, choices))
        done = TurnDone(
            text=text,
            origin=Origin.FIXED,
            label=self._services.wording.say("label.fixed"),
            sources=(),
            timing_ms={},
            trace_id=response_id,
            pending=None,
        )
        self._outbox.put(wire.done(response_id, in_reply_to, done))
