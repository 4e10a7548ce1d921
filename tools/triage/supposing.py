"""What somebody else than the patient may answer for the patient: nothing but the gravest. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from domain.clinical import Disposition
from knowledge.complaints import QuestionKind
from knowledge.pack import Pack
from tools.triage import options
from tools.triage.case import TriageCase
from tools.triage.chart import Chart
from tools.triage.charts import open_charts
from tools.triage.disposition import judge
from tools.triage.hearing import answer
from understanding.reading import Answer


def gravest(case: TriageCase, question_id: str, values: Sequence[str], pack: Pack) -> tuple[str, ...]:
    """Which of these values of a question's options send the patient to a doctor sooner than any other answer to it.

    Whoever answers for the patient may only give such an answer; any other, and a closing question, is left to
    the patient.
    """
    complaint_id, name, _ = options.parts(question_id)
    question = pack.complaints[complaint_id].by_id[name]
    if question.type is QuestionKind.MULTI:
        rivals = {sign: [Answer(denied=(sign,))] for sign in question.signs}
    else:
        offered = question.options if question.type is QuestionKind.CHOICE else (options.YES, options.NO)
        rivals = {one: [Answer(ticked=(other,)) for other in offered if other != one] for one in offered}

    def level(reply: Answer) -> Disposition:
        supposed = answer(case, question_id, reply, quote="", pack=pack)
        charts = tuple(Chart.of(one, supposed, pack) for one in open_charts(supposed, pack))
        return judge(supposed, charts, pack).disposition

    unanswered = level(Answer())

    def gravest_of_all(value: str) -> bool:
        others = rivals.get(options.chosen(question, value) or value)
        reached = level(Answer(ticked=(value,)))
        return others is not None and reached >= unanswered and reached > max(map(level, others))

    return tuple(value for value in values if gravest_of_all(value))
