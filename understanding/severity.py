"""How bad it is, 0–10: 七八分, 打7分, 疼得打滚, 有点, 能忍."""

from __future__ import annotations

import re

from understanding.numbers import NUMERAL, parse

MOST = 10
SEVERE = 7.0
"""From here on it is 重."""

_SCORE = re.compile(
    rf"(?<![\d.度])(?P<n>{NUMERAL})分(?![钟之])(?:左右|吧|的?(?:疼|痛))?|(?:打|有|疼到|痛到|评)(?P<m>{NUMERAL})分(?![钟之])"
)
_OUT_OF_TEN = re.compile(rf"(?P<n>{NUMERAL})\s*/\s*10|满分.{{0,3}}(?:疼|痛)|(?:疼|痛).{{0,3}}满分")
_DENIED = re.compile(r"(?:不|不是|没有?|不至于|谈不上|算不上)(?:很|特别|那么|什么|太)?$")

_WORDS = tuple(
    (re.compile(pattern), score)
    for score, pattern in (
        (10, r"(?:疼|痛)得?.{0,3}(?:打滚|满地滚|晕过去|昏过去|休克|想撞墙|想死)|(?:打着?|满床|满地|地上)滚"),
        (
            9,
            (
                r"(?:疼|痛|难受|晕|痒|憋|胀|酸)得?我?(?:要死|死了|死我了|不行|要命|受不了|受不住|不得了|嗷嗷叫|直叫|说不出话|冒(?:冷?汗)|不行不行|钻心)|"
                r"(?:剧|巨|爆|钻心|刀割一样|撕心裂肺)(?:疼|痛|烈)|剧烈|(?:忍|顶|扛|熬)不(?:了|住)|受不(?:了|住)|要了?命|难以忍受|"
                r"(?:这辈子|有生以来|从来没).{0,6}(?:最|这么).{0,2}(?:疼|痛)|撑不住"
            ),
        ),
        (
            8,
            (
                r"(?:疼|痛|难受|痒|咳)得?.{0,3}(?:睡不着|没法睡|睡不了|睡不好觉|直不起腰|弯着腰|坐不住|站不住|下不了床|起不来|动不了)|"
                r"(?:很|特别|非常|挺|十分|相当)严重|重得很|厉害得很|做不了事|(?:什么|啥)[都也]?[干做]不了"
            ),
        ),
        (
            7,
            (
                r"(?:疼|痛|晕|咳|痒|吐|拉|肿|难受|麻)得?(?:很|挺|特别|好|非常|太)?(?:厉害|凶|狠|要紧)|(?:很|好|特别|非常|超级?|老|贼|太|可)(?:疼|痛|难受|晕|痒)(?!能)|"
                r"(?:走|迈)不(?:了|动)路|越来越(?:疼|痛|厉害|重)|厉害|严重"
            ),
        ),
        (
            6,
            r"(?:比较|还挺|挺|有些太)(?:疼|痛|难受|晕|痒)|干不了活|上不了班|影响(?:工作|上班|睡觉|睡眠|走路|做事|生活)|(?:疼|痛)得可以|挺严重",
        ),
        (5, r"中等|(?:一般|中度)(?:疼|痛)|不轻不重|中不溜"),
        (4, r"(?:可以|还能|还可以|能|勉强)(?:忍|扛|挺|受得了|坚持)|忍得(?:了|住)|受得(?:了|住)|还受得"),
        (
            3,
            (
                r"(?:有一?点儿?|一点点|稍微|有些|略微|稍稍|稍有|微微|隐隐(?:的|约约)?|轻微(?:的)?|轻度)(?:的)?(?:疼|痛|难受|晕|痒|胀|麻|酸|不舒服|咳|闷)|"
                r"隐痛|凑合|没(?:什么|啥|多大|太大)?影响|轻(?:微|度)|不严重|不重|不厉害|不影响|不耽误|能照常|(?:还|照样|照常)能?(?:上班|干活|做事|走路)|照常(?:上班|做事|干活)|能走能(?:干活|做事|动|跳|吃)|(?:能|可以)(?:正常)?(?:干活|上班|做事)"
            ),
        ),
        (2, r"不(?:太|怎么|算|大|很)(?:疼|痛|难受|晕|痒)|一丢丢|一点点"),
        (0, r"(?<![疼痛])(?:一点(?:儿|都|也)?)?不(?:疼|痛)(?:了|也|，|,|。|$)"),
    )
)
_HINT = re.compile(
    r"[疼痛分忍重轻点些滚死命厉剧/]|受不|受得|难受|[晕痒咳]得|[很好]晕|影响|照常|中等|凑合|一丢丢|做不了|干不|走不|撑不|稍|隐|上不了|坚持|扛|耽误|还能"
)
_ABOUT_CHANGE = re.compile(r"(?:越来越|更|加|变)$")


def read(text: str) -> float | None:
    """The severity a message states, a number before words and the worst words before milder ones."""
    if not _HINT.search(text):
        return None
    scores = [score for score in map(_score, _SCORE.finditer(text)) if score is not None]
    if scores:
        return scores[-1]
    if match := _OUT_OF_TEN.search(text):
        number = parse(match["n"]) if match["n"] else None
        return min(number.value, MOST) if number is not None else MOST
    for score, pattern in ((score, pattern) for pattern, score in _WORDS):
        for match in pattern.finditer(text):
            if not _DENIED.search(text[max(0, match.start() - 6) : match.start()]):
                return float(score)
    return None


def _score(match: re.Match[str]) -> float | None:
    number = parse(match["n"] or match["m"])
    if number is None or number.high > MOST:
        return None
    return number.value
