"""What happens is counted under stable names."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from app.health import SystemHealth
from app.metrics import Metrics
from domain.clinical import Screening
from domain.errors import Unavailable
from tests.fakes.turns import escalated, fake_screen

pytestmark = pytest.mark.unit


def _values(metrics: Metrics) -> dict[str, float]:
    content, media_type = metrics.exposition()
    assert media_type.startswith("text/plain")
    return {
        sample.name + "".join(f"|{sample.labels[key]}" for key in sorted(sample.labels)): sample.value
        for family in text_string_to_metric_families(content.decode())
        for sample in family.samples
    }


def test_everything_that_happens_is_counted() -> None:
    """Sockets, queue, turns, stages, errors, escalations, appointments."""
    metrics = Metrics()
    metrics.socket(1)
    metrics.socket(1)
    metrics.socket(-1)
    metrics.waiting(3)
    metrics.answered("done", 0.02, {"guard": 1.5})
    metrics.answered("internal", 0.02, {})
    metrics.refused("busy")
    metrics.escalated(escalated(()))
    metrics.card({"type": "appointment", "status": "booked"})
    metrics.card({"type": "guide"})
    values = _values(metrics)
    expected = {
        "banyi_sockets": 1,
        "banyi_inputs_waiting": 3,
        "banyi_turns_total|done": 1,
        "banyi_turns_total|internal": 1,
        "banyi_turn_seconds_count": 2,
        "banyi_stage_seconds_count|guard": 1,
        "banyi_errors_total|busy": 1,
        "banyi_escalations_total|false|CALL_120": 1,
        "banyi_appointments_total|booked": 1,
    }
    assert {name: values[name] for name in expected} == expected
    assert sum(value for name, value in values.items() if name.startswith("banyi_appointments_total")) == 1


async def test_health_asks_each_dependency_and_measures_it() -> None:
    """One that raises is down; the others are not kept from answering."""

    async def fine() -> None:
        """Answer."""

    async def away() -> None:
        raise Unavailable("memory")

    metrics = Metrics()
    health = SystemHealth(fake_screen, {"archive": fine, "memory": away}, metrics)
    assert health.screening()
    assert await health.dependencies() == {"archive": "ok", "memory": "down"}
    values = _values(metrics)
    assert (values["banyi_dependency_up|archive"], values["banyi_dependency_up|memory"]) == (1, 0)


def test_a_screen_that_finds_nothing_is_not_ready() -> None:
    """A pack without red flags must not take patients."""
    assert not SystemHealth(lambda _text, _recent=(): Screening(), {}, Metrics()).screening()
