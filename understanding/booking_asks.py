"""What a message asks of the book beside a new appointment: 候补, 加号, 报到, the queue, somebody else's number.

The words are so much of a hospital's own that they are read without an intent of their own; 「两个加号」 of a
laboratory sheet and questions how to check in are left alone.
"""

from __future__ import annotations

import re

from domain.session import Pending, PendingKind
from understanding.reading import BookingAsk

_WAITS = r"候补|排候|等退号|有号了?(?:再)?(?:就)?(?:通知|告诉|叫|喊|提醒)|等有(?:了)?号|给我排(?:上|个)队"
_WAIT = re.compile(_WAITS)
_NO = r"不(?:想|用|要|再|需要)?|别|取消|退掉?|撤(?:了|掉|销)?|算了|放弃"
_STOP_WAIT = re.compile(rf"(?:{_NO})(?:再|我的|那个|这个|了)*(?:{_WAITS}|等号|等了)|(?:候补)[^，。？?]{{0,6}}(?:{_NO})")
_MY_WAITS = re.compile(
    r"(?:我的|我)候补(?:呢|了哪些|了什么|的是|在哪|有|怎么样|咋样|到哪)"
    r"|候补[^，。]{0,6}(?:第几|排到|到我|轮到|咋样|怎么样|结果|进度|成功|情况|记录|有信|有没有信|有消息)|(?:看|查)[^，。]{0,4}候补|^我的候补"
)
_TAKE = re.compile(
    r"(?:要|接|确认|接受|就要|定|收)[^，。不]{0,3}(?:候补(?:到)?的?(?:那个)?号?|候补来的)$"
    r"|(?:要|接|确认|接受)[^，。不]{0,4}候补的|候补(?:的|到的)?(?:那个|这个)?号?[^，。不]{0,2}(?:我要|要了|我接|给我留着|确认)"
)
_TAKE_BARE = re.compile(r"^(?:好|行|嗯|可以|成|那|，|,)*(?:我)?(?:就)?要(?:这个|那个|了这个)号")
_SHEET = re.compile(r"[一二两三四1-4几]\s*个加号|尿|蛋白|潜血|化验|白细胞|酮体|什么意思|啥意思|微信|QQ")
_EXTRA = re.compile(r"加(?:个|一个|上)?号(?!码|线|铺)|加塞|加挂|给我加(?:一个|个)(?!微信|班)")
_STOP_EXTRA = re.compile(
    r"(?:(?<!要)不(?:用|要|想|需要)|别|取消|撤(?:了|掉|销)?|算了)[^，。]{0,4}加(?:个)?号|加号[^，。]{0,5}(?:不要|不用|取消|撤|算了)"
)
_MY_EXTRAS = re.compile(
    r"加(?:个)?号[^，。]{0,6}(?:咋样|怎么样|同意|批|加上了?[没吗]|有(?:消|回)|结果|申请到哪|成了[没吗]|行了[没吗])|查[^，。]{0,4}加号"
)
_ARRIVED = re.compile(
    r"我(?:人)?(?:已经|都|刚|现在)?(?:到|来)(?:医院|诊室|门诊|门口|这儿|这里|楼下|科里)*了(?!吗|没)"
    r"|(?:人|已经)到(?:医院|诊室|门口)?了|^(?:我)?到(?:医院)?了[。！!]?$"
    r"|(?:帮|给)我?(?:签到|报到|签个到|报个到|取号|取个号)|我(?:要|来|想)(?:报到|签到|取号|报道|签个到|报个到)"
    r"|^(?:报到|签到|取号|签个到|报个到|我报到|报道)(?:吧|呗|啊|一下)?[。！!]?$"
)
_QUEUE = re.compile(
    r"(?:前面|前头|前边)(?:还|排|还排|现在)?(?:有|着|了)*(?:几|多少)(?:个|位|人|号)|(?:还有)?(?:多久|多长时间|几个)(?:能|才|就)?(?:到|轮到|叫到?|排到)我"
    r"|(?:轮到|叫到|排到|到)我(?:了)?(?:没|吗|没有|了没)|我(?:排|是)(?:在|到)?第?几(?:个|位|号)?(?:了)?$|排到(?:几号|哪|我)"
)
_FOR = re.compile(
    r"(?:给|帮|替|为)(?!我(?:自己)?(?:挂|约))[^，。？?]{1,6}(?:挂|约|预约)(?!什么|啥|哪|的|了)|(?:改|换)(?:成|给)[^，。？?]{0,4}(?:妈|爸|爹|娘|爷|奶|儿|女|娃|孩|老公|老婆|爱人|自己|本人)[^，。？?]{0,3}$"
)
_SAME_DOCTOR = re.compile(
    r"(?:上次|上回|之前|以前|原来|老)(?:看)?(?:的)?(?:那个|那位|看的|给我看的)+[^，。]{0,3}(?:大夫|医生|主任|专家|教授)"
)
_OTHER_DOCTOR = re.compile(
    r"(?:换|改)(?:一?个|位|别的|其他)+(?:医生|大夫|主任|专家|教授|人看)|(?:不要|不想要?|不想看|别)(?:这个|这位|他|她)(?:医生|大夫|主任|专家)?|别的(?:医生|大夫)"
)
_YES = re.compile(r"(?:我)?要(?:这个|那个|了|吧|啊|的|$)|^(?:好|行|可以|成|中)|就这个|接受|留着|确认")
_NO_MORE = re.compile(r"不要|不用|别|算了|取消|不去|让给|放弃|不了")


def read_ask(text: str, pending: Pending | None) -> BookingAsk | None:
    """What is asked of the book, or nothing. `pending` tells what a bare 「我要这个号」 is about."""
    if pending is not None and pending.kind is PendingKind.OFFER_REPLY:
        if _NO_MORE.search(text):
            return BookingAsk.STOP_WAITING
        if _YES.search(text):
            return BookingAsk.TAKE_OFFER
    if pending is None and _TAKE_BARE.search(text):
        return BookingAsk.TAKE_OFFER
    for ask, words in _IN_ORDER:
        if words.search(text) and not (words in _EXTRAS and _SHEET.search(text)):
            return ask
    return None


_EXTRAS = (_STOP_EXTRA, _MY_EXTRAS, _EXTRA)
_IN_ORDER = (
    (BookingAsk.STOP_WAITING, _STOP_WAIT),
    (BookingAsk.TAKE_OFFER, _TAKE),
    (BookingAsk.MY_WAITS, _MY_WAITS),
    (BookingAsk.WAIT, _WAIT),
    (BookingAsk.STOP_EXTRA, _STOP_EXTRA),
    (BookingAsk.MY_EXTRAS, _MY_EXTRAS),
    (BookingAsk.EXTRA, _EXTRA),
    (BookingAsk.QUEUE, _QUEUE),
    (BookingAsk.ARRIVED, _ARRIVED),
    (BookingAsk.SAME_DOCTOR, _SAME_DOCTOR),
    (BookingAsk.OTHER_DOCTOR, _OTHER_DOCTOR),
    (BookingAsk.FOR_SOMEONE, _FOR),
)
