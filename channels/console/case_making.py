"""A corrected turn as a simulated patient without identity, in the format `evals.case` reads. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from domain.patient import PatientProfile, Relation, Sex
from domain.session import Author, Message
from domain.turn import Json
from understanding.private import mask

OPENINGS: Final = 2
MOST_FACTS: Final = 12
_QUESTION: Final = re.compile(r"[^。！？!?\n]*[？?]")
_SURNAMES: Final = (
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦"
    "付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_NAMED: Final = re.compile(
    rf"((?:叫|名字是|名字叫|姓名[是：:]?|联系人[是：:]?)\s*)[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}(?=[，。、,.！!？?；;\s]|$)"
)
_TITLED: Final = re.compile(
    rf"[{_SURNAMES}][\u4e00-\u9fff]{{0,2}}(?=先生|女士|小姐|太太|医生|大夫|主任|护士|师傅|老师)"
)
_SURNAMED: Final = re.compile(rf"(免贵姓|我姓|他姓|她姓|姓是)[{_SURNAMES}]")
_PLACE: Final = re.compile(
    r"[\u4e00-\u9fff]{2,6}(?:路|街|巷|弄)\d+号?|[\u4e00-\u9fff]{2,8}(?:小区|花园|新村)[\d\-栋单元室号]*"
)
_NUMBER: Final = re.compile(r"\*+[0-9０-９Xx零〇一二三四五六七八九幺两\-–— ]{2}|[0-9０-９]{6,}")
_HANDLE: Final = re.compile(
    r"((?:微信|QQ|qq|住院|门诊|病历|就诊|床|医保|社保|工)(?:卡)?号[是：:\s]*)[A-Za-z0-9０-９_\-]+|[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+"
)
_WHO: Final = {Relation.SELF: "本人", Relation.CHILD: "孩子", Relation.PARENT: "老人", Relation.OTHER: "家人"}
_SEX: Final = {Sex.MALE: "男", Sex.FEMALE: "女"}


def deidentified(text: str) -> str:
    """The words without the names, addresses, accounts and numbers that say who somebody is.

    Names are known by what stands before or after them; figures of up to five digits are measurements and stay.
    """
    numbered = _HANDLE.sub(lambda found: f"{found[1] or ''}某号", mask(text))
    named = _TITLED.sub("某", _SURNAMED.sub(r"\1某", _NAMED.sub(r"\1某某", _NUMBER.sub("某号", numbered))))
    return _PLACE.sub("某地", named)


def made(
    case_id: str,
    messages: Sequence[Message],
    profile: PatientProfile,
    *,
    upto: str,
    opening: Sequence[str],
    gold: dict[str, Json],
    tags: Sequence[str],
) -> dict[str, Json] | None:
    """The patient's words up to the turn `upto`, as opening and as answers to the questions that were put.

    `opening` are a nurse's own words and stand in place of the patient's, which are then not used at all. Nothing
    when there are no words.
    """
    said = _until(messages, upto)
    begins = [deidentified(one) for one in opening] or [
        deidentified(one.text) for one in said if one.author is Author.PATIENT
    ][:1]
    if not begins:
        return None
    return {
        "id": case_id,
        "group": "correction",
        "tags": list(tags),
        "opening": list(begins[:OPENINGS]),
        "profile": _profile(profile),
        "facts": [] if opening else _facts(said),
        "default_yes_no": "没有",
        "default_open": "不清楚",
        "gold": gold,
    }


def _until(messages: Sequence[Message], trace_id: str) -> list[Message]:
    """The messages up to the end of a turn; all of them when it is not among them."""
    ends = [place for place, one in enumerate(messages) if one.trace_id == trace_id]
    kept = messages[: ends[-1] + 1] if ends else messages
    return [one for one in kept if one.origin != "feedback"]


def _facts(said: Sequence[Message]) -> list[Json]:
    """Each question of the agent's with the patient's answer to it."""
    facts: list[Json] = []
    for asked, answered in pairwise(said):
        if asked.author is not Author.AGENT or answered.author is not Author.PATIENT:
            continue
        questions = _QUESTION.findall(asked.text)
        if questions:
            facts.append({"when": re.escape(questions[-1].strip()), "say": deidentified(answered.text)})
    return facts[:MOST_FACTS]


def _profile(profile: PatientProfile) -> dict[str, Json]:
    age = profile.age_years
    years = None if age is None else f"{age:.0f}岁" if age >= 1 else f"{age * 12:.0f}个月"
    return {
        "age": years,
        "sex": _SEX[profile.sex] if profile.sex else None,
        "pregnant": profile.pregnant,
        "who": _WHO[profile.relation],
    }
