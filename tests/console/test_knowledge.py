"""Staff edit the pack as forms; a second person releases it; new nurses train on simulated patients."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from agent.packs import Library
from app.editor import PackEditor
from app.examining import Examination, examine
from app.releases import COVER, Releases, at_work
from app.reloading import Reloaded
from app.settings import Settings
from app.training import PackTrainer
from channels.console.knowledge_routes import KnowledgePages, knowledge_routes
from channels.http import Application, Calls
from channels.sessions import Sessions
from channels.websocket import Realtime
from domain.correction import Correction, CorrectionId, Fault
from domain.drafts import DraftId
from domain.session import SessionId
from domain.staff import Role
from domain.turn import Json
from knowledge.editing import edited
from knowledge.guidebook import load_guide
from knowledge.loader import DIRECTORY
from tests.console.station import Nurse, Station
from tests.stores import MONDAY_MORNING
from tests.turn.bedside import knowledge

pytestmark = pytest.mark.e2e

CT, TEXTS, CHART = "guide/ct.md", "fixed_texts.yaml", "clinical/complaints/cough.yaml"
CASE = {"id": "C-1", "group": "correction"}


@dataclass(slots=True)
class Loader:
    """Stands for the reload: takes every pack, or refuses it."""

    directory: Path
    refuses: bool = False

    async def turn_to(self, directory: Path) -> Reloaded:
        """Take it up."""
        if self.refuses:
            return Reloaded(outcome="refused", version="", problems=("guide/ct.md:1: 坏了",))
        self.directory = directory
        return Reloaded(outcome="applied", version="")


@dataclass(slots=True)
class Examiner:
    """Stands for the commands that look through a draft; keeps what it was given."""

    finds: Examination = field(default_factory=Examination)
    files: dict[str, str] = field(default_factory=dict)
    cases: list[Mapping[str, Json]] = field(default_factory=list)

    async def __call__(
        self, _pack: Path, files: Mapping[str, str], cases: Sequence[Mapping[str, Json]], /
    ) -> Examination:
        """What it was told to find."""
        self.files, self.cases = dict(files), list(cases)
        return self.finds


@dataclass(slots=True, kw_only=True)
class Office:
    """A console with the knowledge pages."""

    station: Station
    app: Application
    editor: PackEditor
    releases: Releases
    loader: Loader
    examiner: Examiner
    settings: Settings

    async def staff(self, name: str, role: Role = Role.NURSE) -> Nurse:
        """Somebody at the knowledge pages."""
        nurse = await self.station.nurse(name, role)
        http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app),
            base_url=self.station.url,
            headers={"Origin": self.station.url},
            cookies=nurse.http.cookies,
        )
        await self.station.stack.enter_async_context(http)
        return Nurse(id=nurse.id, http=http, url=nurse.url, stack=nurse.stack)

    async def examined(self, nurse: Nurse, draft: dict[str, Any]) -> dict[str, Any]:
        """Have a draft examined and wait for what is found."""
        path = f"/knowledge/drafts/{draft['id']}"
        await nurse.post(f"{path}/check", 202, revision=draft["revision"])
        await self.editor.settled(DraftId(draft["id"]))
        found: dict[str, Any] = await nurse.get(path)
        assert not found["checking"]
        return found


@pytest.fixture
async def office(station: Station, tmp_path: Path) -> Office:
    """Over a copy of the pack."""
    pack = tmp_path / "pack"
    shutil.copytree(DIRECTORY, pack, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    archive, services = station.bedside.archive, station.services
    settings = Settings(data_dir=tmp_path / "var", knowledge_dir=pack)
    loader, examiner = Loader(pack), Examiner()
    releases = Releases(archive.drafts, loader, settings)
    editor = PackEditor(archive.drafts, archive.corrections, releases, services.clock, examiner=examiner)
    trainer = PackTrainer(Library(knowledge()), random.Random(7))
    pages = KnowledgePages(editor=editor, drafts=archive.drafts, trainer=trainer, trainings=archive.trainings)
    sessions = Sessions(services=services, hub=station.hub)
    app = Application(
        Calls(services=services, sessions=sessions, hub=station.hub, exposition=lambda: (b"", "text/plain")),
        Realtime(services=services, sessions=sessions, hub=station.hub, allowed_origins=frozenset()),
        pages=knowledge_routes(station.console, pages),
        allowed_origins=frozenset(),
    )
    return Office(
        station=station,
        app=app,
        editor=editor,
        releases=releases,
        loader=loader,
        examiner=examiner,
        settings=settings,
    )


async def test_a_draft_is_checked_while_it_is_typed_and_clinical_rules_are_an_admins(office: Office) -> None:
    """A text keeps its parameters, a page its form; nobody else's change is written over."""
    nurse = await office.staff("lihua")
    sheets = {one["file"] for one in (await nurse.get("/knowledge"))["sheets"]}
    assert {CT, TEXTS, CHART, "clinical/departments.yaml", "hospital/demo.yaml", "lexicon/names.tsv"} <= sheets
    await nurse.get("/knowledge/sheet?file=clinical/routing.yaml", 404)
    await nurse.get("/knowledge/sheet?file=../../etc/passwd", 404)
    texts = (await nurse.get(f"/knowledge/sheet?file={TEXTS}"))["fields"]
    asks = next(one for one in texts if "{" in one["value"] and not one["clinical"])
    tried = await nurse.post("/knowledge/validate", file=TEXTS, values={asks["key"]: "没有了"})
    assert "参数要原样保留" in tried["slips"][0]["text"]
    draft = await nurse.post("/knowledge/drafts", 201, title="改CT的标题")
    path = f"/knowledge/drafts/{draft['id']}"
    kept = await nurse.post(f"{path}/fields", method="PUT", revision=0, file=CT, values={"title": "做CT之前"})
    assert kept["draft"]["edits"][0]["was"] == "CT和增强CT"
    await nurse.post(f"{path}/fields", 409, method="PUT", revision=0, file=CT, values={"title": "旧的"})
    wrong = await nurse.post(f"{path}/fields", method="PUT", revision=1, file=CT, values={"body": "没有小标题"})
    assert wrong["draft"] is None
    assert "小标题" in wrong["slips"][0]["text"]
    rule = {"rules/R01/because": "别的理由"}
    await nurse.post(f"{path}/fields", 403, method="PUT", revision=1, file=CHART, values=rule)
    boss = await office.staff("boss", Role.ADMIN)
    ruled = await boss.post(f"{path}/fields", method="PUT", revision=1, file=CHART, values=rule)
    assert ruled["draft"]["clinical"]
    back = await boss.post(f"{path}/fields", method="PUT", revision=2, file=CHART, values=dict.fromkeys(rule))
    assert [one["file"] for one in back["draft"]["edits"]] == [CT]
    await (await office.staff("other")).post(f"{path}/drop", 403, revision=3)
    await nurse.post(f"{path}/drop", 204, revision=3)
    assert (await nurse.get("/knowledge"))["drafts"] == []


