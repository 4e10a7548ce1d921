"""How a finding is meant: denied, remembered, supposed, asked about, unsure, over."""

from __future__ import annotations

import pytest

from domain.clinical import Presence
from tests.red_flags.compiled import lexicon
from understanding.scope import Cue, Status, regions, status_of
from understanding.symptoms import Symptoms

pytestmark = pytest.mark.unit

PRESENT, ABSENT, UNKNOWN = Presence.PRESENT, Presence.ABSENT, Presence.UNKNOWN
HISTORY, HYPOTHETICAL = Presence.HISTORY, Presence.HYPOTHETICAL


def _presence(text: str, concept: str) -> Presence | None:
    found = {finding.concept: finding.presence for finding in Symptoms(lexicon())(text).findings}
    return next((presence for name, presence in found.items() if name == concept), None)


@pytest.mark.parametrize(
    ("text", "concept", "presence"),
    [
        ("没有发烧也不咳嗽但是拉肚子", "发热", ABSENT),
        ("没有发烧也不咳嗽但是拉肚子", "咳嗽", ABSENT),
        ("没有发烧也不咳嗽但是拉肚子", "腹泻", PRESENT),
        ("无发热、咳嗽、胸痛", "胸痛", ABSENT),
        ("没有发烧、咳嗽和胸痛", "胸痛", ABSENT),
        ("没发烧，头疼得厉害", "头痛", PRESENT),
        ("没发烧头疼得厉害", "头痛", PRESENT),
        ("没有什么明显的胸痛", "胸痛", ABSENT),
        ("发烧没有，咳嗽有", "发热", ABSENT),
        ("发烧没有，咳嗽有", "咳嗽", PRESENT),
        ("胸痛、气短、出冷汗，都没有", "胸痛", ABSENT),
        ("胸口不疼", "胸痛", ABSENT),
        ("胸口不怎么疼", "胸痛", UNKNOWN),
        ("没怎么咳嗽", "咳嗽", UNKNOWN),
        ("不是很头疼", "头痛", UNKNOWN),
        ("头没以前疼了", "头痛", PRESENT),
        ("头没有昨天那么疼", "头痛", PRESENT),
        ("胸口没那么疼了", "胸痛", PRESENT),
        ("不像以前那么咳嗽", "咳嗽", PRESENT),
        ("胸口能不疼吗", "胸痛", PRESENT),
        ("怎么会不头疼", "头痛", PRESENT),
        ("头不是不疼", "头痛", PRESENT),
        ("可能不发烧吗", "发热", ABSENT),
        ("除了咳嗽没有发烧", "咳嗽", PRESENT),
        ("除了咳嗽没有发烧", "发热", ABSENT),
        ("别的都没有，就是头疼", "头痛", PRESENT),
        ("以前有胸痛现在没有", "胸痛", HISTORY),
        ("没有高血压，糖尿病，冠心病", "冠心病", ABSENT),
        ("没有高血压，糖尿病很多年", "糖尿病", PRESENT),
        ("没有发烧，肺炎", "肺炎", PRESENT),
        ("冇发烧", "发热", ABSENT),
        ("浑身没劲", "乏力", PRESENT),
        ("喘不上气", "气短", PRESENT),
        ("血止不住", "出血不止", PRESENT),
        ("不是没有发烧，是低烧", "发热", PRESENT),
        ("发烧没有好转", "发热", PRESENT),
        ("不得不来，头疼", "头痛", PRESENT),
        ("没想到突然胸痛", "胸痛", PRESENT),
        ("好像有点头晕", "头晕", PRESENT),
        ("可能是发烧了", "发热", PRESENT),
        ("去年得过肺炎", "肺炎", HISTORY),
        ("我爷爷去年脑梗过", "脑梗死", HISTORY),
        ("有高血压病史", "高血压", HISTORY),
        ("从去年开始头晕", "头晕", PRESENT),
        ("以前胃疼，今天又胃疼了", "胃痛", PRESENT),
        ("心梗有什么前兆", "心肌梗死", HYPOTHETICAL),
        ("如果发烧怎么办", "发热", HYPOTHETICAL),
        ("怎么预防中风", "中风", HYPOTHETICAL),
        ("担心是肺癌", "肺癌", HYPOTHETICAL),
        ("胸口疼怎么办", "胸痛", PRESENT),
        ("胸口疼要紧吗", "胸痛", PRESENT),
        ("我爸胸痛，心梗有什么前兆", "胸痛", PRESENT),
        ("梦见自己吐血", "呕血", HYPOTHETICAL),
        ("有没有发烧不知道", "发热", UNKNOWN),
        ("比昨天头疼好点", "头痛", PRESENT),
        ("刚才嘴歪现在好了", "口角歪斜", PRESENT),
        ("没事就是有点胸闷", "胸闷", PRESENT),
        ("急救培训课后题，抽搐的人要不要按住", "抽搐", HYPOTHETICAL),
        ("急救培训课后题还没做完，同事突然抽搐了", "抽搐", PRESENT),
        ("我家狗抽搐了一下，能看吗", "抽搐", HYPOTHETICAL),
        ("我家狗咬了我，我抽搐了一下", "抽搐", PRESENT),
        ("困得我要昏过去了", "晕厥", HYPOTHETICAL),
        ("害怕抽搐", "抽搐", HYPOTHETICAL),
        ("怕是抽搐", "抽搐", PRESENT),
        ("小时候抽搐，早好了", "抽搐", HISTORY),
        ("他抽搐住院的，病历在哪复印", "抽搐", HISTORY),
        ("他上午抽搐住院了，刚才又抽搐", "抽搐", PRESENT),
    ],
)
def test_a_finding_is_meant_as_it_was_said(text: str, concept: str, presence: Presence) -> None:
    """Over the real lexicon: one finding of one sentence."""
    assert _presence(text, concept) is presence


def test_a_region_covers_what_lies_inside_it_only() -> None:
    """「没有A，B」: A is denied, B is not."""
    text = "没有发烧，咳嗽"
    found = regions(text, [Cue("negation", 0, 2)], [(2, 4), (5, 7)])
    assert status_of(2, 4, found) is Status.ABSENT
    assert status_of(5, 7, found) is Status.PRESENT


def test_a_region_of_names_leaves_symptoms_alone() -> None:
    """An errand about an illness (「心梗的病人」) makes the name hypothetical, not the pain in the same clause."""
    text = "心梗病人胸口疼"
    found = regions(text, [Cue("admin", 2, 4)], [(0, 2), (4, 7)])
    assert status_of(0, 2, found, named=True) is Status.HYPOTHETICAL
    assert status_of(4, 7, found) is Status.PRESENT


def test_the_most_doubtful_region_counts() -> None:
    """Two cues over one finding: denied beats unsure."""
    text = "可能没有发烧"
    found = regions(text, [Cue("doubt", 0, 2), Cue("negation", 2, 4)], [(4, 6)])
    assert status_of(4, 6, found) is Status.ABSENT


def test_without_a_cue_everything_is_present() -> None:
    """No cue, no region."""
    assert regions("胸口疼", [], [(0, 3)]) == ()
