"""`banyi staff`: accounts of the console."""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.table import Table

from app.clock import SystemClock
from app.settings import Settings, read_settings
from archive.opening import OpenArchive, open_archive
from domain.errors import BanyiError
from domain.staff import Enrolment, Role

T = TypeVar("T")
ISSUER = "banyi"
GENERATED_BYTES = 12

staff = typer.Typer(help="Accounts of the nurses' console.", no_args_is_help=True)
console = Console()


@staff.command()
def add(
    name: Annotated[str, typer.Argument(help="What they sign in with: small letters and digits.")],
    display: Annotated[str, typer.Option(help="What colleagues read, e.g. 李护士.")],
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.NURSE,
    totp: Annotated[bool, typer.Option(help="Ask for a code from a phone as well.")] = True,  # noqa: FBT002 - a flag
    generate: Annotated[bool, typer.Option("--generate", help="Make a password and show it once.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Make an account; shows the secret for the phone and the recovery codes once."""
    password = _password(generate=generate)
    enrolment = _with_archive(lambda archive: archive.staff.add(name, display, role, password, second_factor=totp))
    _show(enrolment, password if generate else "")


@staff.command("list")
def list_accounts() -> None:
    """Show every account."""
    accounts = _with_archive(lambda archive: archive.staff.accounts())
    table = Table("name", "display", "role", "TOTP", "since", "state")
    for one in accounts:
        state = "disabled" if one.disabled_at else f"locked until {one.locked_until:%H:%M}" if one.locked_until else ""
        factor = "yes" if one.second_factor else "no"
        table.add_row(
            one.staff.name, one.staff.display, one.staff.role.value, factor, f"{one.created_at:%Y-%m-%d}", state
        )
    console.print(table)


@staff.command()
def reset(
    name: Annotated[str, typer.Argument(help="Whose account.")],
    totp: Annotated[bool, typer.Option(help="Ask for a code from a phone as well.")] = True,  # noqa: FBT002 - a flag
    generate: Annotated[bool, typer.Option("--generate", help="Make a password and show it once.")] = False,  # noqa: FBT002 - a flag
) -> None:
    """Give a new password, secret and recovery codes; every session ends, a lock is lifted."""
    password = _password(generate=generate)
    enrolment = _with_archive(lambda archive: archive.staff.reset(name, password, second_factor=totp))
    _show(enrolment, password if generate else "")


@staff.command()
def disable(name: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """End every session and let nobody in under this name."""
    _with_archive(lambda archive: archive.staff.disable(name))
    console.print(f"{name}: disabled")


@staff.command()
def reindex() -> None:
    """Rebuild the search index, and the inbox of conversations from before there was one, from the transcripts."""
    found = _with_archive(lambda archive: archive.rebuilding.rebuild())
    console.print(f"{found} conversations")


def _password(*, generate: bool) -> str:
    """A password made here, or typed twice; one line of standard input when that is no terminal."""
    if generate:
        return secrets.token_urlsafe(GENERATED_BYTES)
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    typed: str = typer.prompt("password", hide_input=True, confirmation_prompt=True)
    return typed


def _show(enrolment: Enrolment, password: str) -> None:
    print(f"{enrolment.staff.name} ({enrolment.staff.role.value}): {enrolment.staff.id}")
    if password:
        print(f"password: {password}")
    if not enrolment.secret:
        return
    import pyotp  # noqa: PLC0415 - what only this needs
    import segno  # noqa: PLC0415

    link = pyotp.TOTP(enrolment.secret).provisioning_uri(name=enrolment.staff.name, issuer_name=ISSUER)
    segno.make(link).terminal(compact=True)
    print(f"secret: {enrolment.secret}")
    print("recovery codes, each opens the account once:")
    for code in enrolment.recovery_codes:
        print(f"  {code}")


def _with_archive(work: Callable[[OpenArchive], Awaitable[T]]) -> T:
    """Do something with the archive; an error of ours is one line and exit code 1."""
    try:
        return opened_archive(work)
    except BanyiError as error:
        print(f"banyi: {error}", file=sys.stderr)
        raise typer.Exit(1) from error


def opened_archive(work: Callable[[OpenArchive], Awaitable[T]]) -> T:
    """Do something with the archive of the settings in force.

    Raises:
        BanyiError: as the work or opening it does.
    """
    return asyncio.run(_opened(read_settings(), work))


async def _opened(settings: Settings, work: Callable[[OpenArchive], Awaitable[T]]) -> T:
    from app.stores import archive_database, make_directory  # noqa: PLC0415 - each command loads what it needs
    from memory import crypto  # noqa: PLC0415

    make_directory(settings.data_dir)
    master = crypto.MasterKey.load(settings.data_dir / "master.key")
    database = archive_database(settings)
    try:
        clock = SystemClock(ZoneInfo(settings.zone))
        return await work(await open_archive(database, cipher=crypto, master=master, clock=clock))
    finally:
        await database.close()
