"""Runs the emergency screen over what was received, however long it is."""

from __future__ import annotations

import asyncio

from channels.ports import Screen
from channels.wire import MESSAGE_LIMIT_CHARACTERS
from domain.clinical import Screening

EMPTY = Screening()
OVERLAP_CHARACTERS = 200


async def screened(screen: Screen, words: str, recent: tuple[str, ...]) -> Screening:
    """What `words` show: a message of ordinary length at once, a longer one in overlapping windows.

    Windows are read in a thread, so that a megabyte does not keep other sessions waiting; the first certain
    flag ends the search.
    """
    if len(words) <= MESSAGE_LIMIT_CHARACTERS:
        return screen(words, recent)
    found = EMPTY
    step = MESSAGE_LIMIT_CHARACTERS - OVERLAP_CHARACTERS
    for start in range(0, len(words) - OVERLAP_CHARACTERS, step):
        window = words[start : start + MESSAGE_LIMIT_CHARACTERS]
        if window.isspace():
            continue
        hit = await asyncio.to_thread(screen, window, recent)
        if hit.certain:
            return hit
        if hit.flags and not found.flags:
            found = hit
    return found
