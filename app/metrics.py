"""Prometheus metrics: what happens, how long it takes, how the dependencies do."""

from __future__ import annotations

from typing import Literal

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from app.model_metrics import CounselMetrics, ModelMetrics
from domain.turn import Escalated, Json

SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """A `Meter` on a registry of its own; `model` is that of the model hosts, `counsel` that of what is asked."""

    def __init__(self) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.model = ModelMetrics(registry)
        self.counsel = CounselMetrics(registry)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self._sockets = Gauge("banyi_sockets", "Open WebSocket connections.", registry=registry)
        self._waiting = Gauge("banyi_inputs_waiting", "Accepted inputs that wait for their turn.", registry=registry)
        self._turns = Counter("banyi_turns", "Turns by how they ended.", ["outcome"], registry=registry)
        self._turn_seconds = Histogram(
            "banyi_turn_seconds", "Time of a turn, from its start to its end.", buckets=SECONDS, registry=registry
        )
        self._stage_seconds = Histogram(
            "banyi_stage_seconds", "Time of a turn's stage.", ["stage"], buckets=SECONDS, registry=registry
        )
        self._errors = Counter("banyi_errors", "Errors answered, by code.", ["code"], registry=registry)
        self._escalations = Counter(
            "banyi_escalations", "Emergencies raised.", ["disposition", "crisis"], registry=registry
        )
        self._appointments = Counter(
            "banyi_appointments",
            "Appointment cards shown, by status: booked and cancelled.",
            ["status"],
            registry=registry,
        )
        self._dependencies = Gauge(
            "banyi_dependency_up", "1 while a dependency answers.", ["dependency"], registry=registry
        )

        self._heard = Histogram(
            "banyi_recognition_seconds",
            "Time from the end of speech to its words: understood, unsure or unclear.",
            ["outcome"],
            buckets=SECONDS,
            registry=registry,
        )
        self._first_audio = Histogram(
            "banyi_first_audio_seconds",
            "Time from an answer's first sentence to its first audio.",
            buckets=SECONDS,
            registry=registry,
        )
        self._barge_ins = Counter("banyi_barge_ins", "Answers a patient spoke over.", registry=registry)
        self._pack = Gauge("banyi_pack", "1 for the pack at work, by version.", ["version"], registry=registry)
        self._packs = Gauge(
            "banyi_packs_held", "Packs held: the newest and those interviews are on.", registry=registry
        )
        self._reloads = Counter("banyi_pack_reloads", "Reloads of the pack by outcome.", ["outcome"], registry=registry)

    def socket(self, change: Literal[1, -1]) -> None:
        """A socket came or went."""
        self._sockets.inc(change)

    def waiting(self, change: int) -> None:
        """Inputs joined or left the queues."""
        self._waiting.inc(change)

    def refused(self, code: str) -> None:
        """An error was answered."""
        self._errors.labels(code).inc()

    def escalated(self, escalation: Escalated) -> None:
        """An emergency was raised."""
        self._escalations.labels(escalation.disposition.name, str(escalation.crisis).lower()).inc()

    def card(self, card: dict[str, Json]) -> None:
        """A card was shown; appointments are counted."""
        if card.get("type") == "appointment":
            self._appointments.labels(str(card.get("status"))).inc()

    def answered(self, outcome: str, seconds: float, timing_ms: dict[str, float]) -> None:
        """A turn ended."""
        self._turns.labels(outcome).inc()
        self._turn_seconds.observe(seconds)
        for stage, milliseconds in timing_ms.items():
            self._stage_seconds.labels(stage).observe(milliseconds / 1000)

    def recognised(self, outcome: str, seconds: float) -> None:
        """An utterance was recognised, or not."""
        self._heard.labels(outcome).observe(seconds)

    def first_audio(self, seconds: float) -> None:
        """An answer began to be heard."""
        self._first_audio.observe(seconds)

    def barged_in(self) -> None:
        """A patient took the floor."""
        self._barge_ins.inc()

    def packs(self, versions: tuple[str, ...]) -> None:
        """Which packs are held, the one at work first."""
        self._pack.clear()
        self._pack.labels(versions[0]).set(1)
        self._packs.set(len(versions))

    def reloaded(self, outcome: str) -> None:
        """The pack was to be reloaded: applied, unchanged or refused."""
        self._reloads.labels(outcome).inc()

    def dependency(self, name: str, *, up: bool) -> None:
        """A dependency was asked and answered, or did not."""
        self._dependencies.labels(name).set(1 if up else 0)

    def exposition(self) -> tuple[bytes, str]:
        """Everything in Prometheus' text format, and its media type."""
        return generate_latest(self._registry), CONTENT_TYPE_LATEST
