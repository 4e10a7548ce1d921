"""The inbox as it is read: pages, counts, search, and what staff wrote."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, literal, or_, select

from archive.claims import claim_of
from archive.codec import decode_profile
from archive.database import Database
from archive.desk_schema import case_notes, case_ratings, case_tags, cases, search_terms
from archive.keys import SqlSessionKeys
from archive.schema import handoffs, session_keys, sessions
from archive.sealing import Cipher
from archive.sessions import profile_context
from archive.terms import TermIndex
from domain.desk import (
    OVERDUE_AFTER,
    Case,
    CasePage,
    CaseQuery,
    Cause,
    Counts,
    Holding,
    Note,
    Rating,
    Urgency,
    Why,
)
from domain.errors import InvalidFields, NotFound
from domain.patient import PatientId, PatientProfile
from domain.session import SessionId
from domain.staff import StaffId

LARGEST_PAGE = 200
_WAITS = (
    select(handoffs.c.id).where(handoffs.c.session_id == cases.c.session_id, handoffs.c.closed_at.is_(None)).exists()
)
_ROWS = (
    select(cases, sessions.c.channel, sessions.c.sealed_profile, session_keys.c.wrapped, _WAITS.label("waits"))
    .join(sessions, sessions.c.id == cases.c.session_id)
    .join(session_keys, session_keys.c.session_id == cases.c.session_id)
)
_TO_REVIEW = and_(
    cases.c.rated.is_(False),
    or_(cases.c.escalated.is_(True), cases.c.unclear.is_(True), cases.c.negative.is_(True), cases.c.sampled.is_(True)),
)
_OVERDUE = and_(cases.c.urgency == int(Urgency.RED), cases.c.opened_at.is_(None))


class SqlCases:
    """Implements `Cases`."""

    def __init__(self, database: Database, keys: SqlSessionKeys, cipher: Cipher, index: TermIndex) -> None:
        self._database = database
        self._keys = keys
        self._cipher = cipher
        self._index = index

    async def page(self, query: CaseQuery, *, now: datetime) -> CasePage:
        """Cases: the open ones by urgency and then by waiting, all of them the latest first.

        Raises:
            InvalidFields: the cursor is not one of ours.
        """
        limit = min(query.limit, LARGEST_PAGE)
        wanted = _ROWS.where(*_conditions(query, now))
        if query.open_only:
            order: tuple[Any, ...] = (cases.c.urgency.desc(), cases.c.since, cases.c.session_id)
        else:
            order = (cases.c.last_at.desc(), cases.c.session_id)
        if query.cursor:
            wanted = wanted.where(_after(query))
        found = await self._read(wanted.order_by(*order).limit(limit + 1), now)
        cursor = _cursor(query, found[limit - 1]) if len(found) > limit else ""
        return CasePage(cases=found[:limit], cursor=cursor)

    async def counts(self, *, mine: StaffId, now: datetime) -> Counts:
        """How much is to do."""

        def count(*conditions: ColumnElement[bool]) -> Select[Any]:
            return select(func.count()).select_from(cases).where(cases.c.urgency > 0, *conditions)

        asked = (
            count(cases.c.urgency == int(Urgency.RED)),
            count(_WAITS, ~_held(now)),
            count(_is_of(mine, now)),
            count(_OVERDUE, cases.c.since <= now - OVERDUE_AFTER),
        )
        numbers = await self._database.read(lambda c: [c.execute(one).scalar_one() for one in asked])
        return Counts(red=numbers[0], waiting=numbers[1], mine=numbers[2], overdue=numbers[3])

    async def search(self, words: str, *, limit: int, now: datetime) -> tuple[tuple[Case, ...], tuple[str, ...]]:
        """Conversations in which every word was said, latest first; and the words."""
        asked, terms = self._index.asked(words)
        if not terms:
            return (), ()
        said = (
            select(search_terms.c.session_id)
            .where(search_terms.c.term.in_(terms))
            .group_by(search_terms.c.session_id)
            .having(func.count() == len(terms))
        )
        wanted = _ROWS.where(cases.c.session_id.in_(said)).order_by(cases.c.last_at.desc(), cases.c.session_id)
        return await self._read(wanted.limit(min(limit, LARGEST_PAGE)), now), asked

    async def overdue(self, *, now: datetime) -> tuple[Case, ...]:
        """Red cases nobody has opened in time, the oldest first."""
        wanted = _ROWS.where(_OVERDUE, cases.c.since <= now - OVERDUE_AFTER)
        return await self._read(wanted.order_by(cases.c.since).limit(LARGEST_PAGE), now)

    async def case(self, session_id: SessionId, *, now: datetime) -> Case:
        """One case."""
        found = await self._read(_ROWS.where(cases.c.session_id == session_id), now)
        if not found:
            raise NotFound("case")
        return found[0]

    async def of_patient(self, patient_id: PatientId, *, now: datetime) -> tuple[Case, ...]:
        """Every conversation in which this patient was proven, latest first."""
        wanted = _ROWS.where(cases.c.patient_id == patient_id).order_by(cases.c.last_at.desc())
        return await self._read(wanted.limit(LARGEST_PAGE), now)

    async def notes(self, session_id: SessionId) -> tuple[Note, ...]:
        """What was written, oldest first."""
        written = select(case_notes).where(case_notes.c.session_id == session_id).order_by(case_notes.c.id)
        rows = await self._database.read(lambda c: c.execute(written).all())
        return tuple(
            [
                Note(
                    id=row.id,
                    by=StaffId(row.staff_id),
                    kind=row.kind,
                    at=row.at,
                    text=await self._unsealed(session_id, row.sealed_text, NOTE_CONTEXT),
                )
                for row in rows
            ]
        )

    async def ratings(self, session_id: SessionId) -> tuple[Rating, ...]:
        """The marks given, oldest first."""
        given = select(case_ratings).where(case_ratings.c.session_id == session_id).order_by(case_ratings.c.id)
        rows = await self._database.read(lambda c: c.execute(given).all())
        return tuple(
            [
                Rating(
                    by=StaffId(row.staff_id),
                    at=row.at,
                    trace_id=row.trace_id,
                    factuality=row.factuality,
                    safety=row.safety,
                    empathy=row.empathy,
                    completeness=row.completeness,
                    readability=row.readability,
                    comment=await self._unsealed(session_id, row.sealed_comment, RATING_CONTEXT),
                )
                for row in rows
            ]
        )

    async def _unsealed(self, session_id: SessionId, sealed: bytes, context: str) -> str:
        key = await self._keys.key(session_id)
        return self._cipher.unseal(key, sealed, f"{context}:{session_id}".encode()).decode()

    async def _read(self, wanted: Select[Any], now: datetime) -> tuple[Case, ...]:
        def work(connection: Connection) -> list[tuple[Row[Any], tuple[str, ...]]]:
            rows = connection.execute(wanted).all()
            tags = _tags(connection, [row.session_id for row in rows])
            return [(row, tags[row.session_id]) for row in rows]

        found = await self._database.read(work)
        return tuple(_case(row, self._profile(row), tags, now) for row, tags in found)

    def _profile(self, row: Row[Any]) -> PatientProfile:
        key = self._keys.unwrap(SessionId(row.session_id), row.wrapped)
        return decode_profile(self._cipher.unseal(key, row.sealed_profile, profile_context(row.session_id)))


NOTE_CONTEXT = "case note"
RATING_CONTEXT = "case rating"


def _conditions(query: CaseQuery, now: datetime) -> Iterable[ColumnElement[bool]]:
    if query.open_only:
        yield cases.c.urgency > 0
    if query.urgency is not None:
        yield cases.c.urgency == int(query.urgency)
    if query.channel:
        yield sessions.c.channel == query.channel
    if query.tag:
        yield cases.c.session_id.in_(select(case_tags.c.session_id).where(case_tags.c.tag == query.tag))
    if query.to_review:
        yield _TO_REVIEW
    yield from _whose(query, now)


def _whose(query: CaseQuery, now: datetime) -> Iterable[ColumnElement[bool]]:
    """Who holds it, and whose it is."""
    held = _held(now)
    if query.holding is Holding.NURSE:
        yield held
    elif query.holding is not None:
        yield ~held
        yield _WAITS if query.holding is Holding.WAITING else ~_WAITS
    if query.mine is not None:
        yield _is_of(query.mine, now)
    if query.unassigned:
        yield cases.c.assigned_to.is_(None)
    if query.assigned is not None:
        yield cases.c.assigned_to == query.assigned


def _held(now: datetime) -> ColumnElement[bool]:
    return and_(cases.c.claimed_until.is_not(None), cases.c.claimed_until > now)


def _is_of(staff_id: StaffId, now: datetime) -> ColumnElement[bool]:
    return or_(cases.c.assigned_to == staff_id, and_(_held(now), cases.c.claimed_by == staff_id))


def _after(query: CaseQuery) -> ColumnElement[bool]:
    """What stands behind the cursor in the order of the page."""
    try:
        urgency, at, session_id = orjson.loads(base64.urlsafe_b64decode(query.cursor))
        instant = datetime.fromisoformat(at)
    except (ValueError, TypeError, binascii.Error) as error:
        raise InvalidFields({"cursor": "cursor"}) from error
    if not query.open_only:
        later = cases.c.session_id > session_id
        return or_(cases.c.last_at < instant, and_(cases.c.last_at == instant, later))
    same = cases.c.urgency == literal(urgency)
    younger = or_(cases.c.since > instant, and_(cases.c.since == instant, cases.c.session_id > session_id))
    return or_(cases.c.urgency < literal(urgency), and_(same, younger))


def _cursor(query: CaseQuery, last: Case) -> str:
    at = last.since if query.open_only else last.last_at
    return base64.urlsafe_b64encode(orjson.dumps([int(last.urgency), at.isoformat(), last.session_id])).decode()


def _tags(connection: Connection, session_ids: list[str]) -> defaultdict[str, tuple[str, ...]]:
    tags: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    if session_ids:
        wanted = select(case_tags).where(case_tags.c.session_id.in_(session_ids)).order_by(case_tags.c.tag)
        for row in connection.execute(wanted):
            tags[row.session_id] += (row.tag,)
    return tags


def _case(row: Row[Any], profile: PatientProfile, tags: tuple[str, ...], now: datetime) -> Case:
    claim = claim_of(row, now)
    waiting = Holding.WAITING if row.waits else Holding.AGENT
    marks = ((Why.ESCALATED, row.escalated), (Why.UNCLEAR, row.unclear), (Why.NEGATIVE, row.negative))
    return Case(
        session_id=SessionId(row.session_id),
        profile=profile,
        channel=row.channel,
        urgency=Urgency(row.urgency),
        crisis=row.crisis,
        holding=waiting if claim is None else Holding.NURSE,
        cause=Cause(row.reason) if row.reason else None,
        disposition=row.disposition,
        since=row.since,
        last_at=row.last_at,
        messages=row.messages,
        opened_at=row.opened_at,
        handled_at=row.handled_at,
        assigned_to=StaffId(row.assigned_to) if row.assigned_to else None,
        claim=claim,
        patient_id=PatientId(row.patient_id) if row.patient_id else None,
        tags=tags,
        why=(*(why for why, holds in marks if holds), *((Why.RANDOM,) if row.sampled else ())),
    )
