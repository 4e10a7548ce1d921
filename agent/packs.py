"""The packs at work: new conversations take the newest, an interview under way finishes on the one it began with.

Whatever pack an interview is on, its messages are screened for red flags, and its fixed texts said, by the
newest one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.conversation import Conversation
from agent.deps import Knowledge
from domain.clinical import RuleId, Screening
from domain.guide import GuidePage
from domain.session import PendingKind
from knowledge.logic import Value
from knowledge.pack import Pack
from knowledge.red_flags import RedFlagRule
from tools.triage.case import TriageCase

MOST_EARLIER = 1
"""Packs held besides the newest, some 50 MB each; an interview on one let go is asked anew on the newest."""
UNDER_WAY = frozenset({PendingKind.TRIAGE_QUESTION, PendingKind.CARD_CLOSING, PendingKind.RED_FLAG})


@dataclass(slots=True)
class _Earlier:
    """A pack as it was released, as an interview is finished on it now, and when one last was (seconds)."""

    released: Knowledge
    finishing: Knowledge
    used_at: float


class Library:
    """The newest pack and the ones interviews are still on. One thread of control swaps and reads."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._newest = knowledge
        self._earlier: dict[str, _Earlier] = {}

    @property
    def newest(self) -> Knowledge:
        """What new conversations take."""
        return self._newest

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions held, the newest first."""
        return (self._newest.pack.version, *reversed(self._earlier))

    def release(self, knowledge: Knowledge, *, at: float) -> None:
        """Make `knowledge` the newest, at once and whole; `at` is a steady clock's time in seconds."""
        before, self._newest = self._newest, knowledge
        released = [one.released for one in self._earlier.values()]
        times = {version: one.used_at for version, one in self._earlier.items()}
        kept = [one for one in (*released, before) if one.pack.version != knowledge.pack.version][-MOST_EARLIER:]
        self._earlier = {
            one.pack.version: _Earlier(one, _finishing(one, knowledge), times.get(one.pack.version, at)) for one in kept
        }

    def retire(self, *, unused_since: float) -> int:
        """Let go of the packs no interview was on since then; returns how many went."""
        gone = [version for version, one in self._earlier.items() if one.used_at < unused_since]
        for version in gone:
            del self._earlier[version]
        return len(gone)

    def of(self, conversation: Conversation | None, *, at: float) -> Knowledge:
        """What the next turn of a conversation works with."""
        version = self._under_way(conversation) if conversation is not None and self._earlier else None
        earlier = self._earlier.get(version) if version is not None else None
        if earlier is None:
            return self._newest
        earlier.used_at = at
        return earlier.finishing

    def flag(self, rule_id: RuleId) -> RedFlagRule:
        """A red flag as the newest pack has it, or the last that had it.

        Raises:
            KeyError: no pack held has it.
        """
        for held in (self._newest, *(one.released for one in reversed(self._earlier.values()))):
            if rule_id in held.pack.red_flags:
                return held.pack.red_flags[rule_id]
        raise KeyError(rule_id)

    def _under_way(self, conversation: Conversation) -> str | None:
        """The version an open question belongs to; a red flag the newest pack dropped is answered where it stands."""
        pending = conversation.pending
        if pending is None or pending.kind not in UNDER_WAY:
            return None
        if conversation.case is not None:
            return conversation.case.knowledge_version
        if pending.kind is not PendingKind.RED_FLAG or RuleId(pending.subject) in self._newest.pack.red_flags:
            return None
        asked_by = (
            version for version, one in self._earlier.items() if RuleId(pending.subject) in one.released.pack.red_flags
        )
        return next(asked_by, None)

    def screen(self, text: str, recent: tuple[str, ...] = (), facts: Mapping[str, Value] | None = None) -> Screening:
        """The newest pack's emergency screen."""
        return self._newest.screen(text, recent, facts)

    def say(self, text_id: str, /, **values: str | int) -> str:
        """The newest pack's fixed text."""
        return self._newest.texts.say(text_id, **values)

    def guide_page(self, entry_id: str) -> GuidePage | None:
        """A subject of the newest pack's guide."""
        return self._newest.guide.page(entry_id)

    def __contains__(self, text_id: object) -> bool:
        return text_id in self._newest.texts


def _finishing(earlier: Knowledge, newest: Knowledge) -> Knowledge:
    """The earlier charts and words with the newest screen, red flags and texts; flags that were dropped stay known."""
    pack = replace(
        earlier.pack,
        red_flags={**earlier.pack.red_flags, **newest.pack.red_flags},
        texts=newest.pack.texts,
    )
    return replace(earlier, pack=pack, screen=newest.screen, texts=newest.texts, guide=newest.guide)


def moved(case: TriageCase, pack: Pack) -> TriageCase:
    """The case on the pack at work; one begun on a pack that is gone keeps what was said and is asked anew.

    A chart of the new pack may mean something else by the same name, so no answer is carried over. What was
    raised stays raised.
    """
    if case.knowledge_version == pack.version:
        return case
    return replace(case, knowledge_version=pack.version, facts=(), asked=(), earlier={})
