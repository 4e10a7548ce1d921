"""Speech made by the real espeak-ng, and the noises of a hospital hall."""

from __future__ import annotations

import subprocess
import wave
from functools import cache
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from domain.voice import HEARD_RATE

Pcm = NDArray[np.int16]

BABBLE = ("今天下午三点开会，大家准时到", "请到二楼检验科排队抽血", "这个药一天吃三次", "那边的电梯坏了，走楼梯上去")


@cache
def spoken(text: str, *, variant: str = "", speed: int = 160, pitch: int = 50) -> Pcm:
    """The text as 16 kHz samples; espeak-ng reads hanzi by pinyin and its own silence is cut off."""
    voice = ["-v", f"cmn-latn-pinyin{variant}", "-s", str(speed), "-p", str(pitch)]
    wav = subprocess.run(["espeak-ng", *voice, "--stdout", text], capture_output=True, check=True).stdout
    with wave.open(BytesIO(wav)) as file:
        rate, raw = file.getframerate(), wav[44:]
    made = resampled(np.frombuffer(raw, "<i2").astype(np.float64), rate, HEARD_RATE)
    loud = np.flatnonzero(np.abs(made) > 300)
    return np.asarray(made[loud[0] : loud[-1] + 1], np.int16)


def resampled(samples: NDArray[np.float64], rate: int, to: int) -> NDArray[np.float64]:
    """The same sound at another rate, by its spectrum."""
    count = round(samples.size * to / rate)
    spectrum = np.fft.rfft(samples)
    kept: NDArray[np.complex128] = np.zeros(count // 2 + 1, np.complex128)
    size = min(kept.size, spectrum.size)
    kept[:size] = spectrum[:size]
    return np.fft.irfft(kept, count) * count / samples.size


def silence(seconds: float) -> Pcm:
    """Nothing at all."""
    return np.zeros(int(seconds * HEARD_RATE), np.int16)


def hum(seconds: float, *, level: float = 40.0, seed: int = 0) -> Pcm:
    """White noise of this root mean square."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * HEARD_RATE)) * level
    return np.asarray(noise.clip(-32768, 32767), np.int16)


def babble(seconds: float) -> Pcm:
    """Four people talking at once, far away."""
    count = int(seconds * HEARD_RATE)
    voices = [
        np.resize(spoken(text, speed=150 + 12 * place, pitch=25 + 15 * place), count + 4000)[place * 1000 :][:count]
        for place, text in enumerate(BABBLE)
    ]
    return np.asarray(np.sum(voices, axis=0) / len(voices), np.int16)


def between(speech: Pcm, *, before: float = 1.5, after: float = 1.5) -> Pcm:
    """Speech with silence before and after."""
    return np.concatenate([silence(before), speech, silence(after)])


def in_noise(speech: Pcm, noise: Pcm, *, decibels: float) -> Pcm:
    """`speech` (where it is not silent) louder than `noise` by so many decibels, both in one recording."""
    wanted, other = speech.astype(np.float64), noise.astype(np.float64)
    power = np.mean(wanted[wanted != 0] ** 2) / np.mean(other**2)
    mixed = wanted + other * np.sqrt(power / 10 ** (decibels / 10))
    return np.asarray(mixed * min(1.0, 30000 / np.abs(mixed).max()), np.int16)
