"""Answers an emergency: the fixed words, the call card and the reasons, before anything else."""

from __future__ import annotations

from dataclasses import replace

from agent import cards
from agent.conversation import Conversation, Emergency
from agent.deps import Knowledge, TurnContext
from agent.reply import Part, Say, Show
from agent.state import Draft, Judgement, Task, TurnUpdate
from domain.clinical import (
    DepartmentChoice,
    DepartmentId,
    Disposition,
    Reason,
    RedFlag,
    RuleId,
    TriageResult,
)
from domain.session import Pending
from domain.turn import Escalated
from knowledge.red_flags import RedFlagRule

EMERGENCY_DEPARTMENT = DepartmentId("D01")
AMBULANCE = "120"
LEVEL = "level"
"""Fact of a red flag's question: the disposition it was asked at, which signs may have raised."""
CALL_LABELS = {
    "120": "emergency.call_label",
    "12356": "emergency.call_crisis_label",
    "110": "emergency.call_police_label",
}


def acts(disposition: Disposition, crisis: bool) -> bool:  # noqa: FBT001 the two facts a flag is judged by
    """Whether a flag at this level interrupts everything; a milder one is noted in the case."""
    return crisis or disposition >= Disposition.ED_NOW


def escalate(conversation: Conversation, draft: Draft, flags: tuple[RedFlag, ...], context: TurnContext) -> TurnUpdate:
    """Raise red flags that act at once, the most urgent first; words said without consent are not quoted."""
    texts = context.deps.knowledge.texts
    reasons = tuple(
        Reason(
            text=texts.say("emergency.reason"),
            quote="、".join(flag.anchors) if context.utterance.consented else "",
            rule_id=flag.rule_id,
            source=context.deps.knowledge.pack.cover.cite(flag.sources),
        )
        for flag in flags
    )
    return raise_emergency(
        conversation,
        draft,
        context,
        disposition=max(flag.disposition for flag in flags),
        reasons=reasons,
        first_aid=flags[0].first_aid,
        crisis=any(flag.crisis for flag in flags),
    )


def asked_level(rule: RedFlagRule, pending: Pending, flags: tuple[RedFlag, ...] = ()) -> Disposition:
    """How urgent the red flag behind a question is: as it was asked, or more by what the reply adds."""
    asked = Disposition[pending.facts.get(LEVEL, rule.disposition.name)]
    return max(asked, rule.disposition, *(flag.disposition for flag in flags if flag.rule_id == rule.id))


def confirm(
    conversation: Conversation, draft: Draft, pending: Pending, context: TurnContext, level: Disposition
) -> TurnUpdate:
    """Raise the red flag that was asked about: it was affirmed, left open or met with silence."""
    knowledge = context.deps.knowledge
    rule_id = RuleId(pending.subject)
    rule = knowledge.pack.red_flags[rule_id]
    reason = Reason(
        text=knowledge.texts.say("emergency.reason"),
        quote=pending.facts.get("quotes", ""),
        rule_id=rule_id,
        source=knowledge.pack.cover.cite(rule.sources),
    )
    return raise_emergency(
        conversation,
        draft,
        context,
        disposition=level,
        reasons=(reason,),
        first_aid=rule.first_aid,
        crisis=rule.crisis,
    )


def raise_emergency(
    conversation: Conversation,
    draft: Draft,
    context: TurnContext,
    *,
    disposition: Disposition,
    reasons: tuple[Reason, ...],
    first_aid: str,
    crisis: bool,
) -> TurnUpdate:
    """Settle the turn with an escalation, never below the one that stands; a crisis also rings for a person."""
    knowledge, utterance = context.deps.knowledge, context.utterance
    standing = conversation.emergency
    disposition = max(disposition, standing.disposition) if standing else disposition
    result = _result(knowledge, disposition, reasons)
    heard = conversation.heard_from(utterance)
    rule_ids = tuple(reason.rule_id for reason in reasons)
    return TurnUpdate(
        conversation=replace(
            heard.awaiting(None),
            result=result,
            doubts=(),
            emergency=_kept(conversation, Emergency(disposition=disposition, rule_ids=rule_ids, crisis=crisis)),
        ),
        draft=replace(
            draft.saying(*announce(knowledge, result, first_aid=first_aid, crisis=crisis)),
            judgement=Judgement(
                rule_ids=rule_ids,
                quotes=tuple(reason.quote for reason in reasons),
                disposition=disposition,
                departments=tuple(choice.id for choice in result.departments),
            ),
            tasks=_after(conversation, crisis=crisis),
            settled=True,
        ),
    )


