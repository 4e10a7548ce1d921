"""Measures what the README shows: `make bench`, or some of it: `python -m benchmarks --only turns reading`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

import uvloop

from app.knowledge import open_knowledge
from app.running import settle_memory
from benchmarks import guide, hospital, inbox, model, reading, sockets, talking, turns, voice
from benchmarks.figures import Figure, keep, show
from knowledge.loader import DIRECTORY, load_pack


def _turns() -> list[Figure]:
    return uvloop.run(turns.measure())


def _reading() -> list[Figure]:
    knowledge = open_knowledge((), booking_rules=(), doctors=tuple)
    settle_memory()
    return reading.measure(knowledge)


def _hospital() -> list[Figure]:
    return uvloop.run(hospital.measure())


def _inbox() -> list[Figure]:
    return uvloop.run(inbox.measure())


def _model() -> list[Figure]:
    return uvloop.run(model.measure())


def _voice() -> list[Figure]:
    return [*uvloop.run(voice.measure()), *uvloop.run(talking.measure())]


def _service() -> list[Figure]:
    found = uvloop.run(sockets.measure())
    idle, load, full = found["idle"], found["load"], found["saturated"]
    every = f"{load['sessions']} sessions, each saying something every 5 s"
    return [
        Figure(
            name="start to ready", value=found["ready_seconds"], unit="s", most=4, note="wall, a fresh data directory"
        ),
        Figure(name="RSS, fresh", value=found["rss_fresh_mib"], unit="MiB"),
        Figure(
            name="idle socket with a session",
            value=idle["kib_each"],
            unit="KiB",
            most=40,
            note=f"{idle['sockets']} sockets",
        ),
        Figure(name="turn under load, p50", value=load["p50_ms"], unit="ms", note=every),
        Figure(
            name="turn under load, p95", value=load["p95_ms"], unit="ms", most=100, note="wall, same cores as the load"
        ),
        Figure(
            name="turn under load, server CPU",
            value=load["cpu_ms_a_turn"],
            unit="ms",
            note="sockets and journal included",
        ),
        Figure(
            name="turns, saturated", value=full["turns_a_second"], unit="/s", note="wall, 10 patients who never pause"
        ),
        Figure(name="RSS after everything", value=found["rss_loaded_mib"], unit="MiB", most=300),
    ]


PARTS: dict[str, Callable[[], list[Figure]]] = {
    "turns": _turns,
    "reading": _reading,
    "guide": guide.measure,
    "hospital": _hospital,
    "inbox": _inbox,
    "model": _model,
    "voice": _voice,
    "service": _service,
}


def main() -> None:
    """Measure, print a table and, after a whole run, keep the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), help="measure these, keep nothing")
    chosen = parser.parse_args().only
    before = os.getloadavg()[0]
    figures = [figure for name, part in PARTS.items() if name in chosen for figure in part()]
    show(figures)
    if len(chosen) == len(PARTS):
        keep(figures, knowledge_version=load_pack(DIRECTORY).version, load=(before, os.getloadavg()[0]))


if __name__ == "__main__":
    main()
