"""Records as patients ask for them: what a message wants, which reports it means. Pure; nothing here words anything."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.records import DiagnosticReport, Invoice, InvoiceStatus


class Topic(StrEnum):
    """What can be asked about one's records."""

    REPORTS = "reports"
    EXPLAIN = "explain"
    BILLS = "bills"
    UNPAID = "unpaid"
    STAY = "stay"
    RECEIPTS = "receipts"
    PREPARE = "prepare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a message asks: `own` says of one's own records, not how things go in this hospital.

    `kinds` are the names of examinations it mentions, keys of `KINDS`.
    """

    topic: Topic
    own: bool
    kinds: tuple[str, ...] = ()


INTENTS = frozenset({"report_query", "report_explain", "fee_query", "fee_list"})
"""Intents of `intents.yaml` that are about records whatever else is said."""
ABOUT_RECORDS = INTENTS | {"invoice", "exam_prep"}
"""Intents a wish of records speaks for."""
_ALSO = frozenset({"invoice", "exam_prep"})
"""Intents that are so when they are about one's own."""

KINDS: dict[str, re.Pattern[str]] = {
    "blood": re.compile(r"血|肝功|肾功|生化|甲功|凝血|(?:化|检)验"),
    "urine": re.compile(r"尿|大便|便常规"),
    "ct": re.compile(r"(?i:ct)|片子"),
    "mri": re.compile(r"核磁|磁共振|(?i:mri)"),
    "ultrasound": re.compile(r"超声|彩超|[bB]超"),
    "xray": re.compile(r"[xX][光线]|胸片|拍片|片子|(?i:dr)"),
    "gastroscopy": re.compile(r"胃镜"),
    "colonoscopy": re.compile(r"肠镜"),
    "pathology": re.compile(r"病理|活检"),
    "ecg": re.compile(r"心电"),
}
"""How patients and reports name a kind of examination; one pattern reads both."""

_PAPER = re.compile(r"报告|化验单|检[查验]单|(?:检[查验]|化验|血常规|[CcBb][Tt超]|核磁|病理|胃镜|肠镜)(?:的)?结果|血检")
_BARE = re.compile(r"\S{0,6}(?:报告|化验单|检查单|结果)[。？?！!吧呢]*")
_MONEY = re.compile(r"账单|欠费|(?:交|缴)费记录|我的费用|查费用|花了多少|花费明细")
_RECEIPT = re.compile(r"发票|票据|收据")
_OUT = re.compile(
    r"出(?:来|结果)?了?(?:吗|没|么|不)|好了?(?:吗|没)|下来了?(?:吗|没)|还没(?:出|好|有)|怎么还|有结果了?(?:吗|没)"
)
_OWN = re.compile(
    r"[我他她](?:的|们家|[爸妈爷奶]|家|儿|女|孩|老|上)|孩子|宝宝|爸|妈|本人|上次|上回|前天|昨天|(?:抽|做|拍|查|验)的|"
    r"[帮给替]我|查一?下|看一?下|看看|查查|(?:查|看)(?:报告|化验|检查|结果|费用|账单)"
)
_HOW = re.compile(
    r"怎么(?:[查看拿取打开交缴领]|样)|如何|咋[查看拿取打开交]|哪[里儿]?[能可]?以?[查看拿取打开交缴领]|去哪|在哪|上哪|多少钱|多久|几天|几点|啥时候|什么时候|"
    r"能不能|可以吗|手机|微信|公众号|自助机|打印|补打|丢了|邮寄"
)
_UNPAID = re.compile(r"欠|[没未](?:有)?[交缴付]|待[交缴付]|还[要得需](?:要)?[交缴付]|补[交缴]|要[交缴]的")
_SPENT = re.compile(r"花了|一共|总共|交了多少|扣了")
_IN_WARD = re.compile(r"住院|每[日天]|一日|出院|押金|病房")
_EXPLAIN = re.compile(
    r"箭头|严重|要紧|正常|意思|癌|肿瘤|恶性|良性|有事|有没有事|有问题|大问题|怎么办|咋办|[高低]不[高低]|偏[高低]|危险|阳性|阴性|看不懂|什么病|啥病|解释|解读"
)
_ON_PAPER = re.compile(r"报告|结果|片子|化验单")
_ON_MONEY, _PRICED = re.compile(r"费|钱|价|\d ?元|票"), re.compile(r"\d ?元")
_ONESELF = re.compile(r"我(?:自己)?的(?!孩|儿|女|爸|妈|父|母|爱人|家)|我本人|我自己")
_GIVE_UP = re.compile(r"不查|不看了|先不查|别查|算了|不用查")
OF_THE_READING = frozenset(
    {"diagnosis", "pressure", "promise", "fear", "report_explain", "report_query", "why", "repeat", "yes", "no"}
)
"""Intents that words about a report just shown are taken for."""


