"""A nurse answers: the agent hears, raises emergencies and says nothing, and goes on where it stood."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from agent.concern import Aftermath, aftermath
from agent.conversation import Conversation
from agent.graph import TurnGraph, build
from agent.reception import Reception
from agent.state import Draft
from agent.turn import Turns
from domain.desk import LEASE, CaseQuery, Cause, Holding, Urgency
from domain.desk_hours import DeskHours, Shift
from domain.patient import PatientId
from domain.session import Author, PendingKind
from domain.staff import Role, StaffId
from domain.turn import Choice, HandoffQueued, SentenceReady, TurnCancelled, TurnDone, TurnEvent
from memory.codec import codec
from tests.turn.bedside import Bedside

pytestmark = pytest.mark.turn

NURSE = StaffId("st_1")
HANDOFF = TurnCancelled(reason="handoff")
ALWAYS = DeskHours(
    shifts=tuple(Shift(weekday=day, begins=datetime.min.time(), ends=datetime.max.time()) for day in range(7))
)


async def claim(patient: Bedside) -> int:
    """The nurse takes over; the number of the claim."""
    archive = patient.archive
    if not await archive.staff.colleagues():
        await archive.staff.add("lihua", "李护士", Role.NURSE, "a long password", second_factor=False)
    [nurse] = await archive.staff.colleagues()
    return (await archive.claims.claim(patient.session_id, by=nurse.id, now=patient.clock.now())).number


async def give_back(patient: Bedside, number: int) -> None:
    """The nurse leaves."""
    [nurse] = await patient.archive.staff.colleagues()
    await patient.archive.claims.release(patient.session_id, by=nurse.id, number=number, now=patient.clock.now())


async def lines(patient: Bedside) -> list[tuple[Author, str]]:
    """The transcript."""
    return [(one.author, one.text) for one in await patient.archive.archive.transcript(patient.session_id)]


async def test_while_a_nurse_answers_the_agent_says_nothing_and_keeps_what_is_said(patient: Bedside) -> None:
    """No sentence, no card; the patient's words are in the transcript, and no booking is made of them."""
    asked = (await patient.say("我咳嗽三天了")).done.pending
    assert asked is not None
    await claim(patient)
    muted = await patient.say("帮我挂明天的呼吸科，好的，就这个")
    assert muted.events == [HANDOFF]
    assert (await lines(patient))[-1] == (Author.PATIENT, "帮我挂明天的呼吸科，好的，就这个")
    assert await patient.turns.pending(patient.session_id) == asked


async def test_given_back_the_agent_goes_on_where_it_stood(patient: Bedside) -> None:
    """The answer to the question that was open counts."""
    asked = (await patient.say("我咳嗽三天了")).done.pending
    number = await claim(patient)
    await patient.say("护士你好")
    await give_back(patient, number)
    assert asked is not None
    assert asked.kind is PendingKind.TRIAGE_QUESTION
    answer = await patient.say("没有")
    assert answer.done.pending is None or answer.done.pending.id != asked.id


async def test_an_emergency_is_raised_to_both_while_a_nurse_answers(patient: Bedside) -> None:
    """As an escalation and nothing else; the agent remembers it."""
    await patient.say("你好")
    number = await claim(patient)
    muted = await patient.say("我胸口压着疼，喘不上气，出冷汗")
    assert muted.escalated is not None
    assert muted.events == [muted.escalated, HANDOFF]
    assert (await patient.archive.cases.case(patient.session_id, now=patient.clock.now())).urgency is Urgency.RED
    await give_back(patient, number)
    assert "120" in (await patient.say("谢谢")).text


async def test_a_yes_to_an_open_red_flag_counts_while_a_nurse_answers(patient: Bedside) -> None:
    """So does the silence a session counts."""
    asked = (await patient.say("我胸口疼，大便是黑的")).done.pending
    assert asked is not None
    assert asked.kind is PendingKind.RED_FLAG
    await claim(patient)
    silence = Choice(action="silence", value=asked.id)
    assert (await patient.put(patient.utterance(choice=silence))).escalated is not None


async def test_a_lapsed_claim_gives_the_patient_back_to_the_agent(patient: Bedside) -> None:
    """Nobody has to do anything for it."""
    await patient.say("你好")
    await claim(patient)
    assert (await patient.say("在吗")).events == [HANDOFF]
    patient.clock.advance(LEASE)
    assert isinstance((await patient.say("门诊几点开门")).events[-1], TurnDone)


async def test_a_replayed_input_is_not_answered_again_under_a_nurse(patient: Bedside) -> None:
    """What the agent said before is not said once more by it."""
    hours = patient.utterance(text="门诊几点开门")
    assert (await patient.put(hours)).text
    await claim(patient)
    assert (await patient.put(hours)).events == [HANDOFF]


