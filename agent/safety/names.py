"""The names a sentence uses: departments, doctors, places, drugs, and words in Latin letters. Pure.

A name is looked for by its ending (科, 楼, 医生 …) and taken back to where it begins, and among the names that
are known. In doubt the name is taken too long: then it stands in no passage, and the sentence does not go out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from agent.safety.vocabulary import DRUG

_BOUNDARY: Final = frozenset(
    "的在到去找挂是和或及与请由先再往从至于让把给将可要需您你我他她它这那该各每按凭带持走看做等问吧了着过也都就还有没不"
)
"""Characters no name is taken across."""
_LEAD_IN: Final = re.compile(
    r"^(?:建议|前往|直接|联系|咨询|预约|选择|提前|通常|一般|如果|需要|可以|应该|尽快|马上|立即|时间|地点|位置|位于|设在|通过|进入|返回|来到|办理|使用|对应|相应|相关|"
    r"上午|下午|周末|工作日|医院|本院|院内|以及|包括|属于|今天|明天|当天|门口|里面|旁边|附近|然后|之后|以后|最后|首先|另外|此外)+"
)
_DEPARTMENT_END: Final = re.compile(r"科(?![学技普目研教室])|门诊部")
_PLACE_END: Final = re.compile(
    r"窗口|诊室|大厅|中心|停车场|药房|病区|病房|服务台|分诊台|护士站|办公室|检查室|登记处|收费处|挂号处|通道|[东南西北]门|院区|路\d*号?|地铁站|车站|食堂|超市|楼(?!梯|层|上|下|道|内)"
)
_GENERIC: Final = frozenset(
    {
        "科",
        "本科",
        "专科",
        "各科",
        "分科",
        "科室",
        "哪科",
        "同科",
        "楼",
        "中心",
        "窗口",
        "诊室",
        "大厅",
        "通道",
        "车站",
        "病房",
        "路",
        "跨科",
        "全科",
    }
)
_TITLE: Final = re.compile(r"(?:副?主任|主治|住院)?(?:医师|医生)|大夫|教授|主任|护士长?")
_SURNAMES: Final = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章云苏潘葛范彭郎鲁韦马苗凤花方俞任袁柳鲍史唐费廉岑薛雷贺倪汤"
    "滕殷罗毕郝邬安常乐于傅皮齐康伍余元顾孟黄穆萧尹姚邵汪祁毛狄米贝明臧戴谈宋庞熊纪舒项祝董梁杜阮蓝闵季贾路娄江童颜郭梅盛林钟徐邱骆高夏蔡田樊胡凌霍"
    "万卢莫房干解应丁邓洪包左石崔吉龚程邢陆翁荀段侯武刘龙叶黎薄白蒲邰从赖卓屠蒙乔阎连习容向古易廖耿关温庄晏曾沙聂"
)
_NOT_A_SURNAME: Final = re.compile(
    r"^(?:任何|何时|应由|应该|关于|关注|有关|高级|高年资|专业|常见|连续|万一|明确|白天|安排|向值|容易|花费|金额|康复|同一|相应)"
)
_DOUBLE_SURNAMES: Final = frozenset(
    {"欧阳", "上官", "诸葛", "司马", "皇甫", "慕容", "尉迟", "夏侯", "令狐", "司徒", "端木"}
)
_NAME_LENGTH: Final = 4
"""Characters of the longest name."""
_LATIN: Final = re.compile(r"[a-z][a-z0-9._@/:-]*[a-z0-9]|[a-z](?=[超型])")
_DRUG: Final = re.compile(DRUG)
_DRUG_LENGTH: Final = 3
_SAYS_NOTHING: Final = frozenset({"药", "中药", "中成药"})


def names(text: str, known: Iterable[str] = ()) -> tuple[str, ...]:
    """Every name used in a `plain` text; `known` are names of departments and doctors, plain too."""
    found = [
        *_ending(text, _DEPARTMENT_END),
        *_ending(text, _PLACE_END),
        *_people(text),
        *(drug for match in _DRUG.finditer(text) if (drug := _shortest(match[0])) not in _SAYS_NOTHING),
        *(match[0] for match in _LATIN.finditer(text)),
        *(name for name in known if name in text),
    ]
    return tuple(dict.fromkeys(found))


def _ending(text: str, ending: re.Pattern[str]) -> Iterator[str]:
    """Names that end so, taken back to a boundary, without what only leads in to them."""
    for match in ending.finditer(text):
        start = match.start()
        while start > 0 and _continues(text[start - 1]):
            start -= 1
        name = _LEAD_IN.sub("", text[start : match.end()])
        if name not in _GENERIC:
            yield name


def _people(text: str) -> Iterator[str]:
    """What stands before a title and begins with a surname."""
    for match in _TITLE.finditer(text):
        start = match.start()
        while start > max(match.start() - _NAME_LENGTH, 0) and _continues(text[start - 1]):
            start -= 1
        before = text[start : match.start()]
        name = next((before[at:] for at in range(len(before)) if _begins_name(before[at:])), "")
        if name and not _NOT_A_SURNAME.match(name + match[0]):
            yield name


def _begins_name(text: str) -> bool:
    return text[:2] in _DOUBLE_SURNAMES or (text[0] in _SURNAMES and len(text) < _NAME_LENGTH)


def _shortest(drug: str) -> str:
    """The drug without the words a pattern took in before it."""
    ends = (drug[start:] for start in range(len(drug) - _DRUG_LENGTH, 0, -1))
    return next((one for one in ends if _DRUG.fullmatch(one)), drug)


def _continues(character: str) -> bool:
    return "一" <= character <= "龥" and character not in _BOUNDARY
