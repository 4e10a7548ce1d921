"""Compiles one released pack for one hospital into everything the conversation knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from agent.deps import FollowUpReader, Knowledge
from agent.phrases import Phrases
from agent.screen import Screen
from domain.scheduling import HospitalDepartment
from knowledge.guidebook import load_guide
from knowledge.loader import DIRECTORY, load_pack
from knowledge.wordings import load_wordings
from knowledge.words import load_words
from tools.guidance.guide import HospitalGuide
from tools.guidance.meanings import Meanings
from tools.triage.red_flags import RedFlags
from tools.triage.resemblance import Resemblance
from understanding.chart_answers import ChartReader
from understanding.lexicon import Lexicon
from understanding.normality import Normalities
from understanding.read import Reader
from understanding.reading import SymptomReading
from understanding.symptoms import Symptoms


def open_knowledge(
    departments: Sequence[HospitalDepartment],
    *,
    booking_rules: tuple[str, ...],
    doctors: Callable[[], Sequence[str]],
    directory: Path = DIRECTORY,
    meanings: Meanings | None = None,
) -> Knowledge:
    """Load and compile the pack of `directory` for a hospital with these departments and doctors.

    `meanings` finds passages of the guide by their meaning, where something keeps it up to date.

    Raises:
        KnowledgeError: something in the pack is wrong; names file and line.
    """
    pack = load_pack(directory)
    lexicon = Lexicon(
        pack.lexicon,
        pack.patterns,
        complaints={one.id: one.aliases for one in pack.complaints.values()},
    )
    questions = {rule.question for rule in pack.red_flags.values()}
    reader = Reader.of(
        pack,
        symptoms=_medical(
            lexicon, Normalities(lexicon, pack.normality), ChartReader(lexicon, pack.complaints.values())
        ),
        local_names=[(one.name, one.id) for one in departments],
        doctors=doctors,
    )
    resemblance = Resemblance(load_wordings(directory / "clinical" / "wordings", pack.red_flags))
    return Knowledge(
        pack=pack,
        texts=Phrases(pack.texts, load_words(directory / "hospital" / "words.yaml").values()),
        reader=reader,
        screen=Screen(RedFlags(pack.red_flags.values(), lexicon), lexicon, resemblance, questions=questions),
        follow_up=_answers(lexicon, ChartReader(lexicon, pack.follow_up.courses.values())),
        guide=HospitalGuide(load_guide(directory / "guide"), meanings),
        booking_rules=booking_rules,
        names=frozenset(
            [one.name for one in departments] + [one.name for one in pack.departments.values()] + list(doctors())
        ),
    )


def _answers(lexicon: Lexicon, charts: ChartReader) -> FollowUpReader:
    """Answers of the follow-up plans in a message; who heard it just before is not asked twice."""
    return lambda raw: charts(lexicon.hear(raw))


def _medical(lexicon: Lexicon, normalities: Normalities, charts: ChartReader) -> Callable[[str], SymptomReading]:
    """Symptoms and chart answers of a message that is heard once."""
    symptoms = Symptoms(lexicon)

    def read(raw: str) -> SymptomReading:
        heard = normalities.deny(lexicon.hear(raw))
        return replace(
            symptoms.read(heard),
            heard=charts(heard),
            mentions=normalities.mentions(heard),
        )

    return read
