"""The compiled lexicon: mentions, compositions, guards, repairs, and what it makes of a message."""

from __future__ import annotations

import pytest

from domain.clinical import Presence
from domain.errors import KnowledgeError
from knowledge.lexicon import Concept, Kind, Miswriting, Vocabulary, load_lexicon
from knowledge.patterns import Pattern
from tests.red_flags.compiled import KNOWLEDGE, lexicon, screen, vocabulary
from understanding.homophones import Homophones
from understanding.lexicon import Lexicon
from understanding.matcher import Matcher
from understanding.measures import Measures
from understanding.scope import Status
from understanding.symptoms import Symptoms

pytestmark = pytest.mark.unit


def _concepts(text: str) -> set[str]:
    return {finding.concept for finding in Symptoms(lexicon())(text).findings if finding.presence is Presence.PRESENT}


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("胸口这两天老是隐隐地疼", "胸痛"),
        ("左边胳膊今天早上突然抬不起来", "一侧无力"),
        ("讲话有点含混", "言语不清"),
        ("脑壳痛", "头痛"),
        ("屙稀好几天", "腹泻"),
        ("胸门气短", "胸闷"),
        ("拉西三天了", "腹泻"),
        ("體溫三十九度", "发热"),
        ("右边膝盖上下楼疼", "膝盖痛"),
        ("嗓子眼里像卡了个东西", "咽异物感"),
    ],
)
def test_a_symptom_is_found_however_it_is_worded(text: str, concept: str) -> None:
    """Compositions of body part and sensation, dialect, miswriting, traditional characters."""
    assert concept in _concepts(text)


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("舌头疼", "头痛"),
        ("抽血化验", "抽搐"),
        ("血压计", "便血"),
        ("运气不好", "头晕"),
        ("马上抓药", "狗咬"),
        ("他在踢中锋", "中风"),
    ],
)
def test_a_word_inside_another_is_not_a_symptom(text: str, concept: str) -> None:
    """Guards and the check against real words."""
    assert concept not in _concepts(text)


def test_a_finding_quotes_the_raw_text() -> None:
    """Offsets are those of the raw message."""
    text = "醫生 ，我 胸口痛"
    finding = next(finding for finding in Symptoms(lexicon())(text).findings if finding.concept == "胸痛")
    assert text[finding.start : finding.end] == finding.quote == "胸口痛"


def test_a_repair_adds_a_reading_and_keeps_the_raw_words() -> None:
    """What is quoted is what was written."""
    finding = next(finding for finding in Symptoms(lexicon())("胸门").findings if finding.concept == "胸闷")
    assert finding.quote == "胸门"


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("膝盖疼", "D19"),
        ("牙疼得睡不着", "D38"),
        ("脸上长痘", "D39"),
        ("月经推迟了十天", "D25"),
        ("尿频尿急", "D20"),
        ("看东西重影，眼睛胀", "D36"),
        ("耳朵嗡嗡响", "D37"),
        ("胃里返酸", "D04"),
        ("乳房摸到一个硬块", "D15"),
    ],
)
def test_the_words_lead_to_a_department(text: str, department: str) -> None:
    """The best hint of a plain first sentence, its weight above 0, its quote from the text."""
    hints = Symptoms(lexicon())(text).departments
    assert hints[0].id == department
    assert all(hint.weight > 0 and hint.quote in text for hint in hints)


def test_complaints_are_ranked_by_what_was_said() -> None:
    """A present symptom names its complaint, a denied one does not."""
    assert Symptoms(lexicon())("头疼三天").complaint_ids[0] == "headache"
    assert "headache" not in Symptoms(lexicon())("头不疼，拉肚子").complaint_ids


def test_a_general_question_is_educational_a_complaint_is_not() -> None:
    """「心梗有什么前兆」 asks in general; with a pain of one's own it does not."""
    assert Symptoms(lexicon())("心梗有什么前兆").educational
    assert not Symptoms(lexicon())("我胸口疼，心梗有什么前兆").educational


