"""The durable record in SQL: transcripts, decisions, consents, hand-offs, audit, keys."""

from __future__ import annotations

import sys

# mako (alembic imports it): its syntax highlighter is for error pages nobody sees here, and slow to load.
sys.modules.setdefault("mako.ext.pygmentplugin", None)  # type: ignore[arg-type]  # None says "do not import"
