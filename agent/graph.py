"""The turn as a state machine: nodes and edges, nothing else.

    guard ─► understand ─► triage | booking | records | follow_up | guidance | small_talk | handoff ─► …
      └──────────────────────────────────────────────────────────────────────────► compose ─► check

A message may carry several tasks; each task's node hands over to the next.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeAlias, cast

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from agent import routing
from agent.deps import TurnContext
from agent.nodes.booking import booking
from agent.nodes.check import check
from agent.nodes.compose import compose
from agent.nodes.follow_up import follow_up
from agent.nodes.guard import guard
from agent.nodes.guidance import guidance
from agent.nodes.handoff import handoff
from agent.nodes.records import records
from agent.nodes.small_talk import small_talk
from agent.nodes.stage import Node
from agent.nodes.triage import triage
from agent.nodes.understand import understand
from agent.state import Task, TurnInput, TurnState

TurnGraph: TypeAlias = CompiledStateGraph[TurnState, TurnContext, TurnInput, TurnState]


class Step(Protocol):
    """A node that says what comes next."""

    def __call__(self, state: TurnState, runtime: Runtime[TurnContext]) -> Awaitable[Command[str]]:
        """Work on the state."""


def build(checkpointer: BaseCheckpointSaver[str]) -> TurnGraph:
    """Compile the turn; one run answers one message."""
    graph = StateGraph(TurnState, TurnContext, input_schema=TurnInput)
    tasks = {
        Task.TRIAGE: triage,
        Task.BOOKING: booking,
        Task.RECORDS: records,
        Task.GUIDANCE: guidance,
        Task.SMALL_TALK: small_talk,
        Task.HANDOFF: handoff,
        Task.FOLLOW_UP: follow_up,
    }
    destinations = (*(task.value for task in tasks), "compose")
    graph.add_node("guard", _then(guard, routing.after_guard), destinations=("understand", *destinations, END))
    graph.add_node("understand", _then(understand, routing.next_task), destinations=destinations)
    for task, node in tasks.items():
        graph.add_node(task.value, _then(node, routing.next_task), destinations=destinations)
    graph.add_node("compose", compose)
    graph.add_node("check", check)
    graph.add_edge(START, "guard")
    graph.add_edge("compose", "check")
    graph.add_edge("check", END)
    return graph.compile(checkpointer=checkpointer)


def _then(node: Node, route: Callable[[TurnState], str]) -> Step:
    """The node, going on where `route` says; a conditional edge would read the state anew to find out."""

    async def run(state: TurnState, runtime: Runtime[TurnContext]) -> Command[str]:
        update = await node(state, runtime)
        return Command(update=update, goto=route(cast("TurnState", {**state, **update})))

    return run
