/**
 * The microphone as 16 kHz PCM16 in frames of 512 samples, whatever rate the device runs at. A windowed sinc
 * keeps what lies above 8 kHz out.
 */

const TARGET = 16_000;
const FRAME = 512;
const TAPS = 63;
const PASS = 0.46;

class Resample extends AudioWorkletProcessor {
  #step = sampleRate / TARGET;
  #taps = kernel(Math.min(1, TARGET / sampleRate));
  #kept = new Float32Array(TAPS - 1);
  #at = 0;
  #frame = new Int16Array(FRAME);
  #filled = 0;

  process([[input]]) {
    if (!input) return true;
    const samples = new Float32Array(this.#kept.length + input.length);
    samples.set(this.#kept);
    samples.set(input, this.#kept.length);
    for (; this.#at + TAPS <= samples.length; this.#at += this.#step) this.#push(this.#value(samples, Math.floor(this.#at)));
    const done = Math.min(Math.floor(this.#at), samples.length - TAPS + 1);
    this.#kept = samples.slice(done);
    this.#at -= done;
    return true;
  }

  #value(samples, from) {
    let sum = 0;
    for (let tap = 0; tap < TAPS; tap++) sum += samples[from + tap] * this.#taps[tap];
    return Math.max(-1, Math.min(1, sum));
  }

  #push(value) {
    this.#frame[this.#filled++] = value < 0 ? value * 32768 : value * 32767;
    if (this.#filled < FRAME) return;
    this.port.postMessage(this.#frame.buffer, [this.#frame.buffer]);
    this.#frame = new Int16Array(FRAME);
    this.#filled = 0;
  }
}

/** A low pass at `share` of the device's band, Hamming window, unit gain. */
function kernel(share) {
  const middle = (TAPS - 1) / 2;
  const cut = PASS * share;
  const taps = Float32Array.from({ length: TAPS }, (_, at) => {
    const x = at - middle;
    const sinc = x === 0 ? 2 * cut : Math.sin(2 * Math.PI * cut * x) / (Math.PI * x);
    return sinc * (0.54 - 0.46 * Math.cos((2 * Math.PI * at) / (TAPS - 1)));
  });
  const gain = taps.reduce((sum, tap) => sum + tap, 0);
  return taps.map((tap) => tap / gain);
}

registerProcessor("resample", Resample);
