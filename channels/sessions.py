"""Opening, resuming, authenticating and erasing sessions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from channels.http_bodies import Erasure, OpenSession, SessionOpened
from channels.hub import Hub
from channels.ports import Services
from channels.tokens import hashed, matches, new_session_id, new_token
from domain.errors import Expired, Forbidden, NotFound, Unavailable
from domain.patient import Consent, PatientProfile, Relation, Sex
from domain.ports import SessionRecord
from domain.session import Channel, Session, SessionId

log = structlog.get_logger(__name__)

CONTINUATION: Final = "c."
"""What a code begins with, and no resume token does."""

CONTINUATION_LASTS: Final = timedelta(minutes=5)
_CODE: Final = re.compile(r"c\.(\d{9,12})\.[\w-]{20,64}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """The use cases around a session's life."""

    services: Services
    hub: Hub

    async def open(self, body: OpenSession) -> SessionOpened:
        """Open a session, or go on with the one a resume token belongs to; both tokens are new.

        Raises:
            Forbidden: the resume token is unknown or was used before.
            Expired: its session ran out.
        """
        if body.resume_token is None:
            return await self._open(body)
        if body.resume_token.startswith(CONTINUATION):
            raise Forbidden("resume token")
        return await self._resume(body.resume_token)

    async def offer_continuation(self, session_id: SessionId) -> tuple[str, datetime]:
        """A code that moves the session to another device, once, and until when it does.

        It takes the place of the resume token. What is kept is the hash of the whole code, its time included, so that
        no part of it can be changed.

        Raises:
            NotFound: the session was erased meanwhile.
        """
        record = await self._record(session_id)
        expires_at = self.services.clock.now() + CONTINUATION_LASTS
        code = f"{CONTINUATION}{int(expires_at.timestamp())}.{new_token()}"
        await self.services.sessions.replace(replace(record, resume_sha256=hashed(code)))
        return code, expires_at

    async def go_on(self, code: str) -> SessionOpened:
        """Go on with the session of a code; every token of before ends.

        Raises:
            Forbidden: it is no code, or was used.
            Expired: it, or its session, ran out.
        """
        found = _CODE.fullmatch(code)
        if found is None:
            raise Forbidden("code")
        if int(found[1]) <= self.services.clock.now().timestamp():
            raise Expired("code")
        return await self._resume(code)

    async def end_tokens(self, session_id: SessionId) -> None:
        """Whoever has tokens of this session has them in vain; what is stored stays.

        Raises:
            NotFound: the session was erased meanwhile.
        """
        record = await self._record(session_id)
        ended = replace(record, token_sha256=hashed(new_token()), resume_sha256=hashed(new_token()))
        await self.services.sessions.replace(ended)

    async def _record(self, session_id: SessionId) -> SessionRecord:
        record = await self.services.sessions.get(session_id)
        if record is None:
            raise NotFound("session")
        return record

    async def _resume(self, token: str) -> SessionOpened:
        record = await self.services.sessions.by_resume(hashed(token))
        if record is None:
            raise Forbidden("resume token")
        if record.session.expires_at <= self.services.clock.now():
            raise Expired("session")
        return await self._issue(record.session, new=False)

    async def authenticate(self, session_id: str, token: str) -> Session:
        """The session, if `token` is its token.

        Raises:
            Forbidden: unknown session or wrong token; the two are not told apart.
            Expired: the session ran out.
        """
        record = await self.services.sessions.get(SessionId(session_id))
        if record is None or not matches(token, record.token_sha256):
            raise Forbidden("token")
        if record.session.expires_at <= self.services.clock.now():
            raise Expired("session")
        return record.session

    async def erase(self, session_id: SessionId) -> Erasure:
        """Destroy everything kept of a session; while a person works on it, or has to look at an alert, that waits."""
        desk, now = self.services.desk, self.services.clock.now()
        if await desk.open_for(session_id) or await desk.held(session_id, now=now):
            await self.services.archive.defer_erasure(session_id, "handoff_open")
            return Erasure(status="deferred", reason="handoff_open")
        if self.services.alerts is not None and await self.services.alerts.open_for(session_id):
            await self.services.archive.defer_erasure(session_id, "alert_open")
            return Erasure(status="deferred", reason="alert_open")
        await self.hub.end(session_id, 4401)
        await self.services.archive.erase(session_id)
        try:
            await self.services.memory.forget(session_id)
        except Unavailable:
            # The key is destroyed: what memory still holds cannot be read and runs out by itself.
            log.warning("memory_not_forgotten")
        return Erasure(status="erased")

    async def erase_deferred(self) -> None:
        """Erase the sessions whose erasure waited and on which nobody works any more."""
        for session_id in await self.services.archive.deferred_erasures():
            await self.erase(session_id)

    async def _open(self, body: OpenSession) -> SessionOpened:
        now = self.services.clock.now()
        fields = body.profile
        session = Session(
            id=SessionId(new_session_id()),
            channel=Channel(body.channel),
            locale=body.locale,
            profile=PatientProfile(
                age_years=fields.age_years,
                sex=Sex(fields.sex) if fields.sex else None,
                pregnant=fields.pregnant,
                relation=Relation(fields.relation),
            ),
            consent=Consent(version=self.services.notice.consent_version),
            created_at=now,
            expires_at=now + timedelta(hours=self.services.rules.session_hours),
        )
        return await self._issue(session, new=True)

    async def _issue(self, session: Session, *, new: bool) -> SessionOpened:
        token, resume_token = new_token(), new_token()
        expires_at = self.services.clock.now() + timedelta(hours=self.services.rules.session_hours)
        session = replace(session, expires_at=expires_at)
        record = SessionRecord(session=session, token_sha256=hashed(token), resume_sha256=hashed(resume_token))
        if new:
            await self.services.sessions.create(record)
        else:
            await self.services.sessions.replace(record)
        return SessionOpened(
            session_id=session.id,
            token=token,
            resume_token=resume_token,
            expires_at=expires_at.isoformat(timespec="seconds"),
            notice=self.services.notice,
        )
