"""The one open question: what exactly is wrong, put once, when nothing said so far leads to a chart.

What is told in reply is read like a first message.
"""

from __future__ import annotations

import re
from dataclasses import replace

from agent import asking
from agent.conversation import Conversation
from agent.reply import Say
from agent.state import Draft, Task
from domain.clinical import Disposition
from domain.session import PendingKind
from domain.turn import Origin
from knowledge.pack import Pack
from tools.triage.case import TriageCase
from tools.triage.interview import Ask
from understanding.reading import Understanding

HELD = "text"
"""Fact of the question that was put before a booking: the message that asked for one."""
LATE_WEEKS = 20.0
"""From this week on a pregnancy alone is a reason to ask before a booking (OK: viability, pre-eclampsia)."""
_URGENT = re.compile(
    r"尽快|尽早|越快越好|马上|立刻|赶紧|赶快|[挺很好太蛮]急|急着|着急|比较急|急诊|加急|紧急|等不[及了]"
)
_UNSURE = re.compile(
    r"(?:我|也|就|真|都|反正)*(?:[说讲]不清楚?|[说讲]不上来|不知道|不清楚|不晓得)(?:[啊呢哪里怎么是，,。！!]|儿)*"
    r"|(?:都|也|倒|就)*(?:没有?|冇|無|无|没啥)(?:什么|啥|哪里|哪儿|有)?(?:不舒服|难受|不适|事)?[了的啊呢，,。！!]*"
)
FEWEST_TOLD = 10
"""Who told this many characters nobody could place, and not only to feel bad, would only say the same again."""
_PURPOSE = re.compile(
    r"[复初]诊|复查|复检|开[点些个]?药|取药|拿药|配药|产检|建[档册卡]|体检|报告|检查|疫苗|换药|拆线|取消|退号|改[签约期到]|咨询"
)


def asks(conversation: Conversation, question: str, *, held: str = "") -> tuple[Conversation, Say]:
    """Put the question; `held` is the message that is taken up again with the reply."""
    conversation, _ = asking.ask(
        replace(conversation, opened=True),
        kind=PendingKind.OPEN_QUESTION,
        question=question,
        subject="",
        facts={HELD: held} if held else None,
    )
    return conversation, Say(text=question, origin=Origin.KNOWLEDGE)


def held(conversation: Conversation) -> str:
    """The message that waits for the reply to the open question."""
    pending = conversation.pending
    return pending.facts.get(HELD, "") if pending and pending.kind is PendingKind.OPEN_QUESTION else ""


def taken_up(conversation: Conversation) -> Conversation:
    """The conversation in which the message that waited goes on; without one the question stays open for its reply."""
    return conversation.awaiting(None) if held(conversation) else conversation


def unsure(conversation: Conversation, text: str) -> bool:
    """Whether the reply only says that there is nothing, or that it is hard to say (no trouble with speaking).

    Somebody else's speech, 「说不出来」 and what changed (「说不清楚了」) are not among them: a stroke is told so.
    """
    pending = conversation.pending
    return pending is not None and pending.kind is PendingKind.OPEN_QUESTION and bool(_UNSURE.fullmatch(text.strip()))


def fits_nothing(conversation: Conversation, case: TriageCase, step: Ask, draft: Draft, pack: Pack) -> bool:
    """Whether only the chart for anything would go on. Words of an emergency are met by its first card before."""
    concepts = pack.lexicon.concepts
    last = pack.cover.general[-1]
    placed = (concepts[one].complaint for one in case.symptoms if one in concepts)
    if conversation.opened or case.supposed or any(one != last for one in (*case.complaint_ids, *placed)):
        return False
    unwell = draft.understanding is not None and draft.understanding.unwell
    if len(conversation.complaint) >= FEWEST_TOLD and not unwell:
        return False
    calm = step.reached < Disposition.ED_NOW and not step.closing and not step.again
    return calm and (case.questions > 0 or not (case.alarming or draft.alarming))


def hints_at_illness(conversation: Conversation, understanding: Understanding, tasks: tuple[Task, ...]) -> bool:
    """Whether somebody wants a booking in haste, or late in a pregnancy, and says nothing of what for."""
    under_way = (conversation.pending, conversation.case, conversation.result, conversation.emergency)
    if conversation.opened or any(one is not None for one in under_way):
        return False
    if Task.BOOKING not in tasks or Task.TRIAGE in tasks or _PURPOSE.search(understanding.raw):
        return False
    weeks = understanding.person.gestation_weeks
    return bool(_URGENT.search(understanding.raw)) or (weeks is not None and weeks >= LATE_WEEKS)
