"""The words of the pack: what patients say, and which concept each wording means.

Tab-separated files with one header line; `#` begins a remark. Forms are separated by commas; a form
written `<name>` stands for everything that concept covers.

    symptoms.tsv      what patients complain of: forms, departments (best first), complaint, danger note
    names.tsv         diseases, procedures, tests, wishes, drugs, with the departments they lead to
    body_parts.tsv    parts of the body           sensations.tsv    what is felt or seen there
    words.tsv         word classes the red flags are written with
    compositions.tsv  concepts that arise from others standing close together (`<胸口>~<疼>`)
    guards.tsv        everyday words whose inner syllables mean nothing clinical (血压, 面包, 热死了)
    cues.tsv          what a negation, a memory, a supposition or a general question is recognised by
    noise.tsv         miswritings and dialect with the context they need
    measures.tsv      numbers that are a concept by themselves (体温 ≥ 39, 血氧 < 90)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from domain.clinical import DepartmentId
from domain.errors import KnowledgeError
from knowledge.patterns import Pattern, Term, terms


class Kind(StrEnum):
    """What sort of thing a concept is."""

    SYMPTOM = "symptom"
    DISEASE = "disease"
    PROCEDURE = "procedure"
    TEST = "test"
    WISH = "wish"
    DRUG = "drug_class"
    PART = "part"
    SENSATION = "sensation"
    WORD = "word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One concept and its surface forms.

    `members` are concepts whose every mention is also a mention of this one; `group` is the region of a
    body part or the sort of a sensation; `departments` are ranked, best first, for an adult.
    """

    name: str
    kind: Kind
    forms: tuple[str, ...]
    members: tuple[str, ...] = ()
    departments: tuple[DepartmentId, ...] = ()
    complaint: str | None = None
    group: str = ""
    danger: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """Concept `name` is mentioned wherever one of these one-part patterns is found."""

    name: str
    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Miswriting:
    """`wrong` is read as `right` too, where `context` is found in the message (`None`: anywhere)."""

    wrong: str
    right: str
    context: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number with this `unit` within [`low`, `high`], one of `before` shortly before it, is concept `name`.

    An empty `before` needs nothing before; an empty `unit` accepts any.
    """

    name: str
    before: re.Pattern[str] | None
    unit: re.Pattern[str]
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Everything the lexicon is compiled from.

    A guard hides shorter words inside it; where its value is true also words that begin inside it (舌头疼
    is no headache).
    """

    concepts: dict[str, Concept] = field(default_factory=dict)
    compositions: tuple[Composition, ...] = ()
    guards: dict[str, bool] = field(default_factory=dict)
    cues: dict[str, tuple[str, ...]] = field(default_factory=dict)
    noise: tuple[Miswriting, ...] = ()
    measures: tuple[Measure, ...] = ()

    def unknown(self, used: frozenset[Term]) -> tuple[str, ...]:
        """Names among `used` terms that are no concept here."""
        return tuple(sorted(term.text for term in used if not term.literal and term.text not in self.concepts))


_FILES = (
    ("symptoms.tsv", ("name", "forms", "departments", "complaint", "danger")),
    ("names.tsv", ("name", "forms", "kind", "departments")),
    ("body_parts.tsv", ("name", "forms", "region", "departments")),
    ("sensations.tsv", ("name", "forms", "kind", "departments")),
    ("words.tsv", ("name", "forms")),
)
_SHORTEST_NAME = 2
_MEMBER = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    file: str
    line: int
    cells: dict[str, str]

    def error(self, message: str) -> KnowledgeError:
        return KnowledgeError(self.file, self.line, message)

    def list(self, column: str) -> tuple[str, ...]:
        items = [item.strip() for item in self.cells[column].split(",")]
        if items == [""]:
            return ()
        if "" in items:
            raise self.error(f"{column} 里有一项是空的")
        return tuple(dict.fromkeys(items))


def load_lexicon(directory: Path) -> Vocabulary:
    """Read the lexicon's files.

    Raises:
        KnowledgeError: a file is missing, a row has the wrong number of columns, a name is used that
            does not exist, or a pattern, expression or number cannot be read.
    """
    concepts: dict[str, Concept] = {}
    uses: list[tuple[_Row, tuple[str, ...]]] = []
    for file, columns in _FILES:
        for row in _rows(directory / file, columns):
            concept = _concept(file, row)
            concepts[concept.name] = _merged(concepts.get(concept.name), concept)
            uses.append((row, concept.members))
    measures = tuple(
        _measure(row) for row in _rows(directory / "measures.tsv", ("name", "before", "unit", "low", "high"))
    )
    for measure in measures:
        concepts.setdefault(measure.name, Concept(name=measure.name, kind=Kind.WORD, forms=()))
    compositions = []
    for row in _rows(directory / "compositions.tsv", ("name", "patterns")):
        composition = _composition(row)
        compositions.append(composition)
        uses.append((row, tuple(term.text for term in terms(composition.patterns) if not term.literal)))
        name = row.cells["name"]
        concepts.setdefault(name, Concept(name=name, kind=Kind.WORD, forms=()))
    vocabulary = Vocabulary(
        concepts=concepts,
        compositions=tuple(compositions),
        guards=dict(_guard(row) for row in _rows(directory / "guards.tsv", ("form", "reach"))),
        cues={row.cells["kind"]: row.list("forms") for row in _rows(directory / "cues.tsv", ("kind", "forms"))},
        noise=tuple(_miswriting(row) for row in _rows(directory / "noise.tsv", ("wrong", "right", "kind", "context"))),
        measures=measures,
    )
    for row, names in uses:
        for name in names:
            if name not in concepts:
                raise row.error(f"没有概念 <{name}>")
    return vocabulary


