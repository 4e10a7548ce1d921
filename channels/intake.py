"""Takes inputs in: consent, queue, journal. What passes is answered by `answering`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Protocol

from channels import events as wire
from channels.answering import Accepted, Answering
from channels.client_frames import ConsentGive, ConsentWithdraw
from channels.lane import Lane
from channels.outbox import Outbox
from channels.ports import Services
from channels.wire import WAITING_INPUTS_LIMIT
from domain.clinical import Screening
from domain.errors import BanyiError, NotFound, Unavailable
from domain.patient import Consent, Purpose
from domain.session import Session
from domain.turn import Utterance


class Refuse(Protocol):
    """Answers an error."""

    def __call__(self, code: str, *, in_reply_to: str | None, screening: Screening, text_id: str | None = None) -> None:
        """Send `code` with its wording, or that of `text_id`."""


class Intake:
    """Admits inputs in the order they came.

    Until the patient has answered the notice inputs are held in memory only; agreeing processes them,
    refusing drops them.
    """

    def __init__(
        self,
        session: Session,
        services: Services,
        outbox: Outbox,
        answering: Answering,
        *,
        refuse: Refuse,
        on_idle: Callable[[], None],
    ) -> None:
        self._services = services
        self._outbox = outbox
        self._answering = answering
        self._refuse = refuse
        self._lane = Lane(on_idle)
        self._open = 0
        self._held: list[Utterance] = []
        self.session = session

    @property
    def busy(self) -> bool:
        """Whether an input is being admitted."""
        return self._lane.busy

    @property
    def holding(self) -> bool:
        """Whether inputs wait for consent."""
        return bool(self._held)

    @property
    def decided(self) -> bool:
        """Whether the patient answered the notice now in force."""
        consent = self.session.consent
        return consent.at is not None and consent.version == self._services.notice.consent_version

    @property
    def consented(self) -> bool:
        """Whether the patient agreed to care under the notice now in force."""
        return self.decided and self.session.consent.allows(Purpose.CARE_CHAT)

    def offer(self, utterance: Utterance) -> None:
        """Take an input in, or refuse it when too many wait."""
        if self._open > WAITING_INPUTS_LIMIT:
            self._refuse("busy", in_reply_to=Accepted(utterance=utterance).in_reply_to, screening=utterance.screening)
            return
        self._open += 1
        self._lane.add(partial(self._admit, utterance))

    def consent(self, frame: ConsentGive | ConsentWithdraw) -> None:
        """Change the consent, after the inputs that came before."""
        self._lane.add(partial(self._consent, frame))

    def speak(self, locale: str) -> None:
        """Change the session's language, in order with the inputs."""
        self._lane.add(partial(self._speak, locale))

    def add(self, step: Callable[[], Awaitable[None]], /) -> None:
        """Do something else in order with the inputs."""
        self._lane.add(step)

    def resume(self, utterance: Utterance) -> None:
        """Answer an input the journal holds from before, under the consent now in force."""
        self._open += 1
        utterance = replace(utterance, consented=self.consented)
        self._answering.add(Accepted(utterance=utterance, again=True, awaited=False))

    def accepted(self, utterance: Utterance) -> None:
        """Answer an input that is journalled already."""
        self._open += 1
        self._answering.add(Accepted(utterance=utterance))

    def ended(self) -> None:
        """An input was answered."""
        self._open -= 1

    async def idle(self) -> None:
        """Wait until every input is admitted or refused."""
        await self._lane.idle()

    async def _admit(self, utterance: Utterance) -> None:
        admitted = False
        try:
            admitted = await self._admitted(utterance)
        finally:
            if not admitted:
                self._open -= 1

    async def _admitted(self, utterance: Utterance) -> bool:
        """Whether the input goes on to be answered; its fate is told either way."""
        shown = Accepted(utterance=utterance).in_reply_to
        if self._answering.has(utterance.input_id):
            self._outbox.put(wire.accepted(utterance.input_id, duplicate=True))
            return False
        if not self.decided:
            self._hold(utterance)
            return False
        utterance = replace(utterance, consented=self.consented)
        try:
            new = await self._services.journal.accept(utterance)
            known = () if new else await self._services.journal.unfinished(utterance.session_id)
        except BanyiError as error:  # memory is away, or the session was erased from another replica
            self._refuse(error.code, in_reply_to=shown, screening=utterance.screening)
            return False
        if shown is not None:
            self._outbox.put(wire.accepted(shown, duplicate=not new))
        if new:
            self._answering.add(Accepted(utterance=utterance))
            return True
        left = next((one for one in known if one.input_id == utterance.input_id), None)
        if left is None:
            return False
        left = replace(left, screening=utterance.screening, consented=utterance.consented)
        self._answering.add(Accepted(utterance=left, again=True))
        return True

    def _hold(self, utterance: Utterance) -> None:
        in_reply_to = Accepted(utterance=utterance).in_reply_to
        known = any(one.input_id == utterance.input_id for one in self._held)
        if not known and len(self._held) >= WAITING_INPUTS_LIMIT:
            self._refuse("busy", in_reply_to=in_reply_to, screening=utterance.screening)
            return
        if not known:
            self._held.append(utterance)
        self._refuse("consent_required", in_reply_to=in_reply_to, screening=utterance.screening, text_id="consent.held")

    async def _speak(self, locale: str) -> None:
        if locale == self.session.locale:
            return
        try:
            record = await self._services.sessions.get(self.session.id)
            if record is None:
                raise NotFound("session")
            await self._services.sessions.replace(replace(record, session=replace(record.session, locale=locale)))
        except BanyiError as error:
            self._refuse(error.code, in_reply_to=None, screening=Screening())
            return
        self.session = replace(self.session, locale=locale)

    async def _consent(self, frame: ConsentGive | ConsentWithdraw) -> None:
        if frame.version != self._services.notice.consent_version:
            self._refuse("conflict", in_reply_to=None, screening=Screening())
            return
        named = frozenset(map(Purpose, frame.purposes))
        purposes = named if isinstance(frame, ConsentGive) else self.session.consent.purposes - named
        consent = Consent(version=frame.version, purposes=purposes, at=self._services.clock.now())
        left = self.session.consent.purposes - purposes
        try:
            if Purpose.FOLLOW_UP in left:
                await self._services.turns.end_follow_up(self.session.id)
            await self._services.sessions.give_consent(self.session.id, consent)
        except Unavailable:
            self._refuse("unavailable", in_reply_to=None, screening=Screening())
            return
        self.session = replace(self.session, consent=consent)
        self._outbox.put({"type": "consent.updated", "consent": wire.consented(consent)})
        held, self._held = self._held, []
        if consent.allows(Purpose.CARE_CHAT):
            for utterance in held:
                self._open += 1
                await self._admit(utterance)
