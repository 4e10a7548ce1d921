"""The parts of voice that are there."""

from __future__ import annotations

from dataclasses import dataclass

from domain.voice import AudioDecoder, Interrupting, SpeechToText, TextToSpeech, TurnTaking, VoiceActivity


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVoice:
    """The parts of voice. Those that are not there are `None`, and `missing` says in a line each how to get them."""

    recogniser: SpeechToText | None = None
    activity: VoiceActivity | None = None
    voice: TextToSpeech | None = None
    decoder: AudioDecoder | None = None
    taking: TurnTaking
    interrupting: Interrupting
    missing: tuple[str, ...] = ()

    @property
    def hears(self) -> bool:
        """Whether speech is understood."""
        return self.recogniser is not None and self.activity is not None


NO_VOICE = OpenVoice(taking=TurnTaking(), interrupting=Interrupting())
"""Text only."""
