"""Measurements a patient reports: 烧到39度5, 高压180低压110, 血压150/95, 血糖16.8, 血氧88, 心率130.

Unverified: they may raise an urgency and never lower one. A value outside what a living person or the
device can show is taken for a slip and left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from understanding.numbers import EXACT, parse
from understanding.reading import Readings

TEMPERATURE_RANGE = (30.0, 43.5)
SYSTOLIC_RANGE = (40.0, 300.0)
DIASTOLIC_RANGE = (20.0, 200.0)
HEART_RATE_RANGE = (20.0, 300.0)
RESPIRATION_RANGE = (4.0, 120.0)
OXYGEN_RANGE = (30.0, 100.0)
GLUCOSE_RANGE = (0.5, 60.0)
GLUCOSE_OFF_SCALE = 33.4
"""mmol/L; a home meter shows 「HI」 above 33.3."""

_VAGUE = r"(?:多|几|来|出头|左右|以上)?"
_DEGREES = re.compile(
    rf"(?P<n>{EXACT})\s*(?:度|℃|°C?|摄氏度)(?:(?P<tenth>[\d零一二三四五六七八九])(?!\d)|(?P<half>半)|(?P<more>多|几|左右)?)"
)
_TEMPERATURE = re.compile(
    r"(?:体温|烧到?了?|发热到?|高烧|低烧|高热|温度|量了?|腋温|耳温|额温)(?:最高|现在|是|有|都|已经|到了?|大概|又|才|，|,|：|:|\s|量|了|在|过)*"
    r"(?P<n>[34]\d(?:\.\d+)?|[三四]十[一二三四五六七八九]?(?:点[零一二三四五六七八九]+)?|三[六七八九](?:点[零一二三四五六七八九])?)"
    r"(?!\d|[天个岁次分周年小斤/多几]|度)(?P<more>)"
)
_SPOKEN = re.compile(
    r"(?<![零一二三四五六七八九十百])(?P<n>三十[五六七八九]|四十[一二]?)(?P<tenth>[一二三四五六七八九])(?![十百岁天个分次])"
)
_BARE_DECIMAL = re.compile(r"(?<![\d./])(?P<n>3[5-9]\.\d|4[0-2]\.\d)(?![\d./]|(?:厘米|公斤|斤|kg|元|块|mmol|岁))")

_LINKS = "和|是|有点|有|都|到了?|已经|大概|在|了|呢|才|就|只有|差不多|量出来|还|又|偏|很|特别|高|低"
_JOIN = rf"(?:mmHg|毫米汞柱|mm)?(?:[，,、。；;：:\s]|{_LINKS})*"
_SYSTOLIC = re.compile(rf"(?:高压|收缩压|上压|大压){_JOIN}(?P<n>{EXACT})")
_DIASTOLIC = re.compile(rf"(?:低压|舒张压|下压|小压){_JOIN}(?P<n>{EXACT})")
_PRESSURE = re.compile(
    rf"(?:血压|BP|bp|压)(?:最高|现在|今天|早上|刚量|量了?|的|测了?|mmHg|毫米汞柱|[，,、。；;：:\s]|{_LINKS})*(?P<s>{EXACT})(?P<more>{_VAGUE})"
    rf"(?!年|岁|天|个月)(?:\s*(?:/|\\|比|、|，|,|-|—|\s|和|低压|下压|到)+\s*(?P<d>{EXACT}))?"
)
_PAIR = re.compile(r"(?<![\d/.])(?P<s>\d{2,3})\s*/\s*(?P<d>\d{2,3})(?![\d/.]|[月日])")
_MEASURED = re.compile(
    rf"(?:量|测)(?:的|了|出来|得|是|有|都|一下|下来)*(?P<s>{EXACT})(?:、|，|,|/|和|比|\s)+(?P<d>{EXACT})(?![天次个度点分岁])"
)
_RATE = re.compile(
    rf"(?:心率|心跳|脉搏|脉率|HR|hr|每分钟跳?|一分钟跳?|静息心率)(?:快到|跳到|快得|最快|现在|是|有|到了?|都|已经|大概|才|只有|就|达|每分钟|一分钟|，|：|:|\s|在|了|跳)*"
    rf"(?P<n>{EXACT})(?P<more>{_VAGUE})(?!分|天|岁|片|粒|年|点|度|、?[、]?\d*[个小]|口|次呼吸)"
)
_BREATHS = re.compile(
    r"(?:(?:每|一)分钟)?(?:呼吸|喘气|喘)(?:频率|次数)?(?:每分钟|一分钟|现在|大概|快到|达到|有|到|是|了|都|才|只有|得|，|：|:|\s)*"
    rf"(?P<n>{EXACT})(?P<more>{_VAGUE})(?:次|下)"
)
_OXYGEN = re.compile(
    rf"(?:血氧饱和度|氧饱和度?|血氧|SpO2|spo2|SPO2)(?:只有|掉到|降到|最低|现在|是|有|到了?|才|都|就|大概|，|：|:|\s|百分之|在|了|低到)*"
    rf"(?P<n>{EXACT})(?P<more>{_VAGUE})"
)
_GLUCOSE = re.compile(
    r"(?:空腹|餐后|饭后|随机|早上|两小时|2小时)*(?:血糖|糖)(?!化|尿|皮|稀|浆)(?:仪)?(?:测出来|测了|最高|现在|高到|升到|降到|低到|掉到|是|有|到了?|都|已经|才|只有|就|大概|，|：|:|\s|在|了|飙到|值|空腹|餐后|饭后|量|测|今天|早上)*"
    rf"(?P<n>{EXACT})(?P<more>点?{_VAGUE})(?!年|岁|天|片)"
)
_GLUCOSE_HIGH = re.compile(r"血糖.{0,8}(?:爆表|测不出来?|测不到|(?<![A-Za-z])(?:HI|Hi|hi|HIGH|high)(?![A-Za-z]))")
_MG_PER_DL = re.compile(r"^\s*(?:mg|毫克)")
_MG_PER_MMOL = 18.0
_HINT = re.compile(
    r"度|℃|°|压|血氧|饱和|[sS][pP][oO]|糖|心率|心跳|脉|体温|烧|热|温|\d/\d|\d\s*/\s*\d|\d\.\d|HR|hr|BP|bp|跳|量|分钟|呼吸|喘|三十|四十"
)
_NOT_BODY = re.compile(
    r"(?:转|角|旋转|近视|度数|弯|水温|空调|室温|气温|外面|天气|零下|调到|水|散光|眼镜|弯了?)(?:了|有|是|到|都)*$"
)
_FEVER_NEAR = re.compile(r"烧|热|体温|量|额头|烫|℃|度")


def read(text: str) -> Readings:
    """Every plausible measurement of a message; of several of one kind the most alarming one counts."""
    if not _HINT.search(text):
        return Readings()
    systolic, diastolic = _pressure(text)
    return Readings(
        temperature_celsius=max(_temperatures(text), default=None),
        systolic_mmhg=systolic,
        diastolic_mmhg=diastolic,
        heart_rate_per_minute=max(
            _values(_RATE, text, HEART_RATE_RANGE), key=lambda rate: abs(rate - 80), default=None
        ),
        respirations_per_minute=max(_values(_BREATHS, text, RESPIRATION_RANGE), default=None),
        oxygen_saturation_percent=min(_values(_OXYGEN, text, OXYGEN_RANGE), default=None),
        glucose_mmol_per_litre=_glucose(text),
    )


def _in(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def _value(match: re.Match[str]) -> float | None:
    """The number of a match; 「三十九度多」 is 39.5 and 「八十多」 is 85: the middle of what was said."""
    number = parse(match["n"])
    if number is None:
        return None
    if match["more"] in {"多", "几"}:
        vague = parse(match["n"] + match["more"])
        return number.value if vague is None else vague.value
    return number.value


def _values(pattern: re.Pattern[str], text: str, bounds: tuple[float, float]) -> list[float]:
    return [
        value
        for value in (_value(match) for match in pattern.finditer(text))
        if value is not None and _in(value, bounds)
    ]


def _temperatures(text: str) -> Iterator[float]:
    for match in _DEGREES.finditer(text):
        number = parse(match["n"])
        if number is None or _NOT_BODY.search(text[max(0, match.start() - 6) : match.start()]):
            continue
        value = number.value
        if match["tenth"]:
            value += (
                "零一二三四五六七八九".find(match["tenth"]) / 10
                if not match["tenth"].isdigit()
                else int(match["tenth"]) / 10
            )
        elif match["half"] or match["more"] in {"多", "几"}:
            value += 0.5
        if _in(value, TEMPERATURE_RANGE):
            yield round(value, 2)
    yield from _values(_TEMPERATURE, text, TEMPERATURE_RANGE)
    if _FEVER_NEAR.search(text):
        for match in _SPOKEN.finditer(text):
            number = parse(match["n"])
            if number is not None:
                yield round(number.value + "零一二三四五六七八九".index(match["tenth"]) / 10, 2)
        yield from (float(match["n"]) for match in _BARE_DECIMAL.finditer(text))


def _pressure(text: str) -> tuple[float | None, float | None]:
    systolic = _first(_values_of(_SYSTOLIC, "n", text), SYSTOLIC_RANGE)
    diastolic = _first(_values_of(_DIASTOLIC, "n", text), DIASTOLIC_RANGE)
    if systolic is not None or diastolic is not None:
        return systolic, diastolic
    pairs: list[tuple[float, float | None]] = []
    for match in [*_PRESSURE.finditer(text), *_PAIR.finditer(text), *_MEASURED.finditer(text)]:
        upper, lower = parse(match["s"]), parse(match["d"]) if match["d"] else None
        if upper is None or not _in(upper.value, SYSTOLIC_RANGE):
            continue
        low = lower.value if lower is not None and _in(lower.value, DIASTOLIC_RANGE) else None
        if low is not None and low >= upper.value:
            low = None
        if low is None and match.re is not _PRESSURE:
            continue
        pairs.append((upper.value, low))
    if not pairs:
        return None, None
    return max(pairs, key=lambda pair: (pair[0], pair[1] or 0))


def _values_of(pattern: re.Pattern[str], group: str, text: str) -> Iterator[float]:
    for match in pattern.finditer(text):
        number = parse(match[group])
        if number is not None:
            yield number.value


def _first(values: Iterator[float], bounds: tuple[float, float]) -> float | None:
    return next((value for value in values if _in(value, bounds)), None)


def _glucose(text: str) -> float | None:
    if _GLUCOSE_HIGH.search(text):
        return GLUCOSE_OFF_SCALE
    found: list[float] = []
    for match in _GLUCOSE.finditer(text):
        words = match["n"]
        number = parse(words)
        if number is None:
            continue
        value = number.value
        if match["more"].startswith("点"):
            value += 0.5
        elif match["more"] in {"多", "几"}:
            vague = parse(words + match["more"])
            value = value if vague is None else vague.value
        if _MG_PER_DL.match(text[match.end() :]) or value > GLUCOSE_RANGE[1]:
            value /= _MG_PER_MMOL
        if _in(value, GLUCOSE_RANGE):
            found.append(round(value, 2))
    high = [value for value in found if value >= 7]  # noqa: PLR2004 - diabetes by fasting glucose, mmol/L
    return max(high) if high else min(found, default=None)
