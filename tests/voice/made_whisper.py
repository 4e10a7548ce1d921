"""Whisper models made by hand in a blink: real CTranslate2 weights, no download, no training.

Every decoder layer passes on what it gets, so what is decoded is decided by the embeddings: the embedding of a token
is the output code of the token that follows it. A whole sentence is one token. `make_whisper(…, says=…)` lets it follow
the prompt, and always says it; `tests.voice.taught_whisper` lets what is heard choose among several.

What CTranslate2 wants: a vocabulary that holds the empty token counts as multilingual; the ids of the specials are
found by their distances, so the languages, tasks and timestamps stand in Whisper's own order, timestamps last.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ctranslate2.specs import whisper_spec
from faster_whisper.tokenizer import _LANGUAGE_CODES
from numpy.typing import NDArray

Weights = NDArray[np.float32]

MELS = 80
POSITIONS = 1500
TEXT_POSITIONS = 448
HEADS = 2
LANGUAGES = tuple(code for code in _LANGUAGE_CODES if code != "yue")
TIMESTAMPS = 1501

STRAYS = 8
STRAY_LOGIT = 4.0
"""The lesser beams of a search need somewhere to go: 8 tokens that lead nowhere and never end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Tokens by id; every sentence is one token."""

    ids: Mapping[str, int]
    tokens: Sequence[str]

    def sentence(self, text: str) -> int:
        """The token of a sentence."""
        return self.ids[_visible(text)]

    def special(self, name: str) -> int:
        """The token of `<|name|>`."""
        return self.ids[f"<|{name}|>"]


def make_whisper(directory: Path, *, says: str, width: int = 16) -> Path:
    """A model in `directory` that always says `says`, whatever it hears; a wider one works harder for it."""
    vocabulary = write_tokenizer(directory, [says])
    spec = silent_spec(vocabulary, width=width)
    said = vocabulary.sentence(says)
    follow(spec, vocabulary, {vocabulary.special("notimestamps"): said}, ends=[said])
    save(spec, vocabulary, directory)
    return directory


def write_tokenizer(directory: Path, sentences: Sequence[str]) -> Vocabulary:
    """`tokenizer.json` with the 256 bytes and the sentences."""
    directory.mkdir(parents=True, exist_ok=True)
    ids = {_visible_byte(byte): byte for byte in range(256)}
    for sentence in sentences:
        ids.setdefault(_visible(sentence), len(ids))
    tasks = ("translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps")
    names = ("endoftext", "startoftranscript", *LANGUAGES, *tasks)
    empty = len(ids)  # the id left free is the empty token
    specials = {f"<|{name}|>": empty + 1 + place for place, name in enumerate(names)}
    begin = empty + 1 + len(names)
    whole = {**ids, **specials, **{f"<|{place * 0.02:.2f}|>": begin + place for place in range(TIMESTAMPS)}}
    (directory / "tokenizer.json").write_text(json.dumps(_tokenizer(whole, specials)), encoding="utf-8")
    by_id = {number: token for token, number in whole.items()}
    return Vocabulary(ids=whole, tokens=[by_id.get(number, "") for number in range(begin + TIMESTAMPS)])


def silent_spec(vocabulary: Vocabulary, *, width: int, seed: int = 0) -> Any:
    """A whole model whose encoder hears by random weights and whose decoder adds nothing."""
    rng = np.random.default_rng(seed)
    spec = whisper_spec.WhisperSpec(1, HEADS, 1, HEADS)
    encoder, decoder = spec.encoder, spec.decoder
    encoder.conv1.weight, encoder.conv1.bias = _random(rng, width, MELS, 3), _zeros(width)
    encoder.conv2.weight, encoder.conv2.bias = _random(rng, width, width, 3), _zeros(width)
    encoder.position_encodings.encodings = _zeros(POSITIONS, width)
    _norms(width, encoder.layer_norm, decoder.layer_norm)
    for layer in encoder.layer:
        _idle(layer, width, layer.self_attention)
    for layer in decoder.layer:
        _idle(layer, width, layer.self_attention, layer.attention)
    decoder.position_encodings.encodings = _zeros(TEXT_POSITIONS, width)
    decoder.projection.bias = _zeros(len(vocabulary.tokens))
    return spec


def follow(spec: Any, vocabulary: Vocabulary, after: Mapping[int, int], *, ends: Sequence[int]) -> dict[int, Weights]:
    """Have each token of `after` followed by its value, and `ends` by the end; returns the codes of all of them."""
    width = spec.decoder.layer_norm.gamma.shape[0]
    end = vocabulary.special("endoftext")
    used = sorted({*after.values(), *ends, end, vocabulary.special("zh")})
    codes = dict(zip(used, _codes(len(used), width), strict=True))
    embeddings, outputs = _zeros(len(vocabulary.tokens), width), _zeros(len(vocabulary.tokens), width)
    embeddings[:] = codes[end]
    embeddings[:STRAYS] = 0.0
    spec.decoder.projection.bias[:STRAYS] = STRAY_LOGIT
    embeddings[vocabulary.special("startoftranscript")] = codes[vocabulary.special("zh")]
    for token, following in after.items():
        embeddings[token] = codes[following]
    for token, code in codes.items():
        outputs[token] = 6 * code
    spec.decoder.embeddings.weight, spec.decoder.projection.weight = embeddings, outputs
    return codes


def save(spec: Any, vocabulary: Vocabulary, directory: Path, *, quantization: str | None = "int8") -> None:
    """Write the weights where faster-whisper looks for them."""
    spec.register_vocabulary(vocabulary.tokens)
    spec.config.suppress_ids = []
    spec.config.suppress_ids_begin = [vocabulary.special("endoftext")]
    spec.config.lang_ids = [vocabulary.special(code) for code in LANGUAGES]
    spec.config.alignment_heads = [(0, head) for head in range(HEADS)]
    spec.validate()
    spec.optimize(quantization=quantization)
    spec.save(str(directory))
    features = {"feature_size": MELS, "sampling_rate": 16000, "hop_length": 160, "chunk_length": 30, "n_fft": 400}
    (directory / "preprocessor_config.json").write_text(json.dumps(features), encoding="utf-8")


def _codes(count: int, width: int) -> Weights:
    """`count` directions at right angles to each other and to the mean, which layer normalisation takes away."""
    assert count < width, "more tokens than directions"
    basis = np.random.default_rng(1).standard_normal((width, count + 1))
    basis[:, 0] = 1.0
    return np.asarray(np.linalg.qr(basis)[0].T[1:], np.float32)


def _idle(layer: Any, width: int, *attentions: Any) -> None:
    """A layer that passes on what it gets."""
    for attention in attentions:
        crossing = attention is getattr(layer, "attention", None)
        _norms(width, attention.layer_norm)
        for linear, rows in zip(
            attention.linear, (width, 2 * width, width) if crossing else (3 * width, width), strict=True
        ):
            linear.weight, linear.bias = _zeros(rows, width), _zeros(rows)
    _norms(width, layer.ffn.layer_norm)
    layer.ffn.linear_0.weight, layer.ffn.linear_0.bias = _zeros(width, width), _zeros(width)
    layer.ffn.linear_1.weight, layer.ffn.linear_1.bias = _zeros(width, width), _zeros(width)


def _norms(width: int, *norms: Any) -> None:
    for norm in norms:
        norm.gamma, norm.beta = np.ones(width, np.float32), _zeros(width)


def _zeros(*shape: int) -> Weights:
    return np.zeros(shape, np.float32)


def _random(rng: np.random.Generator, *shape: int) -> Weights:
    scale = np.sqrt(2 / np.prod(shape[1:]))
    return np.asarray(rng.standard_normal(shape) * scale, np.float32)


def _visible_byte(byte: int) -> str:
    """How byte-level tokenizers write a byte: itself when it can be seen, else from 256 on."""
    seen = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return chr(byte) if byte in seen else chr(256 + [one for one in range(256) if one not in seen].index(byte))


def _visible(text: str) -> str:
    return "".join(_visible_byte(byte) for byte in text.encode())


def _tokenizer(vocabulary: Mapping[str, int], specials: Mapping[str, int]) -> Any:
    bytes_in = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    flags = dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
    return {
        "version": "1.0",
        "added_tokens": [
            {"id": number, "content": name, "special": True, **flags} for name, number in specials.items()
        ],
        "pre_tokenizer": bytes_in,
        "decoder": bytes_in,
        "model": {"type": "BPE", "vocab": dict(vocabulary), "merges": [], "fuse_unk": False, "byte_fallback": False},
    }
