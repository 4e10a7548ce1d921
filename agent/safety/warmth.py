"""What a kind sentence of a model's may not be: it may only feel with the patient, and say nothing. Pure.

The policy (`agent.safety.policy`) forbids what harms anywhere. A sentence that stands before a fixed reply is held to
more: no advice, no question, no cause, no prospect, no office, no urgency, and no number, name or symptom that is
not in the patient's own words or the reply. In doubt it is left out; the fixed reply is complete without it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Final

from agent.safety.grounding import ground, lacks
from agent.safety.policy import judge

LONGEST: Final = 40
"""Characters of a kind sentence."""
_SPOKEN: Final = re.compile(r"[\u4e00-\u9fff0-9，。！？、；：“”「」…—~～ ]+")
_ASKS: Final = re.compile(r"[?？]|[吗呢]|(?<![这那多])么|什么|怎么|哪里|哪个|多久|是否|有没有|是不是|要不要")
_ADVISES: Final = re.compile(
    r"请|建议|应该|应当|需要|必须|得去|最好|不妨|可以|试试|试着|记得|注意|务必|千万|不要|不用|不必|无需|别|勿|"
    r"先|(?<![失过])去(?!年|世|了)|[吃喝服用打拨叫挂查约躺](?!了)|休息|放松|深呼吸|冷静|坚持|保持|多喝|加油|等一等|等等|等着|再等|忍"
)
_PROMISES: Final = re.compile(
    r"一定会|肯定|保证|会好|好起来|好转|康复|没事|没什么|放心|安心|不严重|不要紧|没关系|正常|很快|小问题|小毛病|担心多余|"
    r"常见|普遍|不会有|别担心|治好|能好|解决"
)
_CLAIMS: Final = re.compile(
    r"我(?:也|是|完全|能|会|懂|经历|曾|们)|感同身受|医生|护士|专家|大夫|主任|诊断|怀疑|可能|也许|大概|估计|恐怕|像是|说明|提示|"
    r"因为|由于|原因|引起|导致|造成|所以|因此|属于|结果|病[^人友]?"
)
_LATELY: Final = re.compile(r"这[几两]天")
"""No figure: of these days."""
_OFFICES: Final = re.compile(
    r"急诊|门诊|120|救护|住院|手术|危险|严重|紧急|不急|抓紧|尽快|赶紧|赶快|立刻|立即|马上|观察|在家|回家|科室|[\u4e00-\u9fff]科|挂号|"
    r"预约|就诊|就医|看病|看医|检查|治疗|化验|药|剂量|毫克|费|钱|元|楼|窗口|号"
)
_RULES: Final = (
    ("asks", _ASKS),
    ("offices", _OFFICES),
    ("promises", _PROMISES),
    ("claims", _CLAIMS),
    ("advises", _ADVISES),
)


def unfit(
    sentence: str,
    *,
    said: Sequence[str],
    reply: str,
    symptoms: Callable[[str], frozenset[str]],
    known: Collection[str] = (),
    grave: bool = False,
) -> str:
    """Why the sentence may not stand before `reply`; empty when it may.

    `said` are the patient's words, `symptoms` gives the concepts a text speaks of, `known` are names of
    departments and doctors. The answer is a policy rule's id or one of `shape`, `asks`, `offices`, `promises`,
    `claims`, `advises`, `number`, `name`, `symptom`, `repeats`.
    """
    text = sentence.strip()
    if not text or len(text) > LONGEST or not _SPOKEN.fullmatch(text):
        return "shape"
    broken = judge(text, grave=grave)
    if broken:
        return broken[0].rule
    for name, pattern in _RULES:
        if pattern.search(text):
            return name
    for lack in lacks(_LATELY.sub("", text), ground((*said, reply), known)):
        if lack != "words":
            return lack
    if symptoms(text) - symptoms("。".join(said)):
        return "symptom"
    return "repeats" if text.rstrip("。！~～ ") in reply else ""
