"""Replies to questions in everyday words, read with the whole lexicon: what each ticks, denies and leaves open."""

from __future__ import annotations

from functools import cache

import pytest

from app.knowledge import open_knowledge
from domain.session import Option, Pending, PendingKind
from tests.understanding.readers import SATURDAY
from understanding.read import Reader
from understanding.reading import Answer

pytestmark = pytest.mark.unit


@cache
def _reader() -> Reader:
    reader = open_knowledge((), booking_rules=(), doctors=tuple).reader
    assert isinstance(reader, Reader)
    return reader


def _answer(
    question: str, labels: str, reply: str, kind: PendingKind = PendingKind.TRIAGE_QUESTION
) -> tuple[Answer, dict[str, str]]:
    """The reply read against a question with these labels, and what each value stands for."""
    names = {f"o{place}": label for place, label in enumerate(labels.split("|"))} if labels else {}
    options = tuple(Option(label=label, value=value) for value, label in names.items())
    pending = Pending(id="p", kind=kind, question=question, subject="chart.question", options=options)
    return _reader()(reply, pending=pending, now=SATURDAY).answer, names


def _card(labels: str, reply: str) -> tuple[list[str], list[str], bool]:
    answer, names = _answer("有没有下面任何一种？可多选", f"{labels}|都没有|不清楚", reply)
    return [names[one] for one in answer.ticked], [names[one] for one in answer.denied], answer.none_of_these


HEAD = "一分钟内痛到顶|嘴歪说话不清|人迷糊叫不醒|发烧且脖子硬低不下头|吐了两次以上"
FEVER = "发烧≥38.5℃|烧满3天|抽搐|压不褪色的紫点|叫不醒"
BREATH = "不动也喘或说不完整句|嘴唇发紫或血氧低于93|咳血|胸痛超过10分钟|晕倒"
BELLY = "晕倒或快晕倒|肚子硬或不敢碰|吐血或黑便|不放屁、又胀又吐|发烧"
SEVERITY = "重：痛得做不了事|中：影响做事|轻：能照常做事"
LASTING = "8周以上|2到8周|两周以内"
ONSET = "突然最痛|一天内越来越重|一阵一阵时好时坏|几天|几周以上"
WHERE = "上腹正中|右上|右下|左下|全腹或肚脐周围"
SPIRIT = "一直蔫不理人|一直哭哄不好|有点蔫但逗能笑|和平时一样玩"
BEFORE = "比以前明显重或变样|第一次这样痛|和以前一样"
CHILD = "叫不醒或软得没反应|没精神，吃不下|8小时没尿|嘴唇发紫|抽过"


