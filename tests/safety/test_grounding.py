"""What a model writes goes out only where the hospital's own text bears it out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agent.answers.evidence import honest
from agent.safety.figure import plain
from agent.safety.figures import figures
from agent.safety.grounding import Ground, ground, lacks
from agent.safety.names import names
from agent.safety.sentences import split
from knowledge.guidebook import load_guide
from tools.guidance.guide import HospitalGuide

pytestmark = pytest.mark.unit

ENTRIES = {entry.id: entry for entry in load_guide(Path(__file__).parents[2] / "knowledge" / "guide")}
KNOWN = ("神经外科", "骨科", "心血管内科", "急诊科", "医学影像科", "儿科", "王建国")


def guide(entry: str) -> Ground:
    """A whole subject of the guide."""
    one = ENTRIES[entry]
    parts = [f"{section.heading}\n{section.text}" for section in one.sections]
    return ground([one.title, *parts], KNOWN)


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("parking", "停车半小时以内免费，之后每小时 3 元，一天最多 20 元。"),
        ("parking", "停车30分钟内不收钱，超过后每小时3块。"),
        ("parking", "电动车可以停在南门里面的车棚，不收费。"),
        ("clinic-hours", "门诊周一到周五上午八点到十一点半、下午一点半到五点开放。"),
        ("clinic-hours", "工作日上午 8:00-11:30、下午 13:30-17:00 开门。"),
        ("clinic-hours", "周三上午8:00开门。"),
        ("clinic-hours", "周六上午有一部分科室开门。"),
        ("clinic-hours", "晚上请看急诊，急诊科24小时开门。"),
        ("mri", "做核磁大约需要20到40分钟，里面声音比较大，会给您耳塞。"),
        ("mri", "检查腹部要空腹六小时。"),
        ("mri", "手机、手表、钥匙这些东西不能带进去，要放在外面的柜子里。"),
        ("mri", "装了心脏起搏器或支架的，请先告诉医生。"),
        ("mri", "核磁在医技楼地下一层。"),
    ],
)
def test_what_the_text_says_in_other_words_goes_out(entry: str, sentence: str) -> None:
    """Numerals, ranges, units and part of the day may be written in another way."""
    assert lacks(sentence, guide(entry)) == ()


@pytest.mark.parametrize(
    ("entry", "sentence", "lack"),
    [
        ("parking", "停车每小时5元。", "number"),
        ("parking", "停车每小时三块五。", "number"),
        ("parking", "停车 30 元一小时。", "number"),
        ("parking", "停车全天免费。", "words"),
        ("parking", "停车场在康宁路西门进。", "name"),
        ("parking", "医院有免费接送班车。", "words"),
        ("clinic-hours", "门诊上午8点到下午5点不休息。", "number"),
        ("clinic-hours", "下午8:00到17:00开门。", "number"),
        ("clinic-hours", "挂号窗口早上七点开。", "number"),
        ("mri", "核磁大约要60分钟。", "number"),
        ("mri", "大约要 20 到 60 分钟。", "number"),
        ("mri", "核磁在医技楼三层。", "number"),
        ("mri", "核磁在门诊楼负一层。", "name"),
        ("mri", "请到神经外科登记。", "name"),
        ("mri", "请先告诉王建国。", "name"),
        ("mri", "请先告诉李主任。", "name"),
        ("mri", "做之前吃一片布洛芬。", "name"),
        ("mri", "请先加微信 abc123 登记。", "name"),
        ("mri", "怀孕的人可以做核磁。", "words"),
        ("mri", "手机可以带进去。", "words"),
        ("mri", "看肚子的不用空腹。", "words"),
        ("mri", "看肚子的要空腹，可以喝水。", "words"),
        ("mri", "支架也没关系，都能做。", "words"),
    ],
)
def test_what_the_text_does_not_say_stays_in(entry: str, sentence: str, lack: str) -> None:
    """A number, a name, a permission or a claim of the model's own."""
    assert lack in lacks(sentence, guide(entry))


