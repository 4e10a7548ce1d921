"""Question ids and tap options: what a card offers and how a tap is read back."""

from __future__ import annotations

from collections.abc import Sequence

from domain.session import Option
from knowledge.complaints import Question, QuestionKind
from knowledge.texts import Texts
from tools.triage.case import UNSURE

YES, NO, NONE, NOT_SURE = "yes", "no", "none", "unsure"
_CLOSING = "!closing"
_CHOICE = "o"


def question_id(complaint_id: str, question: str, *, closing: bool) -> str:
    """The id a card carries: complaint, question, and whether only the rest of a card is meant."""
    return f"{complaint_id}.{question}{_CLOSING if closing else ''}"


def parts(card_id: str) -> tuple[str, str, bool]:
    """Complaint id, question id, closing; the reverse of `question_id`."""
    complaint_id, _, question = card_id.partition(".")
    return complaint_id, question.removesuffix(_CLOSING), question.endswith(_CLOSING)


def offered(question: Question, names: Sequence[str], *, closing: bool, texts: Texts) -> tuple[Option, ...]:
    """What can be tapped. `names` are the signs of a card that nobody has spoken of yet."""
    unsure = Option(label=texts.say("triage.unsure_label"), value=NOT_SURE)
    yes_no = (
        Option(label=texts.say("triage.yes_label"), value=YES),
        Option(label=texts.say("triage.no_label"), value=NO),
    )
    if closing or question.type is QuestionKind.BOOL:
        return (*yes_no, unsure)
    match question.type:
        case QuestionKind.MULTI:
            signs = tuple(Option(label=question.signs[sign], value=sign) for sign in names)
            return (*signs, Option(label=texts.say("triage.none_label"), value=NONE), unsure)
        case QuestionKind.CHOICE:
            choices = tuple(
                Option(label=option, value=f"{_CHOICE}{place}") for place, option in enumerate(question.options)
            )
            return choices if UNSURE in question.options else (*choices, unsure)
        case _:
            return (unsure,)


def chosen(question: Question, value: str) -> str | None:
    """The option of a choice that a tap's value or an option's own text stands for."""
    if value in question.options:
        return value
    place = value.removeprefix(_CHOICE)
    if value.startswith(_CHOICE) and place.isdecimal() and int(place) < len(question.options):
        return question.options[int(place)]
    return None
