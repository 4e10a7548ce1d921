"""What the triage learned from a message, in the pack's plain words: 「颈部发硬：无」. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from knowledge.complaints import QuestionKind
from knowledge.pack import Pack
from knowledge.profile import CONDITIONS
from tools.triage.case import Fact, TriageCase
from understanding.private import mask


def readings_of(text: str, case: TriageCase | None, pack: Pack) -> tuple[str, ...]:
    """The facts that rest on this whole message, one line each; none without an interview."""
    if case is None or case.knowledge_version != pack.version:
        return ()
    found = (fact for fact in case.facts if fact.quote and mask(fact.quote) == text)
    return tuple(dict.fromkeys(line for fact in found for line in _plain(fact, pack)))


def _plain(fact: Fact, pack: Pack) -> Iterator[str]:
    """The fact as a doctor reads it; nothing for a name the pack has no words for."""
    complaint = pack.complaints.get(fact.complaint_id)
    for question in complaint.ask if complaint else ():
        if fact.name in question.signs:
            yield f"{question.signs[fact.name]}：{'有' if fact.value else '无'}"
        elif fact.name == question.id and question.type is QuestionKind.BOOL:
            name = CONDITIONS.get(fact.name, question.text.rstrip("？?"))
            yield f"{name}：{'是' if fact.value else '否'}"
        elif fact.name == question.id and question.type is QuestionKind.NUMBER:
            value = f"{fact.value:g}" if isinstance(fact.value, float | int) else str(fact.value)
            yield f"{question.text.rstrip('？?')}：{value}{question.unit}"
        elif fact.name == question.id:
            yield f"{question.text.rstrip('？?')}：{fact.value}"
