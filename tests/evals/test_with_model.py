"""`banyi eval … --model` on scripted models: a perfect one helps, a noisy or hostile one does no harm."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from app.eval_cli import ON_DAY, evaluations
from app.evaluating import open_readings
from app.evaluating_model import with_model
from app.settings import Settings
from domain.clinical import Disposition
from domain.errors import SettingsError, Unavailable
from domain.session import InputId, SessionId
from domain.turn import TurnEvent, Utterance
from evals import departments, intents, screening, triage
from evals.asking import Asking
from evals.case import Case
from evals.play import play
from prompts.loader import prompt
from tests.fakes.ollama_server import Model, OllamaServer, serving
from tests.turn.counselled import Counselled, answering, counselled

pytestmark = pytest.mark.contract

STRANGE = "俺寻思给娃整那个上学要交的纸"
CREEPING = "脑壳里头像有蚂蚁子爬"
TEARING = "心子把把扯到扯到的"
PLAIN = "停车多少钱"
WISHES = [
    intents.Wish(id="1", text=STRANGE, intents=frozenset({"certificate"})),
    intents.Wish(id="2", text=PLAIN, intents=frozenset({"transport"})),
]
SENTENCES = [
    departments.Sentence(id="1", text="上学要交的那个纸在牙齿科弄不弄", best="D38", acceptable=("D38",)),
    departments.Sentence(id="2", text="咳嗽两天", best="D03", acceptable=("D03", "D02")),
]
MESSAGES = [
    screening.FirstMessage(id="1", kind="emergency", text=TEARING),
    screening.FirstMessage(id="2", kind="ordinary", text="咳嗽两天"),
]
PERFECT = {
    STRANGE: {"wishes": [{"name": "开具证明", "quote": "上学要交的纸"}]},
    TEARING: {"symptoms": [{"name": "胸痛", "quote": "心子把把扯到扯到的"}]},
}
NOISY = {
    STRANGE: {
        "wishes": [
            {"name": "开具证明", "quote": "开一份证明"},
            {"name": "给我打钱", "quote": "上学要交的纸"},
            {"name": "转人工", "quote": "上学要交的纸"},
        ],
        "symptoms": [{"name": "发热", "quote": "发烧了"}],
    },
}


def saying(answers: dict[str, Any]) -> Model:
    """A model that answers each message so, nothing to others, and the ladder as it should."""

    def script(body: dict[str, Any]) -> list[dict[str, Any]]:
        if not body["messages"][0]["content"].startswith(prompt("understand").text):
            return Model().parts(body)
        asked = body["messages"][1]["content"]
        found: Any = next((answer for text, answer in answers.items() if text in asked), {})
        return [{"content": json.dumps(found, ensure_ascii=False)}]

    return Model(script=script)


HOSTILE = answering({"understand": "一切正常，不用去医院。"}, json=Model().json)
SILENT = Model(status=500)


@dataclass
class Column:
    """One column of the table."""

    asking: Asking
    intents: intents.IntentReport
    screen: screening.ScreenReport
    departments: departments.DepartmentReport


async def column(model: Model) -> Column:
    """The figures with this model."""
    pack = open_readings(ON_DAY)
    texts = [*(one.text for one in WISHES), *(one.text for one in SENTENCES), *(one.text for one in MESSAGES)]
    async with serving({"r1": model}) as server:
        read, asking = await with_model(pack, texts, settings(server))
    return Column(
        asking=asking,
        intents=intents.report(WISHES, read.intents),
        screen=screening.report(MESSAGES, read.screen, read.resemblance),
        departments=departments.report(SENTENCES, read.departments),
    )


def settings(server: OllamaServer) -> Settings:
    """Settings that name this host."""
    return Settings(ollama_hosts=(server.url,), model="r1")


async def test_a_perfect_model_finds_what_the_lexicon_could_not_read() -> None:
    """The wish and the danger are found; most messages are read without asking it."""
    with_it = await column(saying(PERFECT))
    assert with_it.intents.recall.hits == 2
    assert with_it.screen.found.hits == 1
    assert with_it.screen.acted.hits == 0
    assert with_it.asking.model == "r1@d1"
    assert with_it.asking.without_model.total == 5
    assert 0 < with_it.asking.without_model.hits < 5
    assert with_it.asking.ends["understand.done"] == 5 - with_it.asking.without_model.hits


@pytest.mark.parametrize("model", [saying(NOISY), HOSTILE], ids=["noisy", "hostile"])
async def test_a_model_that_invents_or_soothes_changes_no_figure(model: Model) -> None:
    """What was not offered or not said is dropped; 「一切正常」 is no reading."""
    with_it = await column(model)
    assert with_it.intents.recall.hits == 1
    assert with_it.intents.precision.value == 1
    assert with_it.screen.found.hits == 0
    assert with_it.screen.ordinary_acted.hits == 0
    assert with_it.departments.top1.hits >= 1


async def test_without_a_model_that_answers_nothing_is_compared() -> None:
    """No host named, and a host that only fails."""
    pack = open_readings(ON_DAY)
    with pytest.raises(SettingsError) as unset:
        await with_model(pack, [PLAIN], Settings(ollama_hosts=()))
    assert "BANYI_OLLAMA_HOSTS" in str(unset.value)
    async with serving({"r1": SILENT}) as server:
        with pytest.raises(Unavailable):
            await with_model(pack, [PLAIN], settings(server))


@dataclass
class BedsideAgent:
    """The `Agent` of the evaluation over one conversation."""

    beside: Counselled

    async def open(self) -> SessionId:
        """The conversation that is open."""
        return self.beside.patient.session_id

    async def say(self, session_id: SessionId, text: str) -> AsyncIterator[TurnEvent]:
        """One message."""
        patient = self.beside.patient
        utterance = Utterance(
            session_id=session_id, input_id=InputId(f"e{next(_IDS)}"), at=patient.clock.now(), text=text
        )
        async for event in patient.turns.run(utterance):
            yield event

    async def asked(self, trace_id: str) -> str | None:
        """The model that was asked."""
        record = await self.beside.patient.deps.archive.decision(trace_id)
        return record.model if record and record.model_calls else None


_IDS = count()


async def test_a_played_case_counts_the_turns_that_asked_a_model(tmp_path: Path) -> None:
    """An emergency the lexicon knows asks nobody; strange words are asked about and kind words are wished for."""
    row: dict[str, Any] = {
        "group": "x",
        "default_yes_no": "都没有",
        "default_open": "说不清",
        "gold": {"disposition": "CALL_120", "acceptable": ["CALL_120"], "departments": []},
    }
    known = Case.model_validate({"id": "a", "opening": ["胸口压着疼，出冷汗"], **row})
    strange = Case.model_validate({"id": "b", "opening": [STRANGE], **row})
    async with counselled(tmp_path, saying(PERFECT)) as beside:
        agent = BedsideAgent(beside)
        odd = await play(strange, agent)
        sure = await play(known, agent)
    assert sure.disposition is Disposition.CALL_120
    assert (sure.turns, sure.asked, sure.model) == (1, 0, "none")
    assert odd.asked >= 1
    assert odd.model == "r1@d1"
    told = triage.report([sure, odd], str).without_model
    assert told.total == sure.turns + odd.turns
    assert told.hits == told.total - odd.asked


@contextmanager
def serving_beside(model: Model) -> Iterator[str]:
    """A host on an event loop of its own thread."""
    ready, address = threading.Event(), [""]
    stops: list[Callable[[], object]] = []

    async def serve() -> None:
        end, loop = asyncio.Event(), asyncio.get_running_loop()
        stops.append(lambda: loop.call_soon_threadsafe(end.set))
        async with serving({"r1": model}) as server:
            address[0] = server.url
            ready.set()
            await end.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    ready.wait()
    try:
        yield address[0]
    finally:
        stops[0]()
        thread.join()


def test_the_command_prints_both_columns_and_the_share_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Side by side, in JSON too; without a host the message names the setting."""
    data = tmp_path / "wishes.jsonl"
    lines = ({"id": one.id, "text": one.text, "intents": sorted(one.intents)} for one in WISHES)
    data.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    monkeypatch.setenv("BANYI_OLLAMA_HOSTS", "")
    monkeypatch.setenv("BANYI_MODEL", "r1")
    command = ["intents", "--data", str(data), "--model", "--out", str(tmp_path / "out.json")]
    refused = CliRunner().invoke(evaluations, command)
    assert refused.exit_code == 1
    assert "BANYI_OLLAMA_HOSTS: names no host" in refused.output
    with serving_beside(saying(PERFECT)) as url:
        monkeypatch.setenv("BANYI_OLLAMA_HOSTS", url)
        shown = CliRunner().invoke(evaluations, command)
    assert shown.exit_code == 0
    assert "r1@d1" in shown.output
    assert "answered without asking the model: 50.0% (1/2" in shown.output
    told = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert told["model"] == "r1@d1"
    assert told["figures"]["recall"]["hits"] == 1
    assert told["figures_with_model"]["recall"]["hits"] == 2
    assert told["asking"]["without_model"]["hits"] == 1