def wanted(text: str, intents: Collection[str]) -> Wanted | None:
    """What a message asks of records; nothing when it is about something else."""
    kinds = kinds_of(text)
    if "report_explain" in intents:
        return Wanted(topic=Topic.EXPLAIN, own=True, kinds=kinds)
    how = bool(_HOW.search(text))
    own = bool(_OWN.search(text) or _BARE.fullmatch(text)) and not how
    other = set(intents) - INTENTS - _ALSO
    if "report_query" in intents or (not other and _PAPER.search(text) and own):
        return Wanted(topic=Topic.REPORTS, own=own or bool(_OUT.search(text)), kinds=kinds)
    if intents and "exam_prep" in intents:
        return Wanted(topic=Topic.PREPARE, own=True, kinds=kinds) if own and not kinds else None
    if "invoice" in intents or (not other and _RECEIPT.search(text)):
        return Wanted(topic=Topic.RECEIPTS, own=True) if own else None
    if {"fee_query", "fee_list"} & set(intents) or (not other and _MONEY.search(text)):
        return _money(text, how=how)
    return None


def _money(text: str, *, how: bool) -> Wanted:
    """Unpaid, of a stay, or all; a price is nobody's own."""
    if _UNPAID.search(text):
        return Wanted(topic=Topic.UNPAID, own=True)
    spent = bool(_SPENT.search(text) or _MONEY.search(text) or _OWN.search(text))
    if _IN_WARD.search(text):
        return Wanted(topic=Topic.STAY, own=spent or not how)
    return Wanted(topic=Topic.BILLS, own=bool(spent and not (how and not _SPENT.search(text))))


def fits(wish: Wanted, title: str, text: str) -> bool:
    """Whether a passage of the guide is about what is wanted: papers, or money."""
    if wish.topic is Topic.REPORTS:
        return bool(_ON_PAPER.search(title + text))
    return bool((_PRICED if wish.kinds else _ON_MONEY).search(title + text))


def of_oneself(text: str) -> bool:
    """「我的报告」: the patient is who writes."""
    return bool(_ONESELF.search(text))


def asks_to_explain(text: str) -> bool:
    """Whether words said over a report ask what it means."""
    return bool(_EXPLAIN.search(text))


def gives_up(text: str) -> bool:
    """「不查了」."""
    return bool(_GIVE_UP.search(text))


def kinds_of(text: str) -> tuple[str, ...]:
    """The kinds of examination a text names."""
    return tuple(kind for kind, pattern in KINDS.items() if pattern.search(text))


def matching(reports: Sequence[DiagnosticReport], kinds: Collection[str]) -> tuple[DiagnosticReport, ...]:
    """The reports of these kinds; all of them when none is named, or none is there."""
    found = tuple(report for report in reports if set(kinds_of(report.title)) & set(kinds))
    return found or tuple(reports)


def unpaid(bills: Sequence[Invoice]) -> tuple[Invoice, ...]:
    """What waits to be paid."""
    return tuple(bill for bill in bills if bill.status is InvoiceStatus.ISSUED)


def receipts(bills: Sequence[Invoice]) -> tuple[Invoice, ...]:
    """What has an electronic receipt."""
    return tuple(bill for bill in bills if bill.receipt)


def total_cents(bills: Sequence[Invoice]) -> int:
    """The sum of bills, in fen."""
    return sum(bill.total_cents for bill in bills if bill.status is not InvoiceStatus.CANCELLED)
