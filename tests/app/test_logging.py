"""A log line holds a static event and known keys; no text of a patient, an exception or a library gets in."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import orjson
import pytest
import structlog

from app.logging import configure_logging

pytestmark = pytest.mark.unit

SAID = "我胸口疼，身份证110101199001011237"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """The logging of the test run is as it was afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    configured = structlog.get_config()
    processors = [*configured["processors"]]
    yield
    root.handlers = handlers
    root.setLevel(level)
    configured["processors"][:] = processors
    structlog.configure(**configured)


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [orjson.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_known_keys_are_kept_and_others_dropped(capsys: pytest.CaptureFixture[str]) -> None:
    """Dropped keys are counted, so that nobody wonders."""
    configure_logging("info", "json")
    structlog.get_logger("channels.test").info("escalated", disposition="CALL_120", text=SAID, quote=SAID)
    (line,) = _lines(capsys)
    assert line["event"] == "escalated"
    assert line["disposition"] == "CALL_120"
    assert line["dropped"] == 2
    assert SAID not in str(line)


def test_the_session_comes_with_every_line(capsys: pytest.CaptureFixture[str]) -> None:
    """By contextvars."""
    configure_logging("info", "json")
    with structlog.contextvars.bound_contextvars(session_id="s_1", input_id="m1"):
        structlog.get_logger("channels.test").info("something")
    (line,) = _lines(capsys)
    assert (line["session_id"], line["input_id"]) == ("s_1", "m1")


@pytest.mark.parametrize("form", ["json", "console"])
def test_an_exception_shows_its_type_and_places_only(capsys: pytest.CaptureFixture[str], form: str) -> None:
    """Its text may quote the patient."""
    configure_logging("info", "json" if form == "json" else "console")
    try:
        int(SAID)
    except ValueError:
        structlog.get_logger("agent.test").exception("turn_defect")
    written = capsys.readouterr().err
    assert "ValueError" in written
    assert "test_logging.py" in written
    assert SAID not in written


def test_what_a_library_says_is_reduced_to_where_it_said_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Its message, arguments and exception may hold anything."""
    configure_logging("info", "json")
    try:
        SAID.encode("gbk").decode()
    except UnicodeDecodeError:
        logging.getLogger("uvicorn.error").exception("bad frame %s", SAID)
    (line,) = _lines(capsys)
    assert line["event"] == "library"
    assert line["exception"] == "UnicodeDecodeError"
    assert SAID not in str(line)


def test_libraries_speak_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    """The configured level is for our own."""
    configure_logging("debug", "json")
    logging.getLogger("uvicorn.error").info("started")
    logging.getLogger("archive.database").debug("opened")
    assert [line["logger"] for line in _lines(capsys)] == ["archive.database"]
