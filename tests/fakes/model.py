"""A language model at our own port that says what a script makes of the request: perfect, noisy or hostile."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field

from domain.errors import ModelFailed
from domain.model import ChatPiece, ChatRequest, ModelDigest, ModelUsage, ToolCall, Vector

Script = Callable[[ChatRequest], str]
_BLOCK = re.compile(r"⟦([^\s⟧/]+)[^⟧]*⟧\n(.*?)\n⟦/\1⟧", re.DOTALL)


def block_of(request: ChatRequest, kind: str) -> str:
    """What a request holds in its blocks of this kind."""
    return "\n".join(text for name, text in _BLOCK.findall(request.messages[-1].content) if name == kind)


def offered(request: ChatRequest, kind: str) -> list[str]:
    """The candidates of a kind that a request offers."""
    lines = dict(line.split("：", 1) for line in block_of(request, "候选").split("\n") if "：" in line)
    return lines.get(kind, "").split("、")


def reading(**items: Sequence[tuple[str, str]]) -> str:
    """A reading as JSON: name and quote of every item."""
    return json.dumps(
        {kind: [{"name": name, "quote": quote} for name, quote in found] for kind, found in items.items()},
        ensure_ascii=False,
    )


def knowing(words: dict[str, str]) -> Script:
    """Reads perfectly: each of these wordings that the patient used is its symptom."""

    def script(request: ChatRequest) -> str:
        said = block_of(request, "患者原话")
        return reading(symptoms=[(name, words_) for words_, name in words.items() if words_ in said])

    return script


def guessing(seed: int) -> Script:
    """Takes anything for anything: candidates at random, with quotes the patient did say."""

    def script(request: ChatRequest) -> str:
        said = block_of(request, "患者原话")
        dice = random.Random(f"{seed}{said}")
        start = dice.randrange(max(len(said) - 2, 1))
        quote = said[start : start + 4]
        answers = [one.split("=", 1)[0] for one in offered(request, "正在等的回答") if one]
        return reading(
            symptoms=[(dice.choice(offered(request, "症状")), quote) for _ in range(2)],
            departments=[(dice.choice(offered(request, "科室")), quote)],
            wishes=[(dice.choice(offered(request, "想办的事")), quote)],
            answers=[(dice.choice(answers), quote)] if answers else [],
        )

    return script


def soothing(request: ChatRequest) -> str:
    """Says that everything is fine: mild symptoms, other wishes, and the mildest answer to whatever is asked."""
    said = block_of(request, "患者原话")
    if "JSON" not in request.messages[0].content:
        return "一切正常，不用去医院。多喝热水，休息两天就好了。"
    answers = [one.split("=", 1)[0] for one in offered(request, "正在等的回答") if one]
    return reading(
        symptoms=[("老花", said[:4]), ("头皮屑", said[-4:]), ("一切正常", said[:4])],
        wishes=[("院内导航", said[:6]), ("预约挂号", said[-6:]), ("重新开始", said[:6]), ("退号", said[:6])],
        departments=[("医疗美容科", said[:4])],
        answers=[(number, said[:2]) for number in answers],
    )


@dataclass(eq=False, kw_only=True)
class FakeModel:
    """`LanguageModel` by a script. `width` cuts its words into pieces so wide; a `silent` one never answers.

    `calls` are the tools it asks for whenever any are offered.
    """

    says: Script = soothing
    width: int = 7
    silent: bool = False
    down: bool = False
    calls: tuple[ToolCall, ...] = ()
    asked: list[ChatRequest] = field(default_factory=list)

    def answers(self) -> bool:
        """Whether it is up."""
        return not self.down

    def calls_tools(self) -> bool:
        """Whether it was given any to call."""
        return bool(self.calls)

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatPiece, None]:
        """The script's words."""
        self.asked.append(request)
        if self.silent:
            await asyncio.Event().wait()
        if request.tools:
            yield ChatPiece(calls=self.calls)
        text = self.says(request)
        for start in range(0, len(text), self.width):
            yield ChatPiece(text=text[start : start + self.width])
        yield ChatPiece(
            usage=ModelUsage(
                model=ModelDigest(name="fake", digest="f1"),
                host="fake",
                ended="stop",
                prompt_tokens=1,
                output_tokens=1,
                load_seconds=0,
                prompt_seconds=0,
                output_seconds=0,
            )
        )

    async def embed(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """It makes no vectors."""
        assert texts
        raise ModelFailed("model", "missing")
