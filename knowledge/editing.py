"""Fields of the pack's files: read them for a form, and write one back without touching anything beside it.

A key is the way to a value in its file, joined by `/`: `texts/booking.none/text`, `D03/aliases`, `rules/R01/because`.
A list's items are named by their `id`, or by their place. Of a guide page there are `title`, `topics` and `body`; of
a table of the lexicon the `forms` of each name. Comments, order and every other value stay as they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

import yaml

from domain.drafts import FieldValue

BODY = "body"
_FENCE = "---\n"
_TEXT = "tag:yaml.org,2002:str"
_BARE = re.compile(r"[\w.+\-]+")
"""What may stand where a number, a date or a truth stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A value of a file; `of` names what it belongs to, `start` and `end` are its place in the text."""

    key: str
    of: str
    value: FieldValue
    start: int
    end: int
    style: str


def fields(file: str, text: str, patterns: Iterable[str]) -> tuple[Field, ...]:
    """The values of a file whose keys match one of the patterns (`texts/*/text`), in the file's order."""
    wanted = tuple(patterns)
    return tuple(one for one in _every(file, text) if any(_fits(one.key, pattern) for pattern in wanted))


def edited(file: str, text: str, values: Mapping[str, FieldValue]) -> str:
    """The file's text with these fields replaced.

    Raises:
        KeyError: the file has no such field.
        ValueError: a text where a list stands or the other way round, or what cannot stand in such a file.
    """
    found = {one.key: one for one in _every(file, text) if one.key in values}
    for key in values:
        field = found[key]
        if isinstance(field.value, str) is not isinstance(values[key], str):
            raise ValueError(key)
    for field in sorted(found.values(), key=lambda one: -one.start):
        if field.value != values[field.key]:
            text = text[: field.start] + _written(field, values[field.key], text) + text[field.end :]
    return text


def _fits(key: str, pattern: str) -> bool:
    parts, wanted = key.split("/"), pattern.split("/")
    return len(parts) == len(wanted) and all(map(fnmatchcase, parts, wanted))


def _every(file: str, text: str) -> Iterator[Field]:
    if file.endswith(".tsv"):
        yield from _cells(text)
    elif file.endswith(".md"):
        _, front, body = text.split(_FENCE, 2)
        yield from _yaml(front, offset=len(_FENCE))
        start = len(text) - len(body)
        yield Field(key=BODY, of="", value=body.strip(), start=start, end=len(text), style=BODY)
    else:
        yield from _yaml(text, offset=0)


def _cells(text: str) -> Iterator[Field]:
    """The second column of a table, by the first; a name that goes on in a second row is numbered."""
    start, seen = 0, dict[str, int]()
    for number, line in enumerate(text.splitlines(keepends=True)):
        cells = line.rstrip("\n").split("\t")
        if number and not line.startswith("#") and len(cells) > 1:
            name = cells[0]
            seen[name] = seen.get(name, 0) + 1
            key = name if seen[name] == 1 else f"{name} {seen[name]}"
            begin = start + len(name) + 1
            forms = tuple(form.strip() for form in cells[1].split(",") if form.strip())
            yield Field(key=f"{key}/forms", of=name, value=forms, start=begin, end=begin + len(cells[1]), style="cell")
        start += len(line)


def _yaml(text: str, *, offset: int) -> Iterator[Field]:
    root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    if root is not None:
        yield from _leaves(root, (), "", offset)


def _leaves(node: yaml.Node, way: tuple[str, ...], of: str, offset: int) -> Iterator[Field]:
    key = "/".join(way)
    match node:
        case yaml.ScalarNode():
            start, end = node.start_mark.index + offset, node.end_mark.index + offset
            bare = "" if node.tag == _TEXT else "bare"
            yield Field(key=key, of=of, value=node.value, start=start, end=end, style=node.style or bare)
        case yaml.SequenceNode(value=items) if items and all(isinstance(item, yaml.ScalarNode) for item in items):
            end = node.end_mark.index if node.flow_style else items[-1].end_mark.index
            words = tuple(item.value for item in items)
            style = "[" if node.flow_style else "-"
            yield Field(
                key=key, of=of, value=words, start=node.start_mark.index + offset, end=end + offset, style=style
            )
        case yaml.SequenceNode(value=items):
            for place, item in enumerate(items):
                yield from _leaves(item, (*way, _name(item) or str(place)), of, offset)
        case yaml.MappingNode(value=pairs):
            mine = _name(node, ("name", "title", "id")) or "".join(way[-1:]) or of
            for name, value in pairs:
                yield from _leaves(value, (*way, name.value), mine, offset)


def _name(node: yaml.Node, keys: tuple[str, ...] = ("id",)) -> str:
    if not isinstance(node, yaml.MappingNode):
        return ""
    said = {key.value: value.value for key, value in node.value if isinstance(value, yaml.ScalarNode)}
    return next((said[key] for key in keys if key in said), "")


def _written(field: Field, value: FieldValue, text: str) -> str:
    if isinstance(value, str):
        if field.style == BODY:
            return f"\n{value.strip()}\n"
        if field.style == "bare" and _BARE.fullmatch(value):
            return value
        return _scalar(value) + ("\n" if field.style in {"|", ">"} else "")
    match field.style:
        case "cell":
            if not value or any(mark in form for form in value for mark in "\t\n,"):
                raise ValueError(field.key)
            return ",".join(value)
        case "-":
            indent = field.start - text.rfind("\n", 0, field.start) - 1
            return f"\n{' ' * indent}".join(f"- {_scalar(one)}" for one in value)
        case _:
            return f"[{', '.join(map(_scalar, value))}]"


def _scalar(value: str) -> str:
    """As plain text where that reads back as the same text anywhere, else in quotes."""
    try:
        plain = "\n" not in value and yaml.safe_load(f"[{value}]") == [value]
    except yaml.YAMLError:
        plain = False
    return value if plain else json.dumps(value, ensure_ascii=False)
