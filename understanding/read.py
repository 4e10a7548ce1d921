"""One message, read whole: the lexicon's symptoms joined with numbers, people, intents, wishes and answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from domain.clinical import DepartmentId, Finding, Presence
from domain.session import Pending, PendingKind
from knowledge.pack import Pack
from understanding import durations, severity, vitals
from understanding.answers import asks_age, asks_temperature, read_answer
from understanding.booking import DepartmentNames, read_wish
from understanding.booking_asks import read_ask
from understanding.context import asked, verdict
from understanding.foreign import is_foreign
from understanding.intents import IntentReader
from understanding.people import PeopleReader
from understanding.plain import plain
from understanding.reading import (
    Answer,
    BookingWish,
    DepartmentHint,
    Intent,
    PersonReading,
    Readings,
    SymptomReading,
    Understanding,
)
from understanding.slot_choice import choose_slot

BOOKING_INTENTS = frozenset({"book", "rebook", "slots", "doctor_schedule", "revisit"})
_BOOKING_KINDS = frozenset(
    {
        PendingKind.SLOT_CHOICE,
        PendingKind.DEPARTMENT_CHOICE,
        PendingKind.BOOKING_REVIEW,
        PendingKind.BOOKING_OFFER,
        PendingKind.IDENTITY_FORM,
    }
)
_TRIAGE_KINDS = frozenset(
    {PendingKind.RED_FLAG, PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING, PendingKind.FOLLOW_UP_QUESTION}
)
_ERRANDS = frozenset(
    {
        *("report_query", "report_print", "fee_query", "fee_list", "refund", "invoice", "insurance", "navigate"),
        *("transport", "checkin", "queue", "deposit", "record_copy", "certificate", "visiting", "companion"),
        *("take_home_meds", "remote_insurance", "discharge", "lost", "hours", "complaint", "praise"),
    }
)
"""Intents whose clause tells nothing about what somebody suffers from."""
_BARE_WISH_CHARACTERS = 20
_ASKS_SINCE = re.compile(r"多久|多长时间|什么时候|怎么开始|何时")
_LABELS_KEPT = 4096
_CLAUSE = re.compile(r"[^，。！？；,!?;\n]+")
_FOREIGN = re.compile(r"[A-Za-z]{2,}(?:[\s,.'!?-]+[A-Za-z]+){2,}")
_CHINESE = re.compile(r"[一-鿿]")


class SymptomReader(Protocol):
    """The compiled lexicon, as far as this module needs it."""

    def __call__(self, raw: str, /) -> SymptomReading:
        """The findings, complaints and departments of a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Everything a pack and a hospital say about reading, compiled once; calling it reads one message.

    `doctors` gives the hospital's doctors by full name at the moment of reading.
    """

    symptoms: SymptomReader
    intents: IntentReader
    people: PeopleReader
    departments: DepartmentNames
    doctors: Callable[[], Sequence[str]] = tuple
    _labels: dict[str, tuple[Finding, ...]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        pack: Pack,
        *,
        symptoms: SymptomReader,
        local_names: Iterable[tuple[str, DepartmentId]] = (),
        doctors: Callable[[], Sequence[str]] = tuple,
    ) -> Reader:
        """The reader of a pack and a hospital; `local_names` is what the hospital calls its departments."""
        return cls(
            symptoms=symptoms,
            intents=IntentReader(pack.intents),
            people=PeopleReader(pack.people),
            departments=DepartmentNames(pack.departments.values(), local_names),
            doctors=doctors,
        )

    def __call__(self, text: str, *, pending: Pending | None = None, now: datetime) -> Understanding:
        """One message, read against what was asked last; `now` is aware, in the hospital's zone."""
        said = plain(text)
        medical = self.symptoms(text)
        present = _concepts(medical, Presence.PRESENT)
        absent = _concepts(medical, Presence.ABSENT) - present
        intents = _with_language(self.intents.read(said), said)
        departments, errands = self._departments(said, medical, intents)
        lasting = durations.read(said, now)
        if lasting is None and pending is not None and _ASKS_SINCE.search(pending.question):
            lasting = durations.read(f"{said}开始的", now)
        measured = vitals.read(said)
        answer = read_answer(
            said,
            pending,
            present=present,
            absent=absent,
            mentions=self._about,
            duration=lasting,
            readings=measured,
            held=self._held(said, pending, medical),
        )
        person = self._person(said, pending, answer, now)
        readings = _readings(measured, pending, answer)
        stated = None if _wants(intents, "pressure") else severity.read(said)
        wish = self._wish(said, pending, intents, departments, medical, now, about=person)
        wish, answer = _settle(said, pending, intents, wish, answer, now)
        return Understanding(
            raw=text,
            findings=medical.findings,
            heard=medical.heard,
            complaint_ids=medical.complaint_ids,
            departments=departments,
            errands=errands,
            intents=intents,
            person=person,
            readings=readings,
            severity=stated,
            duration=lasting,
            wish=wish,
            asks=read_ask(said, pending),
            answer=answer,
            educational=medical.educational,
            feels=medical.feels,
            unwell=medical.unwell,
            uncovered=_uncovered(medical.uncovered, intents, answer),
        )

    def _about(self, label: str) -> tuple[Finding, ...]:
        """What an option's label mentions."""
        known = self._labels.get(label)
        if known is None:
            medical = self.symptoms(label)
            known = medical.mentions or medical.findings
            if len(self._labels) < _LABELS_KEPT:
                self._labels[label] = known
        return known

    def _held(self, said: str, pending: Pending | None, medical: SymptomReading) -> bool | None:
        """What the message says of the symptoms a question about the body asks for."""
        if pending is None or pending.kind not in _TRIAGE_KINDS:
            return None
        question = asked(pending.question, lambda sentence: self.symptoms(sentence).findings)
        return verdict(question, said, {one.concept: one.presence for one in medical.findings})

    def _departments(
        self, said: str, medical: SymptomReading, intents: Sequence[Intent]
    ) -> tuple[tuple[DepartmentHint, ...], tuple[DepartmentHint, ...]]:
        """Departments called by name, then those the symptoms lead to; and those only an errand speaks of.

        「血检出了吗」 says where the errand is done, not that somebody is ill.
        """
        named = self.departments.find(said)
        names = {hint.id for hint in named}
        quotes = [intent.quote for intent in intents if intent.id in _ERRANDS]
        complaints = [finding.quote for finding in medical.findings]
        errands = tuple(
            hint
            for hint in medical.departments
            if any(hint.quote in errand and not any(one in errand for one in complaints) for errand in quotes)
        )
        led = (hint for hint in medical.departments if hint.id not in names and hint not in errands)
        return (*named, *led), errands

    def _person(self, said: str, pending: Pending | None, answer: Answer, now: datetime) -> PersonReading:
        person = self.people.read(said, now.date())
        if asks_age(pending) and answer.number is not None:
            return replace(person, age_years=answer.number)
        return person

    def _wish(
        self,
        said: str,
        pending: Pending | None,
        intents: Sequence[Intent],
        departments: Sequence[DepartmentHint],
        medical: SymptomReading,
        now: datetime,
        *,
        about: PersonReading,
    ) -> BookingWish:
        wanted = _wants(intents, *BOOKING_INTENTS)
        if _wants(intents, "cancel") and not wanted:
            return BookingWish()
        in_booking = pending is not None and pending.kind in _BOOKING_KINDS
        told = about.relation is not None or not _bare(said, pending, intents, medical)
        if not wanted and not in_booking and told:
            return BookingWish()
        return read_wish(
            _without_course(said, intents, medical, now), now=now, departments=departments, doctors=self.doctors()
        )


