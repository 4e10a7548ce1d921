"""What the answers of a follow-up come to: alerts for the staff, words for the patient, an emergency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from agent import asking, emergency
from agent.booking.step import NO, YES
from agent.conversation import Conversation
from agent.deps import TurnContext
from agent.follow_up.replies import within
from agent.follow_up.sitting import Sitting
from agent.reply import Offer, Part, Say
from agent.state import Draft, Task, TurnUpdate
from domain.clinical import Disposition, Reason, RuleId
from domain.follow_up import CarePlanId, TaskId
from domain.follow_up_alert import Alert, AlertId, AlertLevel
from domain.patient import PatientId
from domain.session import Option, PendingKind
from domain.turn import Origin
from tools.follow_up import course as courses
from tools.follow_up.readings import Verdict, of_table

UNSETTLED = Verdict(
    rule_id=RuleId("follow_up.unsettled"),
    disposition=None,
    level=AlertLevel.AMBER,
    within_hours=24.0,
    because="有的问题没有说清楚，护士会再了解",
    src=("OK",),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A verdict with the patient's words it rests on; `crisis` starts the safety protocol."""

    verdict: Verdict
    quote: str = ""
    crisis: bool = False

    @property
    def acts(self) -> bool:
        """Whether it interrupts everything."""
        return self.crisis or (self.verdict.disposition or Disposition.HOME) >= Disposition.ED_NOW


def held(sitting: Sitting, context: TurnContext, *, complete: bool) -> tuple[Held, ...]:
    """Everything that holds by now, the most urgent first."""
    course, response = sitting.course, sitting.response
    quotes = {item.link_id: item.quote for item in response.items}
    found = [
        Held(
            verdict=Verdict(
                rule_id=one.rule_id,
                disposition=one.rule.d,
                level=one.rule.level,
                within_hours=one.rule.within_hours,
                because=one.rule.because,
                src=one.rule.src,
            ),
            quote="、".join(dict.fromkeys(quotes[link] for link in one.links if quotes[link])),
            crisis=one.rule.crisis,
        )
        for one in courses.findings(course, response, sitting.known)
    ]
    known = courses.facts(course, response, sitting.known)
    own = courses.measured_names([rule for _, rule in course.rules])
    found += [Held(verdict=one) for one in of_table(context.deps.knowledge.pack.vitals, known, beside=own)]
    if complete and courses.unsettled(course, response):
        found.append(Held(verdict=UNSETTLED))
    return tuple(sorted(found, key=_urgency, reverse=True))


def _urgency(one: Held) -> tuple[bool, int, bool, float]:
    verdict = one.verdict
    return one.crisis, verdict.disposition or 0, verdict.level is AlertLevel.RED, -verdict.within_hours


async def alert(
    one: Held,
    patient_id: PatientId,
    source: str,
    context: TurnContext,
    *,
    care_plan_id: CarePlanId | None = None,
    task_id: TaskId | None = None,
) -> None:
    """Raise the alert a verdict asks for; the same source and rule raise one once."""
    level = one.verdict.level
    if level is None:
        return
    asked = alert_of(one, level, patient_id, source, context, care_plan_id=care_plan_id, task_id=task_id)
    await context.deps.follow_up.alerts.raise_alert(asked)


def alert_of(
    one: Held,
    level: AlertLevel,
    patient_id: PatientId,
    source: str,
    context: TurnContext,
    *,
    care_plan_id: CarePlanId | None = None,
    task_id: TaskId | None = None,
) -> Alert:
    """The alert of a verdict, raised now."""
    verdict, now = one.verdict, context.deps.clock.now()
    return Alert(
        id=AlertId(f"{source}:{verdict.rule_id.partition('@')[0]}"),
        patient_id=patient_id,
        level=level,
        rule_id=verdict.rule_id,
        text=verdict.because,
        quote=one.quote,
        disposition=verdict.disposition,
        raised_at=now,
        act_by=now + timedelta(hours=verdict.within_hours),
        care_plan_id=care_plan_id,
        task_id=task_id,
        session_id=context.utterance.session_id,
    )


def raise_emergency(conversation: Conversation, draft: Draft, one: Held, context: TurnContext) -> TurnUpdate:
    """The emergency a verdict is, as any other is raised; what was said is remembered once."""
    verdict = one.verdict
    update = emergency.raise_emergency(
        conversation,
        draft,
        context,
        disposition=verdict.disposition or Disposition.VISIT_24H,
        reasons=(
            Reason(
                text=verdict.because,
                quote=one.quote,
                rule_id=verdict.rule_id,
                source=context.deps.knowledge.pack.cover.cite(verdict.src),
            ),
        ),
        first_aid="",
        crisis=one.crisis,
    )
    return TurnUpdate(
        conversation=replace(update["conversation"], recent=conversation.recent),
        draft=replace(update["draft"], settled=draft.settled).done_with(Task.FOLLOW_UP),
    )


def words(
    conversation: Conversation, found: tuple[Held, ...], context: TurnContext
) -> tuple[Conversation, tuple[Part, ...]]:
    """What the patient is told at the end; a visit offers its booking."""
    texts = context.deps.knowledge.texts
    if not found:
        return conversation.awaiting(None), (_say(texts.say("followup.done_fine")),)
    top = found[0].verdict
    if top.disposition in {None, Disposition.HOME}:
        said = texts.say("followup.done_nurse", because=top.because, within=within(top.within_hours))
        return conversation.awaiting(None), (_say(said),)
    text_id = "followup.done_visit" if top.disposition is Disposition.VISIT_24H else "followup.done_clinic"
    offered, question = asking.ask(
        conversation,
        kind=PendingKind.BOOKING_OFFER,
        question=texts.say("followup.book"),
        subject="follow_up",
        options=(
            Option(label=texts.say("triage.book_label"), value=YES),
            Option(label=texts.say("handoff.decline_label"), value=NO),
        ),
    )
    said = texts.say(text_id, because=top.because)
    return offered, (_say(said), Say(text=question.question), Offer(choices=asking.choices(question)))


def _say(text: str) -> Say:
    return Say(text=text, origin=Origin.KNOWLEDGE)
