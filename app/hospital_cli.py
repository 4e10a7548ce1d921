"""`banyi hospital …`: the hospital's own system."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import typer

from app.clock import SystemClock
from app.hospital import login, read_mapping
from app.settings import Settings, read_settings
from domain.errors import BanyiError, SettingsError

if TYPE_CHECKING:
    from tools.hospital.fhir.checking import Finding

hospital = typer.Typer(name="hospital", help="The hospital's own system.", no_args_is_help=True)


@hospital.callback()
def _group() -> None:
    """Make `check` a command of its own."""


@hospital.command("check")
def check() -> None:
    """Look at the FHIR endpoint (BANYI_FHIR_URL) and print what it lacks; exit 1 when something is missing."""
    from tools.hospital.fhir.capabilities import Capabilities  # noqa: PLC0415 - only for this command

    try:
        findings = asyncio.run(_findings(read_settings()))
    except BanyiError as error:
        print(f"banyi: {error}", file=sys.stderr)
        raise typer.Exit(1) from None
    for line in lines(findings):
        print(line)
    print(f"－ 还没有经 FHIR 提供：{'；'.join(Capabilities().missing)}")
    if any(one.lacks for one in findings):
        raise typer.Exit(1)


def lines(findings: tuple[Finding, ...]) -> list[str]:
    """What an engineer of the hospital reads."""
    said = []
    for one in findings:
        said.append(f"{'✗' if one.lacks else '✓'} {one.feature}" + ("：缺少" if one.lacks else "：可以用"))
        said += [f"    {lack}" for lack in one.lacks]
    return said


async def _findings(settings: Settings) -> tuple[Finding, ...]:
    from tools.hospital.fhir.checking import check as check_endpoint  # noqa: PLC0415
    from tools.hospital.fhir.opening import open_client  # noqa: PLC0415

    if settings.fhir_url is None:
        raise SettingsError("BANYI_FHIR_URL", "没有设置医院系统的地址")
    mapping = read_mapping(settings, settings.knowledge_dir)
    async with open_client(settings.fhir_url, login(settings), SystemClock(mapping.zone)) as client:
        return await check_endpoint(client, mapping)
