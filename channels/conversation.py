"""One live session in this process: it hears every frame, raises emergencies first, and outlives its sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

import structlog

from channels import events as wire
from channels.answering import Answering
from channels.arrival import Arrival
from channels.client_frames import (
    ClientFrame,
    ConsentGive,
    ConsentWithdraw,
    FeedbackGive,
    HandoffRequest,
    InputAudioCommit,
    InputAudioStart,
    InputChoice,
    InputForm,
    ResponseCancel,
    SessionUpdate,
    TypingNow,
)
from channels.company import Company
from channels.flood import Bucket, Verdict
from channels.hearing import hear, hear_bytes
from channels.history import escalations, last_number
from channels.inputs import Inputs
from channels.intake import Intake
from channels.lookout import Lookout
from channels.outbox import Outbox
from channels.outlet import Outlet, Socket
from channels.ports import Services
from channels.remarks import Remarks
from channels.screening import EMPTY
from channels.speech import error_text
from channels.spoken import READ_BACK_ACTION, Spoken
from channels.voice import Voice, there
from domain.clinical import Screening
from domain.errors import BanyiError, Unavailable
from domain.session import Author, Pending, Session
from domain.turn import Json, TurnCancelled, TurnDone, TurnEvent, Utterance

log = structlog.get_logger(__name__)

FRAME_BYTES_PER_TOKEN = 128 * 1024
FORM_TYPE = "input_form"
"""What stands in a frame that holds identity fields, also in one too broken to be read."""
RETRYABLE = frozenset({"busy", "rate_limited", "consent_required", "unavailable"})


class Conversation:
    """The session's actor. Frames come one at a time; `on_quiet` is called whenever its work is done."""

    def __init__(self, session: Session, services: Services, *, on_quiet: Callable[[Conversation], None]) -> None:
        quiet = partial(on_quiet, self)
        self._services = services
        self._outbox = Outbox(session.id, services.events, services.clock, services.timers)
        self._answering = Answering(
            session.id,
            services,
            self._outbox,
            on_escalated=lambda raised, accepted: self._lookout.raise_alarm(raised, accepted.utterance.input_id),
            on_ended=lambda _accepted, ending: self._ended(ending),
            on_idle=quiet,
        )
        self._intake = Intake(session, services, self._outbox, self._answering, refuse=self._refuse, on_idle=quiet)
        typing: dict[str, Json] = {"type": "typing", "by": "nurse"}
        self._company = Company(session.id, services, on_typing=lambda: self._outbox.put(typing))
        self._lookout = Lookout(services, self._outbox, is_busy=lambda: self._working, on_unanswered=self._unanswered)
        self._inputs = Inputs(session_id=session.id, clock=services.clock)
        self._news = Arrival(services=services, inputs=self._inputs, intake=self._intake, company=self._company)
        self._remarks = Remarks(
            session_id=session.id, services=services, consented=lambda: self._intake.consented, refuse=self._refuse
        )
        self._spoken = Spoken(
            services,
            self._outbox,
            self._lookout,
            self._answering,
            inputs=self._inputs,
            offer=self._intake.offer,
            pending=lambda: self._awaited,
            muted=lambda: self._company.held,
        )
        self._voice = Voice(
            services,
            self._outbox,
            self._answering,
            self._spoken,
            pending=lambda: self._awaited,
            refuse=self._refuse,
            keep_unheard=lambda response_id, text: self._intake.add(partial(self._remarks.unheard, response_id, text)),
            on_idle=quiet,
        )
        self._awaited: Pending | None = None
        rules = services.rules
        self._bucket = Bucket(
            per_second=rules.frames_per_second, burst=rules.frame_burst, strike_limit=rules.flood_strikes
        )
        self._arriving = 0
        self._arrival = asyncio.Lock()
        self._restored = False
        self._begun = False
        self._left_over: tuple[Utterance, ...] = ()

    @property
    def session(self) -> Session:
        """The session with the consent now in force."""
        return self._intake.session

    @property
    def escalated(self) -> bool:
        """Whether an emergency was raised in this session."""
        return self._lookout.escalated

    @property
    def grave(self) -> bool:
        """Whether an emergency was raised, or a question is open whose silence counts as one."""
        return self._lookout.escalated or self._lookout.waiting

    @property
    def in_use(self) -> bool:
        """Whether inputs are being admitted or answered, or a socket is here or coming."""
        return bool(self._arriving or self._outbox.outlet) or self._working

    @property
    def waiting(self) -> bool:
        """Whether something is kept for the patient: held inputs or an unanswered red-flag question."""
        return self._intake.holding or self._lookout.waiting

    @property
    def _working(self) -> bool:
        return self._answering.busy or self._intake.busy or self._voice.busy

    # ── sockets ──────────────────────────────────────────────────────────────────────────────────────

    async def attach(self, session: Session, socket: Socket, *, last_seq: int | None) -> Outlet:
        """Make `socket` the session's only one: replay what it missed, greet, go on live."""
        self._arriving += 1
        try:
            async with self._arrival:
                return await self._attach(session, socket, last_seq)
        finally:
            self._arriving -= 1

    def detach(self, outlet: Outlet) -> None:
        """The socket behind `outlet` is gone."""
        outlet.let_go()
        if self._outbox.outlet is outlet:
            self._outbox.outlet = None
            self._company.leave()
            self._voice.close()
            self._services.turns.hurry(self.session.id)

    async def _attach(self, session: Session, socket: Socket, last_seq: int | None) -> Outlet:
        if (older := self._outbox.outlet) is not None:
            self._outbox.outlet = None
            self._voice.close()
            await older.close(4409)
        self._intake.session = session
        history = await self._restore()
        outlet = Outlet(
            socket,
            self._services.events,
            session.id,
            last=last_seq,
            on_taken_over=lambda: self._taken_over(outlet),
            on_event=self._note,
        )
        if last_seq is not None:
            try:
                await outlet.replay()
            except Unavailable:
                log.warning("replay_unreachable")
        pending = await self._pending() if history else None
        if history:
            await self._company.look()
        self._expect(pending)
        self._outbox.outlet = outlet
        self._outbox.put(
            wire.greeting(
                resumed=last_seq is not None or history or self._begun,
                mode=self._services.mode(),
                audio=there(self._services.voice()),
                notice=self._services.notice_fields,
                consent=session.consent,
                pending=pending,
            )
        )
        await self._outbox.flush()
        self._begun = True
        for utterance in self._left_over:
            if not self._answering.has(utterance.input_id):
                self._intake.resume(utterance)
        self._left_over = ()
        if history and not self._lookout.waiting:
            self._intake.add(self._news.tell_news)
        return outlet

    async def _restore(self) -> bool:
        """Read what happened before this process knew the session, once; whether anything did."""
        if self._restored:
            return True
        session_id = self.session.id
        try:
            history = await self._services.events.since(session_id, 0)
            unfinished = await self._services.journal.unfinished(session_id)
        except Unavailable:
            return self._begun
        self._restored = True
        self._left_over = unfinished
        if not history:
            return False
        for input_id, raised in escalations(history):
            self._lookout.remember(raised, input_id)
        self._answering.number = max(self._answering.number, last_number(history))
        try:
            transcript = await self._services.archive.transcript(session_id)
        except BanyiError as error:
            log.warning("transcript_unreachable", kind=type(error).__name__)
        else:
            self._lookout.recall([message.text for message in transcript if message.author is Author.PATIENT])
        return True

    def _taken_over(self, outlet: Outlet) -> None:
        """Another replica greeted a newer socket of this session."""
        if self._outbox.outlet is outlet:
            self._outbox.outlet = None
            self._voice.close()
            self._lookout.stand_down()
        task = asyncio.ensure_future(outlet.close(4409))
        task.add_done_callback(lambda done: done.exception())

    # ── frames ───────────────────────────────────────────────────────────────────────────────────────

    async def receive(self, raw: str, *, crowded: bool = False) -> bool:
        """Hear a text frame; `False` when the socket must be closed for flooding.

        `crowded` says that its sender's address sends too many forms: this one is not taken.
        """
        heard = hear(raw)
        unanswered = self._lookout.unanswered
        screening = await self._lookout.screen(heard.words, heard.input_id, remember=FORM_TYPE not in raw)
        utterance = self._inputs.of(heard.frame, screening)
        if utterance is not None:
            self._lookout.judge(unanswered, utterance)
        if screening.flags or isinstance(heard.frame, HandoffRequest):
            self._services.turns.hurry(self.session.id)
        verdict = self._bucket.take(self._services.clock.monotonic(), 1 + len(raw) // FRAME_BYTES_PER_TOKEN)
        if verdict is not Verdict.FINE:
            self._refuse("rate_limited", in_reply_to=heard.input_id, screening=screening)
            return verdict is Verdict.LIMITED
        if crowded and isinstance(heard.frame, InputForm):
            self._refuse("rate_limited", in_reply_to=heard.input_id, screening=screening)
        elif heard.frame is None:
            self._refuse(heard.code or "internal", in_reply_to=heard.input_id, screening=screening)
        elif isinstance(heard.frame, InputChoice) and heard.frame.action == READ_BACK_ACTION:
            self._intake.add(partial(self._spoken.tapped, heard.frame.id, heard.frame.value))
        elif utterance is not None:
            self._spoken.something_else()
            self._intake.offer(utterance)
        else:
            self._dispatch(heard.frame)
        return True

    async def receive_bytes(self, raw: bytes) -> bool:
        """Hear a binary frame; `False` when the socket must be closed for flooding."""
        if self._voice.listening:
            return self._voice.receive(raw)
        screening = await self._lookout.screen(hear_bytes(raw), None, remember=False)
        verdict = self._bucket.take(self._services.clock.monotonic(), 1 + len(raw) // FRAME_BYTES_PER_TOKEN)
        code = "unsupported_audio" if verdict is Verdict.FINE else "rate_limited"
        self._refuse(code, in_reply_to=None, screening=screening)
        return verdict is not Verdict.FLOODING

    async def hear_clip(self, pcm: bytes) -> tuple[str, str]:
        """Hear a whole recording (PCM16LE mono 16 kHz): the id of the input it becomes, and what was understood."""
        await self._restore()
        return await self._voice.hear_clip(pcm)

    def _dispatch(self, frame: ClientFrame) -> None:
        match frame:
            case ConsentGive() | ConsentWithdraw():
                self._intake.consent(frame)
            case ResponseCancel():
                self._cancel(frame)
            case FeedbackGive():
                self._intake.add(partial(self._remarks.feedback, frame))
            case TypingNow():
                self._intake.add(self._company.typed)
            case SessionUpdate():
                self._voice.update(frame, held=self._company.held, locale=frame.locale or self.session.locale)
                if frame.locale is not None:
                    self._intake.speak(frame.locale)
            case InputAudioStart() | InputAudioCommit():
                self._voice.press(down=isinstance(frame, InputAudioStart))

    def _cancel(self, frame: ResponseCancel) -> None:
        spoken = self._voice.cancel(frame.response_id, frame.audio_played_ms)
        if frame.response_id == self._answering.response_id:
            self._answering.stop("client")
        elif not spoken:
            self._refuse("not_found", in_reply_to=None, screening=EMPTY)

    def _note(self, event: dict[str, Json]) -> None:
        self._company.note(event)
        self._voice.note(event)

    def _expect(self, pending: Pending | None) -> None:
        self._awaited = pending
        self._lookout.expect(pending)

    # ── answers ──────────────────────────────────────────────────────────────────────────────────────

    def _refuse(self, code: str, *, in_reply_to: str | None, screening: Screening, text_id: str | None = None) -> None:
        wording = self._services.wording
        message = error_text(wording, wording.say(text_id or f"error.{code}"), screening)
        self._services.meter.refused(code)
        self._outbox.put(wire.error(code, message, retryable=code in RETRYABLE, in_reply_to=in_reply_to))

    def _ended(self, ending: TurnEvent | None) -> None:
        self._intake.ended()
        if isinstance(ending, TurnDone):
            self._expect(ending.pending)
        elif isinstance(ending, TurnCancelled):
            self._intake.add(self._look_what_is_pending)

    async def _look_what_is_pending(self) -> None:
        self._expect(await self._pending())

    async def _pending(self) -> Pending | None:
        try:
            return await self._services.turns.pending(self.session.id)
        except BanyiError as error:
            log.warning("pending_unreachable", kind=type(error).__name__)
            return None

    def _unanswered(self, pending: Pending) -> None:
        self._intake.add(partial(self._count_silence, pending))

    async def _count_silence(self, pending: Pending) -> None:
        """Raise the escalation once over all replicas, and let the agent know."""
        utterance = self._inputs.silence(pending)
        try:
            new = await self._services.journal.accept(utterance)
        except Unavailable:
            self._lookout.overdue(pending, utterance.input_id)
            return
        if new:
            self._lookout.overdue(pending, utterance.input_id)
            self._intake.accepted(utterance)

    # ── the end ──────────────────────────────────────────────────────────────────────────────────────

    async def idle(self) -> None:
        """Wait until every input that came is answered and everything is sent."""
        await self._voice.idle()
        while self._answering.busy or self._intake.busy:
            await self._intake.idle()
            await self._answering.idle()
        await self._outbox.flush()

    async def finish(self, code: int) -> None:
        """Finish the running turn, leave the rest to the journal, and close the socket."""
        self._lookout.stand_down()
        self._voice.close()
        await self._voice.idle()
        self._answering.leave_the_rest()
        await self._intake.idle()
        self._answering.leave_the_rest()
        await self._answering.idle()
        await self._outbox.flush()
        await self.close(code)

    def retire(self) -> None:
        """Give up what was kept for a patient who did not come back."""
        self._lookout.stand_down()

    async def close(self, code: int) -> None:
        """Close the socket now."""
        self._company.leave()
        self._voice.close()
        if (outlet := self._outbox.outlet) is not None:
            self._outbox.outlet = None
            await outlet.close(code)