@dataclass(slots=True)
class HeldUp:
    """A graph whose first sentence is heard before the second can follow."""

    graph: Any
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def astream(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        """The graph's events."""
        async for event in self.graph.astream(*args, **kwargs):
            yield event
            if isinstance(event, SentenceReady) and not self.heard.is_set():
                self.heard.set()
                await self.go_on.wait()


async def test_claiming_cuts_off_the_answer_on_its_way(patient: Bedside) -> None:
    """What was said stands in the transcript, what was not heard does not; the end is a cancellation."""
    await patient.say("你好")
    slow = HeldUp(build(InMemorySaver(serde=codec)))
    turns = Turns(cast("TurnGraph", slow), patient.deps)
    heard: list[TurnEvent] = []

    async def listen() -> None:
        async for event in turns.run(patient.utterance(text="门诊几点开门")):
            heard.append(event)  # noqa: PERF401 - what was heard so far counts

    listening = asyncio.create_task(listen())
    await slow.heard.wait()
    await claim(patient)
    await turns.hush()
    slow.go_on.set()
    await listening
    assert heard[-1] == HANDOFF
    [said] = [event.text for event in heard if isinstance(event, SentenceReady)]
    assert (await lines(patient))[-1] == (Author.AGENT, said)


def attended(patient: Bedside, *, hours: DeskHours, there: bool) -> None:
    """Put people at the desk."""

    async def at_desk(_now: datetime) -> bool:
        return there

    reception = Reception(hours=hours, attended=at_desk, cases=patient.archive.case_work)
    patient.turns = Turns(build(InMemorySaver(serde=codec)), replace(patient.deps, reception=reception))


async def test_who_asks_for_a_person_is_told_when_one_comes(patient: Bedside) -> None:
    """Next in the queue, and not twice queued."""
    attended(patient, hours=ALWAYS, there=True)
    asked = await patient.say("转人工")
    assert "下一位就是您" in asked.text
    assert HandoffQueued(queue_position=1) in asked.events
    assert "已经在帮您转护士" in (await patient.say("转人工")).text
    case = await patient.archive.cases.case(patient.session_id, now=patient.clock.now())
    assert (case.holding, case.cause, case.urgency) == (Holding.WAITING, Cause.ASKED, Urgency.YELLOW)


async def test_with_nobody_there_a_message_is_taken_and_the_time_told(patient: Bedside) -> None:
    """The next shift; urgent matters are sent to 120."""
    tomorrow = patient.clock.now() + timedelta(days=1)
    early = DeskHours(
        shifts=(
            Shift(weekday=tomorrow.weekday(), begins=tomorrow.timetz().replace(tzinfo=None), ends=datetime.max.time()),
        )
    )
    attended(patient, hours=early, there=True)
    asked = await patient.say("转人工")
    assert "现在没有值班人员" in asked.text
    assert f"明天 {tomorrow:%H:%M}" in asked.text
    assert "120" in asked.text
    assert "已经留言" in (await patient.say("转人工")).text


async def test_a_crisis_calls_a_person_at_once_and_the_agent_stays(patient: Bedside) -> None:
    """Red and a crisis in the inbox; with nobody there 12356, 120 and the agent's company."""
    attended(patient, hours=DeskHours(), there=False)
    met = await patient.say("我不想活了，药都准备好了")
    assert met.escalated is not None
    assert "12356" in met.text
    assert "陪着" in met.text
    case = await patient.archive.cases.case(patient.session_id, now=patient.clock.now())
    assert (case.urgency, case.crisis, case.holding) == (Urgency.RED, True, Holding.WAITING)
    there = await patient.say("我好难受")
    assert isinstance(there.events[-1], TurnDone)


async def test_whom_the_agent_does_not_help_stands_before_people(patient: Bedside) -> None:
    """Anger opens the conversation to nurses although nobody asked, and the patient is not told they wait."""
    attended(patient, hours=ALWAYS, there=True)
    met = await patient.say("你们这什么破系统，气死我了")
    assert not [event for event in met.events if isinstance(event, HandoffQueued)]
    page = await patient.archive.cases.page(CaseQuery(), now=patient.clock.now())
    assert [(one.cause, one.urgency, one.holding) for one in page.cases] == [
        (Cause.POLICY, Urgency.YELLOW, Holding.AGENT)
    ]


async def test_a_patient_proven_in_a_conversation_is_linked_to_it(patient: Bedside) -> None:
    """So that a nurse finds all conversations of one patient."""
    before = Conversation()
    proven = Conversation(patient_id=PatientId("p_1"))
    told = aftermath(before, proven, Draft())
    assert told == Aftermath(proven=PatientId("p_1"))
    assert aftermath(proven, proven, Draft()) == Aftermath()
    await patient.say("你好")
    reception = Reception(cases=patient.archive.case_work)
    await reception.tell(patient.session_id, told, patient.clock.now(), ring=True)
    [case] = await patient.archive.cases.of_patient(PatientId("p_1"), now=patient.clock.now())
    assert case.session_id == patient.session_id
