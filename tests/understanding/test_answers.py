"""Short answers read against the question that is open."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.clinical import ConceptId, Finding, Presence
from domain.session import Option, Pending, PendingKind
from understanding.answers import read_answer
from understanding.options import match_options
from understanding.reading import Answer

pytestmark = pytest.mark.unit


def _options(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(label=label, value=str(place)) for place, label in enumerate(labels, 1))


def _pending(
    question: str, options: tuple[Option, ...] = (), kind: PendingKind = PendingKind.TRIAGE_QUESTION
) -> Pending:
    return Pending(id="p1", kind=kind, question=question, subject="q", options=options)


def _mention(name: str, start: int, end: int) -> tuple[Finding, ...]:
    return (Finding(concept=ConceptId(name), presence=Presence.PRESENT, quote=name, start=start, end=end),)


YES_NO = _pending(
    "有没有发烧？",
    (Option(label="是", value="yes"), Option(label="不是", value="no"), Option(label="不清楚", value="unsure")),
)
RED_FLAG = _pending("现在有没有出冷汗或者晕倒？", kind=PendingKind.RED_FLAG)
SIGNS = _pending(
    "胸痛时有没有下面的情况？可多选",
    _options("晕倒或快晕倒", "撕裂样、窜到后背", "出冷汗", "不动也气短", "窜到左臂脖子或下巴", "都没有", "不清楚"),
)
FEEL = _pending("像哪一种痛？", _options("压着或发紧", "吸气或咳嗽时疼", "烧灼反酸", "针扎或一按就疼", "说不清"))
DEGREE = _pending("痛到什么程度？", _options("重：痛得做不了事", "中：影响做事", "轻：能照常做事"))
SLOTS = _pending("选哪个？", _options("09:00 王建国", "14:30 李丽", "09:30 王芳"), PendingKind.SLOT_CHOICE)
REVIEW = _pending(
    "确认吗？",
    (Option(label="确认预约", value="yes"), Option(label="不约了", value="no")),
    PendingKind.BOOKING_REVIEW,
)


@pytest.mark.parametrize(
    "text",
    [
        "嗯",
        "对",
        "是的",
        "有",
        "有的",
        "有啊",
        "有一点",
        "好像有点",
        "偶尔有",
        "是有点",
        "对的没错",
        "没错",
        "好的",
        "烧",
        "发烧",
        "嗯嗯",
    ],
)
def test_yes_in_all_colours(text: str) -> None:
    """Weak, dialect and echoing forms are a yes."""
    assert read_answer(text, YES_NO).yes is True


@pytest.mark.parametrize(
    "text",
    [
        "没有",
        "没",
        "不是",
        "没有啊",
        "应该没有",
        "好像没有",
        "嗯，没有",
        "不会",
        "倒是没有",
        "那没有",
        "不烧",
        "没发烧",
        "冇",
        "没有过",
    ],
)
def test_no_in_all_colours(text: str) -> None:
    """Hedged, dialect and short forms are a no."""
    assert read_answer(text, YES_NO).yes is False


@pytest.mark.parametrize("text", ["不清楚", "说不好", "没量过，不知道", "不知道算不算", "记不清了", "没注意"])
def test_doubt_is_neither_yes_nor_no(text: str) -> None:
    """Who does not know has not denied."""
    answer = read_answer(text, YES_NO)
    assert answer.unsure
    assert answer.yes is None


@pytest.mark.parametrize("text", ["你好", "停车场在哪", "有没有关系啊", "是不是很严重", "对了停车场在哪", "还好"])
def test_something_else_is_no_answer(text: str) -> None:
    """A question back, a greeting and a digression leave the question open."""
    assert read_answer(text, YES_NO).yes is None


@pytest.mark.parametrize("text", ["没有晕倒，但是出冷汗", "没有出汗"])
def test_denying_one_of_two_dangers_does_not_deny_the_other(text: str) -> None:
    """A red flag that asks about two things is answered by no only when no is said to both."""
    assert read_answer(text, RED_FLAG).yes is None


@pytest.mark.parametrize("text", ["没有", "都没有", "没有，就是有点闷", "没有晕倒也没有出冷汗"])
def test_a_whole_denial_of_a_red_flag_is_a_no(text: str) -> None:
    """A no of its own, or one for each, is a no."""
    assert read_answer(text, RED_FLAG).yes is False


@pytest.mark.parametrize(
    "text",
    ["都没有", "都不是", "没这些情况", "全都没有啊", "以上都没有", "其余都没有", "没有其他", "没有", "一个都没有"],
)
def test_none_of_these(text: str) -> None:
    """Only such an answer denies every sign of a card."""
    answer = read_answer(text, SIGNS)
    assert answer.none_of_these
    assert answer.ticked == ()


def test_a_denial_of_one_sign_is_no_answer_to_the_card() -> None:
    """「没有出冷汗」 must not be taken for a no to every sign."""
    assert read_answer("没有出冷汗", SIGNS).yes is None


@pytest.mark.parametrize(
    ("text", "ticked", "denied", "rest_denied"),
    [
        ("出冷汗", ["3"], [], False),
        ("冒冷汗", ["3"], [], False),
        ("没有晕倒，就是出冷汗", ["3"], ["1"], False),
        ("晕倒没有，冷汗有", ["3"], ["1"], False),
        ("没有出冷汗", [], ["3"], False),
        ("晕倒倒没有", [], ["1"], False),
        ("出冷汗，其他没有", ["3"], [], True),
        ("除了出冷汗都没有", ["3"], [], True),
        ("前两个有", ["1", "2"], [], False),
        ("第三个", ["3"], [], False),
        ("1、3", ["1", "3"], [], False),
        ("一和三", ["1", "3"], [], False),
        ("都有", ["1", "2", "3", "4", "5"], [], False),
        ("有", [], [], False),
    ],
)
def test_signs_are_ticked_and_denied_in_free_words(
    text: str, ticked: list[str], denied: list[str], *, rest_denied: bool
) -> None:
    """Each clause speaks for its own signs; the rest stays unknown unless it is denied in so many words."""
    answer = read_answer(text, SIGNS)
    assert (list(answer.ticked), list(answer.denied), answer.none_of_these) == (ticked, denied, rest_denied)


def test_a_sign_is_also_ticked_by_what_it_means() -> None:
    """A finding of the lexicon ticks the label that is about the same concept, an absent one denies it."""
    about = {"不动也气短": _mention("气短", 3, 5), "出冷汗": _mention("冷汗", 1, 3)}
    match = match_options(
        "上不来气，身上干干的",
        SIGNS.options,
        present=frozenset({"气短"}),
        absent=frozenset({"冷汗"}),
        mentions=lambda label: about.get(label, ()),
    )
    assert match.ticked == ("4",)
    assert match.denied == ("3",)


def test_doubt_about_one_sign_is_kept_apart() -> None:
    """「出冷汗不确定」 neither ticks nor denies."""
    match = match_options("出冷汗不确定，没有晕倒", SIGNS.options)
    assert match.unsure == ("3",)
    assert match.denied == ("1",)
    assert match.ticked == ()


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("压得慌", "1"),
        ("发紧", "1"),
        ("一咳嗽就疼", "2"),
        ("烧得慌，反酸", "3"),
        ("像针扎一样", "4"),
        ("按着疼", "4"),
        ("第二种", "2"),
        ("B", "2"),
        ("2", "2"),
        ("最后一个", "5"),
        ("说不清", "5"),
        ("不知道", "5"),
    ],
)
def test_a_choice_is_made_in_free_words(text: str, picked: str) -> None:
    """By overlap with the label, by place, by letter; 「不知道」 is the option that says so."""
    assert read_answer(text, FEEL).ticked == (picked,)


def test_words_that_fit_no_option_pick_none() -> None:
    """An answer outside the list stays open."""
    assert read_answer("就是一跳一跳的", FEEL).ticked == ()


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("大概七八分吧", "1"),
        ("疼得打滚", "1"),
        ("能忍", "2"),
        ("影响做事", "2"),
        ("还能照常做事", "3"),
        ("轻的", "3"),
        ("重", "1"),
    ],
)
def test_a_degree_is_chosen_by_score_and_by_words(text: str, picked: str) -> None:
    """轻 is 0 to 3, 中 to 6, 重 from 7."""
    assert read_answer(text, DEGREE).ticked == (picked,)


@pytest.mark.parametrize(("days", "picked"), [(3, "3"), (30, "2"), (90, "1")])
def test_a_duration_picks_the_span_it_falls_in(days: int, picked: str) -> None:
    """「三个月了」 is 8周以上."""
    pending = _pending("咳嗽多久了？", _options("8周以上", "2到8周", "两周以内"))
    assert read_answer("这么久了", pending, duration=timedelta(days=days)).ticked == (picked,)


def test_a_duration_does_not_pick_an_option_that_says_more_than_how_long() -> None:
    """「昨天疼的」 is not 「现在还痛超过10分钟」."""
    pending = _pending("这次痛了多久？", _options("现在还痛超过10分钟", "现在还痛不到10分钟", "更早痛过"))
    assert read_answer("昨天的事", pending, duration=timedelta(days=1)).ticked == ()


@pytest.mark.parametrize(
    ("question", "text", "number"),
    [
        ("患者多大年龄？", "七十多", 75),
        ("患者多大年龄？", "8个月", 8 / 12),
        ("患者多大年龄？", "我妈72了", 72),
        ("最高烧到多少度？", "三十八度五", 38.5),
        ("最高烧到多少度？", "39", 39),
        ("疼几分？0-10", "七八分", 7.5),
        ("一天几次？", "三四次吧", 3.5),
        ("患者多大年龄？", "不知道", None),
    ],
)
def test_a_number_is_read_in_the_unit_that_was_asked(question: str, text: str, number: float | None) -> None:
    """Years, degrees, points or a plain count."""
    assert read_answer(text, _pending(question)).number == (None if number is None else pytest.approx(number))


def test_a_number_is_read_beside_a_button_for_doubt() -> None:
    """A question whose only button is 「不清楚」 still takes a number, and no place."""
    pending = _pending("患者多大年龄？", (Option(label="不清楚", value="unsure"),))
    assert read_answer("1岁", pending) == Answer(number=1)
    assert read_answer("不清楚", pending) == Answer(unsure=True)


@pytest.mark.parametrize(
    ("text", "yes", "none"),
    [
        ("对", True, False),
        ("对，都没有", True, True),
        ("没有", False, True),
        ("嗯没有了", False, True),
        ("不是，还有", False, False),
        ("现在好好的", None, True),
        ("有点憋，说话费劲", None, False),
        ("有的", False, False),
    ],
)
def test_a_closing_question_is_answered_either_way(text: str, *, yes: bool | None, none: bool) -> None:
    """「都没有，对吗？」: 「对」 and 「没有」 both mean that there is nothing more, 「有点憋」 agrees to nothing."""
    pending = _pending(
        "其余几样都没有，对吗？",
        (Option(label="是", value="yes"), Option(label="不是", value="no"), Option(label="不清楚", value="unsure")),
        PendingKind.CARD_CLOSING,
    )
    answer = read_answer(text, pending)
    assert (answer.yes, answer.none_of_these) == (yes, none)


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [("就第二个", 2), ("最后那个", -1), ("第一个吧", 1), ("中间那个", 2), ("3", 3), ("倒数第二个", -2), ("头疼", None)],
)
def test_a_place_in_the_list_is_read(text: str, ordinal: int | None) -> None:
    """First is 1, last is -1."""
    assert read_answer(text, SLOTS).ordinal == ordinal


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("确认", True),
        ("确认预约", True),
        ("就这个", True),
        ("行吧", True),
        ("没问题", True),
        ("不约了", False),
        ("不要", False),
        ("等等", None),
    ],
)
def test_a_booking_is_confirmed_or_declined(text: str, *, yes: bool | None) -> None:
    """Labels typed out count as their button; hesitation is neither."""
    assert read_answer(text, REVIEW).yes is yes


@pytest.mark.parametrize("text", ["不对，是左边", "说错了，是三天", "刚才说的不对"])
def test_a_correction_is_noticed(text: str) -> None:
    """What takes something back is no no."""
    answer = read_answer(text, YES_NO)
    assert answer.corrects
    assert answer.yes is None


def test_without_a_question_only_the_colour_is_read() -> None:
    """Nothing is ticked and no number is taken when nothing was asked."""
    assert read_answer("三天", None) == Answer()
    assert read_answer("好的", None).yes is True