async def test_a_second_person_releases_what_passed_and_it_can_be_undone(office: Office) -> None:
    """The pack itself is never written; the correction it answers is closed and its case stays due."""
    nurse, chief = await office.staff("lihua"), await office.staff("chief", Role.SUPERVISOR)
    archive = office.station.bedside.archive
    await archive.corrections.add(
        Correction(
            id=CorrectionId("C-1"),
            session_id=SessionId("s"),
            by=nurse.id,  # type: ignore[arg-type]  # an id as JSON has it
            fault=Fault.WORDING,
            at=MONDAY_MORNING,
            content={},
            case=CASE,
        )
    )
    await nurse.post("/knowledge/drafts", 422, title="改", answers=["C-none"])
    draft = await nurse.post("/knowledge/drafts", 201, title="改CT的标题", answers=["C-1"])
    path = f"/knowledge/drafts/{draft['id']}"
    kept = await nurse.post(f"{path}/fields", method="PUT", revision=0, file=CT, values={"title": "做CT之前"})
    await chief.post(f"{path}/release", 409, revision=1)
    office.examiner.finds = Examination(cases=({"id": "C-1", "passed": False},))
    assert not (await office.examined(nurse, kept["draft"]))["passed"]
    assert office.examiner.cases == [CASE]
    await chief.post(f"{path}/release", 409, revision=1)
    office.examiner.finds = Examination(changes=({"sentence": "变了", "lowered": False, "count": 1},))
    assert (await office.examined(nurse, kept["draft"]))["passed"]
    await nurse.post(f"{path}/release", 403, revision=1)
    office.loader.refuses = True
    assert not (await chief.post(f"{path}/release", revision=1))["released"]
    office.loader.refuses = False
    better = await nurse.post(f"{path}/fields", method="PUT", revision=1, file=CT, values={"title": "检查CT之前"})
    await chief.post(f"{path}/release", 409, revision=2)
    await office.examined(nurse, better["draft"])
    installed, before = office.releases.installed, office.editor.version
    ended = await chief.post(f"{path}/release", revision=2)
    assert ended == {"released": True, "version": f"{before}+1", "slips": []}
    assert at_work(office.settings) == office.loader.directory == office.settings.data_dir / "knowledge" / f"{before}+1"
    titles = {one.title for one in load_guide(office.loader.directory / "guide")}
    assert "检查CT之前" in titles
    assert "检查CT之前" not in (installed / CT).read_text(encoding="utf-8")
    assert await archive.corrections.listed() == ()
    await chief.post("/knowledge/releases/1/restore", 409)
    assert (await chief.post("/knowledge/releases/0/restore"))["version"] == before
    assert at_work(office.settings) == office.loader.directory == installed
    assert (await chief.post("/knowledge/releases/1/restore"))["version"] == f"{before}+1"
    told = (await nurse.get("/knowledge"))["releases"]
    assert [(one["number"], one["restores"]) for one in told] == [(3, f"{before}+1"), (2, before), (1, "")]
    later = await nurse.post("/knowledge/drafts", 201, title="再改")
    await office.examined(nurse, later)
    assert office.examiner.cases == [CASE]


