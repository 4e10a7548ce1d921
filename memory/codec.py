"""State as bytes: every type has an explicit tag and version, and nothing is guessed.

MessagePack carries plain values. Whatever MessagePack has no word for travels as an extension, and a
registered dataclass or enum as `[tag, version, fields]`, so that classes may move and change:

* a tag nobody registered, a version from the future, a field nobody knows: `CodecError`;
* an older version: its registered migrations run one after the other, each from `fields` to `fields`.

An exception is stored as its class name only; `bytearray` and `memoryview` come back as `bytes`.

The codec satisfies LangGraph's `SerializerProtocol` without importing it. Types of other packages go
through a delegate (`Codec.delegating`), under an extension of their own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from enum import Enum, IntEnum
from operator import attrgetter
from typing import Any, Protocol, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import ormsgpack

from domain.errors import CodecError

T = TypeVar("T")
Fields: TypeAlias = dict[str, Any]
Migration: TypeAlias = Callable[[Fields], Fields]

FORMAT = "banyi.1"
"""Names this encoding where LangGraph asks for a type; a change of what an `Extension` holds makes it 2."""

_PASS = (
    ormsgpack.OPT_PASSTHROUGH_BIG_INT
    | ormsgpack.OPT_PASSTHROUGH_DATACLASS
    | ormsgpack.OPT_PASSTHROUGH_DATETIME
    | ormsgpack.OPT_PASSTHROUGH_ENUM
    | ormsgpack.OPT_PASSTHROUGH_SUBCLASS
    | ormsgpack.OPT_PASSTHROUGH_TUPLE
    | ormsgpack.OPT_PASSTHROUGH_UUID
)
_NATIVE = frozenset({type(None), bool, int, float, str, bytes, bytearray, memoryview})
_NATIVE_INTEGER_BITS = 63


class Extension(IntEnum):
    """MessagePack extension codes in stored bytes; a number never changes its meaning."""

    TAGGED = 1
    TUPLE = 2
    SET = 3
    FROZENSET = 4
    DATETIME = 5
    DATE = 6
    TIME = 7
    TIMEDELTA = 8
    PAIRS = 9
    INTEGER = 10
    TEXT = 11
    DELEGATED = 12


class Serializer(Protocol):
    """LangGraph's `SerializerProtocol`, as far as a delegate needs it."""

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """The value as a type name and bytes."""

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """The value back."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    cls: type
    tag: str
    version: int
    migrate: Mapping[int, Migration]
    fields: Callable[[Any], Fields]


class Codec:
    """A registry of tagged types and the encoding over them."""

    def __init__(self) -> None:
        self._by_type: dict[type, _Entry] = {}
        self._by_tag: dict[str, _Entry] = {}
        self._delegate: Serializer | None = None
        self._delegated: tuple[str, ...] = ()

    def register(
        self, cls: type[T], *, tag: str, version: int = 1, migrate: Mapping[int, Migration] | None = None
    ) -> type[T]:
        """Store `cls`, a dataclass or an enum, under `tag` and `version`.

        `migrate[n]` turns the fields of version n into those of n + 1; an enum's only field is `value`.

        Raises:
            ValueError: the tag or type is taken, the type is neither dataclass nor enum, or a version
                has no way to the current one.
        """
        steps = dict(migrate or {})
        if tag in self._by_tag or cls in self._by_type:
            raise ValueError(f"{tag} or {cls.__qualname__} is registered already")
        if set(steps) != set(range(1, version)):
            raise ValueError(f"{tag} v{version} needs a migration from each earlier version")
        entry = _Entry(cls=cls, tag=tag, version=version, migrate=steps, fields=_reader(cls))
        self._by_type[cls] = self._by_tag[tag] = entry
        return cls

    def delegating(self, serializer: Serializer, *, packages: tuple[str, ...]) -> Codec:
        """This codec, with types of other `packages` ("langchain_core") left to `serializer`."""
        codec = Codec()
        codec._by_type, codec._by_tag = self._by_type, self._by_tag
        codec._delegate, codec._delegated = serializer, packages
        return codec

    def dumps(self, value: Any) -> bytes:
        """The value as bytes.

        Raises:
            CodecError: a type in it is not registered.
        """
        try:
            return self._pack(value)
        except (RecursionError, ormsgpack.MsgpackEncodeError) as error:
            raise CodecError(type(value).__name__, 0, "cannot be encoded, it may be nested too deeply") from error

    def loads(self, data: bytes) -> Any:
        """The value back, migrated to the current versions.

        Raises:
            CodecError: the bytes are damaged or carry a tag, version or field nothing here knows.
        """
        try:
            return self._unpack(data)
        except (TypeError, ValueError) as error:
            raise CodecError("msgpack", 0, "damaged bytes") from error

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """`FORMAT` and the value as bytes, as LangGraph asks for it."""
        return FORMAT, self.dumps(obj)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """The value back; only `FORMAT` is readable."""
        kind, payload = data
        if kind != FORMAT:
            raise CodecError(kind, 0, "not an encoding of this codec")
        return self.loads(payload)

    def _pack(self, value: Any) -> bytes:
        try:
            return ormsgpack.packb(value, self._extend, _PASS)
        except ormsgpack.MsgpackEncodeError:
            return ormsgpack.packb(self._lowered(value), self._extend, _PASS)

    def _extend(self, value: Any) -> ormsgpack.Ext:
        """What MessagePack has no word for, as an extension."""
        kind = type(value)
        if entry := self._by_type.get(kind):
            return ormsgpack.Ext(Extension.TAGGED, self._pack([entry.tag, entry.version, entry.fields(value)]))
        if plain := _PLAIN.get(kind):
            code, lower = plain
            return ormsgpack.Ext(code, self._pack(lower(value)))
        if self._delegate and kind.__module__.split(".")[0] in self._delegated:
            stored = self._delegate.dumps_typed(value)
            if self._delegate.loads_typed(stored) != value:
                raise CodecError(kind.__qualname__, 0, "the delegate does not read it back")
            return ormsgpack.Ext(Extension.DELEGATED, self._pack(list(stored)))
        if isinstance(value, BaseException):
            return ormsgpack.Ext(Extension.TEXT, kind.__name__.encode())
        raise CodecError(f"{kind.__module__}.{kind.__qualname__}", 0, "the type is not registered")

    def _lowered(self, value: Any) -> Any:
        """What ormsgpack refused, spelt out: dicts with other keys, text with lone surrogates.

        Extending happens here and not in ormsgpack's hook, which would swallow the reason of a failure.
        """
        kind = type(value)
        if kind is str and not _is_unicode(value):
            return ormsgpack.Ext(Extension.TEXT, value.encode("utf-8", "surrogatepass"))
        if kind is list:
            return [self._lowered(item) for item in value]
        if kind is dict:
            if all(type(key) is str and _is_unicode(key) for key in value):
                return {key: self._lowered(item) for key, item in value.items()}
            pairs = [[self._lowered(key), self._lowered(item)] for key, item in value.items()]
            return ormsgpack.Ext(Extension.PAIRS, self._pack(pairs))
        if kind in _NATIVE and not (kind is int and value.bit_length() > _NATIVE_INTEGER_BITS):
            return value
        return self._extend(value)

    def _unpack(self, data: bytes) -> Any:
        try:
            return ormsgpack.unpackb(data, ext_hook=self._restore)
        except ormsgpack.MsgpackDecodeError as error:
            for code, payload in _extensions(data):
                self._restore(code, payload)
            raise CodecError("msgpack", 0, "damaged bytes") from error

    def _restore(self, code: int, data: bytes) -> Any:
        if code == Extension.TAGGED:
            return self._tagged(*self._unpack(data))
        if code == Extension.TEXT:
            return data.decode("utf-8", "surrogatepass")
        content = self._unpack(data)
        if code == Extension.DELEGATED and self._delegate:
            return self._delegate.loads_typed(tuple(content))
        if code in _RAISED:
            return _RAISED[code](content)
        raise CodecError(f"extension {code}", 0, "unknown")

    def _tagged(self, tag: str, version: int, fields: Fields) -> Any:
        entry = self._by_tag.get(tag)
        if entry is None:
            raise CodecError(tag, version, "the tag is not registered")
        if version > entry.version:
            raise CodecError(tag, version, f"is newer than the known version {entry.version}")
        try:
            for step in range(version, entry.version):
                fields = entry.migrate[step](fields)
            return entry.cls(**fields)
        except (TypeError, ValueError, KeyError) as error:
            raise CodecError(tag, version, "its fields do not fit") from error


def _reader(cls: type) -> Callable[[Any], Fields]:
    """How the fields of a `cls` are read."""
    if issubclass(cls, Enum):
        return lambda value: {"value": value.value}
    if not dataclasses.is_dataclass(cls):
        raise ValueError(f"{cls.__qualname__} is neither a dataclass nor an enum")
    names = tuple(field.name for field in dataclasses.fields(cls) if field.init)
    if len(names) < 2:  # noqa: PLR2004 - attrgetter gives a tuple only for two names or more
        return lambda value: {name: getattr(value, name) for name in names}
    read = attrgetter(*names)
    return lambda value: dict(zip(names, read(value), strict=True))


def _extensions(data: bytes) -> list[tuple[int, bytes]]:
    """The outermost extensions in readable bytes, to find the one whose restoring failed."""
    found: list[tuple[int, bytes]] = []
    try:
        ormsgpack.unpackb(data, ext_hook=lambda code, payload: found.append((code, payload)))
    except ormsgpack.MsgpackDecodeError:
        return []
    return found


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= char <= "\udfff" for char in text)


def _clock_fields(value: datetime | time) -> list[Any]:
    """ISO 8601 text, the zone's name if it has one, and `fold`."""
    zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
    if zone is None and value.tzinfo is not None and value.utcoffset() is None:
        raise CodecError(type(value).__name__, 0, "its zone has no fixed offset")
    return [(value.replace(tzinfo=None) if zone else value).isoformat(), zone, value.fold]


