"""Runs the emergency screen over what was received, however long it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

from channels.ports import Screen
from channels.wire import MESSAGE_LIMIT_CHARACTERS
from domain.clinical import Disposition, RedFlag, RuleId, Screening

EMPTY = Screening()
OVERLAP_CHARACTERS = 200


def merged(screening: Screening, more: Iterable[RedFlag]) -> Screening:
    """The screening with the flags it does not have yet."""
    known = {flag.rule_id for flag in screening.flags}
    return replace(screening, flags=(*screening.flags, *(flag for flag in more if flag.rule_id not in known)))


async def screened(screen: Screen, words: str, recent: tuple[str, ...]) -> Screening:
    """What `words` show: a message of ordinary length at once, a longer one in overlapping windows.

    Windows are read in a thread, so that a megabyte does not keep other sessions waiting. A flag that acts at
    once ends the search only when nothing could be more urgent; otherwise all windows count together.
    """
    if len(words) <= MESSAGE_LIMIT_CHARACTERS:
        return screen(words, recent)
    found: dict[RuleId, RedFlag] = {}
    step = MESSAGE_LIMIT_CHARACTERS - OVERLAP_CHARACTERS
    for start in range(0, len(words) - OVERLAP_CHARACTERS, step):
        window = words[start : start + MESSAGE_LIMIT_CHARACTERS]
        if window.isspace():
            continue
        hit = await asyncio.to_thread(screen, window, recent)
        for flag in hit.flags:
            known = found.get(flag.rule_id)
            if known is None or (flag.certain, flag.disposition) > (known.certain, known.disposition):
                found[flag.rule_id] = flag
        if hit.certain and hit.certain.disposition is Disposition.CALL_120:
            break
    return Screening(flags=tuple(sorted(found.values(), key=lambda flag: (not flag.certain, -flag.disposition))))
