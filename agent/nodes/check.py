"""The last stage: judges the whole reply and makes the turn's record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import orjson
import structlog
from langgraph.runtime import Runtime

from agent.booking import finding
from agent.concern import Aftermath, aftermath
from agent.conversation import AnsweredInput
from agent.deps import TurnContext
from agent.nodes.stage import stage
from agent.reply import Say
from agent.safety.policy import judge_reply
from agent.state import Draft, Judgement, TurnState, TurnUpdate
from agent.summaries import gist
from domain.clinical import DecisionRecord
from domain.model_call import ModelPurpose
from domain.session import Author, Message
from domain.turn import Generated, Origin, SentenceReady, Source, TurnDone
from understanding.private import mask

log = structlog.get_logger(__name__)

_SPOKEN = frozenset({ModelPurpose.ANSWER, ModelPurpose.WORD})
"""What a model is asked for that the patient may hear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A turn that ran to its end: its last event, and what the archive keeps of it.

    `turns` is how many the conversation has had; `gist_due` says that it grew long enough since its last gist;
    `told` that notices were said.
    """

    done: TurnDone
    messages: tuple[Message, ...]
    decision: DecisionRecord | None
    turns: int = 0
    gist_due: bool = False
    told: bool = False
    aftermath: Aftermath = field(default_factory=Aftermath)


@stage("check")
async def check(state: TurnState, runtime: Runtime[TurnContext]) -> TurnUpdate:
    """Put the reply together as it was said, remember it for a replay, and hand over its record.

    By now all is said, so a place nobody asks about any more is given back here.
    """
    context, draft, before = runtime.context, state["draft"], state.get("remembered")
    conversation = await finding.let_go(before.booking.hold if before else None, state["conversation"], context)
    done = TurnDone(
        text="".join(event.text for event in draft.events if isinstance(event, SentenceReady)),
        origin=_origin(draft),
        label=context.deps.knowledge.texts.say(_label(_origin(draft))),
        sources=_sources(draft),
        timing_ms={name: round(spent, 2) for name, spent in context.timing_ms.items()},
        trace_id=context.trace_id,
        pending=conversation.pending,
        generated=_generated(context) if _origin(draft) is Origin.MODEL else None,
    )
    answered = AnsweredInput(input_id=context.utterance.input_id, events=(*draft.events, done))
    remembered = conversation.knowing(context.gist).ending(answered)
    runtime.stream_writer(
        Finished(
            done=done,
            messages=_messages(context, draft, done),
            decision=_decision(context, draft),
            turns=remembered.turns,
            gist_due=context.counsel.available and gist.due(remembered),
            told=bool(conversation.told),
            aftermath=aftermath(before, conversation, draft),
        )
    )
    free = "".join(part.text for part in draft.parts if isinstance(part, Say) and not part.trusted)
    for violation in judge_reply(free, grave=conversation.grave):
        log.warning("policy_reply", rule_ids=[violation.rule], trace_id=context.trace_id)
    return TurnUpdate(remembered=remembered)


def _origin(draft: Draft) -> Origin:
    """The least certain origin among the parts: one generated sentence makes the reply generated."""
    origins = {part.origin for part in draft.parts if isinstance(part, Say)}
    return next((origin for origin in (Origin.MODEL, Origin.KNOWLEDGE) if origin in origins), Origin.FIXED)


def _label(origin: Origin) -> str:
    return "label.model" if origin is Origin.MODEL else "label.fixed"


def _generated(context: TurnContext) -> Generated | None:
    """The model that wrote what was said, by the last question that came to words for the patient."""
    said = (call for call in reversed(context.counsel.calls) if call.outcome == "done" and call.purpose in _SPOKEN)
    call = next(said, None)
    if call is None:
        return None
    model, _, digest = call.model.partition("@")
    return Generated(model=model, digest=digest, prompt_sha256=call.prompt_sha256)


def _sources(draft: Draft) -> tuple[Source, ...]:
    said = (source for part in draft.parts if isinstance(part, Say) for source in part.sources)
    return tuple(dict.fromkeys(said))


def _messages(context: TurnContext, draft: Draft, done: TurnDone) -> tuple[Message, ...]:
    """The transcript's two lines, numbers typed into the chat masked.

    A form leaves no line, nor do words said without consent.
    """
    utterance = context.utterance
    reply = Message(
        session_id=utterance.session_id,
        author=Author.AGENT,
        text=done.text,
        at=context.deps.clock.now(),
        input_id=utterance.input_id,
        origin=done.origin.value,
        label=done.label,
        trace_id=done.trace_id,
    )
    if not draft.said or not utterance.consented:
        return (reply,)
    patient = Message(
        session_id=utterance.session_id,
        author=Author.PATIENT,
        text=mask(draft.said),
        at=utterance.at,
        input_id=utterance.input_id,
        trace_id=done.trace_id,
    )
    return patient, reply


def _decision(context: TurnContext, draft: Draft) -> DecisionRecord | None:
    calls = tuple(context.counsel.calls)
    if draft.judgement is None and not calls:
        return None
    judgement = draft.judgement or Judgement()
    utterance = context.utterance
    answers = {name: orjson.dumps(value).decode() for name, value in (judgement.answers or {}).items()}
    return DecisionRecord(
        trace_id=context.trace_id,
        session_id=utterance.session_id,
        input_id=utterance.input_id,
        at=context.deps.clock.now(),
        input_sha256=hashlib.sha256((utterance.text if utterance.consented else "").encode()).hexdigest(),
        rule_ids=judgement.rule_ids,
        quotes=judgement.quotes,
        answers=answers,
        disposition=judgement.disposition,
        departments=judgement.departments,
        knowledge_version=context.deps.knowledge.pack.version,
        model=context.counsel.named,
        model_calls=calls,
    )
