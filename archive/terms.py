"""Words as keyed hashes: transcripts can be searched without their words standing anywhere.

A derived table: removed with its session, left out of backups, rebuilt from transcripts.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

import rjieba
from sqlalchemy import Connection

from archive.columns import if_new
from archive.desk_schema import search_terms

TERM_BYTES = 8
_WORD = re.compile(r"[\w\u3400-\u9fff]+")
_SINGLE_LETTER = re.compile(r"[a-z0-9_]")


class TermIndex:
    """Turns words into terms under one 32-byte key of the installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def terms_of(self, texts: Iterable[str]) -> set[bytes]:
        """The terms of everything said: whole words, and the words within longer ones."""
        return {self._term(word) for text in texts for word in rjieba.cut_for_search(text.lower()) if _counts(word)}

    def asked(self, query: str) -> tuple[tuple[str, ...], set[bytes]]:
        """The words somebody looks for, and their terms."""
        words = tuple(dict.fromkeys(word for word in rjieba.cut(query.lower()) if _counts(word)))
        return words, {self._term(word) for word in words}

    def store(self, connection: Connection, session_id: str, terms: Iterable[bytes]) -> None:
        """Add terms to a session in the running write transaction."""
        rows = [{"term": term, "session_id": session_id} for term in sorted(terms)]
        if rows:
            connection.execute(if_new(search_terms, connection.dialect.name), rows)

    def _term(self, word: str) -> bytes:
        return hmac.digest(self._key, word.encode(), "sha256")[:TERM_BYTES]


def _counts(word: str) -> bool:
    """Whether a word is worth a term: no punctuation, no lone letter or digit."""
    return bool(_WORD.fullmatch(word)) and not (len(word) == 1 and _SINGLE_LETTER.match(word))
