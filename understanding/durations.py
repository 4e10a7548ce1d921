"""How long something has lasted: 三天了, 从昨晚, 半个月, 两三个小时, 好几年, 老毛病."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from understanding.numbers import NUMERAL, parse

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
_DAY, _WEEK, _MONTH, _YEAR = timedelta(days=1), timedelta(days=7), timedelta(days=30), timedelta(days=365)

_UNITS = (
    ("秒钟?", _SECOND),
    ("分钟?|min", _MINUTE),
    ("刻钟", 15 * _MINUTE),
    ("个?(?:小时|钟头|钟)|h", _HOUR),
    ("宿|夜|个?晚上|黑夜", 10 * _HOUR),
    ("天|日|昼夜|晚", _DAY),
    ("周|个?(?:星期|礼拜)", _WEEK),
    ("个?月|拉月", _MONTH),
    ("年", _YEAR),
)
_UNIT = "|".join(f"(?P<u{place}>{words})" for place, (words, _) in enumerate(_UNITS))

_SPAN = re.compile(
    rf"(?P<n>{NUMERAL}|一整|一|小|大)(?P<mid>多|来)?(?P<a>个)?(?P<half>半)?(?P<more>多|来)?(?:{_UNIT})(?P<tail>半)?"
    r"(?P<after>多|左右|以上)?"
)
_HALF_DAY = {"大半天": 8 * _HOUR, "半拉天": 8 * _HOUR, "半天": 6 * _HOUR, "半晌": 6 * _HOUR}

_NO_SPAN_BEFORE = re.compile(
    r"(?:出生|生下来|每|每隔|隔|第|一次|每次|最近[一]?次|孕|怀孕|怀了|停经|产后|术后|手术后|生完|出院|过了|未来|接下来|初|满|大|"
    r"开了|吃了药|前)$|(?:怀孕|怀了|停经|产后|术后|手术后|生完孩子|剖完|剖腹产|孕|每次|一次|每回|一阵|每)(?:大概|差不多|已经|都|有|快|就|后|是|才|疼|痛|晕|持续|了)*$"
)
_NO_SPAN_AFTER = re.compile(
    r"^(?:后|以后|之后|内|之内|以内)|^(?:[一二两三四五六七八九十几\d]+|好几|多)(?:次|回|遍|趟|顿|片|粒|盒|包|支|针)|"
    r"^(?:能|可以)?(?:出|拿到|出来)?(?:报告|结果)|^(?:大|龄)(?!便|腿|概)|^的?(?:小|男|女)?(?:宝|娃|孩|婴|儿)|^[\d:：]|^级|^(?:代|前的?片)|"
    r"^(?:份|底|初|中旬|经|子)|^前(?:得|做|查|住|动|开[刀过]|生|装|放|摔断|确诊|有过)|^吃"
)
_CHRONIC = re.compile(
    r"(?:高血压|糖尿病|冠心病|血压高|血糖高|心脏病|哮喘|乙肝|肝炎|支架|脑梗|中风|甲亢|甲减|鼻炎|胃病|病史|近视|透析|抽烟|吸烟|喝酒|结婚|慢阻肺|肾病|痛风)"
    r"(?:都|已经|有|得|快|差不多|也|的|病史|放了|装了|做了|放|装|查出来|了|手术)*$"
)

_CLOCK = {
    "凌晨": 3,
    "清早": 7,
    "早上": 7,
    "早晨": 7,
    "上午": 9,
    "中午": 12,
    "下午": 15,
    "傍晚": 18,
    "晚上": 20,
    "夜里": 23,
    "半夜": 24,
}
_PART = "凌晨|清早|早上|早晨|早起|早|上午|中午|下午|傍晚|晚上|夜里|半夜|晚|夜"
_SINCE = re.compile(
    rf"(?P<day>(?:今|昨|前|大前)(?:天|儿个?|个)|当天|(?:今|昨|前)(?=(?:{_PART})))(?P<part>{_PART})?|"
    r"(?P<week>上上?个?(?:周|星期|礼拜)|这?(?:周|星期|礼拜)(?=[一二三四五六日天末]))(?P<weekday>[一二三四五六日天末])?|"
    r"(?P<far>上上?个月|上月|去年|头年|前年|大前年|年前|今年(?=.{0,4}(?:开始|起|以来)))|"
    rf"(?P<now>刚刚|刚才|方才|刚(?=开始)|这会儿)|(?P<only>半夜|凌晨|早上|早晨|夜里|后半夜|一早|大早上)(?=就?(?:开始|起|醒来|起来|疼醒|痛醒))"
)
_SINCE_MARK = re.compile(
    r"^(?:起床)?(?:的时候)?.{0,4}?(?:开始|起(?!床)|到现在|以来|就|突然)|^.{0,8}(?:了|的)(?:[，,。！!]|$)"
)
_FROM = re.compile(r"(?:从|自|打|自从|打从|是|就是)$")
_BACK = {"今": 0, "昨": 1, "前": 2, "大前": 3, "当": 0}
_FAR = {
    "上个月": 30,
    "上月": 30,
    "上上个月": 60,
    "去年": 365,
    "头年": 365,
    "前年": 730,
    "大前年": 1095,
    "年前": 60,
    "今年": 90,
}
_WEEKDAYS = "一二三四五六日"

_VAGUE = (
    (re.compile(r"好多年|许多年|很多年|多年"), 5 * _YEAR),
    (re.compile(r"老毛病|老病根|陈年|老问题"), 5 * _YEAR),
    (re.compile(r"从小(?:就|到大)|打小|自小"), 10 * _YEAR),
    (re.compile(r"小半年"), 150 * _DAY),
    (re.compile(r"大半年"), 240 * _DAY),
    (re.compile(r"个把月|月把"), 35 * _DAY),
    (re.compile(r"年把"), _YEAR),
    (re.compile(r"好久|很久|老长时间|老久|长时间了|好长时间"), 90 * _DAY),
    (re.compile(r"好些天|好些日子|有些日子|有段时间|有一段时间|一段时间|一阵子了"), 14 * _DAY),
    (re.compile(r"没几天|没多少天|(?:这|最近)几[天日]|近几日|这两天|这几日|几天了"), 3 * _DAY),
    (re.compile(r"个把(?:小时|钟头)"), _HOUR),
    (re.compile(r"好一会儿?"), 30 * _MINUTE),
    (re.compile(r"一会儿?了|一小会儿?|一阵子(?!了)"), 10 * _MINUTE),
    (re.compile(r"(?:几|一)秒(?:钟)?就|一闪"), 3 * _SECOND),
)
_LIFELONG = 5 * _YEAR
"""「老毛病」: any other length beside it is the one of this time."""
_HINT = re.compile(
    r"[天日周月年夜宿晚昨今前刚久]|星期|礼拜|小时|钟|秒|分|晌|凌晨|早上|早晨|半夜|夜里|后半夜|一早|大早|老毛病|老病根|从小|打小|自小|陈年|老问题|会儿?|阵子|一闪|h"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """How long, and where it is said. `stated` is 「三天了」 or 「从昨晚」 rather than a bare 「三天」."""

    length: timedelta
    start: int
    end: int
    stated: bool


def find(text: str, now: datetime) -> tuple[Duration, ...]:
    """Every stretch of time a complaint may have lasted, left to right; `now` is in the hospital's zone.

    Left out: ages, weeks of pregnancy, time since an operation, frequencies (一天三次), the length of one
    attack (每次十分钟), how long a chronic illness is known, and the future.
    """
    if not _HINT.search(text):
        return ()
    found = sorted([*_spans(text), *_since(text, now), *_vague(text)], key=lambda one: (one.start, -one.end))
    kept: list[Duration] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)


def read(text: str, now: datetime) -> timedelta | None:
    """How long it has lasted: what is stated as going on goes before what is only named."""
    found = find(text, now)
    stated = [one for one in found if one.stated]
    return (stated or found)[0].length if found else None


def _spans(text: str) -> Iterator[Duration]:
    for word, length in _HALF_DAY.items():
        place = text.find(word)
        if place >= 0 and not text.startswith("一", place - 1 if place else 0):
            yield Duration(length=length, start=place, end=place + len(word), stated=True)
            break
    for match in _SPAN.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        if _NO_SPAN_BEFORE.search(before[-8:]) or _NO_SPAN_AFTER.search(after) or _CHRONIC.search(before[-8:]):
            continue
        lasted = _length(match)
        if lasted is None:
            continue
        going_on = after.startswith(("了", "来", "没", "前", "多了")) or before.endswith(
            ("了", "快", "有", "大概", "已经", "近")
        )
        yield Duration(length=lasted, start=match.start(), end=match.end(), stated=going_on)


def _length(match: re.Match[str]) -> timedelta | None:
    place = next(place for place in range(len(_UNITS)) if match[f"u{place}"] is not None)
    unit = _UNITS[place][1]
    words = match["n"]
    if unit == _MONTH and "个" not in match[0] and "拉" not in match[0] and words[-1].isdigit():
        return None
    if words[-1].isdigit() and match[f"u{place}"] == "日":
        return None
    if unit == _YEAR and len(words) > 3:  # noqa: PLR2004 - 「2019年」 is a date
        return None
    if unit == _MINUTE and match[f"u{place}"] == "分":
        return None
    if words in {"小", "大"}:
        return unit * (0.9 if words == "小" else 1.1) if unit == _WEEK and words == "小" else None
    number = parse("一" if words == "一整" else words)
    if number is None:
        return None
    amount = number.value
    if match["half"] or match["tail"]:
        amount += 0.5
    elif match["mid"] or match["more"] or match["after"] == "多":
        amount += 0.3 if number.exact else 0
    return unit * amount


def _since(text: str, now: datetime) -> Iterator[Duration]:
    for match in _SINCE.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        begun = bool(_FROM.search(before)) or bool(_SINCE_MARK.search(after))
        if match["now"] is not None:
            length = 10 * _MINUTE
        elif match["only"] is not None:
            length = _until(now, 0, match["only"])
        elif not begun:
            continue
        elif match["day"] is not None:
            word = match["day"].rstrip("天儿个")
            length = _until(now, _BACK[word], match["part"] or "")
        elif match["week"] is not None:
            length = _since_week(now, match["week"], match["weekday"])
        else:
            length = _FAR[match["far"]] * _DAY
        yield Duration(length=length, start=match.start(), end=match.end(), stated=True)


def _until(now: datetime, days_back: int, part: str) -> timedelta:
    if not part:
        return max(days_back * _DAY, timedelta(hours=6))
    names = {
        "早": "早上",
        "早起": "早上",
        "一早": "早上",
        "大早上": "早上",
        "晚": "晚上",
        "夜": "夜里",
        "后半夜": "凌晨",
    }
    hour = _CLOCK[names.get(part, part)]
    begun = now.replace(hour=0, minute=0, second=0, microsecond=0) - days_back * _DAY + timedelta(hours=hour)
    return max(now - begun, timedelta(minutes=30)) if begun < now else 12 * _HOUR


def _since_week(now: datetime, week: str, weekday: str | None) -> timedelta:
    weeks = week.count("上")
    if weekday is None:
        return weeks * _WEEK
    day = 5 if weekday == "末" else _WEEKDAYS.index(weekday.replace("天", "日"))
    back = now.weekday() - day + 7 * weeks
    return max(back if back >= 0 else back + 7, 0.5) * _DAY


def _vague(text: str) -> Iterator[Duration]:
    for pattern, length in _VAGUE:
        if match := pattern.search(text):
            yield Duration(length=length, start=match.start(), end=match.end(), stated=length < _LIFELONG)
