"""The numbered texts an answer may rest on: passages of the guide, and what was looked up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.model.data import Block, block
from agent.safety.grounding import Lack, ground, lacks
from agent.safety.injection import inspect
from domain.ports import Passage
from domain.turn import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text; `source` is what the patient sees it as."""

    kind: Block
    content: str
    source: Source


@dataclass(slots=True)
class Evidence:
    """What the model was given to answer from, in the order of its numbers; `known` are names to look out for."""

    known: frozenset[str] = frozenset()
    texts: list[Text] = field(default_factory=list)

    def add(self, kind: Block, content: str, source: Source) -> str:
        """Take a text in; the block the model reads, with its number."""
        self.texts.append(Text(kind=kind, content=content, source=source))
        return block(kind, content, id_=str(len(self.texts)))

    def cited(self, numbers: Sequence[int]) -> tuple[Text, ...]:
        """The texts of these numbers; a number that was never given is no text."""
        return tuple(self.texts[number - 1] for number in numbers if 0 < number <= len(self.texts))

    def lacks(self, sentence: str, texts: Sequence[Text]) -> tuple[Lack, ...]:
        """What of a sentence these texts do not bear out."""
        return lacks(sentence, ground([text.content for text in texts], self.known))


def honest(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """The passages without those that give orders to the machine: such a page is nobody's guide."""
    return tuple(one for one in passages if not inspect(f"{one.title}\n{one.section}\n{one.text}").tricks)


def content(passage: Passage) -> str:
    """A passage as it is read and as sentences are held against it."""
    return f"{passage.title}\n{passage.section}\n{passage.text}"
