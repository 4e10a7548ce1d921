"""Written text as it is read aloud: numbers, times, dates, money, units, telephone numbers and signs. Pure.

Nothing is left that a voice would skip or spell wrongly: what comes out is hanzi, Latin letters and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from voice.numerals import counted, how_many, spelt

_N = r"\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
"""Fragment of a regular expression: a number, with thousands separators or without."""
_TO = r"\s*(?:-|–|—|~|～|至)\s*"
_START = r"(?<![\d.])"
_END = r"(?!\d|\.\d)"

_UNITS: Final = {
    "mmHg": "毫米汞柱",
    "mmol/L": "毫摩尔每升",
    "umol/L": "微摩尔每升",
    "μmol/L": "微摩尔每升",
    "mg/dL": "毫克每分升",
    "mg/L": "毫克每升",
    "ng/mL": "纳克每毫升",
    "pg/mL": "皮克每毫升",
    "g/L": "克每升",
    "U/L": "单位每升",
    "U/mL": "单位每毫升",
    "IU/L": "国际单位每升",
    "mIU/mL": "毫国际单位每毫升",
    "L/min": "升每分钟",
    "mL/min": "毫升每分钟",
    "ml/min": "毫升每分钟",
    "mL/h": "毫升每小时",
    "ml/h": "毫升每小时",
    "kg/m²": "千克每平方米",
    "kg/m2": "千克每平方米",
    "km/h": "公里每小时",
    "mg/kg": "毫克每公斤",
    "次/分钟": "次每分钟",
    "次/分": "次每分钟",
    "次/min": "次每分钟",
    "bpm": "次每分钟",
    "℃": "摄氏度",
    "°C": "摄氏度",
    "℉": "华氏度",
    "°": "度",
    "kPa": "千帕",
    "kcal": "千卡",
    "kg": "公斤",
    "km": "公里",
    "km²": "平方公里",
    "cm²": "平方厘米",
    "m²": "平方米",
    "cm": "厘米",
    "mm": "毫米",
    "μm": "微米",
    "mg": "毫克",
    "μg": "微克",
    "ug": "微克",
    "mL": "毫升",
    "ml": "毫升",
    "dL": "分升",
    "IU": "国际单位",
    "min": "分钟",
    "g": "克",
    "m": "米",
    "L": "升",
    "h": "小时",
    "U": "单位",
}
_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))

_MEASURES = (
    "个|天|次|位|片|粒|颗|支|瓶|盒|杯|斤|两|周|年|岁|小时|分钟|秒|点|刻|层|间|名|份|张|条|句|倍|项|种|步|家|台|辆|度|口|遍"
    "|顿|包|袋|滴|针|米|元|块|毛|公斤|公里|毫升|毫克|厘米|星期|礼拜|处|道|楼层|万|千|百|亿"
)
"""Before these a bare two is 两 (2天); before others it is 二 (2号, 2楼, 2月)."""

_HOTLINES = r"12(?:356|320|345|315|333|393)|9[56]\d{3}|400\d{7}|800\d{7}"
_ALARM = r"1(?:10|19|20|22|14)"
"""Numbers to dial that may be quantities too (高压120): the words round them tell."""
_MOBILE, _SHORT_MOBILE = 11, 4
_DIGIT_BY_DIGIT = 7
"""Whole numbers of so many digits are a number of a card or a file, not a quantity."""
_HALF_HOUR, _TEN = 30, 10

Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


def normalise(text: str) -> str:
    """The words to say for `text`.

    Telephone and identity numbers go digit by digit in groups, with 幺 for one; masked characters are 「星号」 once.
    """
    for written, said in _SIGNS_FIRST:
        text = text.replace(written, said)
    for pattern, say in _rules():
        text = pattern.sub(say, text)
    return text.strip()


@cache
def _rules() -> tuple[Rule, ...]:
    """In this order: what is longer and surer goes first, single numbers and signs last."""
    table: list[tuple[str, Callable[[re.Match[str]], str]]] = [
        (r"!?\[([^\]]*)\]\([^)]*\)", lambda found: found[1]),  # Markdown links
        (r"https?://\S+|www\.\S+", lambda _: "网址见屏幕"),
        (r"[\w.+-]+@[\w-]+\.[\w.]+", lambda _: "邮箱见屏幕"),
        (r"\*\*([^*]+)\*\*", lambda found: found[1]),
        (r"[`#]+|_{2,}", lambda _: ""),
        (r"(\d+)\*+(\d+)", lambda found: f"{_phone(found[1])}，星号，{_phone(found[2])}"),
        (r"(?<=[一-鿿])\*+", lambda _: "某"),
        (r"(?m)^\s*[-•·*]\s+", lambda _: ""),
        (r"\*+", lambda _: "星号"),
        (r"(?<=[一-鿿])[ \t]+(?=\d)|(?<=\d)[ \t]+(?=[一-鿿])", lambda _: ""),
        (r"(?<=[一-鿿])[ \t]+(?=[一-鿿])", lambda _: "，"),
        (r"(?<![\d.])(\d{1,2})\.(?=[\s一-鿿])", lambda found: counted(found[1]) + "，"),
        (r"(?<![\dA-Za-z一-鿿)])[-−](?=\d)", lambda _: "负"),
        (r"乘10\^?(\d{1,2})/L", lambda found: f"乘十的{counted(found[1])}次方每升"),
        (
            rf"{_START}(\d{{4}})[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})[日号]?{_END}",
            lambda found: f"{spelt(found[1])}年{_date(found[2], found[3])}",
        ),
        (r"(?<!\d)(\d{4})年", lambda found: f"{spelt(found[1])}年"),
        (
            rf"{_START}(\d{{1,2}}):(\d{{2}})(?::\d{{2}})?{_TO}(\d{{1,2}}):(\d{{2}})(?::\d{{2}})?{_END}",
            lambda found: f"{_time(found[1], found[2])}到{_time(found[3], found[4])}",
        ),
        (rf"{_START}(\d{{1,2}}):(\d{{2}})(?::\d{{2}})?{_END}", lambda found: _time(found[1], found[2])),
        (
            rf"(?<![\d/])([4-9]\d|[12]\d\d|3[0-4]\d)\s*/\s*([2-9]\d|1\d\d|2[01]\d)\s*(?:mmHg|毫米汞柱){_END}",
            lambda found: f"高压{counted(found[1])}，低压{counted(found[2])}毫米汞柱",
        ),
        (  # no fraction has such numbers
            rf"(?<![\d/])([7-9]\d|1\d\d|2\d\d)\s*/\s*([4-9]\d|1[0-4]\d){_END}(?!/)",
            lambda found: f"高压{counted(found[1])}，低压{counted(found[2])}",
        ),
        (r"(?<=[尾卡单码编证院]号)([:\s]?)(\d+)(?!\d|\*)", lambda found: found[1] + _phone(found[2])),
        (r"(?<=[A-Za-z])(\d+)[ \t]+(?=\d)", lambda found: _label(found[1]) + "，"),
        (
            rf"(?:￥|¥|RMB\s?)\s*({_N}){_TO}(?:￥|¥)?({_N})元?",
            lambda found: f"{_plain(found[1])}到{_money(found[2])}",
        ),
        (rf"(?:￥|¥|RMB\s?)\s*({_N})元?", lambda found: _money(found[1])),
        (r"(?<![\d.,])(\d+(?:,\d{3})*\.\d{1,2})\s*元", lambda found: _money(found[1])),
        (rf"({_N})\s*[%％]{_TO}({_N})\s*[%％]", lambda found: f"{_percent(found[1])}到{_percent(found[2])}"),
        (rf"({_N}){_TO}({_N})\s*[%％]", lambda found: f"{_percent(found[1])}到{_percent(found[2])}"),
        (rf"({_N})\s*[%％]", lambda found: _percent(found[1])),
        (rf"({_N})\s*‰", lambda found: "千分之" + _plain(found[1])),
        (
            rf"{_START}({_N}){_TO}({_N})\s*({_UNIT})(?![A-Za-z])",
            lambda found: f"{_plain(found[1])}到{_amount(found[2])}{_UNITS[found[3]]}",
        ),
        (
            rf"(?<![\dA-Za-z.])({_N})\s*({_UNIT})(?![A-Za-z])",
            lambda found: _amount(found[1]) + _UNITS[found[2]],
        ),
        (rf"(?<=[打拨叫喊求线话警])(:?)({_ALARM})(?!\d)", lambda found: found[1] + _phone(found[2])),
        (rf"(?<=[或者和、])({_ALARM})(?=[，。！；、]|$|急救|电话|热线|报警)", lambda found: _phone(found[1])),
        (rf"(?<!\d)({_ALARM})(?=急救|电话|热线|救护|接线)", lambda found: _phone(found[1])),
        (rf"(?<!\d)({_HOTLINES})(?!\d)(?!{_MEASURES})", lambda found: _phone(found[1])),
        (r"(?<!\d)(0\d{2,3})[-\s](\d{7,8})(?!\d)", lambda found: f"{_phone(found[1])}，{_phone(found[2])}"),
        (r"(?<![\dA-Za-z])(1[3-9]\d)[-\s]?(\d{4})[-\s]?(\d{4})(?![\dA-Za-z])", lambda found: _grouped(*found.groups())),
        (
            r"(?<!\d)(\d{6})(\d{4})(\d{4})(\d{3})([\dXx])(?![\dA-Za-z])",
            lambda found: _grouped(found[1], found[2], found[3], found[4]) + _last(found[5]),
        ),
        (rf"(?<![\d/.])(\d{{1,2}})月(\d{{1,2}})[日号]?{_TO}(\d{{1,2}})月(\d{{1,2}})[日号]?", _dates),
        (r"(?<![\d/.])(\d{1,2})月(\d{1,2})[日号]", lambda found: _date(found[1], found[2])),
        (r"(?<![\dA-Za-z])[Bb](\d)(?=[层楼])", lambda found: "地下" + counted(found[1])),
        (r"(?<![\dA-Za-z])[Bb](\d)F?(?=$|[，。；、\s])", lambda found: f"地下{counted(found[1])}层"),
        (r"(?<![\dA-Za-z])(\d{1,2})F(?![A-Za-z])", lambda found: counted(found[1]) + "楼"),
        (r"(?<!\d)(\d{3,4})(?=\s*(?:室|诊室|房|病房|病室|床))", lambda found: spelt(found[1])),
        (r"(?<=[A-Za-z])-?(\d+)", lambda found: _label(found[1])),
        (r"(?<!\d)(0\d+)(?![\d.])", lambda found: spelt(found[1])),
        (rf"{_START}(\d+)\s*/\s*(\d+){_END}(?!/)", lambda found: f"{counted(found[2])}分之{counted(found[1])}"),
        (rf"{_START}(\d+)\s*:\s*(\d+){_END}", lambda found: f"{counted(found[1])}比{counted(found[2])}"),
        (rf"第(\d+){_TO}(\d+)", lambda found: f"第{counted(found[1])}到第{counted(found[2])}"),
        (rf"第\s*(\d+){_END}", lambda found: "第" + counted(found[1])),
        (
            rf"{_START}({_N}){_TO}({_N})(?=\s*(?:{_MEASURES}))",
            lambda found: f"{_plain(found[1])}到{_amount(found[2])}",
        ),
        (rf"{_START}({_N}){_TO}({_N})", lambda found: f"{_plain(found[1])}到{_plain(found[2])}"),
        (r"[-−](?=\d)", lambda _: "，"),
        (rf"{_START}({_N})(?=\s*(?:{_MEASURES})(?!号楼))", lambda found: _amount(found[1])),
        (rf"{_START}({_N})", lambda found: _plain(found[1])),
        (r"\d+", lambda found: spelt(found[0])),
        (r"[%￥¥]", lambda _: ""),
        (r"和\s*/\s*或", lambda _: "和或"),
        (r"(?<=[一-鿿])\s*/\s*(?=[一-鿿])", lambda _: "或"),
        (r"(?<=[A-Z])(?=[A-Z])", lambda _: " "),  # CT, MRI: letter by letter
        (r"(?<=[一-鿿A-Za-z])[-_](?=[一-鿿A-Za-z])", lambda _: ""),
        (r"[「」『』“”‘’\"'【】《》〈〉\[\]{}<>|\\^_=]+", lambda _: ""),
        (r"[（(]\s*", lambda _: "，"),
        (r"\s*[）)](?=[，。！？；：、,.!?;]|\s*$)", lambda _: ""),
        (r"\s*[）)]", lambda _: "，"),
        (r"[\U0001F000-\U0001FAFF\u2190-\u21ff\u2460-\u27bf\ufe0f\u200d]+", lambda _: ""),
        (r"…+|—{2,}|\.{3,}", lambda _: "，"),
        (r"\s*\n+\s*", lambda _: "。"),
        (r"(?<=[，。])\s+|\s+(?=[一-鿿，。])", lambda _: ""),
        (r":", lambda _: "："),
        (r"^[，、；：。\s]+", lambda _: ""),
        (r"[，、；：]+(?=[。！？])", lambda _: ""),
        (r"([。！？])[。，、；：]+", lambda found: found[1]),
        (r"([，、；：])[，、；：]+", lambda found: found[1]),
        (r"[，、；：]+$", lambda _: ""),
    ]
    return tuple((re.compile(pattern), say) for pattern, say in table)


_SIGNS_FIRST: Final = (
    ("：", ":"),
    ("％", "%"),
    ("～", "~"),
    ("≥", "大于等于"),
    ("≤", "小于等于"),
    ("≈", "约"),
    ("±", "正负"),
    ("×", "乘"),
    ("÷", "除以"),
    ("＋", "加"),
    ("℃/min", "摄氏度每分钟"),
    ("→", "，到，"),
    ("&", "和"),
    (">", "大于"),
    ("<", "小于"),
)


def _plain(number: str) -> str:
    digits = number.replace(",", "")
    if digits.isdigit() and len(digits) >= _DIGIT_BY_DIGIT and "," not in number and digits.strip("0") == digits:
        return spelt(digits)
    return counted(digits)


def _amount(number: str) -> str:
    return how_many(number.replace(",", ""))


def _percent(number: str) -> str:
    return "百分之" + counted(number.replace(",", ""))


def _money(number: str) -> str:
    """Yuan, jiao and fen: 25.50 → 二十五元五角."""
    whole, _, fraction = number.replace(",", "").partition(".")
    jiao, fen = (int(digit) for digit in (fraction + "00")[:2])
    if fraction and len(fraction) > len("00"):
        return counted(f"{whole}.{fraction}") + "元"
    said = how_many(whole) + "元" if int(whole) or not (jiao or fen) else ""
    said += counted(str(jiao)) + "角" if jiao else ("零" if fen and said else "")
    return said + (counted(str(fen)) + "分" if fen else "")


def _time(hour: str, minute: str) -> str:
    """Hour and minute of a day: 8:30 → 八点三十分, 14:05 → 十四点零五分, 9:00 → 九点."""
    said = how_many(str(int(hour))) + "点"
    late = int(minute)
    if not late:
        return said
    if late == _HALF_HOUR:
        return said + "半"
    return said + ("零" if late < _TEN else "") + counted(str(late)) + "分"


def _date(month: str, day: str) -> str:
    return f"{counted(str(int(month)))}月{counted(str(int(day)))}日"


def _dates(found: re.Match[str]) -> str:
    return f"{_date(found[1], found[2])}到{_date(found[3], found[4])}"


def _phone(digits: str) -> str:
    return spelt(digits, one="幺")


def _grouped(*groups: str) -> str:
    return "，".join(_phone(group) for group in groups)


def _last(digit: str) -> str:
    return "X" if digit in "Xx" else _phone(digit)


def _label(digits: str) -> str:
    """The number in a label of letters: B12 → 十二, CA125 → 幺二五, A023 → 零二三."""
    return counted(digits) if len(digits) <= len("12") and not digits.startswith("0") else _phone(digits)
