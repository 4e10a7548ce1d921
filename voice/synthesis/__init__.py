"""From words to audio; the only place that knows edge-tts."""
