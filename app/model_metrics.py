"""Prometheus metrics of the model: its hosts, and what the conversation asks it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from domain.breaker import State
from domain.model import ModelUsage
from domain.model_call import ModelPurpose

SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 10.0, 20.0, 60.0)
_STATES: dict[State, int] = {"closed": 0, "trying": 1, "open": 2}


class ModelMetrics:
    """The `Meter` of the model hosts on a given registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._in_flight = Gauge("banyi_model_in_flight", "Requests with a model host now.", ["host"], registry=registry)
        self._waiting = Gauge("banyi_model_waiting", "Requests that wait for a place now.", registry=registry)
        self._breaker = Gauge(
            "banyi_model_breaker", "0: asked; 1: tried again; 2: left alone.", ["host"], registry=registry
        )
        self._first = Histogram(
            "banyi_model_first_seconds", "Time to the first piece shown.", ["host"], buckets=SECONDS, registry=registry
        )
        self._requests = Counter(
            "banyi_model_requests",
            "Requests that left a host: done, given_up or how it failed.",
            ["host", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "banyi_model_seconds", "Time of a request at a host.", ["host"], buckets=SECONDS, registry=registry
        )
        self._tokens = Counter("banyi_model_tokens", "Tokens of whole replies.", ["model", "kind"], registry=registry)

    def in_flight(self, host: str, count: int) -> None:
        """So many requests are with the host now."""
        self._in_flight.labels(host).set(count)

    def waiting(self, count: int) -> None:
        """So many wait for a place now."""
        self._waiting.set(count)

    def breaker(self, host: str, state: State) -> None:
        """The host's breaker stands like this now."""
        self._breaker.labels(host).set(_STATES[state])

    def first_piece(self, host: str, seconds: float) -> None:
        """So long it took until the first piece."""
        self._first.labels(host).observe(seconds)

    def ended(self, host: str, outcome: str, seconds: float) -> None:
        """A request left the host."""
        self._requests.labels(host, outcome).inc()
        self._seconds.labels(host).observe(seconds)

    def used(self, usage: ModelUsage) -> None:
        """A whole reply's tokens."""
        self._tokens.labels(usage.model.name, "prompt").inc(usage.prompt_tokens)
        self._tokens.labels(usage.model.name, "output").inc(usage.output_tokens)


class CounselMetrics:
    """The `CallMeter` of the conversation on a given registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._asked = Counter(
            "banyi_model_asked",
            "Questions put to a model, by purpose and end.",
            ["purpose", "outcome"],
            registry=registry,
        )
        self._seconds = Histogram(
            "banyi_model_asked_seconds", "Time until it ended.", ["purpose"], buckets=SECONDS, registry=registry
        )
        self._blocked = Counter(
            "banyi_model_blocked", "What a model wrote and was not used.", ["purpose", "reason"], registry=registry
        )
        self._readings = Counter(
            "banyi_readings", "Messages read, by the lexicon alone or by the model too.", ["by"], registry=registry
        )

    def asked(self, purpose: ModelPurpose, outcome: str, seconds: float) -> None:
        """A question ended."""
        self._asked.labels(purpose.value, outcome).inc()
        self._seconds.labels(purpose.value).observe(seconds)

    def blocked(self, purpose: ModelPurpose, reason: str) -> None:
        """Something was not used."""
        self._blocked.labels(purpose.value, reason).inc()

    def read(self, by: str) -> None:
        """A message was read."""
        self._readings.labels(by).inc()
