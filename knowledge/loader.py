"""Read the pack's directory into a `Pack`, completely or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from domain.errors import KnowledgeError
from knowledge.checks import check
from knowledge.complaints import Complaint, Question
from knowledge.departments import Department
from knowledge.intents import load_intents
from knowledge.lexicon import load_lexicon
from knowledge.normality import load_normality
from knowledge.pack import Cover, Pack, Vitals
from knowledge.people import load_people
from knowledge.red_flags import load_red_flags
from knowledge.routing import Routing
from knowledge.strict import load, load_list
from knowledge.texts import Texts

DIRECTORY = Path(__file__).parent
"""The pack that comes with the service."""


def load_pack(directory: Path = DIRECTORY) -> Pack:
    """Read and check every file of a pack.

    Raises:
        KnowledgeError: anything is missing, malformed, unknown, dead or contradictory; names file and line.
    """
    clinical = directory / "clinical"
    cover = load(clinical / "pack.yaml", Cover)
    profile = {question.id: question for question in cover.profile}
    complaints = [load(path, Complaint) for path in sorted((clinical / "complaints").glob("*.yaml"))]
    red_flags = load_red_flags(clinical / "red_flags")
    departments = load_list(clinical / "departments.yaml", Department)
    lexicon = load_lexicon(directory / "lexicon")
    pack = Pack(
        cover=cover,
        red_flags={rule.id: rule for rule in red_flags},
        complaints={complaint.id: complete(complaint, profile) for complaint in complaints},
        departments={department.id: department for department in departments},
        routing=load(clinical / "routing.yaml", Routing),
        vitals=load(clinical / "vitals.yaml", Vitals),
        lexicon=lexicon,
        normality=load_normality(directory / "lexicon" / "normality.tsv", lexicon.concepts),
        intents=load_intents(directory / "intents.yaml"),
        people=load_people(directory / "people.yaml"),
        texts=Texts.load(directory / "fixed_texts.yaml"),
    )
    _check_file_names(pack, complaints, departments)
    check(pack)
    return pack


def complete(complaint: Complaint, profile: dict[str, Question]) -> Complaint:
    """Add the profile questions the chart's rules need and it does not ask itself."""
    used = frozenset[str]().union(*(condition.names for condition in complaint.conditions))
    missing = [question for name, question in profile.items() if name in used and name not in complaint.supplied]
    return replace(complaint, ask=(*complaint.ask, *missing))


def _check_file_names(pack: Pack, complaints: list[Complaint], departments: tuple[Department, ...]) -> None:
    for complaint in complaints:
        if Path(complaint.mark.file).stem != complaint.id:
            raise complaint.mark.error(f"the file of {complaint.id} must be called {complaint.id}.yaml")
    if len(pack.departments) < len(departments):
        raise KnowledgeError(departments[0].mark.file, 1, "two departments have the same id")