@pytest.mark.parametrize(
    ("labels", "reply", "ticked", "denied"),
    [
        (HEAD, "39度", [], []),
        (HEAD, "有点发烧", [], []),
        (HEAD, "发烧，脖子也硬", ["发烧且脖子硬低不下头"], []),
        (HEAD, "发烧，脖子不硬", [], ["发烧且脖子硬低不下头"]),
        (HEAD, "吐了一次", [], ["吐了两次以上"]),
        (HEAD, "吐了三回", ["吐了两次以上"], []),
        (HEAD, "吐了", [], []),
        (HEAD, "吐了两次", ["吐了两次以上"], []),
        (HEAD, "人清醒", [], ["人迷糊叫不醒"]),
        (HEAD, "清醒，说话清楚", [], ["人迷糊叫不醒"]),
        (HEAD, "说话利索", [], []),
        (HEAD, "叫得醒", [], ["人迷糊叫不醒"]),
        (HEAD, "没吐", [], ["吐了两次以上"]),
        (HEAD, "不发烧，也不吐", [], ["发烧且脖子硬低不下头", "吐了两次以上"]),
        (HEAD, "一下子就疼到顶了", ["一分钟内痛到顶"], []),
        (HEAD, "嘴有点歪", ["嘴歪说话不清"], []),
        (HEAD, "烧到39，脖子硬得低不下头", ["发烧且脖子硬低不下头"], []),
        (HEAD, "能低头", [], ["发烧且脖子硬低不下头"]),
        (FEVER, "38度", [], ["发烧≥38.5℃"]),
        (FEVER, "38.7", ["发烧≥38.5℃"], []),
        (FEVER, "39.2度", ["发烧≥38.5℃"], []),
        (FEVER, "烧到40", ["发烧≥38.5℃"], []),
        (FEVER, "36度8", [], ["发烧≥38.5℃"]),
        (FEVER, "烧了两天", [], ["烧满3天"]),
        (FEVER, "烧了五天", ["烧满3天"], []),
        (FEVER, "三天了", [], []),
        (FEVER, "没抽", [], []),
        (FEVER, "抽了一下", ["抽搐"], []),
        (FEVER, "精神好着呢", [], ["叫不醒"]),
        (FEVER, "活蹦乱跳", [], ["叫不醒"]),
        (FEVER, "一叫就醒", [], ["叫不醒"]),
        (FEVER, "身上有紫点，按了不褪色", ["压不褪色的紫点"], []),
        (FEVER, "不烧", [], ["发烧≥38.5℃", "烧满3天"]),
        (BREATH, "不喘", [], ["不动也喘或说不完整句"]),
        (BREATH, "喘气正常", [], ["不动也喘或说不完整句"]),
        (BREATH, "有点喘", [], []),
        (BREATH, "不动也喘", ["不动也喘或说不完整句"], []),
        (BREATH, "喘得说不完整句", ["不动也喘或说不完整句"], []),
        (BREATH, "血氧95", [], []),
        (BREATH, "血氧90", ["嘴唇发紫或血氧低于93"], []),
        (BREATH, "嘴唇不紫", [], []),
        (BREATH, "胸痛", [], []),
        (BREATH, "胸痛半小时了", ["胸痛超过10分钟"], []),
        (BREATH, "不疼，也没晕", [], []),
        (BREATH, "没晕倒，就是有点出汗", [], ["晕倒"]),
        (BREATH, "咳了口血", ["咳血"], []),
        (BREATH, "脸色还行", [], []),
        (BREATH, "胸不疼", [], ["胸痛超过10分钟"]),
        (BELLY, "没晕，能放屁", [], ["不放屁、又胀又吐"]),
        (BELLY, "肚子软的", [], ["肚子硬或不敢碰"]),
        (BELLY, "肚子硬邦邦", ["肚子硬或不敢碰"], []),
        (BELLY, "又胀又吐，也不放屁", ["不放屁、又胀又吐"], []),
        (BELLY, "就是胀", [], []),
        (BELLY, "黑便", ["吐血或黑便"], []),
        (BELLY, "大便正常", [], ["不放屁、又胀又吐"]),
        (BELLY, "吐了，没有血", [], []),
        (BELLY, "晕倒了", ["晕倒或快晕倒"], []),
        (BELLY, "差点晕倒", ["晕倒或快晕倒"], []),
        (BELLY, "发烧", ["发烧"], []),
        (BELLY, "不敢碰", ["肚子硬或不敢碰"], []),
        (BELLY, "能放屁，也不吐", [], ["不放屁、又胀又吐"]),
        (CHILD, "能吃能喝", [], []),
        (CHILD, "活蹦乱跳", [], ["叫不醒或软得没反应", "没精神，吃不下"]),
        (CHILD, "精神挺好，吃得下", [], ["叫不醒或软得没反应", "没精神，吃不下"]),
        (CHILD, "没精神", [], []),
        (CHILD, "没精神，也吃不下", ["没精神，吃不下"], []),
        (CHILD, "尿得出", [], ["8小时没尿"]),
        (CHILD, "有尿", [], ["8小时没尿"]),
        (CHILD, "昨晚抽过", ["抽过"], []),
        (CHILD, "脸色红润", [], ["嘴唇发紫"]),
        (CHILD, "软绵绵的没反应", ["叫不醒或软得没反应"], []),
        (CHILD, "哭声响亮", [], ["没精神，吃不下"]),
        (CHILD, "一天没尿", ["8小时没尿"], []),
        (CHILD, "玩得挺好", [], ["叫不醒或软得没反应", "没精神，吃不下"]),
        (CHILD, "不喝奶，蔫蔫的", [], []),
    ],
)
def test_a_card_is_read_part_by_part(labels: str, reply: str, ticked: list[str], denied: list[str]) -> None:
    """Joined parts must all hold, alternatives need one, limits their number; normality denies."""
    assert _card(labels, reply)[:2] == (ticked, denied)


