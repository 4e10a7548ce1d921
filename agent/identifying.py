"""Who the patient is: the identity form, the one-time code, and how long the answer holds.

Both forms serve two errands: booking, which needs the phone proven, and records, which need the person on file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from agent import asking, cards
from agent.booking.step import Step, knowledge
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.reply import Offer, Show
from domain.errors import Conflict, Expired, InvalidFields, RateLimited
from domain.identity import ChallengeId, CodeFault, IdentityLevel, Proof
from domain.patient import Identity, PatientId
from domain.session import Option, Pending, PendingKind
from domain.turn import Form
from tools.identity import read_identity

IDENTITY_FORM, CODE_FORM = "identity", "code"
FOR, THEN, CHALLENGE = "for", "then", "challenge"
"""Facts of both questions: whose errand it is, what waits for the answer, which code was sent."""
RECORDS, FOLLOW_UP = "records", "follow_up"
GUARDIAN = "guardian"
"""A fact of both questions: the form is of a child's guardian, the child's comes after it."""
HOLDS_FOR = timedelta(minutes=30)
RESEND, CHANGE = "resend", "change"

_CODE = re.compile(r"[0-9]{6}")
_NOT_RECEIVED = re.compile(r"没收到|收不到|没来|没有收|再发|重发|重新发|再来一个|再要一个")
_MISTAKEN = re.compile(r"[填写输打弄]错|重填|重新填|换个?(?:手机|号)|改(?:一?下)?(?:手机|号码|信息)")

Ask: TypeAlias = Callable[[tuple[str, ...]], Step]
"""Shows the identity form again with what is to be mended."""


def at(conversation: Conversation, now: datetime) -> Conversation:
    """The conversation with only what is proven now: too old, or of another person, is not."""
    proof = conversation.proof
    if proof is None or (proof.until > now and proof.relation is conversation.profile.relation):
        return conversation
    return replace(conversation, proof=None, patient_id=None)


def proven(conversation: Conversation, level: IdentityLevel, patient_id: PatientId, now: datetime) -> Conversation:
    """The conversation once somebody has proven who the patient is."""
    relation = conversation.profile.relation
    proof = Proof(level=level, patient_id=patient_id, relation=relation, until=now + HOLDS_FOR)
    return replace(conversation, proof=proof, patient_id=patient_id)


async def take_form(
    conversation: Conversation, form: Form, context: TurnContext, ask: Ask, *, code: bool
) -> Identity | Step:
    """The identity once it is complete, else the next thing to ask; `code` says whether its phone is to be proven."""
    if form.name == CODE_FORM:
        return await _take_code(conversation, form, context)
    try:
        identity = read_identity(form.fields, today=context.deps.clock.now().date())
    except InvalidFields as error:
        return ask(tuple(error.fields.values()))
    return await _send(conversation, identity, context) if code else identity


def is_reply(pending: Pending, value: str) -> bool:
    """Whether a tap answers the code's question."""
    return pending.kind is PendingKind.CODE_FORM and value in {RESEND, CHANGE}


async def reply(conversation: Conversation, value: str, context: TurnContext, ask: Ask) -> Step:
    """Send another code, or have the form filled in anew."""
    pending = conversation.pending
    if value == CHANGE or pending is None:
        return ask(())
    challenge = ChallengeId(pending.facts[CHALLENGE])
    try:
        identity = await context.deps.proving.codes.again(challenge, session_id=context.utterance.session_id)
    except Expired:
        return ask(())
    return await _send(conversation, identity, context)


async def code_in_words(conversation: Conversation, context: TurnContext, ask: Ask) -> Step:
    """What is said while a code is awaited; a code is never taken from the chat."""
    said = context.utterance.text
    if _NOT_RECEIVED.search(said):
        return await reply(conversation, RESEND, context, ask)
    if _MISTAKEN.search(said):
        return ask(())
    return _ask_code(conversation, context, lead="code.in_words")


async def _send(conversation: Conversation, identity: Identity, context: TurnContext) -> Step:
    texts = context.deps.knowledge.texts
    try:
        challenge = await context.deps.proving.send(
            identity,
            session_id=context.utterance.session_id,
            key=context.utterance.input_id,
            wording=lambda code: texts.say("code.sms", code=code),
            now=context.deps.clock.now(),
        )
    except RateLimited:
        return conversation.awaiting(None), (knowledge(texts.say("code.too_many")),)
    return _ask_code(conversation, context, challenge=challenge)


async def _take_code(conversation: Conversation, form: Form, context: TurnContext) -> Identity | Step:
    pending = conversation.pending
    if pending is None or pending.kind is not PendingKind.CODE_FORM:
        return conversation, (knowledge(context.deps.knowledge.texts.say("code.expired")),)
    code = "".join(unicodedata.normalize("NFKC", form.fields.get("code", "")).split())
    if not _CODE.fullmatch(code):
        return _ask_code(conversation, context, lead="code.digits")
    try:
        return await context.deps.proving.codes.redeem(
            ChallengeId(pending.facts[CHALLENGE]),
            code,
            session_id=context.utterance.session_id,
            key=context.utterance.input_id,
            now=context.deps.clock.now(),
        )
    except Conflict as error:
        if error.reason == CodeFault.WRONG:
            return _ask_code(conversation, context, lead="code.wrong")
        return _offer_another(conversation, "code.spent", context)
    except Expired:
        return _offer_another(conversation, "code.expired", context)


def _ask_code(
    conversation: Conversation, context: TurnContext, *, challenge: ChallengeId | None = None, lead: str = "code.sent"
) -> Step:
    """The form for the code of `challenge`, or of the one asked about before."""
    texts = context.deps.knowledge.texts
    conversation, pending = _await_code(conversation, texts.say("code.sent"), challenge, context)
    card = cards.code_form(
        CODE_FORM, title=texts.say("code.title"), label=texts.say("code.label"), why=texts.say("code.why")
    )
    offered = Offer(choices=asking.choices(pending))
    return asking.with_card(conversation, card), (knowledge(texts.say(lead)), Show(card=card), offered)


def _offer_another(conversation: Conversation, text_id: str, context: TurnContext) -> Step:
    """The code is of no use any more; the same identity may have another."""
    text = context.deps.knowledge.texts.say(text_id)
    conversation, pending = _await_code(conversation, text, None, context)
    return conversation, (knowledge(text), Offer(choices=asking.choices(pending)))


def _await_code(
    conversation: Conversation, question: str, challenge: ChallengeId | None, context: TurnContext
) -> tuple[Conversation, Pending]:
    texts, before = context.deps.knowledge.texts, conversation.pending
    carried = (
        {name: before.facts[name] for name in (FOR, THEN, GUARDIAN, CHALLENGE) if name in before.facts}
        if before
        else {}
    )
    held = conversation.booking.hold
    return asking.ask(
        conversation,
        kind=PendingKind.CODE_FORM,
        question=question,
        subject=before.subject if before else (held.id if held else ""),
        options=(
            Option(label=texts.say("code.resend_label"), value=RESEND),
            Option(label=texts.say("code.change_label"), value=CHANGE),
        ),
        facts={**carried, **({CHALLENGE: challenge} if challenge else {})},
    )
