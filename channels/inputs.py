"""Builds the inputs of a session out of what its client sent. Pure but for the time and the ids it makes."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from channels.answering import SERVER_MADE
from channels.client_frames import ClientFrame, HandoffRequest, InputChoice, InputForm, InputText
from channels.hearing import readable
from channels.ports import ARRIVED_ACTION, HANDOFF_ACTION, SILENCE_ACTION
from channels.screening import EMPTY
from domain.clinical import Screening
from domain.notices import NoticeId
from domain.ports import Clock
from domain.session import InputId, Pending, SessionId
from domain.turn import Choice, Form, Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """One session's."""

    session_id: SessionId
    clock: Clock

    def of(self, frame: ClientFrame | None, screening: Screening) -> Utterance | None:
        """The input a frame is, if it is one."""
        match frame:
            case InputText():
                return self.text(frame.id, frame.text, screening)
            case InputChoice():
                return self._made(frame.id, screening, choice=Choice(action=frame.action, value=frame.value))
            case InputForm():
                return self._made(frame.id, screening, form=Form(name=frame.form, fields=dict(frame.fields)))
            case HandoffRequest():
                return self.handoff(frame.reason, screening)
            case _:
                return None

    def text(self, input_id: str, text: str, screening: Screening) -> Utterance:
        """Words, typed or spoken."""
        return self._made(input_id, screening, text=readable(text))

    def handoff(self, reason: str, screening: Screening = EMPTY) -> Utterance:
        """The wish for a person."""
        choice = Choice(action=HANDOFF_ACTION, value=reason)
        return self._made(f"{SERVER_MADE}handoff.{secrets.token_hex(6)}", screening, choice=choice)

    def silence(self, pending: Pending) -> Utterance:
        """No answer to a red-flag question."""
        choice = Choice(action=SILENCE_ACTION, value=pending.id)
        return self._made(f"{SERVER_MADE}silence.{pending.id}", EMPTY, choice=choice)

    def arrival(self, notice_ids: tuple[NoticeId, ...]) -> Utterance:
        """The patient came back, and these notices wait: the same input on every connection, on every replica."""
        waiting = hashlib.sha256("\n".join(sorted(notice_ids)).encode()).hexdigest()[:16]
        return self._made(f"{SERVER_MADE}arrived.{waiting}", EMPTY, choice=Choice(action=ARRIVED_ACTION, value=""))

    def _made(
        self,
        input_id: str,
        screening: Screening,
        *,
        text: str = "",
        choice: Choice | None = None,
        form: Form | None = None,
    ) -> Utterance:
        return Utterance(
            session_id=self.session_id,
            input_id=InputId(input_id),
            at=self.clock.now(),
            text=text,
            choice=choice,
            form=form,
            screening=screening,
        )
