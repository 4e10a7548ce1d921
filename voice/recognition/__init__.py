"""From audio to words; the only place that knows faster-whisper."""
