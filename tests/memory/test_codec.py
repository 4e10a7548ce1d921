"""The state codec: everything comes back equal and of its own type, or fails naming its tag."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import Enum, IntEnum, StrEnum
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import clinical, patient, scheduling, session, turn
from domain.clinical import Disposition
from domain.errors import CodecError
from domain.session import Option, Pending, PendingKind
from memory.codec import FORMAT, Codec, Fields
from memory.vocabulary import TAGS, codec

pytestmark = pytest.mark.unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
zones = st.sampled_from([None, UTC, SHANGHAI, ZoneInfo("Europe/Berlin"), timezone(timedelta(hours=5, minutes=45))])
pending = st.builds(
    Pending,
    id=st.text(),
    kind=st.sampled_from(PendingKind),
    question=st.text(),
    subject=st.text(),
    options=st.lists(st.builds(Option, label=st.text(), value=st.text())).map(tuple),
    expires_at=st.none() | st.datetimes(timezones=zones),
    facts=st.dictionaries(st.text(), st.text(), max_size=3),
)
atoms = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters())
    | st.binary()
    | st.datetimes(timezones=zones)
    | st.dates()
    | st.times(timezones=st.sampled_from([None, UTC, SHANGHAI]))
    | st.timedeltas()
    | st.sampled_from(Disposition)
    | pending
)
keys = st.none() | st.booleans() | st.integers() | st.text(st.characters()) | st.dates() | st.sampled_from(PendingKind)
values = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.dictionaries(keys | st.tuples(keys, keys), inner, max_size=4)
        | st.sets(keys, max_size=4)
        | st.frozensets(keys, max_size=4)
    ),
    max_leaves=20,
)


def shape(value: Any) -> Any:
    """The value with the type of every part, so that 1, 1.0 and True differ."""
    if isinstance(value, dict):
        return "dict", [(shape(key), shape(item)) for key, item in value.items()]
    if isinstance(value, list | tuple):
        return type(value), [shape(item) for item in value]
    if isinstance(value, set | frozenset):
        return type(value), sorted(repr(shape(item)) for item in value)
    if isinstance(value, datetime | time):
        return type(value), value.isoformat(), str(value.tzinfo), value.fold
    return type(value), repr(value)


@settings(deadline=None)
@given(values)
def test_every_value_comes_back_equal_and_of_its_own_type(value: Any) -> None:
    """Plain values, dates with their zones, any keys, lone surrogates, large integers, registered types."""
    assert shape(codec.loads(codec.dumps(value))) == shape(value)
    assert shape(codec.loads_typed(codec.dumps_typed(value))) == shape(value)


@settings(deadline=None)
@given(st.binary())
def test_damaged_bytes_are_a_codec_error_and_nothing_else(data: bytes) -> None:
    """Whatever stands in the store, reading gives a value or says what is wrong."""
    with suppress(CodecError):
        codec.dumps(codec.loads(data))


@settings(deadline=None)
@given(values, st.data())
def test_bytes_cut_short_never_pass_for_the_whole(value: Any, data: st.DataObject) -> None:
    """A value that lost its end does not come back."""
    whole = codec.dumps(value)
    with pytest.raises(CodecError):
        codec.loads(whole[: data.draw(st.integers(0, len(whole) - 1))])


def _types(module: ModuleType) -> Iterator[type]:
    for _, cls in inspect.getmembers(module, inspect.isclass):
        is_value = dataclasses.is_dataclass(cls) or issubclass(cls, Enum)
        if cls.__module__ == module.__name__ and is_value:
            yield cls


@pytest.mark.parametrize("module", [clinical, patient, scheduling, session, turn])
def test_every_value_of_the_domain_has_a_tag(module: ModuleType) -> None:
    """A type added to the domain is added to the vocabulary."""
    assert {cls.__name__ for cls in _types(module)} <= {cls.__name__ for cls in TAGS.values()}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The current shape of the example."""

    day: date
    floor: int


class Mood(StrEnum):
    """The current words of the example."""

    CALM = "calm"


@dataclasses.dataclass(frozen=True, slots=True)
class VisitOnce:
    """Its first shape."""

    when: str


@dataclasses.dataclass(frozen=True, slots=True)
class VisitThen:
    """Its second shape."""

    day: date


def _parse(fields: Fields) -> Fields:
    return {"day": date.fromisoformat(fields["when"])}


