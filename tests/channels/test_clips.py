"""Voice clips over HTTP: AMR, SILK and WAV become inputs like spoken words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.voice import Doubt
from tests.channels.ward import Ward, ward
from tests.fakes.voice import FakeRecogniser, final, parts
from tests.voice.test_clips import CLIPS
from voice.clips import Clips
from voice.parts import OpenVoice

pytestmark = pytest.mark.e2e


def _parts(recogniser: FakeRecogniser) -> OpenVoice:
    return replace(parts(recogniser), decoder=Clips())


async def _send(service: Ward, opened: dict[str, Any], clip: bytes) -> httpx.Response:
    headers = {"Authorization": f"Bearer {opened['token']}"}
    return await service.http.post(f"/v1/sessions/{opened['session_id']}/voice", content=clip, headers=headers)


@pytest.mark.parametrize("kind", ["amr", "silk", "wav"])
async def test_a_clip_is_an_input(tmp_path: Path, kind: str) -> None:
    """It is decoded, recognised, journalled and answered on the socket."""
    async with ward(tmp_path, voice=_parts(FakeRecogniser(finals=[final("我想挂号")]))) as service:
        opened, client = await service.consented()
        heard = await _send(service, opened, CLIPS[kind]())
        assert heard.status_code == 202
        done = await client.until("response.done")
        assert (done["in_reply_to"], done["text"]) == (heard.json()["item_id"], "收到：我想挂号")
        assert heard.json()["text"] == "我想挂号"


async def test_a_warning_in_a_clip_escalates(tmp_path: Path) -> None:
    """Also with no socket there: it is replayed to the next one."""
    async with ward(tmp_path, voice=_parts(FakeRecogniser(finals=[final("他嘴歪了")]))) as service:
        opened, client = await service.consented()
        await client.leave()
        assert (await _send(service, opened, CLIPS["wav"]())).status_code == 202
        again = await service.connected(opened, last_seq=0)
        assert (await again.until("escalation.raised"))["rule_ids"] == ["RF-017"]


async def test_a_clip_nobody_understands_says_so(tmp_path: Path) -> None:
    """No words: an empty text, and 「没听清」 on the socket."""
    async with ward(tmp_path, voice=_parts(FakeRecogniser(finals=[final("谢谢观看", Doubt.PHANTOM)]))) as service:
        opened, client = await service.consented()
        assert (await _send(service, opened, CLIPS["wav"]())).json()["text"] == ""
        assert "没听清" in (await client.until("response.done"))["text"]


async def test_what_is_no_audio_is_refused(tmp_path: Path) -> None:
    """Rubbish, too much of it, and a service that understands no speech."""
    async with ward(tmp_path, voice=_parts(FakeRecogniser())) as service:
        opened = await service.opened()
        refused = await _send(service, opened, b"no audio at all")
        assert (refused.status_code, refused.json()["code"]) == (415, "unsupported_audio")
        assert (await _send(service, opened, bytes(4 * 1024 * 1024 + 1))).status_code == 413
    async with ward(tmp_path) as deaf:
        assert (await _send(deaf, await deaf.opened(), CLIPS["wav"]())).status_code == 415
