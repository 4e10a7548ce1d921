"""Signing in and out, and one's own sessions."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from channels.console.bodies import NewPassword, SignIn
from channels.console.door import address_of, answer, body_of, check_origin, done, keep_cookie
from channels.console.ports import Console
from channels.console.rows import session_fields, staff_fields, stamp
from channels.tokens import hashed, new_token
from domain.desk import HEARTBEAT_SECONDS
from domain.errors import Unavailable
from domain.staff import Role, StaffId, StaffSession, StaffSessionId

SIGN_INS_PER_MINUTE = 20
"""How often one address may try to sign in; an account locks by itself after a few failures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The calls around accounts."""

    console: Console

    async def sign_in(self, request: Request) -> Response:
        """`POST /console/api/sign-in`."""
        check_origin(request)
        await self._limit(request)
        asked = await body_of(request, SignIn)
        token = new_token()
        session = await self.console.staff.sign_in(
            asked.name,
            asked.password,
            asked.code,
            token_sha256=hashed(token),
            client=request.headers.get("user-agent", ""),
        )
        response = answer({"staff": staff_fields(session.staff), "expires_at": stamp(session.expires_at)})
        seconds = int((session.expires_at - session.created_at).total_seconds())
        return keep_cookie(response, token, request, seconds=seconds)

    async def sign_out(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/sign-out`."""
        await self.console.staff.sign_out(session.id, staff_id=session.staff.id, by=session.staff.id)
        return keep_cookie(done(), "", request, seconds=0)

    async def me(self, _request: Request, session: StaffSession) -> Response:
        """`GET /console/api/me`."""
        now = self.console.services.clock.now()
        sessions = await self.console.staff.sessions(session.staff.id)
        return answer(
            {
                "staff": staff_fields(session.staff),
                "sessions": [session_fields(one, session) for one in sessions],
                "now": stamp(now),
                "on_duty": self.console.hours.cover(now),
                "hours": self.console.hours.says,
                "heartbeat_seconds": HEARTBEAT_SECONDS,
            }
        )

    async def change_password(self, request: Request, session: StaffSession) -> Response:
        """`POST /console/api/me/password`: every other session ends."""
        asked = await body_of(request, NewPassword)
        await self.console.staff.change_password(session.staff.id, asked.password, asked.new_password)
        await self.console.staff.sign_out_everywhere(session.staff.id, by=session.staff.id, besides=session.id)
        return done()

    async def end_session(self, request: Request, session: StaffSession) -> Response:
        """`DELETE /console/api/me/sessions/{id}`."""
        ended = StaffSessionId(request.path_params["id"])
        await self.console.staff.sign_out(ended, staff_id=session.staff.id, by=session.staff.id)
        return done()

    async def colleagues(self, _request: Request, session: StaffSession) -> Response:
        """`GET /console/api/staff`: whom a case can be given to; names to sign in with only for supervisors."""
        staff = await self.console.staff.colleagues()
        if session.staff.role.includes(Role.SUPERVISOR):
            return answer({"staff": [staff_fields(one) for one in staff]})
        return answer({"staff": [{"id": one.id, "display": one.display} for one in staff]})

    async def end_sessions_of(self, request: Request, session: StaffSession) -> Response:
        """`DELETE /console/api/staff/{id}/sessions`: somebody's phone was lost."""
        await self.console.staff.sign_out_everywhere(StaffId(request.path_params["id"]), by=session.staff.id)
        return done()

    async def _limit(self, request: Request) -> None:
        limits = self.console.services.limits
        try:
            await limits.hit(f"sign-in:{address_of(request)}", limit=SIGN_INS_PER_MINUTE, per_seconds=60.0)
        except Unavailable:
            return
