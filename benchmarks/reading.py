"""What understanding costs: the emergency screen, a whole message with its rules, choosing a question."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import islice, product
from typing import TypeVar

from agent.deps import Knowledge
from agent.screen import Screen
from app.running import settle_memory
from benchmarks.figures import Figure, percentile
from benchmarks.turns import CONVERSATIONS, END_OF_WORDS
from knowledge.loader import DIRECTORY
from knowledge.pack import Pack
from knowledge.wordings import load_wordings
from tools.triage.case import TriageCase
from tools.triage.hearing import hear
from tools.triage.interview import next_step, open_case
from tools.triage.red_flags import RedFlags
from tools.triage.resemblance import Resemblance
from understanding.lexicon import Lexicon

T = TypeVar("T")

CHARACTERS = 200
TERMS = 20_000
MESSAGES = 1_000
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
SEED = 20_260_302
_SYLLABLES = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
CLAUSES = (
    "医生您好",
    "我妈今年68岁",
    "有高血压和糖尿病十几年了",
    "一直吃着药",
    "昨天晚上开始说肚子不舒服",
    "吐了两次",
    "没有发烧",
    "也没有拉肚子",
    "今天早上起来说头晕",
    "走路有点不稳",
    "量了血压160/95",
    "血糖11.2",
    "我想问一下这种情况应该挂什么科",
    "需要马上去医院吗",
    "还是可以在家观察一下再说",
    "另外她平时睡眠不好",
    "腿也老抽筋",
    "膝盖疼了好几年",
    "去年做过一次胃镜说是胃炎",
    "胸口偶尔有点闷",
    "歇一会儿就好了",
    "咳嗽有白痰",
    "大便两天没解",
    "吃饭没什么胃口",
    "怀疑是不是感冒了",
    "孩子在学校有人发烧",
    "嗓子疼得咽不下饭",
    "以前对青霉素过敏",
    "腰酸背疼的",
    "眼睛看东西有点模糊",
    "手指尖发麻",
    "晚上要起来小便三四次",
    "最近瘦了五六斤",
    "心里总是慌慌的",
    "麻烦帮我看看谢谢",
)


def measure(knowledge: Knowledge) -> list[Figure]:
    """The screen's, the reading's and the interview's share of a turn."""
    return [*_screen(knowledge.pack), *_reading(knowledge), *_asking(knowledge)]


def messages(count: int) -> list[str]:
    """Different messages of exactly `CHARACTERS` characters, dense with findings."""
    chance = random.Random(SEED)
    return ["，".join(chance.sample(CLAUSES, len(CLAUSES)))[:CHARACTERS] for _ in range(count)]


def padded(pack: Pack) -> tuple[Lexicon, int]:
    """The pack's lexicon brought to `TERMS` wordings, and how many of them are made up."""
    complaints = {one.id: tuple(one.aliases) for one in pack.complaints.values()}
    missing = max(TERMS - len(Lexicon(pack.lexicon, pack.patterns, complaints=complaints)), 0)
    made_up = tuple(islice(map("".join, product(_SYLLABLES, repeat=4)), missing))
    return Lexicon(pack.lexicon, pack.patterns, complaints={**complaints, "made up": made_up}), missing


def _screen(pack: Pack) -> list[Figure]:
    lexicon, made_up = padded(pack)
    questions = [rule.question for rule in pack.red_flags.values()]
    resemblance = Resemblance(load_wordings(DIRECTORY / "clinical" / "wordings", pack.red_flags))
    screen = Screen(RedFlags(pack.red_flags.values(), lexicon), lexicon, resemblance, questions=questions)
    settle_memory()
    said = messages(MESSAGES)
    took = _timed(screen, said)
    how = f"{MESSAGES} different messages, CPU"
    return [
        Figure(name="terms in the automaton", value=len(lexicon), unit="", least=TERMS, note=f"{made_up} made up"),
        Figure(name="red-flag screen, p50", value=round(statistics.median(took), 3), unit="ms", note=how),
        Figure(name="red-flag screen, p99", value=round(percentile(took, 0.99), 3), unit="ms", most=1, note=how),
    ]


def _reading(knowledge: Knowledge) -> list[Figure]:
    case = open_case(knowledge.pack, now=NOW)

    def understood(text: str) -> TriageCase:
        knowledge.screen(text)
        return hear(case, knowledge.reader(text, pending=None, now=NOW), knowledge.pack)

    sayings = [text + end for end in END_OF_WORDS for conversation in CONVERSATIONS for text in conversation]
    short = statistics.median(_timed(understood, sayings, times=3))
    long = statistics.median(_timed(understood, messages(100)))
    name = "understanding and rules, a message"
    return [
        Figure(name=name, value=round(short, 2), unit="ms", most=5, note="median of the conversations' messages, CPU"),
        Figure(name=f"{name} of 200 characters", value=round(long, 2), unit="ms", most=5, note="median, CPU"),
    ]


def _asking(knowledge: Knowledge) -> list[Figure]:
    """Choosing the next question in a fresh case of every complaint."""
    opened = open_case(knowledge.pack, now=NOW)
    steps = [
        partial(next_step, TriageCase(knowledge_version=opened.knowledge_version, month=3, complaint_ids=(one,)))
        for one in knowledge.pack.complaints
    ]
    took = _timed(lambda step: step(knowledge.pack), steps, times=3)
    how = f"the first question of each of {len(steps)} charts, CPU"
    return [
        Figure(
            name="choosing a question, median", value=round(statistics.median(took), 2), unit="ms", most=2, note=how
        ),
        Figure(name="choosing a question, p95", value=round(percentile(took, 0.95), 2), unit="ms", note=how),
    ]


def _timed(work: Callable[[T], object], items: Sequence[T], *, times: int = 1) -> list[float]:
    """Milliseconds of CPU for each item, the smallest of `times` rounds, after one round that is not counted."""
    for item in items:
        work(item)
    rounds: Iterable[list[float]] = ([_milliseconds(work, item) for item in items] for _ in range(times))
    return [min(took) for took in zip(*rounds, strict=True)]


def _milliseconds(work: Callable[[T], object], item: T) -> float:
    started = time.thread_time_ns()
    work(item)
    return (time.thread_time_ns() - started) / 1e6
