"""Who may come in, from where, and what a role may do."""

from __future__ import annotations

import pytest

from domain.staff import Role
from tests.console.station import PASSWORD, Station

pytestmark = pytest.mark.e2e


async def test_a_nurse_signs_in_and_out(station: Station) -> None:
    """The cookie is out of reach of scripts and of other sites; signing out ends the session at once."""
    nurse = await station.nurse()
    answer = await nurse.http.post("/console/api/sign-in", json={"name": "lihua", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/console"))
    assert "Secure" not in cookie
    me = await nurse.get("/me")
    assert me["staff"]["role"] == "nurse"
    assert [one["current"] for one in me["sessions"]].count(True) == 1
    await nurse.post("/sign-out", 204)
    assert (await nurse.get("/me", 401))["code"] == "expired"


async def test_behind_https_the_cookie_is_secure(station: Station) -> None:
    """A proxy says so."""
    nurse = await station.nurse()
    answer = await nurse.http.post(
        "/console/api/sign-in", json={"name": "lihua", "password": PASSWORD}, headers={"x-forwarded-proto": "https"}
    )
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("origin", ["https://elsewhere.example", None])
async def test_a_write_from_another_page_is_refused(station: Station, origin: str | None) -> None:
    """Although its browser holds the cookie; so is one that does not say where it comes from."""
    nurse = await station.nurse()
    headers = {"Origin": origin} if origin else {}
    if origin is None:
        del nurse.http.headers["Origin"]
    answer = await nurse.http.post("/console/api/sign-out", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    await nurse.get("/me")


async def test_without_a_session_nothing_is_shown(station: Station) -> None:
    """Not one call answers a stranger."""
    for path in ("me", "inbox", "search?q=x", "review", "dashboard", "sessions/s_1", "patients/p_1", "follow-up"):
        assert (await station.http.get(f"/console/api/{path}")).status_code == 401
    watch = await (await station.nurse()).watch(Cookie="banyi_staff=wrong")
    assert await watch.closed() == 4401


async def test_a_socket_from_another_page_is_refused(station: Station) -> None:
    """The browser says where it comes from."""
    watch = await (await station.nurse()).watch(Origin="https://elsewhere.example")
    assert await watch.closed() == 4403


async def test_wrong_and_missing_fields_are_told_apart_from_wrong_passwords(station: Station) -> None:
    """Neither tells whether the name exists."""
    nurse = await station.nurse()
    for name in ("lihua", "nobody"):
        answer = await nurse.http.post("/console/api/sign-in", json={"name": name, "password": "wrong"})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await nurse.http.post("/console/api/sign-in", json={"name": "x"})).status_code == 422
    assert (await nurse.http.post("/console/api/sign-in", content=b"{")).status_code == 400


async def test_a_code_is_asked_for_where_the_account_has_one(station: Station) -> None:
    """The page then shows the field."""
    nurse = await station.nurse()
    await station.bedside.archive.staff.add("wang", "王护士", Role.NURSE, PASSWORD, second_factor=True)
    answer = await nurse.http.post("/console/api/sign-in", json={"name": "wang", "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (403, "identity_required")


async def test_roles_open_what_is_theirs(station: Station) -> None:
    """Figures and exports are a supervisor's, other people's sessions an admin's."""
    nurse = await station.nurse()
    supervisor = await station.nurse("chief", Role.SUPERVISOR)
    admin = await station.nurse("root", Role.ADMIN)
    assert (await nurse.get("/dashboard", 403))["code"] == "forbidden"
    assert (await supervisor.get("/dashboard?days=3"))["totals"]["conversations"] == 0
    path = f"/staff/{nurse.id}/sessions"
    await supervisor.post(path, 403, method="DELETE")
    await admin.post(path, 204, method="DELETE")
    await nurse.get("/me", 401)
    assert set((await supervisor.get("/staff"))["staff"][0]) == {"id", "name", "display", "role"}
    assert set((await (await station.signed_in("lihua")).get("/staff"))["staff"][0]) == {"id", "display"}


async def test_a_password_is_changed_and_other_sessions_end(station: Station) -> None:
    """The one that changed it goes on."""
    nurse = await station.nurse()
    other = await station.signed_in("lihua")
    await nurse.post("/me/password", 204, password=PASSWORD, new_password="another long one")
    await nurse.get("/me")
    await other.get("/me", 401)
