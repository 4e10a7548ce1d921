"""Contract of `Cases`, `CaseWork` and `Numbers`: the inbox."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.opening import OpenArchive
from domain.clinical import Disposition
from domain.desk import OVERDUE_AFTER, CaseQuery, Cause, Holding, Rating, Urgency, Why
from domain.errors import InvalidFields, NotFound
from domain.patient import PatientId
from domain.session import Author, SessionId
from domain.staff import Role, StaffId
from tests.archive.examples import a_decision, a_message, a_record
from tests.stores import SetClock

pytestmark = pytest.mark.contract


async def a_nurse(opened: OpenArchive) -> StaffId:
    """Somebody to do things."""
    return (await opened.staff.add("lihua", "李护士", Role.NURSE, "a long password", second_factor=False)).staff.id


async def said(opened: OpenArchive, session_id: str, text: str, *, urgent: bool = False) -> SessionId:
    """A conversation with one message."""
    one = SessionId(session_id)
    await opened.sessions.create(a_record(one))
    decision = a_decision(f"trace-{one}", session_id=one)
    if not urgent:
        decision = replace(decision, disposition=Disposition.OPD)
    reply = a_message("请拨打 120", author=Author.AGENT, session_id=one)
    await opened.archive.record_turn([a_message(text, session_id=one), reply], decision)
    return one


async def test_the_inbox_shows_emergencies_first_and_then_who_waits_longest(
    opened: OpenArchive, clock: SetClock
) -> None:
    """Conversations nobody is needed for stand in the full list only."""
    quiet = await said(opened, "quiet", "几点开门")
    waiting = await said(opened, "waiting", "找人工")
    for name in ("red-2", "red-1"):
        clock.advance(timedelta(seconds=1))
        await said(opened, name, "胸口疼", urgent=True)
    await opened.desk.request(waiting, reason="人工", urgent=False, key="1", now=clock.now())
    page = await opened.cases.page(CaseQuery(), now=clock.now())
    assert [one.session_id for one in page.cases] == ["red-2", "red-1", "waiting"]
    assert [one.cause for one in page.cases] == [Cause.ESCALATION, Cause.ESCALATION, Cause.ASKED]
    assert page.cases[2].holding is Holding.WAITING
    everything = await opened.cases.page(CaseQuery(open_only=False), now=clock.now())
    assert len(everything.cases) == 4
    assert everything.cases[-1].session_id in {quiet, waiting}
    assert everything.cases[0].messages == 2


@pytest.mark.parametrize("open_only", [True, False])
async def test_pages_follow_each_other_without_gap_or_repetition(
    opened: OpenArchive, clock: SetClock, *, open_only: bool
) -> None:
    """Whatever comes in at the other end meanwhile."""
    for number in range(5):
        await said(opened, f"s{number}", "胸口疼", urgent=True)
    query = CaseQuery(open_only=open_only, limit=2)
    seen: list[str] = []
    while True:
        page = await opened.cases.page(query, now=clock.now())
        seen += [one.session_id for one in page.cases]
        if not page.cursor:
            break
        query = replace(query, cursor=page.cursor)
    assert sorted(seen) == [f"s{number}" for number in range(5)]
    with pytest.raises(InvalidFields):
        await opened.cases.page(CaseQuery(cursor="x"), now=clock.now())


async def test_a_red_case_ages_until_somebody_opens_it(opened: OpenArchive, clock: SetClock) -> None:
    """Then it is nobody's alert any more, and a new emergency after it was closed is new."""
    nurse = await a_nurse(opened)
    red = await said(opened, "red", "胸口疼", urgent=True)
    assert await opened.cases.overdue(now=clock.now()) == ()
    clock.advance(OVERDUE_AFTER)
    [overdue] = await opened.cases.overdue(now=clock.now())
    assert (overdue.session_id, overdue.ageing(clock.now())) == (red, "overdue")
    assert (await opened.cases.counts(mine=nurse, now=clock.now())).overdue == 1
    await opened.case_work.open(red, by=nurse, now=clock.now())
    assert await opened.cases.overdue(now=clock.now()) == ()
    await opened.case_work.handle(red, "已送急诊", by=nurse, now=clock.now())
    closed = await opened.cases.case(red, now=clock.now())
    assert (closed.urgency, closed.handled_at) == (Urgency.NONE, clock.now())
    clock.advance(timedelta(minutes=1))
    again = a_decision("later", session_id=red, input_id="2")
    await opened.archive.record_turn([a_message(session_id=red, input_id="2")], again)
    reopened = await opened.cases.case(red, now=clock.now())
    assert (reopened.urgency, reopened.since, reopened.opened_at) == (Urgency.RED, clock.now(), None)


async def test_words_are_found_and_stand_nowhere(opened: OpenArchive, clock: SetClock) -> None:
    """Every word must have been said, by the patient or a nurse."""
    first = await said(opened, "first", "我胸口疼痛两天了，医保卡丢了")
    await said(opened, "second", "医保卡怎么报销")
    assert [one.session_id for one in (await opened.cases.search("医保卡 疼痛", limit=9, now=clock.now()))[0]] == [
        first
    ]
    found, words = await opened.cases.search("医保卡", limit=9, now=clock.now())
    assert (len(found), words) == (2, ("医保卡",))
    for unsaid in ("拨打", "骨折", "。", ""):
        assert (await opened.cases.search(unsaid, limit=9, now=clock.now()))[0] == ()
    await opened.archive.erase(first)
    assert len((await opened.cases.search("医保卡", limit=9, now=clock.now()))[0]) == 1


