"""Whisper by faster-whisper (CTranslate2): one network, used by several threads at once.

faster-whisper's own `transcribe` always encodes 30 s and cuts windows by timestamps. Utterances here are cut already
and at most 15 s long as a rule, so its parts are used one by one: features, encoder at the length wanted, decoder.
"""

from __future__ import annotations

import math
import zlib
from pathlib import Path
from typing import Any, Final

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from domain.errors import SpeechFailed
from understanding.plain import plain
from voice.recognition.decoding import Audio, Decoded, seconds_of

DEPENDENCY: Final = "speech recognition"
LEAD: Final = (
    "以下是患者在医院里说的普通话。挂号，预约，缴费，医保卡，检查报告，抽血，取药，胸口疼，喘不上气，发烧，头晕。"
)
PROMPT_TOKENS: Final = 200
"""Of the 224 a prompt may have; the rest of the 448 is for what is said."""

THOROUGH_BEAMS: Final = 5
TOKENS_A_SECOND: Final = 20
FEWEST_TOKENS: Final = 16
MOST_TOKENS: Final = 220


def device_for(device: str, compute: str) -> tuple[str, str]:
    """The device and type to compute with: `auto` takes a GPU where there is one; an empty type is the device's own."""
    if device == "auto":
        device = "cuda" if ctranslate2.get_cuda_device_count() else "cpu"
    return device, compute or ("float16" if device == "cuda" else "int8")


class Whisper:
    """The weights in a directory, loaded."""

    def __init__(self, directory: Path, *, device: str, compute: str, threads: int, workers: int) -> None:
        """Load the weights; takes a second or more.

        `device` is cpu or cuda, `compute` CTranslate2's type (int8, float16 …); each of `workers` callers at once
        gets `threads` threads (0: all).

        Raises:
            SpeechFailed: the directory holds no weights this can read.
        """
        try:
            self._model = WhisperModel(
                str(directory),
                device=device,
                compute_type=compute,
                cpu_threads=threads,
                num_workers=workers,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise SpeechFailed(f"{DEPENDENCY} ({directory.name})", "missing") from error
        multilingual = self._model.model.is_multilingual
        self._tokens = Tokenizer(self._model.hf_tokenizer, multilingual, task="transcribe", language="zh")
        self._lead = self._tokens.encode(" " + LEAD)
        self._names: list[int] = []

    def expect(self, words: tuple[str, ...]) -> None:
        """Put as many of the words before the audio as fit."""
        names: list[int] = []
        for word in words:
            longer = names + self._tokens.encode(("、" if names else " ") + word)
            if len(longer) + len(self._lead) > PROMPT_TOKENS:
                break
            names = longer
        self._names = names

    def decode(self, audio: Audio, *, frames: int, thorough: bool) -> Decoded:
        """The words in the audio, by beam search with the prompt, or greedily without."""
        tokens = self._tokens
        prompt = [tokens.sot_prev, *self._names, *self._lead] if thorough else []
        prompt += [*tokens.sot_sequence, tokens.no_timestamps]
        room = min(MOST_TOKENS, FEWEST_TOKENS + int(seconds_of(audio) * TOKENS_A_SECOND))
        try:
            encoded = self._model.encode(_fitted(self._model.feature_extractor(audio), frames))
            found: Any = self._model.model.generate(
                encoded,
                [prompt],
                beam_size=THOROUGH_BEAMS if thorough else 1,
                max_length=len(prompt) + room,
                return_scores=True,
                return_no_speech_prob=True,
            )[0]
        except RuntimeError as error:
            raise SpeechFailed(DEPENDENCY, "failed") from error
        ids = found.sequences_ids[0]
        written = tokens.decode(ids).strip()
        return Decoded(
            text=plain(written),
            confidence=math.exp(found.scores[0] * len(ids) / (len(ids) + 1)),
            no_speech=found.no_speech_prob,
            repetition=_repetition(written),
        )


def _fitted(features: np.ndarray[Any, Any], frames: int) -> np.ndarray[Any, Any]:
    """Exactly so many frames, cut or filled with silence."""
    features = features[:, :frames]
    return np.pad(features, ((0, 0), (0, frames - features.shape[1])))


def _repetition(text: str) -> float:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw))
