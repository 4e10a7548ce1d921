"""A pack released while patients talk: interviews finish on theirs, emergencies are always read by the newest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from agent.deps import Knowledge
from agent.packs import MOST_EARLIER, Library
from agent.turn import Turns
from domain.clinical import Disposition, RuleId, Screening
from knowledge.logic import Value
from tests.turn.bedside import Bedside, knowledge

pytestmark = pytest.mark.turn

OLD = knowledge().pack.version
ALARM = "绿色警报"
"""Words only the new pack's screen knows."""


def released(version: str, *, without: str = "", lacking: str = "") -> Knowledge:
    """The pack under another version, without one chart and one red flag; its screen knows `ALARM`."""
    pack = knowledge().pack
    flags = {rule_id: rule for rule_id, rule in pack.red_flags.items() if rule_id != lacking}
    charts = {one: chart for one, chart in pack.complaints.items() if one != without}
    changed = replace(pack, cover=replace(pack.cover, version=version), complaints=charts, red_flags=flags)
    return replace(knowledge(), pack=changed, screen=screen)


def screen(text: str, recent: tuple[str, ...] = (), facts: Mapping[str, Value] | None = None) -> Screening:
    """The real screen, which reads `ALARM` as a stroke."""
    return knowledge().screen(text.replace(ALARM, "突然嘴歪，说不出话"), recent, facts)


@pytest.fixture
def library(patient: Bedside) -> Library:
    """The packs behind the patient's conversation."""
    held = Library(knowledge())
    patient.turns = Turns(patient.turns._graph, patient.deps, held)
    return held


async def finished(patient: Bedside) -> str:
    """Answer 「没有」 until there is a result; the version it names."""
    answer = await patient.say("没有")
    for _ in range(12):
        if "triage_result" in answer.kinds:
            return str(answer.card("triage_result")["knowledge_version"])
        answer = await patient.say("没有")
    raise AssertionError("the interview does not end")


async def test_an_interview_finishes_on_the_pack_it_began_with(patient: Bedside, library: Library) -> None:
    """Its chart is gone from the new pack, and it ends as if nothing had happened, named by its own version."""
    await patient.say("头疼三天了，我40岁")
    library.release(released("new", without="headache"), at=0.0)
    assert await finished(patient) == OLD


async def test_a_digression_does_not_change_the_pack(patient: Bedside, library: Library) -> None:
    """The question stays open, and so does the interview."""
    await patient.say("头疼三天了，我40岁")
    library.release(released("new", without="headache"), at=0.0)
    await patient.say("停车场在哪")
    assert await finished(patient) == OLD


async def test_a_new_interview_takes_the_new_pack(patient: Bedside, library: Library) -> None:
    """Nothing is open when the pack changes, so nothing holds the old one."""
    await patient.say("停车场在哪")
    library.release(released("new"), at=0.0)
    await patient.say("头疼三天了，我40岁")
    assert await finished(patient) == "new"


async def test_red_flags_are_read_by_the_newest_pack(patient: Bedside, library: Library) -> None:
    """Also in the middle of an interview on an earlier one."""
    await patient.say("头疼三天了，我40岁")
    library.release(released("new"), at=0.0)
    answer = await patient.say(ALARM)
    assert answer.escalated is not None
    assert answer.escalated.disposition is Disposition.CALL_120


async def test_a_question_of_a_dropped_red_flag_is_still_answered(patient: Bedside, library: Library) -> None:
    """The flag was asked about by a pack that had it; leaving it unclear still calls for help."""
    asked = await patient.say("我爸胸口疼得不行")
    pending = asked.done.pending
    assert pending is not None
    library.release(released("new", lacking=pending.subject), at=0.0)
    assert library.flag(RuleId(pending.subject)).id == pending.subject
    answer = await patient.say("是的")
    assert answer.escalated is not None


async def test_an_interview_whose_pack_was_let_go_is_asked_anew(patient: Bedside, library: Library) -> None:
    """No answer is carried into charts that may mean something else by it; the interview still ends."""
    await patient.say("头疼三天了，我40岁")
    await patient.say("没有")
    for number in range(MOST_EARLIER + 1):
        library.release(released(f"new{number}"), at=0.0)
    assert OLD not in library.versions
    assert await finished(patient) == f"new{MOST_EARLIER}"


def test_as_many_packs_are_held_as_interviews_may_be_on() -> None:
    """The newest and some before it; what nobody uses goes."""
    library = Library(knowledge())
    for number in range(MOST_EARLIER + 3):
        library.release(released(f"v{number}"), at=float(number))
    newest = f"v{MOST_EARLIER + 2}"
    assert library.versions == tuple(f"v{number}" for number in range(MOST_EARLIER + 2, 1, -1))
    assert library.retire(unused_since=MOST_EARLIER + 2.0) == MOST_EARLIER - 1
    assert library.retire(unused_since=1e9) == 1
    assert library.versions == (newest,)
    assert library.newest.pack.version == newest
    with pytest.raises(KeyError):
        library.flag(RuleId("RF-999"))
