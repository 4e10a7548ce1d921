"""Read YAML into frozen dataclasses, refusing whatever the dataclass does not declare.

Every value of the pack passes here, so a slip in a file a nurse edited is found at load time with its
file and line. A dataclass describes its own file: field names are the keys (a trailing underscore is
dropped, so `if_` reads `if`), annotations are the types, defaults make a key optional. A field annotated
`Mark` is not a key: it receives where the value stands, for checks that look at several values at once.

Understood annotations: `str`, `int`, `float` (an integer is fine), `bool`, `date`, `T | None`, `Literal`,
enums (`IntEnum` by name, others by value), `NewType`, `tuple[T, ...]`, `frozenset[T]`, `dict[str, T]` and
`Mapping[str, T]` (in file order), dataclasses, and any class with a classmethod `parse(text)` that raises
`ValueError`.
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, IntEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import yaml

from domain.errors import KnowledgeError

T = TypeVar("T")
Decode: TypeAlias = "Callable[[yaml.Node, str, int], Any]"
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Where a value stands: `line` counts from 1."""

    file: str
    line: int

    def error(self, message: str) -> KnowledgeError:
        """An error that points here."""
        return KnowledgeError(self.file, self.line, message)


def load(path: Path, kind: type[T]) -> T:
    """Read the YAML mapping in `path` as the dataclass `kind`.

    Raises:
        KnowledgeError: the file is missing, not YAML, or not exactly what `kind` declares.
    """
    return parse(_read(path), kind, file=str(path))


def load_list(path: Path, kind: type[T]) -> tuple[T, ...]:
    """Read the YAML list in `path`, each item as `kind`; raises as `load` does."""
    return parse_list(_read(path), kind, file=str(path))


def parse(text: str, kind: type[T], *, file: str, first_line: int = 1) -> T:
    """Read YAML text as `kind`; `first_line` is where the text begins in `file` (front matter)."""
    annotation: Any = kind
    decoded: T = _decoder(annotation)(_compose(text, file, first_line), file, first_line)
    return decoded


def parse_list(text: str, kind: type[T], *, file: str, first_line: int = 1) -> tuple[T, ...]:
    """Read a YAML list, each item as `kind`; raises as `load` does."""
    annotation: Any = kind
    decode = _sequence(_decoder(annotation), tuple)
    decoded: tuple[T, ...] = decode(_compose(text, file, first_line), file, first_line)
    return decoded


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(str(path), 1, f"文件读不出来（{type(error).__name__}）") from error


def _compose(text: str, file: str, first_line: int) -> yaml.Node:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line if error.problem_mark else 0
        raise KnowledgeError(file, first_line + line, f"不是正确的 YAML：{error.problem}") from error
    except yaml.YAMLError as error:
        raise KnowledgeError(file, first_line, "不是正确的 YAML：有读不出来的字符") from error
    if node is None:
        raise KnowledgeError(file, first_line, "文件是空的")
    return node


def _fail(node: yaml.Node, file: str, first_line: int, message: str) -> KnowledgeError:
    return KnowledgeError(file, first_line + node.start_mark.line, message)


@cache
def _decoder(annotation: Any) -> Decode:
    """The function that turns a node into a value of `annotation`."""
    if isinstance(annotation, typing.NewType):
        return _decoder(annotation.__supertype__)
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in {typing.Union, types.UnionType}:
        return _optional(annotation, arguments)
    if origin is Literal:
        return _one_of({str(value): value for value in arguments})
    if origin in {tuple, frozenset}:
        return _sequence(_decoder(arguments[0]), origin)
    if origin in {dict, Mapping}:
        return _mapping(_decoder(arguments[1]))
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        by_name = issubclass(annotation, IntEnum)
        return _one_of({(member.name if by_name else str(member.value)): member for member in annotation})
    if dataclasses.is_dataclass(annotation) and isinstance(annotation, type) and not hasattr(annotation, "parse"):
        return _record(annotation)
    if hasattr(annotation, "parse"):
        return _parsed(annotation.parse)
    raise TypeError(f"no rule reads YAML as {annotation!r}")


def _scalar(kind: str, tags: frozenset[str], convert: Callable[[str], Any]) -> Decode:
    wanted = frozenset(_TAG + tag for tag in tags)

    def decode(node: yaml.Node, file: str, first_line: int) -> Any:
        if not isinstance(node, yaml.ScalarNode) or node.tag not in wanted:
            raise _fail(node, file, first_line, f"这里要写{kind}，写的是{_shown(node)}")
        try:
            return convert(node.value)
        except ValueError as error:
            raise _fail(node, file, first_line, f"这里要写{kind}，写的是{_shown(node)}") from error

    return decode


def _text(value: str) -> str:
    if not value.strip():
        raise ValueError
    return value