@pytest.mark.parametrize(
    "reply",
    [
        "没有",
        "都没有",
        "没有啊",
        "没",
        "没有没有",
        "应该没有吧",
        "好像都没有",
        "目前没有",
        "这些都没有",
        "没有这些",
        "一个都没有",
        "倒是没有",
        "无",
        "没得",
        "冇",
        "都不是",
        "没有的",
        "都正常",
        "没发现",
        "哪个都没有",
    ],
)
def test_a_plain_no_denies_the_whole_card(reply: str) -> None:
    """Standing alone, hedged or drawn out, it is about everything that was asked."""
    ticked, _, none = _card(HEAD, reply)
    assert none
    assert not ticked


@pytest.mark.parametrize(
    "reply",
    [
        "我妈72了",
        "三天了",
        "昨天开始的",
        "还行",
        "一般",
        "老样子",
        "跟以前一样",
        "不知道怎么说",
        "没怀，刚来过",
        "吃了布洛芬",
        "我自己，31岁，男",
        "能挂号吗",
        "就是难受",
        "下午疼得多",
    ],
)
def test_what_is_about_something_else_leaves_a_card_open(reply: str) -> None:
    """Neither yes nor no to anything that was asked."""
    assert _card(HEAD, reply) == ([], [], False)


@pytest.mark.parametrize(
    ("question", "labels", "reply", "picked"),
    [
        ("痛到什么程度？", SEVERITY, "能走能干活", "轻：能照常做事"),
        ("痛到什么程度？", SEVERITY, "疼得直打滚", "重：痛得做不了事"),
        ("痛到什么程度？", SEVERITY, "打7分", "重：痛得做不了事"),
        ("痛到什么程度？", SEVERITY, "五分吧", "中：影响做事"),
        ("痛到什么程度？", SEVERITY, "两分", "轻：能照常做事"),
        ("痛到什么程度？", SEVERITY, "没什么影响", "轻：能照常做事"),
        ("痛到什么程度？", SEVERITY, "照常上班", "轻：能照常做事"),
        ("痛到什么程度？", SEVERITY, "疼得睡不着", "重：痛得做不了事"),
        ("痛到什么程度？", SEVERITY, "没有", "轻：能照常做事"),
        ("多久了？", LASTING, "十来天了", "两周以内"),
        ("多久了？", LASTING, "三个月", "8周以上"),
        ("多久了？", LASTING, "一个月", "2到8周"),
        ("多久了？", LASTING, "昨天", "两周以内"),
        ("多久了？", LASTING, "两三周了", "2到8周"),
        ("多久了？", LASTING, "快俩月了", "8周以上"),
        ("多久了？", LASTING, "半年", "8周以上"),
        ("怎么开始的？", ONSET, "一阵一阵的", "一阵一阵时好时坏"),
        ("怎么开始的？", ONSET, "突然一下子", "突然最痛"),
        ("怎么开始的？", ONSET, "越来越厉害", "一天内越来越重"),
        ("怎么开始的？", ONSET, "三天了", "几天"),
        ("怎么开始的？", ONSET, "一个多月了", "几周以上"),
        ("怎么开始的？", ONSET, "一会儿疼一会儿好", "一阵一阵时好时坏"),
        ("最痛的位置？", WHERE, "左边小肚子", "左下"),
        ("最痛的位置？", WHERE, "右下腹", "右下"),
        ("最痛的位置？", WHERE, "肚脐周围", "全腹或肚脐周围"),
        ("最痛的位置？", WHERE, "整个肚子", "全腹或肚脐周围"),
        ("最痛的位置？", WHERE, "右上边", "右上"),
        ("现在精神怎么样？", SPIRIT, "活蹦乱跳", "和平时一样玩"),
        ("现在精神怎么样？", SPIRIT, "跟平时一样", "和平时一样玩"),
        ("现在精神怎么样？", SPIRIT, "一直蔫着", "一直蔫不理人"),
        ("这次和以前的头痛一样吗？", BEFORE, "跟以前一样", "和以前一样"),
        ("这次和以前的头痛一样吗？", BEFORE, "老毛病", "和以前一样"),
        ("这次和以前的头痛一样吗？", BEFORE, "从来没这样痛过", "第一次这样痛"),
        ("这次和以前的头痛一样吗？", BEFORE, "第一次", "第一次这样痛"),
        ("这次和以前的头痛一样吗？", BEFORE, "比以前厉害多了", "比以前明显重或变样"),
    ],
)
def test_a_choice_is_picked_by_description(question: str, labels: str, reply: str, picked: str | None) -> None:
    """By degree, time, course and place in the patient's own words."""
    answer, names = _answer(question, f"{labels}|不清楚", reply)
    assert [names[one] for one in answer.ticked] == ([] if picked is None else [picked])