def decided(conversation: Conversation, draft: Draft, result: TriageResult, context: TurnContext) -> TurnUpdate:
    """Raise what the interview found; its judgement is in the draft already."""
    crisis = "CRISIS" in result.flags
    rule_ids = tuple(reason.rule_id for reason in result.reasons)
    return TurnUpdate(
        conversation=replace(
            conversation,
            result=result,
            emergency=_kept(conversation, Emergency(disposition=result.disposition, rule_ids=rule_ids, crisis=crisis)),
        ),
        draft=replace(
            draft.saying(*announce(context.deps.knowledge, result, first_aid="", crisis=crisis)),
            tasks=_after(conversation, crisis=crisis),
        ),
    )


def _after(conversation: Conversation, *, crisis: bool) -> tuple[Task, ...]:
    """Who acts on an emergency besides saying it: a person at a crisis, the staff of a patient followed up."""
    following = (Task.FOLLOW_UP,) if conversation.following else ()
    return (*((Task.HANDOFF,) if crisis else ()), *following)


def _kept(conversation: Conversation, raised: Emergency) -> Emergency:
    """The emergency that stands from now on: a crisis stays one."""
    standing = conversation.emergency
    return replace(raised, crisis=raised.crisis or standing.crisis) if standing else raised


def announce(knowledge: Knowledge, result: TriageResult, *, first_aid: str, crisis: bool) -> tuple[Part, ...]:
    """The escalation, its words and its cards; of a crisis the numbers, of anything else also the reasons."""
    rule_ids = tuple(reason.rule_id for reason in result.reasons)
    escalated = escalation(knowledge, result.disposition, rule_ids, first_aid=first_aid, crisis=crisis)
    rules = [rule for rule_id in rule_ids if (rule := knowledge.pack.red_flags.get(rule_id))]
    numbers = dict.fromkeys(number for rule in rules for number in rule.call) or (AMBULANCE,)
    calls = tuple(Show(card=cards.call(number, knowledge.texts.say(CALL_LABELS[number]))) for number in numbers)
    said: tuple[Part, ...] = (escalated, Say(text=escalated.text), *calls)
    return said if crisis else (*said, Show(card=cards.triage_result(result)))


def escalation(
    knowledge: Knowledge, disposition: Disposition, rule_ids: tuple[RuleId, ...], *, first_aid: str, crisis: bool
) -> Escalated:
    """The escalation itself, as it is raised on receipt and said by the turn."""
    texts = knowledge.texts
    rules = [rule for rule_id in rule_ids if (rule := knowledge.pack.red_flags.get(rule_id))]
    crises = [rule.say for rule in rules if rule.crisis]
    if disposition is Disposition.CALL_120:
        text = texts.say("emergency.call_120", first_aid=f"{first_aid}。" if first_aid else "")
    else:
        text = texts.say("disposition.ed_now")
    if crisis:
        body = text if any(not rule.crisis for rule in rules) else ""
        text = texts.say(crises[0] if crises else "crisis.suicide") + body
    return Escalated(disposition=disposition, rule_ids=rule_ids, text=text, phone=AMBULANCE, crisis=crisis)


def raised(knowledge: Knowledge, flags: tuple[RedFlag, ...]) -> Escalated:
    """The escalation of red flags seen on receipt, before any turn."""
    first = next((flag for flag in flags if flag.certain), flags[0])
    counted = tuple(flag for flag in flags if flag.certain or flag is first)
    return escalation(
        knowledge,
        max(flag.disposition for flag in counted),
        tuple(flag.rule_id for flag in counted),
        first_aid=first.first_aid,
        crisis=any(flag.crisis for flag in counted),
    )


def _result(knowledge: Knowledge, disposition: Disposition, reasons: tuple[Reason, ...]) -> TriageResult:
    department = knowledge.pack.departments[EMERGENCY_DEPARTMENT]
    return TriageResult(
        disposition=disposition,
        title=knowledge.texts.say(f"triage.title_{disposition.name.lower()}"),
        reasons=reasons,
        departments=(
            DepartmentChoice(
                id=EMERGENCY_DEPARTMENT, name=department.name, why=knowledge.texts.say("emergency.department_why")
            ),
        ),
        safety_net=(),
        self_care=(),
        complaint_ids=(),
        flags=(),
        knowledge_version=knowledge.pack.version,
    )
