"""What acts at once, what asks first, what is nobody's emergency; over one message and over several."""

from __future__ import annotations

import pytest

from domain.clinical import Disposition
from tests.red_flags.compiled import raised, rules, screen

pytestmark = pytest.mark.unit

NOBODYS_EMERGENCY = [
    "中风有什么前兆",
    "安眠药一瓶多少片",
    "急诊几楼",
    "心梗的病人家属怎么办医保",
    "我爷爷去年脑梗过",
    "热死了",
    "累死了，排了两个小时",
    "笑死我了",
    "饿死了食堂在哪",
    "我想死你们了",
    "这个药贵得要吐血",
    "小说里主角吐血晕倒了",
    "梦见自己喘不上气",
    "电视上说嘴歪是中风",
    "抽血前能喝水吗",
    "抽筋缺钙吗",
    "120叫车去医院怎么收费",
    "胸痛中心在几楼",
    "打狂犬疫苗多少钱",
    "农药残留怎么洗",
    "煤气费在哪交",
    "一氧化碳报警器装哪里好",
    "手机卡住了打不开挂号页面",
    "给我爸办出院，他心梗住院的",
    "小时候抽过风，影响考驾照吗",
    "如果被蛇咬了怎么办",
    "孩子打完疫苗要观察多久",
    "牙套戴着硌得慌",
    "护士翻白眼，我要投诉",
    "血压计不准怎么退",
    "急救证考试题，溺水的人救上来先做什么",
    "写一份硫化氢中毒的应急预案要包括哪几步",
    "昨晚的电视剧里女主喝农药，气死我了这编剧",
    "我家狗吐白沫了，你们能看吗",
    "楼下流浪猫被车轧了，有没有人管",
    "公公煤气中毒在高压氧那边治着呢，饭卡怎么充",
    "排队排到我心梗",
    "要断气了，爬六楼，电梯什么时候修好",
    "一想到要拔牙就害怕出血不止",
    "生老大的时候大出血输过血，现在怀二胎一切都好，想建档",
]


@pytest.mark.parametrize("text", NOBODYS_EMERGENCY)
def test_questions_idioms_and_errands_act_on_nothing(text: str) -> None:
    """No educational, administrative, figurative, remembered or supposed wording acts at once."""
    assert screen()(text).certain is None, text


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        ("我想退号，我爸胸口疼得不行，一身冷汗", "RF-002"),
        ("预约明天的号，另外我妈嘴歪了", "RF-017"),
        ("停车场在哪，孩子抽起来了", "RF-077"),
        ("他没呼吸了怎么办", "RF-001"),
        ("没有发烧也不咳嗽，但是嘴歪了", "RF-017"),
        ("去年中风过，今天左边胳膊腿又突然没劲了", "RF-017"),
        ("不是没有出冷汗，胸口还疼", "RF-002"),
        ("胸口不是不疼，是疼得厉害，喘不上气", "RF-002"),
        ("胸门得很，还出冷汗", "RF-002"),
        ("抽畜了，口吐白沫", "RF-021"),
        ("书上说抽搐不要按，我儿子现在正抽着呢，眼珠往上翻", "RF-021"),
        ("我家狗没事，是我爸把敌敌畏当酒喝了一口", "RF-102"),
        ("消防演习结果有人真触电了，倒地上叫不应", "RF-001"),
        ("他排话剧的时候摸到电线被电了，倒下没反应", "RF-095"),
        ("脑梗后遗症两年了，今早嘴又歪了，话说不出", "RF-017"),
        ("理赔的事先放放，我现在胸口剧痛，汗湿透了", "RF-002"),
        ("过敏性休克怎么办，我妈刚打完针脸肿喘不上气", "RF-009"),
    ],
)
def test_an_emergency_inside_another_errand_acts_at_once(text: str, rule_id: str) -> None:
    """Whatever else the message wants, denies, remembers or misspells."""
    assert raised(text)[rule_id].certain, text


