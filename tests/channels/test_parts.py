"""The pure parts: the bucket, what history tells, the windows of the screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels import events as wire
from channels.flood import Bucket, Verdict
from channels.history import Standing, escalations, last_number, standing
from channels.screening import screened
from channels.speech import error_text
from domain.clinical import Disposition, RuleId, Screening
from domain.turn import Json
from tests.channels.ward import TEXTS
from tests.fakes.turns import CERTAIN, DOUBTFUL, escalated, fake_screen

pytestmark = pytest.mark.unit


@given(st.lists(st.floats(min_value=0, max_value=2), max_size=200))
def test_a_bucket_never_lets_more_through_than_burst_and_rate(pauses: list[float]) -> None:
    """Over any stretch from the start, at most burst + rate × time."""
    bucket = Bucket(per_second=2.0, burst=5.0, strike_limit=10)
    now, fine = 0.0, 0
    for pause in pauses:
        now += pause
        fine += bucket.take(now) is Verdict.FINE
        assert fine <= 5 + 2 * now + 1e-6


def test_a_bucket_forgives_with_time() -> None:
    """Strikes go away at one a second, tokens come back."""
    bucket = Bucket(per_second=1.0, burst=1.0, strike_limit=3)
    verdicts = [bucket.take(0.0) for _ in range(5)]
    assert verdicts == [Verdict.FINE, *[Verdict.LIMITED] * 3, Verdict.FLOODING]
    assert bucket.take(100.0) is Verdict.FINE


def _event(type_: str, **fields: Json) -> dict[str, Json]:
    return {"type": type_, **fields}


def test_how_far_an_input_came() -> None:
    """Held, accepted, begun, restarted, begun again, ended."""
    steps: list[tuple[dict[str, Json], Standing]] = [
        (_event("error", in_reply_to="m1", code="consent_required", retryable=True), Standing()),
        (_event("input.accepted", id="m1", duplicate=False), Standing()),
        (_event("response.created", in_reply_to="m1", response_id="r1"), Standing(response_id="r1")),
        (_event("input.accepted", id="m1", duplicate=True), Standing(response_id="r1")),
        (_event("error", in_reply_to="m1", code="unavailable", retryable=True), Standing()),
        (_event("response.created", in_reply_to="m1", response_id="r2"), Standing(response_id="r2")),
        (_event("response.cancelled", in_reply_to="m1", reason="restarted"), Standing()),
        (_event("response.created", in_reply_to="m1", response_id="r3"), Standing(response_id="r3")),
        (_event("response.done", in_reply_to="m2"), Standing(response_id="r3")),
        (_event("response.done", in_reply_to="m1"), Standing(ended=True)),
    ]
    for count, (_, expected) in enumerate(steps, 1):
        assert standing([event for event, _ in steps[:count]], "m1") == expected


def test_an_error_that_is_final_ends_an_input() -> None:
    """A turn that broke is not run again."""
    events = [
        _event("response.created", in_reply_to="m1", response_id="r1"),
        _event("error", in_reply_to="m1", code="internal", retryable=False),
    ]
    assert standing(events, "m1") == Standing(ended=True)


def test_history_tells_of_escalations_and_numbers() -> None:
    """What a new process needs to know of a session."""
    raised = escalated((RuleId("RF-1"),))
    events = [_event("response.created", number=4), wire.escalation("m1", raised), _event("response.done")]
    assert escalations(events) == (("m1", raised),)
    assert last_number(events) == 4
    assert last_number([]) == 0


@given(st.integers(min_value=0, max_value=30_000))
async def test_a_sign_is_found_anywhere_in_a_long_text(position: int) -> None:
    """Windows overlap, so no sign falls between two."""
    text = "好" * position + "突然嘴歪" + "好" * (30_000 - position)
    assert (await screened(fake_screen, text, ())).certain == CERTAIN


async def test_a_doubtful_sign_in_a_long_text_is_kept() -> None:
    """It is reported when nothing certain is found."""
    text = "好" * 5000 + "胸口闷" + "好" * 5000
    assert (await screened(fake_screen, text, ())).to_confirm == DOUBTFUL


async def test_a_long_text_raises_the_most_urgent_of_its_signs() -> None:
    """A milder certain sign at the beginning does not hide a worse one further on."""
    milder = replace(CERTAIN, rule_id=RuleId("RF-milder"), disposition=Disposition.ED_NOW)

    def screen(text: str, recent: tuple[str, ...] = ()) -> Screening:
        return Screening(flags=(milder,)) if "头昏" in text else fake_screen(text, recent)

    text = "头昏" + "好" * 5000 + "突然嘴歪" + "好" * 5000
    found = await screened(screen, text, ())
    assert found.certain == CERTAIN
    assert milder in found.flags


def test_errors_say_what_the_message_held() -> None:
    """Nothing, a certain sign, a sign to ask about."""
    assert error_text(TEXTS, "太长了。", Screening()) == "太长了。"
    assert "120" in error_text(TEXTS, "太长了。", Screening(flags=(CERTAIN,)))
    asked = error_text(TEXTS, "太长了。", Screening(flags=(DOUBTFUL,)))
    assert DOUBTFUL.question in asked
    assert "120" in asked
