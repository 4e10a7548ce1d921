"""Passages found by what they mean: the index beside the words, kept, brought up to date, and never in the way."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from domain.errors import Busy
from domain.model import ModelDigest, Vector
from knowledge.guidebook import GuideEntry, GuideSection
from tools.guidance import vector_file
from tools.guidance.fusion import fused
from tools.guidance.guide import HospitalGuide
from tools.guidance.indexing import BATCH, Indexing
from tools.guidance.meanings import Meanings
from tools.guidance.vectors import VectorIndex, row_of

pytestmark = pytest.mark.contract

BGE = ModelDigest(name="bge-m3", digest="d1")
SUBJECTS = ("停车", "食堂", "打印")
ALIKE = {"停车": ("车", "停"), "食堂": ("饭", "吃", "食"), "打印": ("印", "纸")}
"""What the made-up embedder knows to be alike, word or not."""


@dataclass
class FakeEmbedder:
    """Knows three subjects; `refuses_after` so many texts, `broken` vectors for some, none before `answers`."""

    texts: list[str] = field(default_factory=list)
    refuses_after: int | None = None
    broken: Callable[[str], Vector | None] = lambda _: None
    answers: asyncio.Event | None = None

    async def embed(self, texts: Sequence[str]) -> tuple[Vector, ...]:
        """One vector per text."""
        if self.refuses_after is not None and len(self.texts) >= self.refuses_after:
            raise Busy("model")
        if self.answers is not None:
            await self.answers.wait()
        self.texts += texts
        return tuple(self.broken(text) or self.vector(text) for text in texts)

    @staticmethod
    def vector(text: str) -> Vector:
        """One number a subject."""
        counts = [float(sum(text.count(word) for word in ALIKE[subject])) for subject in SUBJECTS]
        return (*counts, 0.01)


def entry(name: str, text: str) -> GuideEntry:
    """A subject with one section."""
    return GuideEntry(
        id=name,
        title=name,
        topics=(),
        effective=date(2026, 1, 1),
        owner="门诊部",
        clinical="none",
        reviewed_by=None,
        sections=(GuideSection(heading="说明", text=text),),
    )


ENTRIES = (entry("停车", "停车场在地下。"), entry("食堂", "吃饭在三楼，食堂中午开。"), entry("打印", "印纸在一楼。"))


@dataclass
class Desk:
    """A guide, its index, and what builds it."""

    folder: Path
    entries: tuple[GuideEntry, ...] = ENTRIES
    embedder: FakeEmbedder = field(default_factory=FakeEmbedder)
    model: ModelDigest | None = BGE

    def __post_init__(self) -> None:
        self.meanings = Meanings()
        self.guide = HospitalGuide(self.entries, self.meanings)
        self.indexing = Indexing(self.embedder, lambda: self.model, self.meanings, folder=self.folder)

    async def built(self) -> Desk:
        """Once what there is to build is built."""
        self.indexing.refresh(self.guide.passages())
        await self.indexing.settled()
        return self

    async def found(self, question: str, vector: Vector | None = None) -> list[str]:
        """The subjects retrieved."""
        return [passage.id for passage in await self.guide.retrieve(question, vector)]


def files(folder: Path) -> list[Path]:
    """What is kept there."""
    return sorted(folder.iterdir())


async def test_a_question_without_a_word_of_the_guide_is_found_by_its_meaning(tmp_path: Path) -> None:
    """Words alone find nothing, and so they do without a vector of the question."""
    desk = await Desk(tmp_path).built()
    asked = "肚子饿了想弄点吃的"
    assert await desk.found(asked) == []
    assert await desk.found(asked, FakeEmbedder.vector(asked)) == ["食堂"]
    assert desk.guide.search(asked) == ()


async def test_what_both_ways_find_comes_first(tmp_path: Path) -> None:
    """Words say parking, the meaning says both."""
    desk = await Desk(tmp_path).built()
    assert (await desk.found("停车", (3.0, 2.0, 0.0, 0.0)))[:2] == ["停车", "食堂"]


@pytest.mark.parametrize("vector", [(), (math.nan,) * 4, (math.inf, 0.0, 0.0, 0.0), (0.0,) * 4, (1.0, 2.0)])
async def test_a_vector_that_is_no_use_leaves_the_words(tmp_path: Path, vector: Vector) -> None:
    """Empty, not a number, without a direction, of another length."""
    desk = await Desk(tmp_path).built()
    assert await desk.found("停车场", vector) == await desk.found("停车场")


async def test_a_restart_embeds_only_what_is_new(tmp_path: Path) -> None:
    """By content: a section that was changed is embedded, one that is gone is forgotten."""
    await Desk(tmp_path).built()
    again = await Desk(tmp_path).built()
    assert again.embedder.texts == []
    changed = await Desk(tmp_path, entries=(*ENTRIES[:2], entry("打印", "印纸在二楼。"))).built()
    assert changed.embedder.texts == ["打印\n说明\n印纸在二楼。"]
    assert len(vector_file.load(vector_file.place(tmp_path, BGE))) == 3
    assert await changed.found("复印", FakeEmbedder.vector("复印")) == ["打印"]


async def test_another_model_begins_anew_and_the_old_vectors_go(tmp_path: Path) -> None:
    """Vectors of two models are never compared."""
    await Desk(tmp_path).built()
    other = await Desk(tmp_path, model=ModelDigest(name="bge-m3", digest="d2")).built()
    assert len(other.embedder.texts) == 3
    assert files(tmp_path) == [vector_file.place(tmp_path, other.model or BGE)]


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"not an array at all", b"\x00" * 4096])
async def test_a_damaged_file_is_written_anew(tmp_path: Path, damage: bytes) -> None:
    """Nothing of it is believed."""
    path = vector_file.place(tmp_path, BGE)
    path.write_bytes(damage)
    desk = await Desk(tmp_path).built()
    assert len(desk.embedder.texts) == 3
    assert len(vector_file.load(path)) == 3


async def test_what_cannot_be_kept_is_used_all_the_same(tmp_path: Path) -> None:
    """The folder is a file."""
    blocked = tmp_path / "file"
    blocked.write_text("")
    desk = await Desk(blocked).built()
    assert await desk.found("吃", FakeEmbedder.vector("吃")) == ["食堂"]


async def test_an_index_broken_off_is_of_use_and_finished_later(tmp_path: Path) -> None:
    """The embedder went busy after the first batch; the next look goes on from there."""
    entries = tuple(entry(f"停车{number}", f"停车场第{number}层。") for number in range(BATCH + 4))
    desk = await Desk(tmp_path, entries=entries, embedder=FakeEmbedder(refuses_after=BATCH)).built()
    assert len(await desk.found("车", FakeEmbedder.vector("车"))) > 0
    desk.embedder.refuses_after = None
    await desk.built()
    assert len(desk.embedder.texts) == BATCH + 4
    await desk.built()
    assert len(desk.embedder.texts) == BATCH + 4


async def test_vectors_that_are_no_use_are_left_out(tmp_path: Path) -> None:
    """One text gets no number, one a short vector; the third is found."""
    broken = {"食堂": (math.nan,) * 4, "打印": (1.0,)}
    embedder = FakeEmbedder(broken=lambda text: broken.get(text.split("\n")[0]))
    desk = await Desk(tmp_path, embedder=embedder).built()
    assert await desk.found("吃", (1.0, 1.0, 1.0, 1.0)) == ["停车"]


async def test_without_an_embedder_nothing_is_built_and_words_find(tmp_path: Path) -> None:
    """No host, no file, no waiting."""
    desk = await Desk(tmp_path, model=None).built()
    assert not desk.guide.by_meaning
    assert await desk.found("停车场", (1.0, 0.0, 0.0, 0.0)) == ["停车"]
    assert files(tmp_path) == []


async def test_building_stops_with_the_service(tmp_path: Path) -> None:
    """Nobody waits for an embedder that does not answer."""
    desk = Desk(tmp_path, embedder=FakeEmbedder(answers=asyncio.Event()))
    desk.indexing.refresh(desk.guide.passages())
    await desk.indexing.aclose()
    assert not desk.guide.by_meaning


def test_rankings_are_fused_by_rank_whatever_their_scores() -> None:
    """High in both beats first in one."""
    assert [one for one, _ in fused(("a", "b", "c"), ("b", "d"))] == ["b", "a", "d", "c"]
    assert fused() == ()


def test_the_nearest_are_ordered_and_bounded() -> None:
    """Best first, no more than asked for, none below the least cosine."""
    rows = {
        name: row
        for name, vector in (("a", (1.0, 0.0)), ("b", (1.0, 1.0)), ("c", (0.0, 1.0)), ("d", (-1.0, 0.0)))
        if (row := row_of(vector)) is not None
    }
    index = VectorIndex.of(rows)
    assert index.nearest((1.0, 0.1), limit=3, least=0.05) == ("a", "b", "c")
    assert index.nearest((1.0, 0.1), limit=2, least=0.5) == ("a", "b")
    assert index.nearest((1.0, 0.1), limit=9, least=-1.0) == ("a", "b", "c", "d")
