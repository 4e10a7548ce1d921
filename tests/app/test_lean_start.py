"""What starting the service leaves aside."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.unit

NOT_FOR_SERVING = (
    "pygments.lexers.html",
    "sqlalchemy.ext.asyncio",
    "archive.served",
    "evals",
    "ollama",
    "numpy",
    "faster_whisper",
    "onnxruntime",
)


def test_serving_loads_nothing_that_only_others_need() -> None:
    """A highlighter, the adapters of servers that are not configured and the evaluations would cost every start."""
    program = "import sys, app.cli, app.running; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert not set(loaded.stdout.split()) & set(NOT_FOR_SERVING)
