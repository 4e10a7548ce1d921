"""Sockets: memory of idle ones, answer times under load, CPU of a turn. `python -m benchmarks.sockets`.

The service runs as its own process on embedded stores in a temporary directory; this process is all the
patients, and shares the machine with it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import orjson
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

PROGRAM = [sys.executable, "-c", "from app.cli import main; main()", "serve"]
OPENING = 25
"""Sessions opened at a time."""
SAYINGS = ("停车场在哪", "头疼三天了，有点恶心", "都没有", "不清楚", "我想挂消化内科", "算了", "你好", "医保怎么报销")
ENDS = (b'"type":"response.done"', b'"type":"response.cancelled"', b'"type":"error"')
NOISY = {"BANYI_SESSIONS_PER_MINUTE": "1000000", "BANYI_LOG_LEVEL": "warning", "BANYI_PORT": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The service under measurement."""

    url: str
    process: psutil.Process
    ready_seconds: float

    def rss_kib(self) -> float:
        """Resident memory of the service's process."""
        return float(self.process.memory_info().rss) / 1024

    def cpu_seconds(self) -> float:
        """CPU time the service's process used so far."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@asynccontextmanager
async def served() -> AsyncIterator[Served]:
    """Start the service and stop it."""
    with tempfile.TemporaryDirectory(prefix="banyi-bench-") as folder:
        environment = {**os.environ, **NOISY, "BANYI_DATA_DIR": str(Path(folder) / "var")}
        started = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *PROGRAM, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        assert process.stdout
        url = (await process.stdout.readline()).decode().removeprefix("banyi: ").strip()
        ready = time.perf_counter() - started
        try:
            yield Served(url=url, process=psutil.Process(process.pid), ready_seconds=ready)
        finally:
            process.terminate()
            await process.wait()


class Patient:
    """One session with a socket, agreed to care."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._said = 0

    @classmethod
    async def arrive(cls, http: httpx.AsyncClient, url: str) -> Patient:
        """Open a session and its socket."""
        opened = (await http.post("/v1/sessions", json={"channel": "web"})).json()
        socket = await connect(
            f"{url.replace('http', 'ws', 1)}/v1/realtime?session={opened['session_id']}",
            subprotocols=[Subprotocol("banyi.v1"), Subprotocol(f"token.{opened['token']}")],
            compression=None,
            ping_interval=None,
        )
        patient = cls(socket)
        version = opened["notice"]["consent_version"]
        await patient._send({"type": "consent.give", "version": version, "purposes": ["care_chat"]})
        while b'"consent.updated"' not in await socket.recv(decode=False):
            pass
        return patient

    async def say(self) -> float:
        """Say the next thing; milliseconds until its answer was whole."""
        text = SAYINGS[self._said % len(SAYINGS)]
        self._said += 1
        started = time.perf_counter()
        await self._send({"type": "input_text", "id": f"m{self._said}", "text": text})
        while True:
            event = await self._socket.recv(decode=False)
            if any(end in event for end in ENDS):
                break
        return (time.perf_counter() - started) * 1000

    async def leave(self) -> None:
        """Hang up."""
        await self._socket.close()

    async def _send(self, frame: dict[str, Any]) -> None:
        await self._socket.send(orjson.dumps(frame).decode())


async def patients(url: str, count: int) -> list[Patient]:
    """Many patients, a few at a time."""
    gate = asyncio.Semaphore(OPENING)
    async with httpx.AsyncClient(base_url=url, timeout=60) as http:

        async def one() -> Patient:
            async with gate:
                return await Patient.arrive(http, url)

        return list(await asyncio.gather(*(one() for _ in range(count))))


async def idle(service: Served, count: int) -> dict[str, float]:
    """Memory of `count` idle sockets, each with a session that has agreed."""
    warm = await patients(service.url, 50)
    before = service.rss_kib()
    crowd = await patients(service.url, count)
    after = service.rss_kib()
    await asyncio.gather(*(one.leave() for one in [*crowd, *warm]))
    return {"sockets": count, "kib_each": round((after - before) / count, 1), "rss_mib": round(after / 1024)}


async def load(service: Served, *, sessions: int, seconds: float, pause: float) -> dict[str, float]:
    """Answer times when `sessions` patients each say something every `pause` seconds."""
    crowd = await patients(service.url, sessions)
    times: list[float] = []
    end = time.perf_counter() + seconds
    cpu = service.cpu_seconds()

    async def talk(patient: Patient, place: int) -> None:
        await asyncio.sleep(pause * place / sessions)  # noqa: TID251 - patients do not speak in chorus
        while time.perf_counter() < end:
            took = await patient.say()
            times.append(took)
            await asyncio.sleep(max(0.0, pause - took / 1000))  # noqa: TID251 - the pace of a patient

    await asyncio.gather(*(talk(patient, place) for place, patient in enumerate(crowd)))
    cpu = service.cpu_seconds() - cpu
    await asyncio.gather(*(one.leave() for one in crowd))
    return {"sessions": sessions, **_figures(times), "cpu_ms_a_turn": round(cpu * 1000 / len(times), 2)}


async def saturated(service: Served, *, sessions: int, turns: int) -> dict[str, float]:
    """Turns a second when every patient speaks as soon as they are answered."""
    crowd = await patients(service.url, sessions)
    for patient in crowd:
        await patient.say()
    cpu, started = service.cpu_seconds(), time.perf_counter()

    async def talk(patient: Patient) -> list[float]:
        return [await patient.say() for _ in range(turns)]

    times = [took for took_all in await asyncio.gather(*map(talk, crowd)) for took in took_all]
    seconds, cpu = time.perf_counter() - started, service.cpu_seconds() - cpu
    await asyncio.gather(*(one.leave() for one in crowd))
    return {
        "turns_a_second": round(len(times) / seconds),
        "turns_a_cpu_second": round(len(times) / cpu),
        "cpu_ms_a_turn": round(cpu * 1000 / len(times), 2),
        **_figures(times),
    }


def _figures(times: list[float]) -> dict[str, float]:
    return {
        "turns": len(times),
        "p50_ms": round(statistics.median(times), 1),
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 1),
    }


async def measure(*, sockets: int = 1000, sessions: int = 200, seconds: float = 30.0) -> dict[str, Any]:
    """All figures of this file."""
    async with served() as service:
        fresh = round(service.rss_kib() / 1024)
        return {
            "ready_seconds": round(service.ready_seconds, 2),
            "rss_fresh_mib": fresh,
            "idle": await idle(service, sockets),
            "load": await load(service, sessions=sessions, seconds=seconds, pause=5.0),
            "saturated": await saturated(service, sessions=10, turns=15),
            "rss_loaded_mib": round(service.rss_kib() / 1024),
        }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30.0)
    print(json.dumps(asyncio.run(measure(**vars(parser.parse_args()))), indent=2))
