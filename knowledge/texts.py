"""The fixed wording of the agent: by id, with named parameters, never rewritten by a model.

The whole wording stands in `fixed_texts.yaml`, so that a hospital can read, edit and sign it in one place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.errors import KnowledgeError
from domain.patient import Purpose
from knowledge.strict import Mark, load

_PARAMETER = re.compile(r"\{([a-z][a-z_]*)\}")
_ID = re.compile(r"[a-z]+(?:\.[a-z0-9_]+)+")


def parameters(text: str) -> frozenset[str]:
    """The names that stand in braces."""
    return frozenset(_PARAMETER.findall(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """One fixed text: what is said, with `{name}` where a value goes, and where it comes from."""

    text: str
    source: str
    mark: Mark

    @property
    def parameters(self) -> frozenset[str]:
        """The names a caller must give."""
        return parameters(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentPurpose:
    """One purpose the patient is asked about; `required` says care beyond guidance needs it."""

    id: Purpose
    title: str
    text: str
    required: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentForm:
    """What the patient agrees to. A changed wording takes a new `version`, and consent is asked anew."""

    version: str
    purposes: tuple[ConsentPurpose, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """The shape of `fixed_texts.yaml`."""

    status: str
    reviewed_by: str | None
    effective: date
    consent: ConsentForm
    texts: dict[str, Wording]
    mark: Mark


class Texts:
    """Every fixed wording, checked when it is loaded and again at each call."""

    def __init__(
        self,
        wordings: Mapping[str, Wording],
        consent: ConsentForm,
        *,
        file: str = "fixed_texts.yaml",
        reviewed_by: str | None = None,
    ) -> None:
        self._wordings = dict(wordings)
        self._file = file
        self.consent = consent
        self.reviewed_by = reviewed_by

    @classmethod
    def load(cls, path: Path) -> Texts:
        """Read and check a wording file.

        Raises:
            KnowledgeError: unknown or missing fields, a malformed id or `{name}`, the same sentence under two
                ids, or a consent form that does not ask for every purpose exactly once.
        """
        content = load(path, _File)
        seen: dict[str, str] = {}
        for text_id, wording in content.texts.items():
            if not _ID.fullmatch(text_id):
                raise wording.mark.error(f"{text_id} 不能作编号，要写成 组.名")
            if re.search(r"[{}]", _PARAMETER.sub("", wording.text)):
                raise wording.mark.error(f"{text_id}：参数要写成 {{name}}，用小写字母")
            if wording.text in seen:
                raise wording.mark.error(f"{text_id} 和 {seen[wording.text]} 说的一样")
            seen[wording.text] = text_id
        asked = [purpose.id for purpose in content.consent.purposes]
        if sorted(asked) != sorted(Purpose):
            raise content.mark.error("同意书要把每个用途问到，各问一次")
        return cls(content.texts, content.consent, file=str(path), reviewed_by=content.reviewed_by)

    def say(self, text_id: str, /, **values: str | int) -> str:
        """The wording `text_id` with its parameters filled in.

        Raises:
            KnowledgeError: no such id, or the values are not exactly the wording's parameters.
        """
        wording = self.wording(text_id)
        if wording.parameters != values.keys():
            wanted = "、".join(sorted(wording.parameters)) or "没有"
            raise wording.mark.error(f"{text_id} 的参数是 {wanted}，给的是 {'、'.join(sorted(values)) or '没有'}")
        return _PARAMETER.sub(lambda match: str(values[match[1]]), wording.text)

    def wording(self, text_id: str) -> Wording:
        """The wording as written.

        Raises:
            KnowledgeError: no such id.
        """
        if text_id not in self._wordings:
            raise KnowledgeError(self._file, 1, f"没有这条文字：{text_id}")
        return self._wordings[text_id]

    def __contains__(self, text_id: object) -> bool:
        return text_id in self._wordings

    def __iter__(self) -> Iterator[str]:
        return iter(self._wordings)

    def __len__(self) -> int:
        return len(self._wordings)
