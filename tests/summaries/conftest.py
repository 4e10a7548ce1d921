"""The conversation of the turn tests."""

from __future__ import annotations

from tests.turn.conftest import patient

__all__ = ["patient"]