def test_what_nobody_could_read_is_said() -> None:
    """A stretch without any known word comes back as uncovered."""
    assert Symptoms(lexicon())("头疼，魑魅魍魉咕叽").uncovered == ("魑魅魍魉咕叽",)
    assert Symptoms(lexicon())("头疼三天了，请问怎么办").uncovered == ()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("烧到39.5", "高热度数"),
        ("血氧只有八十几", "血氧很低"),
        ("血压一百九", "收缩压极高"),
        ("心率一百六", "心率极快"),
        ("血糖二十多", "血糖极高"),
        ("两个月的宝宝", "小于三月"),
        ("出生十二天", "新生儿天数"),
        ("一次吃了二十片", "大量药片"),
    ],
)
def test_a_number_can_be_a_concept(text: str, name: str) -> None:
    """Readings and ages in digits and in words."""
    assert name in {found for found, _, _ in Measures(vocabulary().measures).find(text)}


@pytest.mark.parametrize("text", ["血压130", "体温36.5度", "血糖5.6", "咳了39天", "吃了两片", "3个月前做的检查"])
def test_an_ordinary_number_is_none(text: str) -> None:
    """Normal readings, durations and doses."""
    alarming = {"高热度数", "血压极高", "血糖极高", "血糖极低", "大量药片", "小于三月", "收缩压极高"}
    assert alarming.isdisjoint(found for found, _, _ in Measures(vocabulary().measures).find(text))


def test_homophones_count_only_where_no_real_word_is_written() -> None:
    """Enough of the term must be right, and the rest no word of its own."""
    homophones = Homophones(["胸闷", "喘不上气", "抽搐"], parts=["胸"])
    assert homophones.find("胸门") == ((0, "胸闷"),)
    assert homophones.find("喘不上起") == ((0, "喘不上气"),)
    assert homophones.find("凶猛") == ()
    assert homophones.find("胸闷") == ()
    assert Homophones([]).find("胸门") == ()


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("咯血", "查个血常规"),
        ("头麻", "洗头吗"),
        ("胃疼", "微疼"),
        ("水果味", "吃水果胃疼"),
        ("宝宝喘", "给宝宝穿衣服"),
        ("蛇咬", "突然舌咬伤"),
        ("想结束", "先结束了"),
        ("血痰", "血唐仪坏了"),
    ],
)
def test_a_word_that_was_meant_is_no_slip(term: str, text: str) -> None:
    """Everyday characters, parts of the body, pieces of a longer word, and what sounds alike only by half."""
    assert Homophones([term], words="血疼咬", parts=["头", "胃", "舌"]).find(text) == ()


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("腹泻", "有点腹泄"),
        ("打嗝", "老打隔"),
        ("肚子胀", "肚子涨"),
        ("动不了", "身子冻不了"),
        ("脑梗塞", "得了脑埂塞"),
    ],
)
def test_a_slip_that_sounds_the_same_is_read(term: str, text: str) -> None:
    """Rare characters in place of the right ones."""
    assert [reading for _, reading in Homophones([term], words="冻", parts=["腹"]).find(text)] == [term]


@pytest.mark.parametrize(("text", "certain"), [("胸门", False), ("胸门得很，还出冷汗", True)])
def test_a_guess_by_sound_acts_at_once_only_beside_a_plain_word(text: str, certain: bool) -> None:  # noqa: FBT001  a case
    """Alone it is asked about."""
    flags = screen()(text).flags
    assert flags
    assert any(flag.certain for flag in flags) is certain


