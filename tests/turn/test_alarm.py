"""The alarm outside a turn reads a reply the way the turn would."""

from __future__ import annotations

import pytest

from agent.packs import Library
from agent.red_flag_reply import Reply
from app.bootstrap import PackAlarm
from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn


@pytest.mark.parametrize(
    ("said", "reply"),
    [("是的", Reply.YES), ("有，还出冷汗", Reply.YES), ("不清楚", Reply.UNCLEAR), ("没有", Reply.NO)],
)
async def test_a_reply_is_read_against_the_question(patient: Bedside, said: str, reply: Reply) -> None:
    """A yes, doubt and a denial of a real question of the pack."""
    pending = (await patient.say("胸口疼")).done.pending
    assert pending is not None
    alarm = PackAlarm(Library(patient.deps.knowledge))
    assert alarm.reply(pending, patient.utterance(text=said)) is reply