@pytest.mark.parametrize(
    ("question", "reply", "number"),
    [
        ("现在多少度？（没烧填36.5）", "没有", 36.5),
        ("现在多少度？（没烧填36.5）", "没发烧", 36.5),
        ("现在多少度？（没烧填36.5）", "不烧", 36.5),
        ("现在多少度？（没烧填36.5）", "烧到39", 39.0),
        ("现在多少度？（没烧填36.5）", "37度8", 37.8),
        ("怀孕多少周？（没怀孕填0）", "没怀孕", 0.0),
        ("怀孕多少周？（没怀孕填0）", "没有", 0.0),
        ("怀孕多少周？（没怀孕填0）", "怀孕12周", 12.0),
        ("患者多大年龄？", "我自己，31岁，男", 31.0),
        ("患者多大年龄？", "七十多", 75.0),
        ("患者多大年龄？", "没有", None),
    ],
)
def test_a_number_is_given_or_filled_in(question: str, reply: str, number: float | None) -> None:
    """A plain no fills in what the question says stands for nothing."""
    assert _answer(question, "不清楚", reply)[0].number == number


@pytest.mark.parametrize(
    ("question", "reply", "yes"),
    [
        ("现在有没有出冷汗或者晕倒？", "没出汗也没晕", False),
        ("现在有没有出冷汗或者晕倒？", "没出汗", None),
        ("现在有没有出冷汗或者晕倒？", "没有", False),
        ("肌肉很痛，并且尿像酱油色吗？", "肌肉不痛", False),
        ("肌肉很痛，并且尿像酱油色吗？", "没有", False),
        ("叫不醒或没反应吗？", "人清醒", False),
        ("叫不醒或没反应吗？", "叫得醒", False),
        ("叫不醒或没反应吗？", "叫不醒", True),
        ("叫不醒或没反应吗？", "不清楚", None),
        ("喘得厉害吗？", "呼吸正常", False),
        ("喘得厉害吗？", "不喘", False),
        ("喘得厉害吗？", "能平躺", None),
        ("站不起来吗？", "能自己走", False),
        ("站不起来吗？", "走得动", False),
        ("站不起来吗？", "站不起来", True),
    ],
)
def test_a_yes_no_question_is_answered_by_what_is_there(question: str, reply: str, yes: bool | None) -> None:  # noqa: FBT001 - a column of the table
    """A sign that is named or denied answers the question about it; a denial of one of several does not."""
    assert _answer(question, "", reply, PendingKind.RED_FLAG)[0].yes is yes


@pytest.mark.parametrize(
    "reply",
    [
        "对",
        "没有",
        "没有了",
        "是的，都没有",
        "嗯",
        "都没有",
        "对，没有",
        "呼吸正常，不喘",
        "人清醒",
        "没了",
        "没别的了",
        "好的",
        "没错",
        "都正常",
        "应该没有",
    ],
)
def test_a_closing_question_takes_every_kind_of_no(reply: str) -> None:
    """「这几样都没有，对吗？」: agreement, denial and statements of normality close the card."""
    answer, _ = _answer("这几样都没有，对吗？", "", reply, PendingKind.CARD_CLOSING)
    assert answer.yes or answer.none_of_these
