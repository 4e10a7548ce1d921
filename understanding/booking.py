"""What is said about an appointment: department, doctor, title, day, half of the day, price."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

import ahocorasick

from domain.clinical import DepartmentId
from knowledge.departments import Department
from understanding import dates
from understanding.numbers import EXACT, exact
from understanding.reading import BookingWish, DepartmentHint

_STEM = re.compile(r"(?:诊疗)?(?:医学)?(?:门诊|诊室|科室|科)$")
_NAMED = re.compile(r"(?:科|门诊|诊室|内|外|心理咨询|体检中心|急诊|产检|男科|中心|保健|ICU)$")
_STEM_BEFORE = re.compile(
    r"(?:挂|约|预约|看|改到?|换到?|换成|改成|要|订)(?:个|一个|下|一下|上|的是)?(?:三甲|普通|专家)?$"
)
_STEM_AFTER = re.compile(r"(?:的?(?:号|专家|主任|大夫|医生|医师|教授)|的?(?:吧|呗|呢|啊|，|。|,|$)|门诊)")
_ALL_SAID = re.compile(r"(?:的|号|吧|呗|呢|啊|就|那|嗯|是|看|我|要|想|[^\w])*")

_TITLES = r"(?:主任医师|副主任医师|主治医师|主任|副主任|医生|大夫|教授|医师|专家|院长|老师)"
_DOCTOR_BY_TITLE = re.compile(
    rf"(?<![一-鿿])?(?P<name>[一-鿿]{{1,3}}?)(?:的)?(?:副|大|老|小)?{_TITLES}|(?P<xing>姓[一-鿿])的?(?:那个|那位)?(?:{_TITLES})?"
)
_CALLED = re.compile(r"(?:^|挂|约|找|换|[个，,。:：的])$")
_SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蔡蒋余于杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾"
    "夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝"
)
_EXPERT = re.compile(r"专家号?|主任号?|教授|副高|正高|名医|权威|高级别|资深|老大夫|厉害的|经验丰富|知名")
_ORDINARY = re.compile(
    r"普通号|普通门诊|普通的|不(?:要|用|挂)专家|非专家|一般的号|普号|普通就行|普通的就行|随便哪个(?:医生|大夫)|哪个(?:医生|大夫)都行|不一定要专家"
)
_NO_EXPERT = re.compile(r"(?:不要|不用|不挂|不需要|别挂|别要|不一定要)(?:挂)?(?:专家|主任)")

_MAX_FEE = re.compile(
    rf"(?:不超过|不要超过|别超过|低于|少于|最多|顶多|上限|不高于|控制在)(?P<a>{EXACT})(?:块钱?|元)?|(?P<b>{EXACT})(?:块钱?|元)(?:钱)?(?:以内|以下|之内|内|封顶|左右|的)|(?P<c>{EXACT})(?:以内|以下|封顶)(?!岁|天|周|个)"
)
_CHEAPER = re.compile(r"便宜|实惠|(?:太|有点|好)贵|贵了|省钱|低价|不要(?:太|那么)贵|最低价")


class DepartmentNames:
    """How departments are called, compiled once: catalogue names, aliases and what the hospital calls them."""

    def __init__(self, departments: Iterable[Department], local_names: Iterable[tuple[str, DepartmentId]] = ()) -> None:
        self._names: dict[str, DepartmentId] = {}
        self._stems: dict[str, DepartmentId] = {}
        for department in departments:
            for name in (department.name, *department.aliases):
                self._add(name, department.id)
        for name, department_id in local_names:
            self._names[name.lower()] = department_id
            self._add(name, department_id)
        self._automaton = ahocorasick.Automaton()
        for name in {*self._names, *self._stems}:
            self._automaton.add_word(name, name)
        if len(self._automaton):
            self._automaton.make_automaton()

    def _add(self, name: str, department_id: DepartmentId) -> None:
        name = name.lower()
        if _NAMED.search(name):
            self._names.setdefault(name, department_id)
            stem = _STEM.sub("", name)
            if stem != name and stem:
                self._stems.setdefault(stem, department_id)

    def find(self, text: str) -> tuple[DepartmentHint, ...]:
        """Departments called by name, in order, the longest name where several overlap.

        「消化科」 is a name anywhere; 「消化」 only where a booking is said (「挂个消化」).
        """
        if not len(self._automaton):
            return ()
        lowered = text.lower()
        spots: list[tuple[int, int, str]] = []
        for last, name in self._automaton.iter(lowered):
            start, end = last - len(name) + 1, last + 1
            if name in self._names or self._booked(text, start, end):
                spots.append((start, end, name))
        spots.sort(key=lambda spot: (spot[0] - spot[1], spot[0]))
        taken: list[tuple[int, int, str]] = []
        for spot in spots:
            if all(spot[1] <= other[0] or spot[0] >= other[1] for other in taken):
                taken.append(spot)
        hints: dict[DepartmentId, DepartmentHint] = {}
        for start, end, name in sorted(taken):
            if _refused(text[:start]):
                continue
            department_id = self._names.get(name) or self._stems[name]
            hints.setdefault(
                department_id, DepartmentHint(id=department_id, weight=1.0, quote=text[start:end], named=True)
            )
        return tuple(hints.values())

    def _booked(self, text: str, start: int, end: int) -> bool:
        """Whether a bare stem stands where a department is meant, or is all that is said."""
        if _ALL_SAID.fullmatch(text[:start] + text[end:]):
            return True
        return bool(_STEM_BEFORE.search(text[:start])) and bool(_STEM_AFTER.match(text[end:]))


def read_doctor(text: str, doctors: Sequence[str]) -> str | None:
    """The doctor meant: a full name of the hospital, or the surname before a title (「王主任」 → 「王」).

    Of doctors with one surname none is picked here: the surname stands for all of them.
    """
    for name in sorted(doctors, key=len, reverse=True):
        if name in text and not _refused(text[: text.index(name)]):
            return name
    for match in _DOCTOR_BY_TITLE.finditer(text):
        if match["xing"]:
            surname = match["xing"][1]
        else:
            surname = match["name"][-1]
            given = match["name"]
            for length in (3, 2):
                if len(given) >= length and given[-length] in _SURNAMES and not doctors:
                    return given[-length:]
        place = match.end("xing") if match["xing"] else match.end("name") - 1
        if surname not in _SURNAMES or _refused(text[:place]):
            continue
        known = any(name.startswith(surname) for name in doctors)
        if doctors and not known and not _CALLED.search(text[:place]):
            continue
        return surname
    return None


def read_wish(
    text: str, *, now: datetime, departments: Sequence[DepartmentHint], doctors: Sequence[str]
) -> BookingWish:
    """The wish of a message that is known to be about an appointment; `departments` are those it names."""
    when = dates.read(text, now)
    return BookingWish(
        department_ids=tuple(dict.fromkeys(hint.id for hint in departments if hint.named)),
        doctor=read_doctor(text, doctors),
        expert=_expert(text),
        first_date=when.first,
        last_date=when.last,
        period=when.period,
        max_fee_cents=_max_fee(text),
        cheaper=bool(_CHEAPER.search(text)),
        earliest=when.soonest,
    )


def _expert(text: str) -> bool | None:
    if _NO_EXPERT.search(text) or _ORDINARY.search(text):
        return False
    for match in _EXPERT.finditer(text):
        named = match[0] in {"主任", "教授"} and text[max(0, match.start() - 1) : match.start()] in _SURNAMES
        if not (named and match.start()):
            return True
    return None


def _max_fee(text: str) -> int | None:
    for match in _MAX_FEE.finditer(text):
        amount = exact(match["a"] or match["b"] or match["c"])
        if amount is not None and 0 < amount < 10_000:  # noqa: PLR2004 - no registration costs more, in yuan
            return round(amount * 100)
    return None


_REFUSAL = re.compile(r"(?:不要|不想要?|不是|别|不挂|不看|除了|不约|换掉|不去)(?:挂|约|看|找)?(?:个)?$")


def _refused(before: str) -> bool:
    return bool(_REFUSAL.search(before))