async def test_another_replica_takes_up_what_was_released(office: Office, tmp_path: Path) -> None:
    """It lays the same files down from the archive; one that refuses them, or has another pack, stays as it is."""
    nurse, chief = await office.staff("lihua"), await office.staff("chief", Role.SUPERVISOR)
    draft = await nurse.post("/knowledge/drafts", 201, title="改")
    values = {"D03/aliases": ["呼吸科", "肺科"]}
    kept = await nurse.post(
        f"/knowledge/drafts/{draft['id']}/fields",
        method="PUT",
        revision=0,
        file="clinical/departments.yaml",
        values=values,
    )
    await office.examined(nurse, kept["draft"])
    await chief.post(f"/knowledge/drafts/{draft['id']}/release", revision=1)
    elsewhere = Settings(data_dir=tmp_path / "elsewhere", knowledge_dir=office.settings.knowledge_dir)
    loader = Loader(elsewhere.knowledge_dir, refuses=True)
    drafts = office.station.bedside.archive.drafts
    await Releases(drafts, loader, elsewhere).follow()
    assert at_work(elsewhere) == elsewhere.knowledge_dir
    loader.refuses = False
    other = Releases(drafts, loader, elsewhere)
    await other.follow()
    await other.follow()
    assert at_work(elsewhere) == loader.directory
    assert "aliases: [呼吸科, 肺科]" in (loader.directory / "clinical" / "departments.yaml").read_text(encoding="utf-8")
    shutil.rmtree(elsewhere.data_dir)
    cover = elsewhere.knowledge_dir / COVER
    newer = edited(COVER, cover.read_text(encoding="utf-8"), {"version": "newer"})
    cover.write_text(newer, encoding="utf-8")
    await Releases(drafts, loader, elsewhere).follow()
    assert at_work(elsewhere) == elsewhere.knowledge_dir


async def test_an_examination_names_what_is_broken(tmp_path: Path) -> None:
    """By the program's own command, in a process of its own."""
    (tmp_path / "guide").mkdir()
    found = await examine(tmp_path, {"guide/ct.md": "坏的"}, ())
    assert not found.passed
    assert any(error["file"] == "clinical/pack.yaml" for error in found.errors)


async def test_a_nurse_in_training_is_compared_with_the_engine(office: Office) -> None:
    """The same patient answers the same; supervisors see how everybody does."""
    nurse, chief = await office.staff("lihua"), await office.staff("chief", Role.SUPERVISOR)
    patient = await nurse.post("/training", 201)
    path = f"/training/{patient['id']}"
    assert await nurse.get(path) == patient
    first = patient["questions"][0]["id"]
    reply = await nurse.post(f"{path}/ask", question=first)
    assert reply["answer"]
    assert await nurse.post(f"{path}/ask", question=first) == reply
    await nurse.post(f"{path}/ask", 404, question="none")
    await nurse.get("/training/cough.9999", 404)
    mild = {"disposition": "HOME", "department": patient["departments"][1], "asked": [first]}
    engine = (await nurse.post(f"{path}/decide", 201, body=mild))["engine"]
    assert engine["reasons"]
    right = {"disposition": engine["disposition"], "department": engine["departments"][0], "asked": []}
    same = await nurse.post(f"{path}/decide", 201, body=right)
    assert (same["steps"], same["department_right"]) == (0, True)
    assert len(same["engine"]["not_asked"]) >= len(engine["not_asked"])
    assert (await nurse.get("/training"))["figures"]["count"] == 2
    await nurse.get("/training/everybody", 403)
    assert (await chief.get("/training/everybody"))["items"][0]["by"] == "lihua护士"
