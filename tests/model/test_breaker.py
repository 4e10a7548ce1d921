"""The breaker leaves a failing host alone and lets one request try it again."""

from __future__ import annotations

import pytest

from domain.breaker import LONGEST_SECONDS, PAUSE_SECONDS, THRESHOLD, Breaker

pytestmark = pytest.mark.unit


def _opened(at: float = 0.0) -> Breaker:
    breaker = Breaker()
    breaker.failed(at, certain=True)
    return breaker


def test_single_failures_between_successes_do_not_open_it() -> None:
    """Only failures in a row count."""
    breaker = Breaker()
    for now in range(10):
        breaker.failed(now)
        breaker.worked()
    assert breaker.state == "closed"


def test_failures_in_a_row_open_it() -> None:
    """At the threshold, not before."""
    breaker = Breaker()
    for _ in range(THRESHOLD - 1):
        breaker.failed(0)
        assert breaker.allows(0)
    breaker.failed(0)
    assert not breaker.allows(0)


def test_replies_that_begin_and_are_cut_open_it_too() -> None:
    """A first piece does not make up for a missing end."""
    breaker = Breaker()
    for _ in range(THRESHOLD):
        breaker.answered()
        breaker.failed(0)
    assert breaker.state == "open"


def test_nobody_there_opens_it_at_once() -> None:
    """A refused connection needs no second proof."""
    assert not _opened().allows(PAUSE_SECONDS - 0.1)


def test_after_the_pause_one_request_tries_and_closes_it() -> None:
    """Half open: one at a time."""
    breaker = _opened()
    breaker.begin(PAUSE_SECONDS)
    assert not breaker.allows(PAUSE_SECONDS)
    breaker.answered()
    assert breaker.state == "closed"


def test_a_failed_try_doubles_the_pause_up_to_a_bound() -> None:
    """5, 10, 20, 40, 60, 60 … seconds."""
    breaker, now, pauses = _opened(), 0.0, []
    for _ in range(6):
        start = now
        while not breaker.allows(now):
            now += 1
        pauses.append(now - start)
        breaker.begin(now)
        breaker.failed(now)
    assert pauses == [5, 10, 20, 40, LONGEST_SECONDS, LONGEST_SECONDS]


def test_a_try_that_was_given_up_may_be_repeated_at_once() -> None:
    """The patient left: nothing was learnt."""
    breaker = _opened()
    breaker.begin(PAUSE_SECONDS)
    breaker.given_up(PAUSE_SECONDS)
    assert breaker.allows(PAUSE_SECONDS)


def test_a_request_it_does_not_allow_is_a_mistake_of_the_caller() -> None:
    """Every transition is checked."""
    with pytest.raises(ValueError, match="open"):
        _opened().begin(0)
