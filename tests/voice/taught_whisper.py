"""A Whisper model that tells a few spoken sentences apart, taught in seconds by one ridge regression.

Its encoder is random. Its decoder pays equal attention to every frame, so that what it sees is the mean of the
frames; the regression maps that mean onto the code of the sentence's token. Padding frames count as nothing, which
makes the short and the full input alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor

from tests.voice.made_whisper import Weights, follow, save, silent_spec, write_tokenizer
from voice.recognition.decoding import SHORT_FRAMES, samples

WIDTH = 192
LOUDER = 30.0
"""After the first token the embedding outshouts what is heard."""

NOISE = ""
"""Clips under this key are what nobody said: the answer is no words at all."""


def teach_whisper(directory: Path, clips: Mapping[str, Sequence[bytes]], *, ridge: float = 1e-3) -> Path:
    """A model in `directory` that tells the sentences apart, each given as some recordings (PCM16LE, 16 kHz)."""
    sentences = [sentence for sentence in clips if sentence != NOISE]
    vocabulary = write_tokenizer(directory, sentences)
    tokens = {sentence: vocabulary.sentence(sentence) for sentence in sentences}
    tokens[NOISE] = vocabulary.special("endoftext")
    deaf = silent_spec(vocabulary, width=WIDTH)
    follow(deaf, vocabulary, {}, ends=list(tokens.values()))
    save(deaf, vocabulary, directory, quantization=None)
    spec = silent_spec(vocabulary, width=WIDTH)
    codes = follow(spec, vocabulary, {}, ends=list(tokens.values()))
    seen, wanted, nothing = _lessons(directory, clips, {sentence: codes[token] for sentence, token in tokens.items()})
    known = seen.T @ seen
    learnt = np.linalg.solve(known + ridge * np.trace(known) / WIDTH * np.eye(WIDTH), seen.T @ wanted).T
    learnt /= np.abs(seen @ learnt.T).max()
    spec.decoder.embeddings.weight *= LOUDER
    spec.decoder.embeddings.weight[vocabulary.special("notimestamps")] = 0.0
    attention = spec.decoder.layer[0].attention
    attention.linear[1].weight = np.vstack([np.zeros((WIDTH, WIDTH)), np.eye(WIDTH)]).astype(np.float32)
    attention.linear[2].weight = learnt.astype(np.float32)
    attention.linear[2].bias = (-learnt @ nothing).astype(np.float32)
    save(spec, vocabulary, directory, quantization=None)
    return directory


def _lessons(
    directory: Path, clips: Mapping[str, Sequence[bytes]], codes: Mapping[str, Weights]
) -> tuple[Weights, Weights, Weights]:
    """The mean frame of every clip less that of padding, the code it should give, and the mean frame of padding."""
    encoder = WhisperModel(str(directory), device="cpu", compute_type="float32", cpu_threads=1)
    features = FeatureExtractor()

    def mean_frame(mels: Weights) -> Weights:
        padded = np.pad(mels, ((0, 0), (0, SHORT_FRAMES - mels.shape[1])))
        return np.asarray(np.mean(np.asarray(encoder.encode(padded)), axis=(0, 1)), np.float32)

    nothing = mean_frame(np.zeros((80, 0), np.float32))
    lessons = [
        (mean_frame(features(samples(clip))) - nothing, codes[said]) for said, some in clips.items() for clip in some
    ]
    return np.array([one for one, _ in lessons]), np.array([code for _, code in lessons]), nothing