def test_a_day_outside_the_range_of_the_section_stays_in() -> None:
    """A range of days needs each of its days."""
    weekdays = ENTRIES["clinic-hours"].sections[0]
    under = ground([f"{weekdays.heading}\n{weekdays.text}"])
    assert "number" not in lacks("周一到周四上午8:00到11:30开门。", under)
    assert "number" in lacks("周一到周日上午8:00到11:30开门。", under)
    assert "number" in lacks("周末上午8:00到11:30开门。", under)


def test_the_guide_bears_out_itself() -> None:
    """Every sentence of the guide as its owner wrote it."""
    lost = [
        (entry.id, sentence)
        for entry in ENTRIES.values()
        for section in entry.sections
        for sentence in split(section.text)
        if lacks(sentence, ground([entry.title, f"{section.heading}\n{section.text}"], KNOWN))
    ]
    assert lost == []


def test_no_page_of_the_guide_gives_orders_to_the_machine() -> None:
    """All of them are read to a model and quoted."""
    passages = HospitalGuide(tuple(ENTRIES.values())).passages()
    assert honest(passages) == passages


def test_no_number_of_the_guide_can_be_changed_unseen() -> None:
    """Each number of each sentence, made one larger, is missed in the text, unless the text says that one as well."""
    seen = missed = 0
    for entry in ENTRIES.values():
        for section in entry.sections:
            under = ground([entry.title, section.heading, section.text])
            for number in re.finditer(r"(?<![\d:.-])\d{1,4}(?![\d:.-])", section.text):
                other = str(int(number[0]) + 1)
                if re.search(rf"(?<!\d){other}(?!\d)", section.text) or number[0] in {"120", "119"}:
                    continue
                seen += 1
                changed = section.text[: number.start()] + other + section.text[number.end() :]
                missed += "number" not in lacks(changed, under)
    assert seen >= 60
    assert missed == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("八点半", "8:30"),
        ("下午1点半到5点", "13:30-17:00"),
        ("晚上8点", "20:00"),
        ("半小时", "30 分钟"),
        ("一个半小时", "90分钟"),
        ("三块五", "3.5 元"),
        ("五毛", "0.5元"),
        ("1,000元", "一千元"),
        ("1万元", "10000 元"),
        ("百分之七十", "70%"),
        ("一周", "7 天"),
        ("地下一层", "负1层"),
        ("三楼", "3层"),
        ("周日", "星期天"),
        ("12月25号", "十二月二十五日"),
        ("两次", "2次"),
        ("第二天", "第2天"),
    ],
)
def test_one_number_is_one_number_however_it_is_written(one: str, other: str) -> None:
    """Chinese numerals, full width, units, halves."""
    (first,), (second,) = figures(plain(one)), figures(plain(other))
    assert first.keys & second.gives
    assert second.keys & first.gives


@pytest.mark.parametrize("text", ["早一点来", "一定要带", "千万别忘了", "十分重要", "一个人", "一次性口罩", "拨打120"])
def test_what_counts_nothing_is_no_number(text: str) -> None:
    """Numerals inside words, articles, and whom to call in danger."""
    assert figures(plain(text)) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请到二楼的超声科登记", ("超声科",)),
        ("建议前往神经外科门诊", ("神经外科",)),
        ("请联系王建国主任医师", ("王建国",)),
        ("欧阳娜娜医生", ("欧阳娜娜",)),
        ("请问医生能不能做", ()),
        ("到医技楼大厅的窗口", ("医技楼大厅", "医技楼")),
        ("可以吃布洛芬", ("布洛芬",)),
        ("请打开 www.example.com", ("www.example.com",)),
    ],
)
def test_names_are_found_where_they_begin(text: str, expected: tuple[str, ...]) -> None:
    """By their endings, without the words that lead in to them."""
    assert set(expected) <= set(names(plain(text), KNOWN))
    assert bool(expected) == bool(names(plain(text), KNOWN))


def test_every_figure_rests_on_nothing_when_there_is_no_text() -> None:
    """An empty text bears out no number and no name."""
    nothing = ground([])
    assert lacks("门诊 8:00 开门。", nothing)
    assert lacks("请到骨科。", nothing)
