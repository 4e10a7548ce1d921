"""One browser, one service and three accounts for all of these tests; a window of its own for every nurse of a test."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, expect

from domain.staff import Role
from tests.console.station import Nurse, Station
from tests.console.station import station as open_station
from tests.e2e.browser.conftest import BROWSERS_OWN, browser
from tests.e2e.console.desk import Desk, window

__all__ = ["browser"]

expect.set_options(timeout=15_000)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def ward(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Station]:
    """The running service."""
    async with open_station(tmp_path_factory.mktemp("ward")) as one:
        yield one


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def staff(ward: Station) -> dict[str, Nurse]:
    """Two nurses and their supervisor, signed in."""
    roles = {"lihua": Role.NURSE, "wangfang": Role.NURSE, "chief": Role.SUPERVISOR}
    return {name: await ward.nurse(name, role) for name, role in roles.items()}


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows(browser: Browser, ward: Station, staff: dict[str, Nurse]) -> AsyncIterator[dict[str, BrowserContext]]:
    """A browser of everybody's own, for all tests."""
    opened = {name: await window(browser, ward.url, nurse) for name, nurse in staff.items()}
    yield opened
    for one in opened.values():
        await one.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_desk(
    ward: Station, windows: dict[str, BrowserContext]
) -> AsyncIterator[Callable[[str], Awaitable[Desk]]]:
    """Opens the console of one of the staff; nothing may be said on a browser's console."""
    said: list[str] = []
    async with AsyncExitStack() as stack:

        async def opened(name: str) -> Desk:
            page = await windows[name].new_page()
            stack.push_async_callback(page.close)
            page.on("console", lambda message: said.append(message.text))
            page.on("pageerror", lambda error: said.append(str(error)))
            desk = Desk(page, ward)
            await desk.go("inbox")
            return desk

        yield opened
    assert [line for line in said if not line.startswith(BROWSERS_OWN)] == []
