"""Read the pack's directory into a `Pack`, completely or not at all, and gather what keeps it from loading."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from domain.errors import KnowledgeError
from knowledge.checks import problems
from knowledge.complaints import Complaint, Question
from knowledge.departments import Department
from knowledge.follow_up_loading import follow_up_problems, load_follow_up
from knowledge.intents import load_intents
from knowledge.lexicon import load_lexicon
from knowledge.normality import load_normality
from knowledge.pack import Cover, Pack, Vitals
from knowledge.people import load_people
from knowledge.red_flags import RedFlagGroup, red_flags_of
from knowledge.routing import Routing
from knowledge.strict import load, load_list
from knowledge.texts import Texts

DIRECTORY = Path(__file__).parent
"""The pack that comes with the service."""

T = TypeVar("T")


def load_pack(directory: Path = DIRECTORY) -> Pack:
    """Read and check every file of a pack.

    Raises:
        KnowledgeError: anything is missing, malformed, unknown, dead or contradictory; names file and line.
    """
    pack, found = survey(directory)
    if pack is None or found:
        raise found[0]
    return pack


def survey(directory: Path) -> tuple[Pack | None, tuple[KnowledgeError, ...]]:
    """The pack, if every file has its shape, and everything that keeps it from being loaded.

    A file that has not its shape gives its first mistake, and the pack is then not judged as a whole.
    """
    reading = _Reading()
    pack = _read(directory, reading)
    if pack is None:
        return None, tuple(reading.found)
    return pack, (*problems(pack), *follow_up_problems(pack.follow_up, pack.cover, pack.lexicon.unknown))


@dataclass(slots=True)
class _Reading:
    """Reads one file after the other and keeps what was wrong."""

    found: list[KnowledgeError] = field(default_factory=list)

    def part(self, read: Callable[[], T]) -> T | None:
        """What `read` gives, or `None` after a mistake."""
        try:
            return read()
        except KnowledgeError as error:
            self.found.append(error)
            return None

    def files(self, paths: list[Path], kind: type[T]) -> list[T]:
        """Every file as `kind`."""
        loaded = [self.part(lambda path=path: load(path, kind)) for path in paths]  # type: ignore[misc]
        return [one for one in loaded if one is not None]


def _read(directory: Path, reading: _Reading) -> Pack | None:
    """Everything of the directory, or `None` when a part of it could not be read."""
    clinical, lexicon_directory = directory / "clinical", directory / "lexicon"
    cover = reading.part(lambda: load(clinical / "pack.yaml", Cover))
    charts = reading.files(sorted((clinical / "complaints").glob("*.yaml")), Complaint)
    groups = reading.files(sorted((clinical / "red_flags").glob("*.yaml")), RedFlagGroup)
    red_flags = reading.part(lambda: red_flags_of(groups, clinical / "red_flags"))
    departments = reading.part(lambda: load_list(clinical / "departments.yaml", Department))
    routing = reading.part(lambda: load(clinical / "routing.yaml", Routing))
    vitals = reading.part(lambda: load(clinical / "vitals.yaml", Vitals))
    lexicon = reading.part(lambda: load_lexicon(lexicon_directory))
    concepts = lexicon.concepts if lexicon is not None else {}
    normality = reading.part(lambda: load_normality(lexicon_directory / "normality.tsv", concepts)) if lexicon else None
    intents = reading.part(lambda: load_intents(directory / "intents.yaml"))
    people = reading.part(lambda: load_people(directory / "people.yaml"))
    texts = reading.part(lambda: Texts.load(directory / "fixed_texts.yaml"))
    follow_up = reading.part(lambda: load_follow_up(directory / "follow_up"))
    reading.part(lambda: _check_names(charts, departments or ()))
    if reading.found or cover is None or red_flags is None or departments is None or routing is None:
        return None
    if vitals is None or lexicon is None or normality is None or intents is None or people is None or texts is None:
        return None
    if follow_up is None:
        return None
    profile = {question.id: question for question in cover.profile}
    return Pack(
        cover=cover,
        red_flags={rule.id: rule for rule in red_flags},
        complaints={complaint.id: complete(complaint, profile) for complaint in charts},
        departments={department.id: department for department in departments},
        routing=routing,
        vitals=vitals,
        lexicon=lexicon,
        normality=normality,
        intents=intents,
        people=people,
        texts=texts,
        follow_up=follow_up,
    )


def complete(complaint: Complaint, profile: dict[str, Question]) -> Complaint:
    """Add the profile questions the chart's rules need and it does not ask itself."""
    used = frozenset[str]().union(*(condition.names for condition in complaint.conditions))
    missing = [question for name, question in profile.items() if name in used and name not in complaint.supplied]
    return replace(complaint, ask=(*complaint.ask, *missing))


def _check_names(complaints: list[Complaint], departments: tuple[Department, ...]) -> None:
    for complaint in complaints:
        if Path(complaint.mark.file).stem != complaint.id:
            raise complaint.mark.error(f"{complaint.id} 的文件名要叫 {complaint.id}.yaml")
    if len({department.id for department in departments}) < len(departments):
        raise KnowledgeError(departments[0].mark.file, 1, "两个科室的编号一样")
