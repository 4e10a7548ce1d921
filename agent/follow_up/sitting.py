"""Everything one turn of a follow-up works on: the task, its course, what was answered, what is known beside it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.conversation import Conversation
from agent.deps import TurnContext
from domain.diary import Measure
from domain.errors import NotFound
from domain.follow_up import CarePlan, QuestionnaireResponse, ResponseStatus, Task, TaskId
from domain.patient import PatientId, PatientProfile
from domain.session import Option, Pending, PendingKind
from knowledge.follow_up import Course, Item
from tools.follow_up import course as courses
from tools.follow_up.course import Known
from tools.triage import options

TASK = "task"
"""Fact of a question: whose follow-up it belongs to."""
AGAIN = "again"
"""Fact of a question that is put for the second time."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """One follow-up under way."""

    task: Task
    care_plan: CarePlan
    course: Course
    response: QuestionnaireResponse
    known: Known

    def with_response(self, response: QuestionnaireResponse) -> Sitting:
        """The sitting with other answers."""
        scored = courses.scores(self.course, response.values)
        return replace(self, response=replace(response, scores=scored))

    @property
    def to_ask(self) -> tuple[Item, ...]:
        """What is still to be asked, in order."""
        return courses.to_ask(self.course, self.response, self.known)


async def load(task_id: TaskId, conversation: Conversation, context: TurnContext) -> Sitting | None:
    """The follow-up of a task; nothing when it, or its plan in the pack, is gone."""
    follow_up, utterance = context.deps.follow_up, context.utterance
    try:
        task = await follow_up.task(task_id)
        care_plan = await follow_up.care_plan(task.care_plan_id)
    except NotFound:
        return None
    course = context.deps.knowledge.pack.follow_up.courses.get(task.plan_id)
    if course is None:
        return None
    everything = await follow_up.responses.of_patient(task.patient_id)
    mine = next((one for one in everything if one.task_id == task_id), None)
    response = mine or QuestionnaireResponse(
        task_id=task_id,
        patient_id=task.patient_id,
        plan_id=task.plan_id,
        plan_version=course.plan.version,
        status=ResponseStatus.IN_PROGRESS,
        authored_at=utterance.at,
        session_id=utterance.session_id,
    )
    known = Known(
        profile=conversation.profile,
        day=(utterance.at.date() - care_plan.anchor).days,
        earlier=tuple(reversed([one for one in everything if one.task_id != task_id])),
        means=await week_means(task.patient_id, context, until=utterance.at),
    )
    return Sitting(
        task=task,
        care_plan=care_plan,
        course=course,
        response=replace(response, session_id=utterance.session_id),
        known=known,
    )


async def week_means(patient_id: PatientId, context: TurnContext, *, until: datetime) -> dict[str, float]:
    """Means of the home pressures of the week before."""
    measures = (Measure.SYSTOLIC, Measure.DIASTOLIC)
    readings = await context.deps.follow_up.diary.readings(patient_id, measures, since=until - WEEK)
    return courses.week_means(readings)


def question(item: Item, sitting: Sitting, pending_id: str, context: TurnContext) -> Pending:
    """An item as a question that waits for its answer; of signs only those nobody has spoken of."""
    pack, names = context.deps.knowledge.pack, courses.missing(item, sitting.response)
    offered = options.offered(item, names or item.names, closing=False, texts=pack.texts)
    if item.measure is not None or (item.optional and not item.options):
        offered = (Option(label=pack.texts.say("followup.not_measured"), value=options.NOT_SURE),)
    return Pending(
        id=pending_id,
        kind=PendingKind.FOLLOW_UP_QUESTION,
        question=item.text,
        subject=item.id,
        options=offered,
        facts={TASK: sitting.task.id},
    )


def on_plan(profile: PatientProfile, course: Course) -> PatientProfile:
    """The profile with what is true of everybody on the plan, so that the emergency screen knows it."""
    held = dict(course.plan.profile)
    postpartum = held.pop("postpartum", None)
    pregnant = held.pop("pregnant", None)
    return replace(
        profile,
        conditions={**profile.conditions, **held},
        postpartum=profile.postpartum if postpartum is None else postpartum,
        pregnant=profile.pregnant if pregnant is None else pregnant,
    )
