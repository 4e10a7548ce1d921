"""Whether a final hypothesis is what the patient said. Recognisers write sentences into silence.

The patterns are sentences Whisper is widely reported to make up: the credits, thanks and appeals of subtitled video.
"""

from __future__ import annotations

import re
from typing import Final

from domain.voice import Doubt
from voice.recognition.decoding import Decoded
from voice.wording import bare

SURE: Final = 0.5
"""Mean probability of a token below which words are read back before they decide anything."""

NO_SPEECH: Final = 0.6
REPEATED: Final = 2.4
CHARACTERS_A_SECOND: Final = 9.0
FEWEST_CHARACTERS: Final = 4
"""Nobody says more than 9 characters a second; 4 characters are always believed."""

PHANTOM: Final = re.compile(
    r"字幕|amara|不吝点赞|点赞.{0,3}订阅|订阅.{0,6}(?:频道|转发|打赏)|明镜与点点|点点栏目|(?:谢谢|感谢|多谢).{0,4}(?:观看|收看|收听)|"
    r"(?:优优|优酷)独播剧场|下期再见|未经许可.{0,3}不得|词曲|作词|作曲|^(?:以下是患者|以下是普通话)|www\.|\.com",
    re.IGNORECASE,
)
ANNOTATION: Final = re.compile(r"^\s*[(\[【（].{0,12}[)\]】）]\s*$")
"""（音乐）, [掌声]: a sound named instead of words."""


def doubt(decoded: Decoded, *, seconds: float) -> Doubt | None:
    """Why these words of so many seconds of audio are not taken as they stand."""
    characters = bare(decoded.text)
    if not characters:
        return Doubt.NOTHING
    if PHANTOM.search(decoded.text) or ANNOTATION.match(decoded.text):
        return Doubt.PHANTOM
    if decoded.no_speech > NO_SPEECH and decoded.confidence < SURE:
        return Doubt.NO_SPEECH
    if len(characters) > max(FEWEST_CHARACTERS, seconds * CHARACTERS_A_SECOND):
        return Doubt.TOO_FAST
    if decoded.repetition > REPEATED:
        return Doubt.REPEATED
    return Doubt.UNSURE if decoded.confidence < SURE else None
