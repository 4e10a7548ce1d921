"""The turn as a state machine: nodes and edges, nothing else.

    guard ─► understand ─► triage | booking | guidance | small_talk | handoff ─► … ─► compose ─► check
      └──────────────────────────────────────────────────────────────────────────────►┘

A message may carry several tasks; each task's node hands over to the next.
"""

from __future__ import annotations

from typing import TypeAlias

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent import routing
from agent.deps import TurnContext
from agent.nodes.booking import booking
from agent.nodes.check import check
from agent.nodes.compose import compose
from agent.nodes.guard import guard
from agent.nodes.guidance import guidance
from agent.nodes.handoff import handoff
from agent.nodes.small_talk import small_talk
from agent.nodes.triage import triage
from agent.nodes.understand import understand
from agent.state import Task, TurnInput, TurnState

TurnGraph: TypeAlias = CompiledStateGraph[TurnState, TurnContext, TurnInput, TurnState]


def build(checkpointer: BaseCheckpointSaver[str]) -> TurnGraph:
    """Compile the turn; one run answers one message."""
    graph = StateGraph(TurnState, TurnContext, input_schema=TurnInput)
    graph.add_node("guard", guard)
    graph.add_node("understand", understand)
    tasks = {
        Task.TRIAGE: triage,
        Task.BOOKING: booking,
        Task.GUIDANCE: guidance,
        Task.SMALL_TALK: small_talk,
        Task.HANDOFF: handoff,
    }
    destinations = [*(task.value for task in tasks), "compose"]
    for task, node in tasks.items():
        graph.add_node(task.value, node)
        graph.add_conditional_edges(task.value, routing.next_task, destinations)
    graph.add_node("compose", compose)
    graph.add_node("check", check)
    graph.add_edge(START, "guard")
    graph.add_conditional_edges("guard", routing.after_guard, ["understand", *destinations, END])
    graph.add_conditional_edges("understand", routing.next_task, destinations)
    graph.add_edge("compose", "check")
    graph.add_edge("check", END)
    return graph.compile(checkpointer=checkpointer)
