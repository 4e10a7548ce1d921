"""The hospital's own words: what fills the `{name}`s of the fixed texts that are the same for every patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from knowledge.strict import load


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalWords:
    """Names, phones and desks as patients read them; `retention` is how long conversations are kept, in words."""

    hospital: str
    phone: str
    desk: str
    service_desk: str
    complaint_phone: str
    complaint_office: str
    social_office: str
    retention: str
    next_time: str

    def values(self) -> Mapping[str, str]:
        """Parameter name → what this hospital says there."""
        return asdict(self)


def load_words(path: Path) -> HospitalWords:
    """Read a hospital's words.

    Raises:
        KnowledgeError: the file is missing or not exactly what `HospitalWords` declares.
    """
    return load(path, HospitalWords)