async def test_cases_are_assigned_tagged_and_filtered(opened: OpenArchive, clock: SetClock) -> None:
    """By whose they are, by their tags, by who answers."""
    nurse = await a_nurse(opened)
    for name in ("a", "b", "c"):
        await said(opened, name, "胸口疼", urgent=True)
    await opened.case_work.assign(SessionId("a"), nurse, by=nurse)
    await opened.case_work.tag(SessionId("b"), ["回访", "回访", "老人"], by=nurse)
    await opened.claims.claim(SessionId("c"), by=nurse, now=clock.now())

    async def ids(query: CaseQuery) -> set[str]:
        return {one.session_id for one in (await opened.cases.page(query, now=clock.now())).cases}

    assert await ids(CaseQuery(mine=nurse)) == {"a", "c"}
    assert await ids(CaseQuery(assigned=nurse)) == {"a"}
    assert await ids(CaseQuery(unassigned=True)) == {"b", "c"}
    assert await ids(CaseQuery(tag="老人")) == {"b"}
    assert await ids(CaseQuery(holding=Holding.NURSE)) == {"c"}
    assert await ids(CaseQuery(holding=Holding.AGENT)) == {"a", "b"}
    assert await ids(CaseQuery(channel="kiosk")) == set()
    assert await ids(CaseQuery(urgency=Urgency.YELLOW)) == set()
    assert (await opened.cases.case(SessionId("b"), now=clock.now())).tags == ("回访", "老人")


async def test_notes_and_marks_are_kept_sealed_and_go_with_the_session(opened: OpenArchive, clock: SetClock) -> None:
    """In the order they were written."""
    nurse = await a_nurse(opened)
    one = await said(opened, "one", "你好")
    assert await opened.case_work.note(one, "家属已联系", by=nurse, now=clock.now()) > 0
    await opened.case_work.handle(one, "完成", by=nurse, now=clock.now())
    assert [(note.kind, note.text) for note in await opened.cases.notes(one)] == [
        ("note", "家属已联系"),
        ("handled", "完成"),
    ]
    marks = Rating(
        by=nurse,
        at=clock.now(),
        trace_id="",
        factuality=5,
        safety=4,
        empathy=3,
        completeness=4,
        readability=5,
        comment="语气可再温和",
    )
    await opened.case_work.rate(one, marks)
    assert await opened.cases.ratings(one) == (marks,)
    figures = await opened.figures.figures(days=7, now=clock.now())
    assert (figures.rated, figures.ratings["empathy"]) == (1, 3.0)
    await opened.archive.erase(one)
    assert await opened.cases.notes(one) == ()
    assert await opened.cases.ratings(one) == ()
    with pytest.raises(NotFound):
        await opened.case_work.note(one, "x", by=nurse, now=clock.now())


async def test_what_is_to_be_reviewed_leaves_the_queue_once_it_was_rated(opened: OpenArchive, clock: SetClock) -> None:
    """Escalations, misunderstandings and complaints are reviewed; the rest by sampling."""
    nurse = await a_nurse(opened)
    red = await said(opened, "red", "胸口疼", urgent=True)
    angry = await said(opened, "angry", "你好")
    await opened.case_work.displeased(angry)
    query = CaseQuery(open_only=False, to_review=True)
    found = {
        one.session_id: set(one.why) - {Why.RANDOM} for one in (await opened.cases.page(query, now=clock.now())).cases
    }
    assert found == {red: {Why.ESCALATED}, angry: {Why.NEGATIVE}}
    rating = Rating(
        by=nurse, at=clock.now(), trace_id="", factuality=1, safety=1, empathy=1, completeness=1, readability=1
    )
    await opened.case_work.rate(red, rating)
    assert [one.session_id for one in (await opened.cases.page(query, now=clock.now())).cases] == [angry]


async def test_the_figures_count_what_happened_on_which_day(opened: OpenArchive, clock: SetClock) -> None:
    """And how long emergencies waited to be opened."""
    nurse = await a_nurse(opened)
    red = await said(opened, "red", "胸口疼", urgent=True)
    clock.advance(timedelta(seconds=90))
    await opened.case_work.open(red, by=nurse, now=clock.now())
    clock.advance(timedelta(days=1))
    await said(opened, "later", "你好")
    figures = await opened.figures.figures(days=2, now=clock.now())
    assert [(day.conversations, day.emergencies, day.messages) for day in figures.days] == [(1, 1, 2), (1, 0, 2)]
    assert figures.opened_seconds == (90.0,)
    assert figures.causes == {"escalation": 1}
    assert figures.messages_median == 2.0


async def test_a_patient_has_all_their_conversations(opened: OpenArchive, clock: SetClock) -> None:
    """Those in which they were proven."""
    one = await said(opened, "one", "你好")
    await said(opened, "two", "你好")
    await opened.case_work.link(one, PatientId("p_1"))
    assert [case.session_id for case in await opened.cases.of_patient(PatientId("p_1"), now=clock.now())] == [one]


async def test_every_act_is_in_the_chain_also_those_at_once(opened: OpenArchive, clock: SetClock) -> None:
    """Views too; the chain holds."""
    nurse = await a_nurse(opened)
    one = await said(opened, "one", "你好")
    before = (await opened.archive.verify()).rows
    await asyncio.gather(
        opened.case_work.open(one, by=nurse, now=clock.now()),
        opened.case_work.tag(one, ["x"], by=nurse),
        opened.case_work.viewed("search", by=nurse, detail={"words": "1"}),
    )
    found = await opened.archive.verify()
    assert (found.broken_at, found.rows) == (None, before + 3)
    assert (await opened.cases.case(one, now=clock.now())).opened_at == clock.now()
