"""Structured logs without patient content: a static event name and known keys, nothing else.

Exceptions are logged as their types and the places they passed, never with their text, which may quote
what a patient wrote.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

import orjson
import structlog

KNOWN_KEYS: Final = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "session_id",
        "input_id",
        "trace_id",
        "code",
        "kind",
        "disposition",
        "rule_ids",
        "dependency",
        "state",
        "turns",
        "seconds",
        "count",
        "url",
        "version",
        "exception",
        "places",
        "stage",
        "node",
        "status",
        "key",
        "file",
        "line",
    }
)
"""What a log line may hold; any other key is dropped and counted in `dropped`."""
PLACES: Final = 12
OWN_PACKAGES: Final = ("app", "channels", "agent", "tools", "understanding", "knowledge", "memory", "archive")
"""Loggers at the configured level; other libraries speak from warnings on."""
EventDict = MutableMapping[str, Any]


SPEAK_FOR_THEMSELVES = ("uvicorn", "uvicorn.error", "uvicorn.access")
"""Loggers a library may have given handlers of its own, past the filter; they are taken away."""


def configure_logging(level: str, form: Literal["auto", "json", "console"]) -> None:
    """Send structlog's and the standard library's records to standard error, through the same filter.

    The list of processors stays the same object, so that a logger cached before follows too.
    """
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=False),
        only_places,
        only_known_keys,
    ]
    processors = structlog.get_config()["processors"]
    processors[:] = [*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter]
    structlog.configure(
        processors=processors,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        cache_logger_on_first_use=True,
    )
    renderer: Any = structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(_dumps)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[foreign, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelName(level.upper())))
    for name in OWN_PACKAGES:
        logging.getLogger(name).setLevel(level.upper())
    for name in SPEAK_FOR_THEMSELVES:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True


def foreign(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """A record of another library: its message may hold anything, so only where it was made is kept."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None:
        event["event"] = "library"
        event["places"] = [f"{record.module}:{record.lineno}"]
        event["exc_info"] = record.exc_info
    return event


def only_places(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Replace an exception by its type and the places it passed."""
    caught = event.pop("exc_info", None)
    if caught is True:
        caught = sys.exc_info()
    if isinstance(caught, BaseException):
        caught = (type(caught), caught, caught.__traceback__)
    if isinstance(caught, tuple) and caught[0] is not None:
        event["exception"] = caught[0].__name__
        event["places"] = _places(caught[2])
    event.pop("stack_info", None)
    return event


def only_known_keys(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Drop what no log line may hold."""
    unknown = [key for key in event if key not in KNOWN_KEYS and not key.startswith("_")]
    for key in unknown:
        del event[key]
    if unknown:
        event["dropped"] = len(unknown)
    return event


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-PLACES:]
    return [f"{Path(frame.filename).name}:{frame.lineno}:{frame.name}" for frame in frames]


def _dumps(value: Any, **_options: Any) -> str:
    return orjson.dumps(value, default=str).decode()