def _add_floor(fields: Fields) -> Fields:
    return {**fields, "floor": 1}


def test_old_versions_are_migrated_step_by_step() -> None:
    """Version 1 and version 2 both arrive at version 3."""
    first, second, third = Codec(), Codec(), Codec()
    first.register(VisitOnce, tag="visit")
    second.register(VisitThen, tag="visit", version=2, migrate={1: _parse})
    third.register(Visit, tag="visit", version=3, migrate={1: _parse, 2: _add_floor})
    expected = Visit(day=date(2026, 3, 1), floor=1)
    assert third.loads(first.dumps([VisitOnce("2026-03-01")])) == [expected]
    assert third.loads(second.dumps(VisitThen(date(2026, 3, 1)))) == expected


def test_a_renamed_enum_value_is_migrated() -> None:
    """An enum's only field is its value."""

    class Old(StrEnum):
        QUIET = "quiet"

    before, after = Codec(), Codec()
    before.register(Old, tag="mood")
    after.register(Mood, tag="mood", version=2, migrate={1: lambda _: {"value": "calm"}})
    assert after.loads(before.dumps(Old.QUIET)) is Mood.CALM


def test_a_class_may_move_and_be_renamed() -> None:
    """Only the tag counts."""
    before, after = Codec(), Codec()
    before.register(VisitThen, tag="visit")

    @dataclasses.dataclass(frozen=True)
    class Elsewhere:
        day: date

    after.register(Elsewhere, tag="visit")
    assert after.loads(before.dumps(VisitThen(date(2026, 3, 1)))) == Elsewhere(date(2026, 3, 1))


@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"k": (v,)}, lambda v: {1: [{2: v}]}])
def test_what_cannot_be_read_names_its_tag_and_version(wrap: Any) -> None:
    """An unknown tag, a newer version, an unknown field, a missing field: at any depth."""
    writer, empty, older, other = Codec(), Codec(), Codec(), Codec()
    writer.register(Visit, tag="visit", version=2, migrate={1: _parse})
    older.register(Visit, tag="visit")
    other.register(VisitThen, tag="visit", version=2, migrate={1: _parse})
    data = writer.dumps(wrap(Visit(day=date(2026, 3, 1), floor=2)))
    for reader, reason in ((empty, "not registered"), (older, "newer"), (other, "fields do not fit")):
        with pytest.raises(CodecError, match=reason) as failure:
            reader.loads(data)
        assert (failure.value.tag, failure.value.version) == ("visit", 2)


@pytest.mark.parametrize("stray", [object(), VisitThen(date(2026, 3, 1)), Mood.CALM, IntEnum("N", "A").A, UTC])  # type: ignore[attr-defined]  # made here
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"k": (v,)}, lambda v: {1: {"a": v}}])
def test_a_type_nobody_registered_is_never_written(wrap: Any, stray: Any) -> None:
    """Not even a subclass of a plain type."""
    with pytest.raises(CodecError, match="not registered"):
        Codec().dumps(wrap(stray))


def test_registering_twice_or_without_a_way_up_is_refused() -> None:
    """Tags and types are unique, versions have migrations, and only values can be registered."""
    mine = Codec()
    mine.register(Visit, tag="visit")
    with pytest.raises(ValueError, match="registered already"):
        mine.register(VisitThen, tag="visit")
    with pytest.raises(ValueError, match="registered already"):
        mine.register(Visit, tag="other")
    with pytest.raises(ValueError, match="migration"):
        mine.register(VisitThen, tag="then", version=3, migrate={1: _parse})
    with pytest.raises(ValueError, match="neither"):
        mine.register(object, tag="object")


def test_another_encoding_is_refused() -> None:
    """Bytes that say they are of another serializer are not guessed at."""
    with pytest.raises(CodecError, match="not an encoding"):
        codec.loads_typed(("msgpack", codec.dumps(1)))
    assert codec.dumps_typed(1)[0] == FORMAT


def test_nesting_without_end_is_refused() -> None:
    """A value nested too deeply fails when it is written."""
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    with pytest.raises(CodecError, match="deeply"):
        codec.dumps(deep)


def test_an_exception_is_kept_by_name_only() -> None:
    """Its text may hold what a patient said."""
    assert codec.loads(codec.dumps([ValueError("张三说头疼")])) == ["ValueError"]
