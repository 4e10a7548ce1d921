"""Cards of protocol v1 as strict models: what `response.card` may carry.

Dates are ISO 8601, times of day `HH:MM` in the hospital's zone, fees in fen.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from channels.wire import Strict

DispositionName: TypeAlias = Literal["CALL_120", "ED_NOW", "VISIT_24H", "OPD", "HOME"]


class Action(Strict):
    """Something the patient can tap; `action` and `value` are echoed in `input_choice`."""

    label: str
    action: str
    value: str


class CardBase(Strict):
    """What every card may carry."""

    actions: list[Action] = Field(default_factory=list)


class QuestionOption(Strict):
    """One answer of a question."""

    label: str
    value: str


class TriageQuestion(CardBase):
    """One question of the interview; `remaining` is the largest number still to come."""

    type: Literal["triage_question"]
    question_id: str
    text: str
    kind: Literal["bool", "choice", "multi", "number", "scale", "text"]
    options: list[QuestionOption]
    remaining: int = Field(ge=0)


class TriageReason(Strict):
    """Why: the sentence, the patient's own words, the rule and its source."""

    text: str
    quote: str
    rule_id: str
    source: str


class ProposedDepartment(Strict):
    """A department with its reason."""

    id: str
    name: str
    why: str


class TriageResultCard(CardBase):
    """The outcome of a triage; departments best first."""

    type: Literal["triage_result"]
    disposition: DispositionName
    flags: list[str]
    title: str
    reasons: list[TriageReason]
    departments: list[ProposedDepartment] = Field(max_length=3)
    safety_net: list[str]
    self_care: list[str]
    complaint_ids: list[str]
    knowledge_version: str


class SlotItem(Strict):
    """One bookable time."""

    slot_id: str
    date: str
    period: Literal["morning", "afternoon"]
    start: str
    end: str
    doctor: str
    title: str
    fee_cents: int = Field(ge=0)
    left: int = Field(ge=0)


class SlotsCard(CardBase):
    """Free slots of a department, or of one doctor."""

    type: Literal["slots"]
    department: str
    doctor: str | None = None
    items: list[SlotItem]


class FormField(Strict):
    """One field of a form; `kind` tells which keyboard and check fit."""

    name: str
    label: str
    kind: Literal["text", "id_number", "phone", "date", "number"]
    required: bool


class IdentityFormCard(CardBase):
    """Asks who the patient is, or for the one-time code sent to their phone; answered with `input_form`."""

    type: Literal["identity_form"]
    form: str
    title: str | None = None
    fields: list[FormField]
    why: str


class BookingReviewCard(CardBase):
    """What is about to be booked; the place is held until `expires_at`. `reason` is what the doctor is told."""

    type: Literal["booking_review"]
    hold_id: str
    expires_at: str
    patient: str
    department: str
    doctor: str
    date: str
    start: str
    fee_cents: int = Field(ge=0)
    rules: list[str]
    reason: str | None = None


class AppointmentCard(CardBase):
    """A booked visit; `status` is FHIR R4's."""

    type: Literal["appointment"]
    appointment_id: str
    status: Literal["pending", "booked", "arrived", "fulfilled", "cancelled", "noshow"]
    number: int
    department: str
    doctor: str
    date: str
    start: str
    where: str
    bring: list[str]


class AppointmentListCard(CardBase):
    """A patient's appointments, soonest first."""

    type: Literal["appointment_list"]
    items: list[AppointmentCard]


class CitedSource(Strict):
    """A text an answer rests on."""

    id: str
    title: str
    section: str


class ReportItem(Strict):
    """One report and how far it is; `status` is FHIR R4's, times are RFC 3339."""

    report_id: str
    title: str
    department: str
    status: str
    status_text: str
    collected_at: str
    expected_at: str | None
    issued_at: str | None


class ReportListCard(CardBase):
    """A patient's reports, newest first; released ones have an action. `title` is the patient, masked."""

    type: Literal["report_list"]
    title: str
    text: str
    items: list[ReportItem]


class ReportCard(CardBase):
    """One released report; `text` is the hospital's own, word for word."""

    type: Literal["report"]
    report_id: str
    title: str
    text: str
    department: str
    status: str
    status_text: str
    collected_at: str
    issued_at: str | None


class BillLine(Strict):
    """One line of a bill."""

    title: str
    quantity: int
    amount_cents: int


class BillItem(Strict):
    """One bill, or one day of a stay; `receipt` is the electronic receipt's number, empty without one."""

    invoice_id: str
    title: str
    date: str
    status: Literal["draft", "issued", "balanced", "cancelled"]
    status_text: str
    amount_cents: int
    receipt: str
    lines: list[BillLine]


class BillListCard(CardBase):
    """A patient's bills, newest first. `title` is the patient, masked."""

    type: Literal["bill_list"]
    kind: Literal["bills", "unpaid", "stay", "receipts"]
    title: str
    text: str
    items: list[BillItem]
    total_cents: int


class GuideCard(CardBase):
    """An answer quoted from the hospital's guide."""

    type: Literal["guide"]
    answer: str
    sources: list[CitedSource]


class QuestionnaireItem(Strict):
    """One question of a follow-up, shown as a question of the interview is."""

    question_id: str
    text: str
    kind: Literal["bool", "choice", "multi", "number", "scale", "text"]
    options: list[QuestionOption]
    remaining: int = Field(ge=0)


class QuestionnaireCard(CardBase):
    """The `index`-th of `total` questions of a follow-up; `total` may change with the answers."""

    type: Literal["questionnaire"]
    id: str
    text: str
    item: QuestionnaireItem
    index: int = Field(ge=1)
    total: int = Field(ge=1)


class TrendPoint(Strict):
    """One home reading; `at` is RFC 3339."""

    at: str
    value: float


class TrendSeries(Strict):
    """The readings of one measure, oldest first."""

    measure: Literal["sbp", "dbp", "hr", "glucose", "spo2", "temp", "weight"]
    label: str
    unit: str
    points: list[TrendPoint]


class TrendCard(CardBase):
    """Home readings over time; `text` says the newest in words, for who cannot see a plot."""

    type: Literal["trend"]
    title: str
    text: str
    series: list[TrendSeries]


class HandoffCard(CardBase):
    """The patient waits for a person; 1 is next."""

    type: Literal["handoff"]
    queue_position: int = Field(ge=0)


class CallCard(CardBase):
    """A telephone number to call now."""

    type: Literal["call"]
    phone: str
    label: str


Card: TypeAlias = Annotated[
    TriageQuestion
    | TriageResultCard
    | SlotsCard
    | IdentityFormCard
    | BookingReviewCard
    | AppointmentCard
    | AppointmentListCard
    | ReportListCard
    | ReportCard
    | BillListCard
    | GuideCard
    | QuestionnaireCard
    | TrendCard
    | HandoffCard
    | CallCard,
    Field(discriminator="type"),
]
