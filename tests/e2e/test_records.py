"""A report over the real protocol: form, code by text, the hospital's words; nothing of it in the clear."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.channels.ward import Client
from tests.e2e.service import last_code, running
from tests.turn.records import FOLDER, SELF, fields, people
from tools.hospital.sql.demo_data import recreate
from tools.hospital.sql.demo_records import load_records

pytestmark = pytest.mark.e2e

TEXT = "白细胞 6.2 ×10⁹/L"


def cards(client: Client, kind: str) -> list[dict[str, Any]]:
    """The cards of a type, oldest first."""
    shown = [event["card"] for event in client.seen if event["type"] == "response.card"]
    return [card for card in shown if card["type"] == kind]


def on_disk(folder: Path) -> bytes:
    """Everything the service keeps, but the phones' texts."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "outbox")
    return b"".join(path.read_bytes() for path in files)


async def test_a_patient_reads_a_report_and_nothing_of_it_is_kept_in_the_clear(tmp_path: Path) -> None:
    """Asked in lay words, proven by form and code, opened by a tap, seen again after a reconnect."""
    me = people()[SELF]
    async with running(tmp_path) as banyi:
        await recreate(banyi.service.stores.hospital, people(), load_records(FOLDER / "demo_records.yaml"))
        opened, client = await banyi.patient()
        await client.asked("m1", "上次的血检出了吗")
        await client.send("input_form", id="f1", form=cards(client, "identity_form")[-1]["form"], fields=fields())
        assert (await client.end_of("f1"))["type"] == "response.done"
        code = last_code(tmp_path / "var", me.phone)
        await client.send("input_form", id="f2", form=cards(client, "identity_form")[-1]["form"], fields={"code": code})
        assert (await client.end_of("f2"))["type"] == "response.done"
        [listed] = cards(client, "report_list")
        action = listed["actions"][0]
        await client.send("input_choice", id="t1", action=action["action"], value=action["value"])
        assert (await client.end_of("t1"))["type"] == "response.done"
        [report] = cards(client, "report")
        assert report["text"].startswith(TEXT)
        again = await banyi.connected(opened, last_seq=0)
        await again.until("session.resumed")
        assert cards(again, "report") == [report]
        transcript = await banyi.http.get(
            f"/v1/sessions/{opened['session_id']}/transcript", headers={"Authorization": f"Bearer {opened['token']}"}
        )
        for secret in (me.name, me.id_number, me.phone, code):
            assert secret not in str(again.seen)
            assert secret not in transcript.text
        assert TEXT not in transcript.text
    kept = on_disk(tmp_path / "var")
    for secret in (me.name, me.id_number, me.phone, TEXT, "血红蛋白 112"):
        assert secret.encode() not in kept