@pytest.mark.parametrize("text", ["我爸胸口疼得不行", "胸闷三天了", "有点喘不上气", "不想活了", "好像有点咳血"])
def test_one_anchor_asks_first(text: str) -> None:
    """A single sign puts one question, the most urgent first."""
    screening = screen()(text)
    assert screening.certain is None or screening.certain.disposition < Disposition.CALL_120
    assert screening.flags[0].question


def test_a_transient_attack_is_present() -> None:
    """「刚才嘴歪现在好了」 is a transient attack: seen at once, not an ambulance for what has passed."""
    flags = raised("刚才嘴歪现在好了")
    assert flags["RF-018"].certain
    assert "RF-017" not in flags


def test_two_messages_make_two_anchors() -> None:
    """「胸口疼」, then 「冒冷汗」: together they act at once."""
    assert screen()("胸口疼").certain is None
    assert raised("还一直冒冷汗", ("胸口疼",))["RF-002"].certain


def test_an_old_flag_is_not_raised_by_an_unrelated_message() -> None:
    """The new message must contribute a word of its own."""
    assert raised("好的谢谢", ("胸口疼", "冒冷汗")) == {}
    assert raised("医院几点上班", ("嘴歪了",)) == {}


def test_what_an_earlier_message_denied_is_no_anchor() -> None:
    """A denied sign of before adds nothing to a present one of now."""
    assert not raised("胸口疼", ("没有出冷汗",))["RF-002"].certain


def test_a_yes_makes_the_open_question_the_patients_words() -> None:
    """The question alone raises nothing; answered with yes it counts as said, answered with no it does not."""
    question = next(rule.question for rule in rules() if rule.id == "RF-017")
    assert "RF-017" in raised("是的", (question,))
    assert raised("没有", (question,)) == {}
    assert raised("几点上班", (question,)) == {}


def test_a_known_age_outside_the_population_is_left_out() -> None:
    """A red flag of small children is not raised for somebody known to be 40; unknown age counts as inside."""
    assert "RF-073" in {flag.rule_id for flag in screen()("宝宝发烧").flags}
    known = {"age": 4.0, "age_m": 48.0, "age_days": 1461.0}
    assert "RF-073" not in {flag.rule_id for flag in screen()("宝宝发烧", facts=known).flags}


def test_an_age_in_the_words_counts_as_known() -> None:
    """「3岁」 is no infant of two months, 「我爸」 is no child."""
    assert "RF-073" not in raised("3岁宝宝发烧")
    assert "RF-073" in raised("两个月大的宝宝发烧")
    assert "RF-074" not in raised("我爸发烧，没精神")
    assert "RF-074" in raised("孩子发烧，没精神")


def test_the_surest_and_most_urgent_flag_comes_first() -> None:
    """What acts at once stands before what asks, and 120 before the emergency department."""
    flags = screen()("胸口疼，嘴也歪了，还被狗咬了").flags
    assert flags[0].rule_id == "RF-017"
    assert [flag.certain for flag in flags] == sorted((flag.certain for flag in flags), reverse=True)


@pytest.mark.parametrize("text", ["这挂号系统卡得我要吐血", "没有中风，只是假牙戴着嘴有点歪，想约口腔科"])
def test_words_of_danger_in_a_message_that_is_none_are_asked_about_first(text: str) -> None:
    """The words are a flag's, the message is worded like those in which nothing happens."""
    flags = screen()(text).flags
    assert flags
    assert not any(flag.certain for flag in flags)
    assert all(flag.doubted for flag in flags)


@pytest.mark.parametrize("text", ["我妈过敏性休克了，抢救措施有哪些", "刚才吐血了，想挂个号"])
def test_somebodys_case_told_beside_a_question_acts_at_once(text: str) -> None:
    """A wish or a question beside it calms nothing."""
    assert any(flag.certain for flag in screen()(text).flags)


def test_grief_is_no_chest_pain() -> None:
    """A heavy heart after a loss is not asked about like a heart attack; a bodily sign beside it is."""
    assert not screen()("我刚流产了，心里很难受").flags
    assert screen()("老伴走了，心里很难受，一身冷汗").flags
