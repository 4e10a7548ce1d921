"""Yes, no, unsure, none of these, taken back: the colour of a short answer, without looking at options."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FILLER = re.compile(
    r"^(?:嗯+|恩+|啊+|哦+|噢+|额+|呃+|唉|哎|那个|这个|我|他|她|孩子|应该|好像|感觉|目前|暂时|现在|一般|平时|基本上?|似乎|大概|反正|倒|也|都|就(?!是|这|它)|是(?=没|不(?!是))|其实|那|您|医生|回答|[，。,.!！、\s])*"
)
UNSURE = re.compile(
    r"不(?:太|大|是很|怎么)?(?:清楚|知道|确定|晓得|好说|记得|了解)|说不(?:好|清|准|上来?)|记不(?:清|得)|没(?:太)?(?:注意|留意|量过?|测过?|数过|细看)|搞不清|拿不准|难说|没法(?:说|判断)|"
    r"分不清|看不出来?|忘了|也许吧|可能吧|不一定"
)
_NONE = re.compile(
    r"(?:都|全|全都|统统|通通|一个都|一样都|一项都|一条都|全部|均|啥都|什么都|这些都|以上都|上面都|哪个都|哪样都|其(?:余|他|它)(?:的)?(?:都|几样都|几个都)?|剩下(?:的)?(?:都)?|别的(?:都|也)?|另外的?都|"
    r"这几(?:样|个|种)都|那几(?:样|个|种)都)(?:没有?|不是|无|不存在|没啥|没什么|没出现|正常|还好|没得|莫得|冇)(?!注意|量|想)|"
    r"(?:没有?|不存在|没出现|没)(?:这些|这种|以上|上述|上面|那些|任何|其他|其它|别的|你说的|您说的)(?:的|这些|那些|几样|几种|情况|症状|问题|表现|现象|毛病)+|没有?(?:其他|其它|别的)(?:的|了|问题|情况|症状)*$|都不是|没别的|没有别的|没其他|一样也没有|一个也没有|皆无"
)
_NO = re.compile(
    r"(?:没有|没(?=$|[，。,啊呢的吧呀])|没得|莫得|冇|木有|不是|不(?=$|[，。,啊呢的])|无(?=$|[，。,])|否|并没有?|并不|并无|从来没有?|从没|不会|不能|不要|不用|不行|不可以|不同意|不对|不需要|不想|不约|不挂|不退|"
    r"不去|不疼|不痛|没发|没出|没吐|没晕|没摔|没吃|没做|没怀|没来|没过|算了|别|先不|不了|不存在|不太有|no(?![a-z])|唔系|不换|没这(?!么)|没那(?!么|样)|不算)"
)
_YES = re.compile(
    r"(?:是(?!不是|没|什么|哪|谁|否|左|右|为什么)|对(?!了，|方|象|面|我来说|不起|不对)|嗯|恩|有(?!没有|什么|啥|多|事吗|谁|人吗|号|空)|好(?=$|[，。,的啊吧呀滴嘞哒呢就那]|，|。|了)|可以(?!吗|不)|行(?=$|[，。,啊吧呀了呢的就]|。)|"
    r"要(?!不|是|多少|怎么|什么|去哪)|需要(?!多少|什么|带)|确[认定]|同意|没错|没问题|不错|当然|会(?!不会)|能(?!不能|否)|ok(?![a-z])|yes|y$|中(?=$|[，。])|成(?=$|[，。])|得嘞|必须|就这个|就这样|就它|愿意|正是|"
    r"(?:有|带)点|偶尔|有时|稍微|一点点|确实|真有|还真|挂吧|约吧|订吧|来吧|就要这个|定了|退吧|退了吧|退(?=$|[，。])|转吧|转(?=$|[，。])|麻烦(?:你|您)?了?(?=$|[，。])|没意见|随便|都行|妥|系(?=$|[，。])|经常|一直有|都有|系啊|1$|挺)"
)
_CORRECTS = re.compile(
    r"说错|搞错|弄错|打错|写错|错了|(?:^|[，。,])不对(?=[，,。是]|$)|口误|纠正|更正|更改一下|应该是.{0,6}(?:才对|不是)|刚才(?:说|那个)?(?:的)?(?:不对|不准)|不是.{1,8}[，,]?是(?!不是)|重说"
)
_CONTRAST = re.compile(r"但是?|不过|就是|只是|可是|倒是|而是|却")
_TOPIC = re.compile(
    r"(?:对了|对不起|有人吗|有个问题|有没有|是不是|能不能|会不会|可不可以|好像没|好难|好疼|好痛|好害怕|要不要|要是|行不行|有号)"
)
_ASKING = re.compile(
    r"(?!(?:有|是|好)的?[，。])(?:还)?(?:有|是|能|可以|行|会|好)[^，。]{0,8}(?:吗|么|？|\?)|有[^，。]{0,6}没有(?:呢|啊)?$"
)
_NOTHING_WRONG = re.compile(r"没错|没问题|没意见|不错")
_STILL_THERE = re.compile(
    r"不是(?:不(?!舒服|适|得劲)|没)|没有?不(?!舒服|适|得劲)|(?:怎么|哪|哪里|咋)(?:可)?(?:会|能|可能)不|(?<![可才只不])能不.{1,5}[吗么]|"
    r"没有?(?:那么|这么|那样|像?(?:以前|之前|先前|原来|昨[天晚]|前天|刚才|刚开始|开始|上[次回]|当时|前几天|前两天|早上|上午))[^，。]"
)
"""Double and rhetorical denials and comparisons: what is less than before is there."""
_SHORT_NO = re.compile(r"(?!不(?:舒服|得劲|得了|行了|好|停|住|动|适)|没(?:劲|力|准|精神|胃口))(?:不|没)[一-鿿]{1,3}")
_LEAVE = re.compile(r"(?:谢谢.*|(?:医生|大夫|您|你)+)$")
_ALONE_NO = re.compile(
    r"(?:.*(?:现在|目前|这次))?(?:并|倒是?|也|都|真的?|从来?|一直|还|暂时|平时|一般|什么|啥|基本上?|好像|应该|全|就)*"
    r"(?:不|不是|不会|否|(?:没有|没得|没|木有|冇|莫得|无|未)+(?:过|得过|犯过|出现过?|发现过?|发生过?|感觉到?|觉得|查出|感到)?"
    r"(?:这些|这种|这个|这几[样种个]|那些|那种|以上|上述|您?你?说的|什么|啥|任何|明显|特别|其他|其它|别的|太大)*"
    r"(?:的|症状|情况|感觉|问题|现象|不适|不舒服|异常|反应|表现|毛病|病)*)(?:了|过|啊|呀|呢|吧|哦|哈|嘛|的)*"
)
_AS_IT_SHOULD = re.compile(
    r"(?:都|也|还|一切|全|各方面|其他|其它|别的|挺|很|蛮|基本|基本上)*(?:正常|挺好|很好|都好|好着|好好|没事|没什么事|没啥事)(?:的|啊|呢|呀|儿)*"
)
_ASKS_FOR_GOOD = re.compile(r"正常|好[不吗么]|怎么样|怎样|如何|清楚|清醒|能|可以|顺")
_ALONE_YES = re.compile(
    r"(?:就|也|还|都|倒|确实|真的?|好像|可能|应该|一直|经常|总|平时|以前就?)*"
    r"(?:有|是|对|嗯+|恩+|会|偶尔|有时候?|有的时候|经常|稍微|有过|轻微|一点点?|有一?点点?儿?|有些|一些|一直)"
    r"(?:有一?点儿?|有些|有过|有|会|一点点?|这种|这些|这个|情况|症状|现象|感觉|吧|的|啊|呀|呢|哦|哈|过|样子|是|对)*"
)
_TAIL = re.compile(r"(没有|不是|没|有|是的|不会|会)(?:的|啊|过|了|吧|呢)?[。！!]?$")
_ECHO_END = re.compile(r"(?:的|了|啊|呀|呢|吧|过|着|[。！!，])+$")
_ASKS_WHETHER = re.compile(r"有没有|是不是|吗|是否|有无|会不会|能不能")
_SEVERAL_ASKED = re.compile(r"或|、|还是")
_DENIAL = re.compile(r"没有?|不|无")
_ABLE = frozenset({"能", "会", "可以"})
"""These say yes to a question that asks for them; to any other 「能自己走」 tells something."""
_SHORT = 4
_LONG_ECHO = 8

ALL_OF_THEM = re.compile(
    r"^(?:全|都|全都|全部|每个都|样样都?|这些都|上面都|以上都|统统|几个都)(?:有|是|符合|占|中)|^都有"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Polarity:
    """`yes` is `None` when neither was said; `bare` says a no stands alone and denies everything asked."""

    yes: bool | None = None
    unsure: bool = False
    none_of_these: bool = False
    corrects: bool = False
    bare: bool = False


def read_polarity(said: str, *, question: str = "") -> Polarity:
    """The polarity of `said` as an answer to `question`.

    A denial of one thing beside something else that is said (「没有晕倒，但是出冷汗」) is no answer to the
    whole question: `yes` stays `None`.
    """
    corrects = bool(_CORRECTS.search(said))
    unsure = bool(UNSURE.search(said))
    yes = None if unsure and not _settled(said) else _yes(said, question)
    if corrects and len(said) > _SHORT:
        yes = None
    return Polarity(
        yes=yes,
        unsure=unsure,
        none_of_these=bool(_NONE.search(said)),
        corrects=corrects,
        bare=yes is False and not _attached(_FILLER.sub("", said)),
    )


def strip_filler(said: str) -> str:
    """The answer without what only opens it (「嗯，应该」)."""
    return _FILLER.sub("", said)


def alone(said: str, *, question: str = "") -> bool | None:
    """A yes or a no that stands by itself, so that it answers everything asked; `None` for anything else.

    「正常」 denies what should not be and affirms what should: it is a no only to a question for the former.
    """
    rest = _LEAVE.sub("", _FILLER.sub("", said.strip().lower())) or said.strip()
    if UNSURE.search(rest):
        return None
    if _ALONE_NO.fullmatch(rest):
        return False
    if _AS_IT_SHOULD.fullmatch(rest):
        return None if _ASKS_FOR_GOOD.search(question) else False
    return True if _ALONE_YES.fullmatch(rest) else None


def _settled(said: str) -> bool:
    """Whether a doubt stands beside a clear answer to the rest (「没有，多久不清楚」)."""
    return re.match(r"(?:没有|有|是的|对|不是)[，。,]", _FILLER.sub("", said)) is not None


def _yes(said: str, question: str) -> bool | None:
    rest = _FILLER.sub("", said.lower())
    nodded = re.match(r"[嗯恩]", said) is not None
    if not rest:
        return True if nodded else None
    if _STILL_THERE.match(rest):
        return True
    if _TOPIC.match(rest) or _ASKING.match(rest):
        return None
    if _NOTHING_WRONG.match(rest):
        return True
    if _NO.match(rest) or _SHORT_NO.fullmatch(rest):
        return None if _partly(rest, question) else False
    if (said_yes := _YES.match(rest)) or nodded:
        able = said_yes is not None and said_yes[0] in _ABLE and len(rest) > len(said_yes[0]) + 1
        return None if able and said_yes and said_yes[0] not in question and not nodded and question else True
    if tail := _TAIL.search(rest):
        return tail[1] in {"有", "是的", "会"} if len(rest) <= _LONG_ECHO else None
    return True if _echoes(rest, question) else None


def _echoes(rest: str, question: str) -> bool:
    """Whether a short answer says the asked word again (「发烧吗？」 「烧」)."""
    word = _ECHO_END.sub("", rest)
    return 0 < len(word) <= _SHORT and word in question and bool(_ASKS_WHETHER.search(question))


def _partly(rest: str, question: str) -> bool:
    """Whether a denial is of one thing only, while something else is said or was asked."""
    if not _attached(rest):
        return False
    clauses = [clause for clause in re.split(r"[，。,；;]", rest) if clause]
    if len(clauses) > 1 and _CONTRAST.search(rest):
        return True
    return len(clauses) == 1 and bool(_SEVERAL_ASKED.search(question)) and len(_DENIAL.findall(rest)) == 1


def _attached(rest: str) -> bool:
    """Whether a no is joined to the thing it denies (「没有晕倒」) rather than standing alone (「没有啊」)."""
    match = re.match(r"(?:并?没有?|不是|无|不)(?P<what>[一-鿿]+)", rest)
    return match is not None and not re.match(
        r"有|啊|呢|吧|的|呀|这|那|任何|过|了|没|倒|哦|哈|呗|嘛|会|对|要|用|行|存在|出现|发现|得$|其他|别的",
        match["what"],
    )
