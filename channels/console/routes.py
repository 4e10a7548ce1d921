"""Every call of the console and who may make it."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route, WebSocketRoute

from channels.console.accounts import Accounts
from channels.console.acting import Acting
from channels.console.correcting import Corrector
from channels.console.door import PATH, Door, Handler
from channels.console.follow_up import FollowUpPages
from channels.console.inbox import Inbox
from channels.console.live import Live
from channels.console.ports import Console
from channels.console.reaching import Reaching
from channels.console.reading import Reading
from channels.console.rows import Rows
from channels.console.socket import ConsoleEndpoint
from channels.console.takeover import Takeover
from channels.hub import Hub
from domain.staff import Role

NURSE, SUPERVISOR, ADMIN = Role.NURSE, Role.SUPERVISOR, Role.ADMIN


def routes(console: Console, live: Live, hub: Hub) -> list[BaseRoute]:
    """The routes, to stand before those of static files."""
    door, rows = Door(console), Rows(console=console)
    accounts, inbox = Accounts(console=console), Inbox(console=console, rows=rows)
    reading, follow_up = Reading(console=console, rows=rows), FollowUpPages(console=console)
    reaching = Reaching(console=console)
    corrector = Corrector(console=console, rows=rows)
    acting = Acting(console=console, takeover=Takeover(console=console))
    one = "/sessions/{id}"
    calls: list[tuple[str, str, Role, Handler]] = [
        ("POST", "/sign-out", NURSE, accounts.sign_out),
        ("GET", "/me", NURSE, accounts.me),
        ("POST", "/me/password", NURSE, accounts.change_password),
        ("DELETE", "/me/sessions/{id}", NURSE, accounts.end_session),
        ("GET", "/staff", NURSE, accounts.colleagues),
        ("DELETE", "/staff/{id}/sessions", ADMIN, accounts.end_sessions_of),
        ("GET", "/inbox", NURSE, inbox.page),
        ("GET", "/search", NURSE, inbox.search),
        ("GET", "/canned", NURSE, inbox.canned),
        ("GET", "/review", NURSE, inbox.review),
        ("GET", "/dashboard", SUPERVISOR, inbox.dashboard),
        ("GET", one, NURSE, reading.open),
        ("GET", one + "/export", SUPERVISOR, reading.export),
        ("POST", one + "/claim", NURSE, acting.claim),
        ("POST", one + "/heartbeat", NURSE, acting.heartbeat),
        ("POST", one + "/release", NURSE, acting.release),
        ("POST", one + "/messages", NURSE, acting.say),
        ("POST", one + "/assign", NURSE, acting.assign),
        ("PUT", one + "/tags", NURSE, acting.tag),
        ("POST", one + "/notes", NURSE, acting.note),
        ("POST", one + "/handle", NURSE, acting.handle),
        ("POST", one + "/ratings", NURSE, acting.rate),
        ("POST", one + "/corrections", NURSE, corrector.add),
        ("GET", "/departments", NURSE, corrector.departments),
        ("GET", "/corrections", NURSE, corrector.listed),
        ("POST", "/corrections/{id}/close", SUPERVISOR, corrector.close),
        ("GET", "/patients/{id}", NURSE, inbox.patient),
        ("POST", "/patients/{id}/phone", NURSE, reaching.phone),
        ("POST", "/patients/{id}/messages", NURSE, reaching.message),
        ("POST", "/patients/{id}/appointments", NURSE, reaching.book),
        ("GET", "/slots", NURSE, reaching.slots),
        ("POST", "/patients/{id}/enrol", NURSE, follow_up.enrol),
        ("GET", "/follow-up", NURSE, follow_up.board),
        ("GET", "/follow-up/tasks/{id}", NURSE, follow_up.task),
        ("POST", "/follow-up/tasks/{id}/take", NURSE, follow_up.take),
        ("POST", "/follow-up/tasks/{id}/complete", NURSE, follow_up.complete),
        ("POST", "/follow-up/plans/{id}/{status}", NURSE, follow_up.change),
        ("POST", "/alerts/{id}/acknowledge", NURSE, follow_up.acknowledge),
        ("POST", "/alerts/{id}/close", NURSE, follow_up.close),
    ]
    return [
        WebSocketRoute(f"{PATH}/ws", ConsoleEndpoint(console, live, hub).serve),
        Route(f"{PATH}/api/sign-in", accounts.sign_in, methods=["POST"]),
        *(Route(f"{PATH}/api{path}", door.open_to(role, call), methods=[method]) for method, path, role, call in calls),
    ]