def _truth(value: str) -> bool:
    if value not in {"true", "false"}:
        raise ValueError
    return value == "true"


_SCALARS: dict[Any, Decode] = {
    str: _scalar("文字", frozenset({"str"}), _text),
    int: _scalar("整数", frozenset({"int"}), int),
    float: _scalar("数字", frozenset({"int", "float"}), float),
    bool: _scalar(" true 或 false", frozenset({"bool"}), _truth),
    date: _scalar("日期", frozenset({"timestamp"}), date.fromisoformat),
}


def _optional(annotation: Any, arguments: tuple[Any, ...]) -> Decode:
    inner = [argument for argument in arguments if argument is not types.NoneType]
    if len(inner) != 1 or len(arguments) != 2:  # noqa: PLR2004 `T | None` and nothing else
        raise TypeError(f"no rule reads YAML as {annotation!r}")
    decode_inner = _decoder(inner[0])

    def decode(node: yaml.Node, file: str, first_line: int) -> Any:
        return None if node.tag == _TAG + "null" else decode_inner(node, file, first_line)

    return decode


def _one_of(values: dict[str, Any]) -> Decode:
    def decode(node: yaml.Node, file: str, first_line: int) -> Any:
        if isinstance(node, yaml.ScalarNode) and node.value in values:
            return values[node.value]
        raise _fail(node, file, first_line, f"只能写 {'、'.join(values)} 之一，写的是{_shown(node)}")

    return decode


def _parsed(convert: Callable[[str], Any]) -> Decode:
    decode_text = _SCALARS[str]

    def decode(node: yaml.Node, file: str, first_line: int) -> Any:
        text = decode_text(node, file, first_line)
        try:
            return convert(text)
        except ValueError as error:
            raise _fail(node, file, first_line, f"「{text}」: {error}") from error

    return decode


def _sequence(decode_item: Decode, build: Callable[[list[Any]], Any]) -> Decode:
    def decode(node: yaml.Node, file: str, first_line: int) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            raise _fail(node, file, first_line, f"这里要写列表，写的是{_shown(node)}")
        items = [decode_item(item, file, first_line) for item in node.value]
        if build is frozenset and len(set(items)) < len(items):
            raise _fail(node, file, first_line, "同一项写了两次")
        return build(items)

    return decode


def _pairs(node: yaml.Node, file: str, first_line: int) -> list[tuple[yaml.ScalarNode, yaml.Node]]:
    if not isinstance(node, yaml.MappingNode):
        raise _fail(node, file, first_line, f"这里要写“键: 值”，写的是{_shown(node)}")
    seen: set[str] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _fail(key, file, first_line, "键只能是普通文字")
        if key.value in seen:
            raise _fail(key, file, first_line, f"键 {key.value} 写了两次")
        seen.add(key.value)
    return list(node.value)


def _mapping(decode_value: Decode) -> Decode:
    def decode(node: yaml.Node, file: str, first_line: int) -> Any:
        return {key.value: decode_value(value, file, first_line) for key, value in _pairs(node, file, first_line)}

    return decode


def _record(kind: type[Any]) -> Decode:
    hints = typing.get_type_hints(kind)
    fields = [field for field in dataclasses.fields(kind) if field.init]
    marks = [field.name for field in fields if hints[field.name] is Mark]
    keys = {field.name.removesuffix("_"): field for field in fields if field.name not in marks}
    missing = dataclasses.MISSING
    required = {key for key, field in keys.items() if field.default is missing and field.default_factory is missing}
    decoders: dict[str, Decode] = {}  # filled on first use, so that a dataclass may contain itself

    def decode(node: yaml.Node, file: str, first_line: int) -> Any:
        given: dict[str, Any] = {}
        present: set[str] = set()
        for key, value in _pairs(node, file, first_line):
            name = key.value
            if name not in keys:
                raise _fail(key, file, first_line, f"没有 {name} 这一项，可以写：{'、'.join(keys)}")
            if name not in decoders:
                decoders[name] = _decoder(hints[keys[name].name])
            present.add(name)
            given[keys[name].name] = decoders[name](value, file, first_line)
        if absent := sorted(required - present):
            raise _fail(node, file, first_line, f"缺少 {'、'.join(absent)}")
        for name in marks:
            given[name] = Mark(file=file, line=first_line + node.start_mark.line)
        try:
            return kind(**given)
        except ValueError as error:  # a check in the dataclass's own `__post_init__`
            raise _fail(node, file, first_line, str(error)) from error

    return decode


def _shown(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode):
        kind = node.tag.removeprefix(_TAG)
        return f"「{node.value}」" if kind == "str" else f"「{node.value}」（读成了 {kind}；要当文字请加引号）"
    return "一个列表" if isinstance(node, yaml.SequenceNode) else "一组“键: 值”"
