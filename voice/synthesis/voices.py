"""The hospital's voice with the voice of the house behind it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

import structlog

from domain.breaker import Breaker
from domain.errors import SpeechFailed
from domain.voice import Saying, TextToSpeech

log = structlog.get_logger(__name__)


class Voices:
    """A `TextToSpeech` of two: `cloud` for what may leave the house while it works, else `local`.

    The change of voice costs at most the cloud's time to its first audio, and nothing while its breaker is open.
    """

    def __init__(self, cloud: TextToSpeech, local: TextToSpeech, *, monotonic: Callable[[], float]) -> None:
        self._cloud = cloud
        self._local = local
        self._monotonic = monotonic
        self._breaker = Breaker()

    async def say(self, saying: Saying) -> AsyncGenerator[bytes, None]:
        """The audio as it is made; see `TextToSpeech`."""
        if saying.private or not self._breaker.allows(self._monotonic()):
            async with aclosing(self._local.say(saying)) as audio:
                async for chunk in audio:
                    yield chunk
            return
        self._breaker.begin(self._monotonic())
        begun = False
        try:
            async with aclosing(self._cloud.say(saying)) as audio:
                async for chunk in audio:
                    if not begun:
                        begun = True
                        self._breaker.answered()
                    yield chunk
            self._breaker.worked()
        except SpeechFailed as failure:
            self._breaker.failed(self._monotonic(), certain=failure.kind == "refused")
            log.warning("voice_failed", dependency=failure.dependency, kind=failure.kind)
            if begun:
                raise
        except GeneratorExit:
            self._breaker.given_up(self._monotonic())
            raise
        else:
            return
        async with aclosing(self._local.say(saying)) as audio:
            async for chunk in audio:
                yield chunk
