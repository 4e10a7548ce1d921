"""Everything the check has to say about the pack in one directory."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from domain.errors import KnowledgeError
from evals.pack.charts import check_charts
from evals.pack.reading import check_reading
from evals.pack.remark import Remark, refused
from evals.pack.routing import check_routing
from evals.pack.signing import check_signatures
from evals.pack.wording import check_wording
from evals.pack.words import check_words
from knowledge.loader import survey
from knowledge.strict import Mark


def check_pack(directory: Path, doctors: Iterable[tuple[str, Mark]] = ()) -> tuple[Remark, ...]:
    """Errors first, then warnings, each by file and line; a pack without its shape is judged no further."""
    pack, problems = survey(directory)
    remarks = [refused(problem) for problem in problems]
    if pack is not None and not remarks:
        try:
            remarks += [
                *check_charts(pack),
                *check_routing(pack),
                *check_words(pack, directory, doctors),
                *check_wording(pack, directory),
                *check_reading(pack, directory),
                *check_signatures(pack, directory),
            ]
        except KnowledgeError as problem:  # the guide, which the pack itself does not hold
            remarks.append(refused(problem))
    return tuple(sorted({remark.within(directory) for remark in remarks}))
