"""The voice that is always there: espeak-ng as a process of its own, offline.

It is under the GPL, so it is never loaded into this process. The text goes in by standard input: a list of
processes shows nothing a patient is told.
"""

from __future__ import annotations

import asyncio
import shutil
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from domain.errors import SpeechFailed
from domain.voice import Saying

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from voice.synthesis.resampling import Resampling

NAME: Final = "espeak-ng"
WORDS_A_MINUTE: Final = 165
"""The ordinary pace; a saying's `rate` multiplies it."""
FIRST_SECONDS: Final = 3.0
"""The first audio takes about 12 ms; a machine that needs this long has another trouble."""
_VOICES: Final = {"zh": "cmn-latn-pinyin", "yue": "yue", "en": "en", "ug": "ug", "bo": "bo"}
"""`cmn-latn-pinyin` reads hanzi right where `cmn` of 1.51 does not."""
_HEADER: Final = 44
_RATE_AT: Final = slice(24, 28)
_READ: Final = 4_096


class Espeak:
    """A `TextToSpeech`; at most `places` voices speak at once, others wait their turn."""

    def __init__(self, program: str = NAME, *, places: int = 8, words_a_minute: int = WORDS_A_MINUTE) -> None:
        self._program = program
        self._places = asyncio.Semaphore(places)
        self._pace = words_a_minute

    def there(self) -> bool:
        """Whether the program is installed."""
        return shutil.which(self._program) is not None

    async def say(self, saying: Saying) -> AsyncGenerator[bytes, None]:
        """The audio as it is made; see `TextToSpeech`."""
        from voice.synthesis.resampling import Resampling  # noqa: PLC0415 - half a second, paid by who speaks

        async with self._places, self._speaking(saying) as process:
            if process.stdout is None:
                raise AssertionError("the process was started with a pipe")
            header = await self._first(process.stdout)
            to_rate = Resampling(int.from_bytes(header[_RATE_AT], "little"))
            async for chunk in _resampled(process.stdout, to_rate):
                yield chunk
            if await process.wait():
                raise SpeechFailed(NAME, "cut")

    async def _first(self, audio: asyncio.StreamReader) -> bytes:
        try:
            async with asyncio.timeout(FIRST_SECONDS):
                return await audio.readexactly(_HEADER)
        except TimeoutError as late:
            raise SpeechFailed(NAME, "timeout") from late
        except asyncio.IncompleteReadError as nothing:
            raise SpeechFailed(NAME, "failed") from nothing

    @asynccontextmanager
    async def _speaking(self, saying: Saying) -> AsyncIterator[Process]:
        """The process, told what to say; it ends with the block."""
        language = saying.locale.partition("-")[0].lower()
        how = ("-v", _VOICES.get(language, _VOICES["zh"]), "-s", str(round(self._pace * saying.rate)))
        try:
            process = await asyncio.create_subprocess_exec(
                self._program, *how, "--stdin", "--stdout", stdin=PIPE, stdout=PIPE, stderr=DEVNULL
            )
        except OSError as missing:
            raise SpeechFailed(NAME, "missing") from missing
        try:
            if process.stdin is not None:
                process.stdin.write(saying.text.encode())
                process.stdin.close()
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()  # reads the pipe to its end, or it would stay open


async def _resampled(audio: asyncio.StreamReader, to_rate: Resampling) -> AsyncGenerator[bytes, None]:
    while read := await audio.read(_READ):
        if chunk := to_rate.take(read):
            yield chunk
    if rest := to_rate.finish():
        yield rest