def _small(*patterns: str) -> Lexicon:
    concepts = {
        concept.name: concept
        for concept in (
            Concept(name="胸口", kind=Kind.PART, forms=("胸口",)),
            Concept(name="疼", kind=Kind.SENSATION, forms=("疼", "痛")),
            Concept(name="汗", kind=Kind.SENSATION, forms=("汗",)),
            Concept(name="老人", kind=Kind.WORD, forms=("爷爷",)),
            Concept(name="不适", kind=Kind.WORD, forms=(), members=("疼", "汗")),
        )
    }
    cues: dict[str, tuple[str, ...]] = {"negation": ("没有",), "history": ("去年",)}
    noise = (Miswriting(wrong="胸扣", right="胸口", context=None),)
    return Lexicon(
        Vocabulary(concepts=concepts, cues=cues, noise=noise), [Pattern.parse(pattern) for pattern in patterns]
    )


def _status(text: str, pattern: str) -> Status | None:
    small = _small(pattern)
    return Matcher(small, {"key": [Pattern.parse(pattern)]}).presence(small.hear(text), "key")


@pytest.mark.parametrize(
    ("text", "pattern", "status"),
    [
        ("胸口有点疼", "<胸口>..<疼>", Status.PRESENT),
        ("疼，胸口", "<胸口>..<疼>", None),
        ("疼在胸口", "<胸口>~<疼>", Status.PRESENT),
        ("胸口。疼", "<胸口>..<疼>", None),
        ("胸口从昨天晚上到今天早上一直都在疼", "<胸口>..<疼>", None),
        ("没有疼", "<疼>", Status.ABSENT),
        ("没有疼，出汗", "<不适>", Status.PRESENT),
        ("去年疼", "<疼>", Status.HISTORY),
        ("疼，爷爷", "<疼> & <老人>", Status.PRESENT),
        ("疼", "<疼> & <老人>", None),
        ("胸口憋得慌", "憋得慌", Status.PRESENT),
        ("胸扣疼", "<胸口>..<疼>", Status.PRESENT),
    ],
)
def test_patterns_match_as_they_are_written(text: str, pattern: str, status: Status | None) -> None:
    """Order, gap, clause, class membership, scene, literals and repairs."""
    assert _status(text, pattern) is status


def test_two_anchors_are_independent_only_on_different_words() -> None:
    """One word that fills both places is one anchor."""
    small = _small("<疼> + <不适>")
    matcher = Matcher(small, {"key": [Pattern.parse("<疼> + <不适>")]})
    (one,) = matcher.match(small.hear("胸口疼"))
    (two,) = matcher.match(small.hear("胸口疼，汗"))
    assert not one.independent
    assert two.independent or len(two.quotes) == 1


def test_what_was_said_before_fills_a_part_this_message_denies() -> None:
    """Whatever else is asked: a pattern is found alike alone and beside others that need what was said before."""
    small = _small("<疼> + <汗>")
    before, now = small.hear("疼"), small.hear("没有疼，汗")
    (match,) = Matcher(small, {"key": [Pattern.parse("<疼> + <汗>")]}).match(now, [before])
    assert match.status is Status.PRESENT
    assert match.independent


def test_a_pattern_the_lexicon_was_not_compiled_with_is_refused() -> None:
    """It would never match: names and phrases must be known when the lexicon is built."""
    with pytest.raises(ValueError, match="胸口"):
        Matcher(_small("<疼>"), {"key": [Pattern.parse("<胸口>..<疼>")]})
    with pytest.raises(ValueError, match="憋得慌"):
        Matcher(_small("<疼>"), {"key": [Pattern.parse("憋得慌")]})


@pytest.mark.parametrize("text", ["", "<a", "a>b", "<a>..<b>~<c>", "a || b", "a + ", "<a> & ", "a.. "])
def test_what_is_no_pattern_is_refused(text: str) -> None:
    """Slips in a pattern are found when the pack is loaded."""
    with pytest.raises(ValueError, match=r"「|缺少"):
        Pattern.parse(text)


def test_a_missing_file_names_itself() -> None:
    """A lexicon without its files is refused."""
    with pytest.raises(KnowledgeError, match="symptoms"):
        load_lexicon(KNOWLEDGE / "clinical")
