"""What a few words tell about the turn: whether a sentence is still open, whether a word only says "go on"."""

from __future__ import annotations

import re
from typing import Final

_MARKS: Final = re.compile(r"[\s，。！？、；：…,.!?;:~—-]+")

OPEN_ENDINGS: Final = (
    # fillers
    *("嗯", "呃", "额", "那个", "这个", "就是", "就是说", "怎么说", "反正", "我看看", "等一下", "等等"),
    # a clause that wants another
    *("然后", "还有", "因为", "所以", "但是", "不过", "而且", "如果", "要是", "或者", "以及", "另外"),
    # a verb that wants its object
    *("我想", "想要", "我要", "想挂", "要挂", "我挂", "想看", "要看", "想问", "想问一下", "想约", "要约", "预约"),
    *("请问", "帮我", "给我", "麻烦你", "麻烦您", "我有", "有点", "感觉", "觉得", "我是", "我叫", "叫做", "想查"),
    # prepositions and particles in mid-phrase
    *("和", "跟", "从", "在", "到", "把", "被", "给", "对于", "关于", "我的", "的", "一个", "有一", "电话是"),
)
"""Endings after which a speaker has more to say."""

_GO_ON: Final = re.compile(
    r"(?:嗯+哼?|哦+|噢+|喔+|啊+|呃+|好+[的吧啊呀]?|是+[的啊]?|对+[的啊]?|行+[吧啊]?|明白了?|知道了?|这样啊?|ok(?:ay)?)+",
    re.IGNORECASE,
)


_CRY: Final = re.compile(r"救命(?!之恩|恩人|钱|药|稻草)|救救(?:我|他|她|孩子|命)|来人[啊呐哪]|快来人")


def cry_for_help(text: str) -> bool:
    """Whether somebody cries for help: 「救命」, 「快来人」. No guard, and no doubt, drops that."""
    return bool(_CRY.search(bare(text)))


def bare(text: str) -> str:
    """`text` without spaces and punctuation."""
    return _MARKS.sub("", text)


def open_ended(text: str) -> bool:
    """Whether the words so far leave the sentence open: 「我想挂」, 「然后」."""
    return bare(text).endswith(OPEN_ENDINGS)


def back_channel(text: str) -> bool:
    """Whether the words only say that somebody listens: 「嗯」, 「好的」. To a yes/no question they are the answer."""
    return bool(_GO_ON.fullmatch(bare(text)))