def _rows(path: Path, columns: tuple[str, ...]) -> list[_Row]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise KnowledgeError(str(path), 1, f"文件读不出来（{type(error).__name__}）") from error
    if tuple(lines[0].split("\t")) != columns:
        raise KnowledgeError(str(path), 1, f"各列要是 {'、'.join(columns)}")
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        if not line or line.startswith("#"):
            continue
        cells = line.split("\t")
        if len(cells) != len(columns):
            raise KnowledgeError(str(path), number, f"应有 {len(columns)} 列，这里有 {len(cells)} 列")
        rows.append(_Row(file=str(path), line=number, cells=dict(zip(columns, cells, strict=True))))
    return rows


def _concept(file: str, row: _Row) -> Concept:
    name, cells = row.cells["name"], row.cells
    if file == "names.tsv":
        try:
            kind = Kind(cells["kind"])
        except ValueError as error:
            raise row.error(f"没有这个类别：{cells['kind']}") from error
    else:
        kind = {"symptoms.tsv": Kind.SYMPTOM, "body_parts.tsv": Kind.PART, "sensations.tsv": Kind.SENSATION}.get(
            file, Kind.WORD
        )
    items = row.list("forms")
    members = tuple(match[1] for item in items if (match := _MEMBER.fullmatch(item)))
    forms = tuple(item for item in items if not item.startswith("<"))
    if (
        kind is not Kind.WORD
        and "（" not in name
        and (len(name) >= _SHORTEST_NAME or kind in {Kind.PART, Kind.SENSATION})
    ):
        forms = (name, *(form for form in forms if form != name))
    return Concept(
        name=name,
        kind=kind,
        forms=forms,
        members=tuple(member for member in members if member != name),
        departments=tuple(DepartmentId(item) for item in row.list("departments")) if "departments" in cells else (),
        complaint=cells.get("complaint") or None,
        group=cells.get("region") or (cells["kind"] if file == "sensations.tsv" else ""),
        danger=cells.get("danger", ""),
    )


def _merged(first: Concept | None, second: Concept) -> Concept:
    """The first file that names a concept decides what it is; later ones add forms and members."""
    if first is None:
        return second
    return Concept(
        name=first.name,
        kind=first.kind,
        forms=tuple(dict.fromkeys(first.forms + second.forms)),
        members=tuple(dict.fromkeys(first.members + second.members)),
        departments=first.departments or second.departments,
        complaint=first.complaint or second.complaint,
        group=first.group or second.group,
        danger=first.danger or second.danger,
    )


def _composition(row: _Row) -> Composition:
    patterns = []
    for text in row.cells["patterns"].split(";"):
        try:
            pattern = Pattern.parse(text)
        except ValueError as error:
            raise row.error(str(error)) from error
        if len(pattern.parts) != 1:
            raise row.error(f"「{text}」：组合只能有一段，不能用 + 和 &")
        patterns.append(pattern)
    return Composition(name=row.cells["name"], patterns=tuple(patterns))


def _guard(row: _Row) -> tuple[str, bool]:
    reach = row.cells["reach"]
    if reach not in {"inside", "edge"}:
        raise row.error(f"reach 只能写 inside 或 edge，写的是 {reach}")
    return row.cells["form"], reach == "edge"


def _miswriting(row: _Row) -> Miswriting:
    context = row.cells["context"]
    return Miswriting(
        wrong=row.cells["wrong"],
        right=row.cells["right"],
        context=None if context == "*" else _expression(row, context),
    )


def _measure(row: _Row) -> Measure:
    cells = row.cells
    try:
        low, high = float(cells["low"]), float(cells["high"])
    except ValueError as error:
        raise row.error("low 和 high 要写数字") from error
    return Measure(
        name=cells["name"],
        before=_expression(row, cells["before"]) if cells["before"] else None,
        unit=_expression(row, cells["unit"]),
        low=low,
        high=high,
    )


def _expression(row: _Row, text: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise row.error(f"不是正确的正则表达式：{text}（{error}）") from error
