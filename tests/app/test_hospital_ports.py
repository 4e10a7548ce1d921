"""Which hospital the settings name."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.hospital import HospitalPorts, login, open_ports
from app.hospital_cli import hospital
from app.settings import Settings, read_settings
from domain.errors import SettingsError, Unavailable
from domain.patient import PatientId
from domain.scheduling import SlotQuery
from knowledge.loader import DIRECTORY
from tests.fhir.stage import fhir_stage
from tests.hospital.steps import NINE
from tests.stores import SetClock, booking_rules, sqlite_hospital
from tools.hospital.fhir.auth import Client, StaticToken

pytestmark = pytest.mark.contract


async def _ports(settings: Settings, folder: Path, clock: SetClock) -> tuple[HospitalPorts, int]:
    """The ports, and how many slots they find."""
    async with (
        sqlite_hospital(folder, clock) as embedded,
        open_ports(settings, embedded, knowledge_dir=DIRECTORY, rules=booking_rules(), clock=clock) as ports,
    ):
        return ports, len(await ports.scheduling.search(SlotQuery(limit=3)))


async def test_without_an_endpoint_the_embedded_hospital_is_asked(tmp_path: Path, clock: SetClock) -> None:
    """The demo's slots."""
    ports, found = await _ports(Settings(), tmp_path, clock)
    assert type(ports.scheduling).__name__ == "SqlScheduling"
    assert found == 3


async def test_an_endpoint_is_the_hospital_and_what_it_does_not_offer_is_unavailable(
    tmp_path: Path, clock: SetClock
) -> None:
    """Bookings go there; the waitlist has no adapter and says so."""
    async with fhir_stage(clock) as behind:
        await behind.open_slot(NINE)
        settings = Settings(fhir_url=behind.server.url + "/")
        ports, found = await _ports(settings, tmp_path, clock)
        assert found == 1
        with pytest.raises(Unavailable):
            await ports.waitlist.entries(PatientId("anybody"))


def test_a_login_needs_all_its_parts(tmp_path: Path) -> None:
    """A client without its key, or a client and a token, stop the start; so does a key that cannot be read."""
    for wrong in ({"fhir_client_id": "banyi"}, {"fhir_token": "t", "fhir_client_id": "b", "fhir_key_file": "k"}):
        with pytest.raises(SettingsError):
            read_settings(**wrong)
    with pytest.raises(SettingsError, match="BANYI_FHIR_KEY_FILE"):
        login(read_settings(fhir_client_id="banyi", fhir_key_file=tmp_path / "none.pem"))
    (tmp_path / "key.pem").write_text("PEM", encoding="ascii")
    assert isinstance(login(read_settings(fhir_client_id="banyi", fhir_key_file=tmp_path / "key.pem")), Client)
    assert login(read_settings(fhir_token="t")) == StaticToken(value="t")


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1/fhir"])
def test_the_check_of_an_endpoint_that_is_not_there_exits_with_1(url: str) -> None:
    """Not set, or nobody there."""
    done = CliRunner().invoke(hospital, ["check"], env={"BANYI_FHIR_URL": url})
    assert done.exit_code == 1
    assert "banyi:" in done.output
