"""Fixed texts against the program that says them, and what a red flag needs to be asked and said."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from agent.emergency import CALL_LABELS
from evals.pack.remark import Remarks, error, warning
from knowledge.pack import Pack

PROGRAM = Path(__file__).parents[2]
"""Where the packages of the program stand side by side."""
PACKAGES = ("agent", "app", "channels", "jobs", "tools", "understanding", "voice", "web")
_SAID = re.compile(r"""\.say\(\s*["']([a-z]+(?:\.[a-z0-9_]+)+)["']""")
_NAMED = re.compile(r"""["'`]([a-z]+(?:\.[a-z0-9_]+)+)["'`]""")
_BEGUN = re.compile(r"""f?["'`]([a-z]+\.[a-z0-9_]*)[{$]""")


def check_wording(pack: Pack, directory: Path) -> Remarks:
    """Texts that are said and not there, texts nobody says, and red flags that cannot ask or call."""
    said, named, begun = _program()
    own = {rule.say for rule in pack.red_flags.values() if rule.say}
    mark = pack.cover.mark
    for text_id in sorted(said - set(pack.texts)):
        yield error(mark, "missing text", f"{directory / 'fixed_texts.yaml'} 缺少程序要说的 {text_id}")
    for rule in pack.red_flags.values():
        if rule.say and rule.say not in pack.texts:
            yield error(rule.mark, "missing text", f"{rule.id} 要说的 {rule.say} 不在 fixed_texts.yaml 里")
        for number in rule.call:
            if number not in CALL_LABELS:
                yield error(rule.mark, "missing text", f"{rule.id} 的电话 {number} 没有对应的按钮文字")
        if not rule.question.rstrip().endswith(("？", "?")):
            yield error(rule.mark, "no question", f"{rule.id} 的 question 不是一个问句：「{rule.question}」")
        if not rule.hard and not rule.confirm:
            yield error(rule.mark, "dead pattern", f"{rule.id} 没有任何说法，永远听不到")
    for text_id in pack.texts:
        if text_id not in named | own and not any(text_id.startswith(start) for start in begun):
            yield warning(pack.texts.wording(text_id).mark, "unused text", f"{text_id} 没有任何地方会说到")


@cache
def _program() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Ids the program says, ids it names anywhere, and beginnings it puts ids together from."""
    said: set[str] = set()
    named: set[str] = set()
    begun: set[str] = set()
    for package in PACKAGES:
        for path in (PROGRAM / package).rglob("*"):
            if path.suffix in {".py", ".js"}:
                source = path.read_text(encoding="utf-8")
                said.update(_SAID.findall(source))
                named.update(_NAMED.findall(source))
                begun.update(_BEGUN.findall(source))
    return frozenset(said), frozenset(named), frozenset(begun)