def _clock(cls: type[datetime | time]) -> Callable[[list[Any]], datetime | time]:
    def restore(fields: list[Any]) -> datetime | time:
        text, zone, fold = fields
        value = cls.fromisoformat(text)
        return value.replace(tzinfo=ZoneInfo(zone), fold=fold) if zone else value.replace(fold=fold)

    return restore


_PLAIN: dict[type, tuple[Extension, Callable[[Any], Any]]] = {
    tuple: (Extension.TUPLE, list),
    set: (Extension.SET, list),
    frozenset: (Extension.FROZENSET, list),
    datetime: (Extension.DATETIME, _clock_fields),
    date: (Extension.DATE, date.isoformat),
    time: (Extension.TIME, _clock_fields),
    timedelta: (Extension.TIMEDELTA, lambda value: [value.days, value.seconds, value.microseconds]),
    int: (Extension.INTEGER, str),
}

_RAISED: dict[int, Callable[[Any], Any]] = {
    Extension.TUPLE: tuple,
    Extension.SET: set,
    Extension.FROZENSET: frozenset,
    Extension.DATETIME: _clock(datetime),
    Extension.DATE: date.fromisoformat,
    Extension.TIME: _clock(time),
    Extension.TIMEDELTA: lambda fields: timedelta(*fields),
    Extension.PAIRS: dict,
    Extension.INTEGER: int,
}

codec = Codec()
"""The project's registry: each package registers its own state types here when it is imported."""