def _concepts(medical: SymptomReading, *presences: Presence) -> frozenset[str]:
    return frozenset(str(one.concept) for one in medical.mentions or medical.findings if one.presence in presences)


def _wants(intents: Sequence[Intent], *ids: str) -> bool:
    return any(intent.id in ids for intent in intents)


def _with_language(intents: tuple[Intent, ...], said: str) -> tuple[Intent, ...]:
    """With `foreign_language` alone when the message is in another language, or in a Latin word nobody knows."""
    if is_foreign(said):
        return (Intent(id="foreign_language", quote=said.strip(), start=0),)
    if intents or _CHINESE.search(said) or not _FOREIGN.search(said):
        return intents
    return (Intent(id="foreign_language", quote=said.strip(), start=0),)


def _bare(said: str, pending: Pending | None, intents: Sequence[Intent], medical: SymptomReading) -> bool:
    """Whether a short message without symptom, measurement or other intent may be a wish (「明天下午」)."""
    if len(said) > _BARE_WISH_CHARACTERS or any(intent.id not in _COURTESIES for intent in intents):
        return False
    if pending is not None and pending.kind in _TRIAGE_KINDS:
        return False
    return not medical.findings and vitals.read(said) == Readings()


_COURTESIES = frozenset({"greeting", "thanks", "go_on", "another_person"})


def _without_course(said: str, intents: Sequence[Intent], medical: SymptomReading, now: datetime) -> str:
    """The message without clauses that only tell symptoms and without since-when (「今天开始」)."""
    for one in durations.find(said, now):
        said = said[: one.start] + "，" * (one.end - one.start) + said[one.end :]
    quotes = [intent.quote for intent in intents if intent.id in BOOKING_INTENTS]
    symptoms = [finding.quote for finding in medical.findings]
    kept = [
        clause
        for clause in _CLAUSE.findall(said)
        if not any(symptom in clause for symptom in symptoms)
        or any(clause in quote or quote in clause for quote in quotes)
    ]
    return "，".join(kept)


def _settle(
    said: str, pending: Pending | None, intents: Sequence[Intent], wish: BookingWish, answer: Answer, now: datetime
) -> tuple[BookingWish, Answer]:
    """Whether words about an appointment choose one that was shown or ask for another."""
    if pending is None or pending.kind not in _BOOKING_KINDS | {PendingKind.CANCEL_CHOICE}:
        return wish, answer
    if pending.kind in {PendingKind.SLOT_CHOICE, PendingKind.CANCEL_CHOICE}:
        changes = _wants(intents, "rebook")
        value = None if changes else choose_slot(said, pending.options, now)
        if value is not None:
            return BookingWish(), replace(answer, ticked=(value,), ordinal=None, yes=None)
        if answer.ordinal is not None and not changes:
            return BookingWish(), answer
        answer = replace(answer, ticked=())
    if answer.yes is False and (wish != BookingWish() or _wants(intents, "rebook")):
        answer = replace(answer, yes=None)
    return wish, answer


def _readings(readings: Readings, pending: Pending | None, answer: Answer) -> Readings:
    if asks_temperature(pending) and answer.number is not None and readings.temperature_celsius is None:
        low, high = vitals.TEMPERATURE_RANGE
        if low <= answer.number <= high:
            return replace(readings, temperature_celsius=answer.number)
    return readings


def _uncovered(stretches: Sequence[str], intents: Sequence[Intent], answer: Answer) -> tuple[str, ...]:
    """Stretches that neither the lexicon nor an intent nor the answer accounts for."""
    if answer != Answer():
        return ()
    return tuple(stretch for stretch in stretches if not any(stretch in intent.quote for intent in intents))
