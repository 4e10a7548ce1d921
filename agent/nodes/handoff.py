"""Asks for a person to join."""

from __future__ import annotations

import structlog
from langgraph.runtime import Runtime

from agent import cards
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.reply import Say, Show
from agent.state import Task, TurnState, TurnUpdate
from domain.errors import Unavailable
from domain.turn import HandoffQueued, Utterance
from understanding.private import mask

log = structlog.get_logger(__name__)


@stage("handoff")
async def handoff(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Queue the conversation once and say honestly where it stands.

    A desk that does not answer must not silence what else the turn says: a crisis comes this way.
    """
    deps, utterance = runtime.context.deps, runtime.context.utterance
    conversation, draft = state["conversation"], state["draft"]
    texts = deps.knowledge.texts
    try:
        position = await deps.desk.request(
            utterance.session_id,
            reason=_reason(utterance),
            urgent=conversation.emergency is not None,
            key=f"{utterance.session_id}:{utterance.input_id}",
            now=deps.clock.now(),
        )
    except Unavailable as error:
        log.warning("handoff_unavailable", dependency=error.dependency)
        return TurnUpdate(draft=draft.done_with(Task.HANDOFF).saying(Say(text=texts.say("handoff.unavailable"))))
    text = texts.say("handoff.nobody_plain")
    parts = (Say(text=text), HandoffQueued(queue_position=position), Show(card=cards.handoff(position)))
    return TurnUpdate(draft=draft.done_with(Task.HANDOFF).saying(*parts))


def _reason(utterance: Utterance) -> str:
    """What the patient gave as the reason, numbers masked; words said without consent are not passed on."""
    choice = utterance.choice
    said = choice.value if choice and choice.action == cards.HANDOFF else utterance.text
    return mask(said) if said and utterance.consented else "patient"
