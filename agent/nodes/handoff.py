"""Asks for a person to join."""

from __future__ import annotations

import structlog
from langgraph.runtime import Runtime

from agent import cards
from agent.conversation import Emergency
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.reply import Say, Show
from agent.state import Task, TurnState, TurnUpdate
from domain.desk import Cause
from domain.errors import Unavailable
from domain.turn import HandoffQueued, Utterance
from understanding.private import mask

log = structlog.get_logger(__name__)


@stage("handoff")
async def handoff(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Queue the conversation once and say honestly where it stands; the agent stays until a nurse comes.

    A desk that does not answer must not silence what else the turn says: a crisis comes this way.
    """
    deps, utterance = runtime.context.deps, runtime.context.utterance
    emergency, draft = state["conversation"].emergency, state["draft"]
    texts = deps.knowledge.texts
    try:
        waiting = await deps.desk.open_for(utterance.session_id)
        position = await deps.desk.request(
            utterance.session_id,
            reason=_reason(utterance),
            urgent=emergency is not None,
            key=f"{utterance.session_id}:{utterance.input_id}",
            now=deps.clock.now(),
            cause=Cause.CRISIS if emergency and emergency.crisis else Cause.ASKED,
        )
    except Unavailable as error:
        log.warning("handoff_unavailable", dependency=error.dependency)
        return TurnUpdate(draft=draft.done_with(Task.HANDOFF).saying(Say(text=texts.say("handoff.unavailable"))))
    text = await _where_it_stands(position, emergency, runtime.context, waiting=waiting)
    parts = (Say(text=text), HandoffQueued(queue_position=position), Show(card=cards.handoff(position)))
    return TurnUpdate(draft=draft.done_with(Task.HANDOFF).saying(*parts))


async def _where_it_stands(position: int, emergency: Emergency | None, context: TurnContext, *, waiting: bool) -> str:
    """Who comes and when; while nobody is there, what is urgent is sent elsewhere and the rest becomes a message."""
    texts, now = context.deps.knowledge.texts, context.deps.clock.now()
    if await context.deps.reception.on_duty(now, urgent=emergency is not None):
        if waiting:
            return texts.say("handoff.already")
        return texts.say("handoff.next") if position <= 1 else texts.say("handoff.queued", ahead=position - 1)
    if emergency is not None:
        return texts.say("handoff.nobody_crisis" if emergency.crisis else "handoff.nobody_urgent")
    next_time = context.deps.reception.next_time(now)
    if not next_time:
        return texts.say("handoff.nobody_plain")
    return texts.say("handoff.left_message" if waiting else "handoff.nobody", next_time=next_time)


def _reason(utterance: Utterance) -> str:
    """What the patient gave as the reason, numbers masked; words said without consent are not passed on."""
    choice = utterance.choice
    said = choice.value if choice and choice.action == cards.HANDOFF else utterance.text
    return mask(said) if said and utterance.consented else "patient"
