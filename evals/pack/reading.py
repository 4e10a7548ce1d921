"""Whether a patient can read what the pack says to them.

Three plain measures, each with its threshold:

* a sentence has at most 60 characters between full stops;
* at most one Chinese character in ten is outside the 3,755 common ones (level 1 of GB/T 2312);
* a word of `jargon.tsv` is used only where its plain word, or brackets right behind it, explain it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from evals.pack.remark import Remarks, warning
from knowledge.complaints import Complaint
from knowledge.guidebook import load_guide
from knowledge.pack import Pack
from knowledge.strict import Mark

MOST_CHARACTERS = 60
MOST_RARE = 0.1
FEWEST_RARE = 2
"""A single rare character (痰, 癣) is no reason to rewrite a sentence."""
_STOPS = re.compile(r"[。！？!?；;\n]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_EXPLAINED = "（("
_FIRST_LEVEL = range(0xB0, 0xD8)
"""First bytes of the common characters in GB/T 2312."""


def check_reading(pack: Pack, directory: Path) -> Remarks:
    """Sentences that are too long, too rare in their characters, or in the doctors' language."""
    for mark, where, text in readable(pack, directory):
        longest = max((sentence.strip() for sentence in _STOPS.split(text)), key=len)
        if len(longest) > MOST_CHARACTERS:
            said = f"{where}：这句话有 {len(longest)} 个字，超过 {MOST_CHARACTERS} 个，请断开：「{longest[:16]}……」"
            yield warning(mark, "long sentence", said)
        rare = rare_characters(text)
        if len(rare) >= FEWEST_RARE and len(rare) > MOST_RARE * len(_HAN.findall(text)):
            yield warning(
                mark, "rare characters", f"{where}：生僻字太多（{'、'.join(dict.fromkeys(rare))}）：「{text}」"
            )
        for term, plain in unexplained(text):
            yield warning(mark, "jargon", f"{where}：「{term}」是行话，请换成或加上「{plain}」：「{text[:30]}」")


def rare_characters(text: str) -> list[str]:
    """The Chinese characters outside the common ones, in order."""
    return [character for character in _HAN.findall(text) if not _common(character)]


def unexplained(text: str) -> list[tuple[str, str]]:
    """Terms of `jargon.tsv` the text uses without its plain word, each with that word."""
    found = []
    for term, plain in jargon():
        at = text.find(term)
        if at >= 0 and plain not in text and text[at + len(term) : at + len(term) + 1] not in set(_EXPLAINED):
            found.append((term, plain))
    return found


@cache
def jargon() -> tuple[tuple[str, str], ...]:
    """The doctors' words with the patients' words for them."""
    lines = (Path(__file__).parent / "jargon.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines[1:]]
    return tuple((term, plain) for term, plain in pairs)


def readable(pack: Pack, directory: Path) -> Iterator[tuple[Mark, str, str]]:
    """Every text a patient reads: its place, what it is, and itself."""
    for complaint in pack.complaints.values():
        yield from _chart(complaint)
    for flag in pack.red_flags.values():
        yield from ((flag.mark, flag.id, text) for text in (flag.question, flag.first_aid) if text)
    for department in pack.departments.values():
        yield department.mark, department.name, department.sees
    for modifier in pack.routing.modifiers:
        yield modifier.mark, modifier.id, modifier.because
    for reading in pack.vitals.rules:
        yield reading.mark, reading.id, reading.because
    for routed in pack.routing.departments:
        yield routed.mark, routed.id, routed.why
    for text_id in pack.texts:
        wording = pack.texts.wording(text_id)
        yield wording.mark, text_id, wording.text
    for entry in load_guide(directory / "guide"):
        mark = Mark(file=str(directory / "guide" / f"{entry.id}.md"), line=1)
        yield from ((mark, section.heading, section.text) for section in entry.sections)


def _chart(complaint: Complaint) -> Iterator[tuple[Mark, str, str]]:
    for question in complaint.ask:
        texts = (question.text, question.why, *question.signs.values(), *question.options)
        yield from ((question.mark, f"{complaint.id}.{question.id}", text) for text in texts if text)
    for rule in complaint.rules:
        yield rule.mark, f"{complaint.id}.{rule.id}", rule.because
    for text in (*complaint.self_care.allow, *complaint.self_care.safety_net):
        yield complaint.mark, f"{complaint.id} 的居家建议", text


@cache
def _common(character: str) -> bool:
    try:
        return character.encode("gb2312")[0] in _FIRST_LEVEL
    except UnicodeEncodeError:
        return False
