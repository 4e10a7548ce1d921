"""What a message is: a case or an exercise, a person's or an animal's, new or long known, meant or feared."""

from __future__ import annotations

import re
from collections.abc import Iterator

_HAPPENS = re.compile(
    r"有人|有个人|突然|忽然|真的[晕倒抽吐]|救命|怎么办|咋办|不行了|老[伴头太]|[爷奶姥姐哥弟妹叔姨舅婶伯]|儿子|女儿|闺女"
    r"|丈夫|媳妇|朋友|室友|邻居|同学|同事|工友"
)
_ONSET = re.compile(r"突然|忽然|刚[才刚]|又|加重|越来越|不行了|今[天早晚]|昨[天晚]|小时|分钟|这会儿|快[来救]")
_WORSE = re.compile(r"突然|忽然|又|加重|越来越|不行了|快[来救]|现在.{0,6}[喘疼痛晕吐昏]")
_ANIMAL = (
    r"(?:狗|猫|兔|仓鼠|鹦鹉|乌龟|金毛|泰迪|柯基|布偶|拉布拉多|哈士奇|边牧|比熊|博美|[英美]短|橘猫|毛孩子|宠物)"
    r"(?![年病毛粮窝砂])"
)
_OF_SOMEBODY = (
    r"(?:(?:我们?家|家里|家|邻居家?|朋友家?|同事家?|我们?|楼下)(?:里|那|的|养的|[只条个])*"
    r"|养的|养了[^，。]{1,4}的|那?[只条])?(?:小|老|流浪)?"
)
_AS_PATIENT = re.compile(
    rf"(?:^|[，。])(?:(?:你好|您好|请问|医生|大夫|那个|今天|刚才|昨天)，?)*{_OF_SOMEBODY}{_ANIMAL}"
)
_TENDED = re.compile(r"兽医|宠物医院|动物医院|宠物诊所|看不看动物|给动物看|看宠物")
_SOMEBODY_HURT = re.compile(
    r"[咬抓挠扑舔蹭绊啃追撞拽]了?[我他她人孩娃老]|被(?:我家)?[^，。]{0,6}[抓挠扑]|咬|狂犬"
    r"|孩子|宝宝|娃|老人|小孩|我(?!们?家|养|们|的[狗猫])"
)
_NOT_YET = re.compile(r"(?:我|人|大家|我们)?(?:都|真是?)?(?:快|要|想|差点|恨不得|吐血|喷血|.{1,4}都[要快])")
_AHEAD = re.compile(r"会|被|哪天|以后|将来|万一|半路|出车祸")
_FACT = re.compile(r"[了是正又刚]|现在|已经|还在|突然|越来越|一直")
_SORROW = re.compile(
    r"心里?(?:真的|很|好|特别|一直|都|也|就|像)*(?:难受|难过|不好受|不舒服|堵|痛|疼|空|碎)"
    r"|[胸心]口(?:一直|都|就)*堵(?:得慌|着)?|(?:难过|伤心|难受|哭)得[^，。]{1,8}"
)
_BODILY = re.compile(r"冷汗|出汗|胳膊|后背|肩|压|气短|分钟|小时|头晕|恶心|一阵|走路|爬|左|含")


def happens(text: str) -> bool:
    """Whether somebody near is spoken of or something just now, so that it is no mere exercise."""
    return _HAPPENS.search(text) is not None


def begins(text: str, start: int = 0) -> bool:
    """Whether something is said to be new from `start` on."""
    return _ONSET.search(text, start) is not None


def worsens(text: str) -> bool:
    """Whether something new has come to what somebody is already treated for."""
    return _WORSE.search(text) is not None


def of_an_animal(text: str) -> bool:
    """Whether an animal is the patient: it stands where the patient is named, bit nobody, and no person is in it."""
    about = _AS_PATIENT.search(text) or _TENDED.search(text)
    return about is not None and not _SOMEBODY_HURT.search(text)


def figurative(text: str, position: int) -> bool:
    """Whether what stands from `position` on has not happened (困得「我要昏过去了」)."""
    return _NOT_YET.match(text, position) is not None


def feared(text: str, start: int, end: int, *, dread: bool) -> bool:
    """Whether what stands between is only feared for some day; of a habitual `dread` it need not say so."""
    ahead = dread or _AHEAD.search(text, start, end)
    return bool(ahead) and not _FACT.search(text, start, end)


def sorrows(text: str) -> Iterator[tuple[int, int]]:
    """Where a heart is heavy rather than ill (「流产了，心里很难受」); nowhere if anything bodily is told beside it."""
    if not _BODILY.search(text):
        yield from (match.span() for match in _SORROW.finditer(text))
