"""The state of one graph run: what is remembered, and this turn's working values.

`remembered` is checkpointed and written by the last stage alone: LangGraph stores the tracked channels of a run
that failed too, and half a turn must never be remembered. `conversation` and `draft` exist for one run only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Annotated, NotRequired, TypedDict

from langgraph.channels import UntrackedValue

from agent.conversation import Conversation
from agent.reply import Part
from domain.clinical import DepartmentId, Disposition, RuleId
from domain.turn import TurnEvent
from understanding.reading import Understanding


class Task(StrEnum):
    """A node that can answer part of a message."""

    TRIAGE = "triage"
    BOOKING = "booking"
    RECORDS = "records"
    GUIDANCE = "guidance"
    SMALL_TALK = "small_talk"
    HANDOFF = "handoff"
    FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What this turn judged, for the decision record."""

    rule_ids: tuple[RuleId, ...] = ()
    quotes: tuple[str, ...] = ()
    answers: dict[str, str] | None = None
    disposition: Disposition | None = None
    departments: tuple[DepartmentId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """This turn's working values.

    `said` is the patient's line in the transcript: the text, or the label that was tapped. `held_text` is
    an earlier message whose red flag was just denied and which is read now. `interrupted` is the id of the
    question that was open when the message came. `alarm` is how much the message is worded like an
    emergency no rule names, `dismissed` the words of a red flag that was denied and is worded like nothing that
    happens, `uncovered` says that nothing understood the message,
    `settled` that the guard has answered already, `replayed` that an earlier turn has.
    """

    understanding: Understanding | None = None
    tasks: tuple[Task, ...] = ()
    parts: tuple[Part, ...] = ()
    judgement: Judgement | None = None
    replayed: bool = False
    settled: bool = False
    said: str = ""
    held_text: str = ""
    interrupted: str = ""
    alarm: float = 0.0
    dismissed: tuple[str, ...] = ()
    uncovered: bool = False
    events: tuple[TurnEvent, ...] = ()

    @property
    def alarming(self) -> bool:
        """Whether the message is worded like an emergency at all."""
        return self.alarm > 0

    def saying(self, *parts: Part) -> Draft:
        """The draft with more to say."""
        return replace(self, parts=(*self.parts, *parts))

    def done_with(self, task: Task) -> Draft:
        """The draft without this task."""
        return replace(self, tasks=tuple(left for left in self.tasks if left is not task))


class TurnState(TypedDict):
    """The graph's channels."""

    remembered: NotRequired[Conversation]
    conversation: Annotated[Conversation, UntrackedValue]
    draft: Annotated[Draft, UntrackedValue]


class TurnInput(TypedDict):
    """What a run starts from; what is remembered comes from its checkpoint."""

    draft: Draft


class TurnUpdate(TypedDict, total=False):
    """What a node may return; a misspelt key is a type error, not a silent loss."""

    remembered: Conversation
    conversation: Conversation
    draft: Draft
