/** Plays answers as they arrive: PCM16LE mono 24 kHz, each frame headed by its answer's number. */

const RATE = 24_000;
const HEAD_BYTES = 4;
const LEAD_SECONDS = 0.06;
const DUCKED = 0.2;
const DUCK_SECONDS = 0.05;

export class Speaker {
  #context = new AudioContext({ sampleRate: RATE });
  #gain = this.#context.createGain();
  #playing = new Set();
  #next = 0;
  #number = 0;
  #silenced = 0;
  #heard = new Map();
  #changed;

  /** `changed` is told whether something is heard. */
  constructor(changed) {
    this.#changed = changed;
    this.#gain.connect(this.#context.destination);
  }

  /** Needs a touch before, or browsers stay silent. */
  resume() {
    return this.#context.resume();
  }

  /** Queues one frame; what belongs to an answer that was stopped is dropped. */
  take(frame) {
    const number = new DataView(frame).getUint32(0);
    const samples = new Int16Array(frame, HEAD_BYTES);
    if (number <= this.#silenced || samples.length === 0) return;
    this.#number = number;
    const buffer = this.#context.createBuffer(1, samples.length, RATE);
    buffer.copyToChannel(Float32Array.from(samples, (sample) => sample / 32768), 0);
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    this.#next = Math.max(this.#next, this.#context.currentTime + LEAD_SECONDS);
    source.start(this.#next);
    this.#next += buffer.duration;
    this.#playing.add(source);
    if (this.#playing.size === 1) this.#changed(true);
    const from = this.#next - buffer.duration;
    Object.assign(source, { number, from });
    source.onended = () => this.#ended(source);
  }

  /** Whether something is heard or about to be. */
  get speaking() {
    return this.#playing.size > 0;
  }

  /** The number of the answer heard last. */
  get number() {
    return this.#number;
  }

  /** Milliseconds of these answers that were heard. */
  playedMs(numbers) {
    const now = this.#context.currentTime;
    const current = [...this.#playing].filter(({ number }) => numbers.includes(number));
    const begun = current.reduce((sum, { from, buffer }) => sum + Math.min(buffer.duration, Math.max(0, now - from)), 0);
    return Math.round(1000 * numbers.reduce((sum, number) => sum + (this.#heard.get(number) ?? 0), begun));
  }

  /** Somebody speaks: softer until it is clear whether they mean us. */
  duck(on) {
    this.#gain.gain.setTargetAtTime(on ? DUCKED : 1, this.#context.currentTime, DUCK_SECONDS);
  }

  /** Falls silent at once; frames of this answer that still come are dropped. */
  stop(number = this.#number) {
    this.#silenced = Math.max(this.#silenced, number);
    for (const source of this.#playing) {
      source.onended = null;
      source.stop();
    }
    const spoke = this.speaking;
    this.#playing.clear();
    this.#next = 0;
    this.duck(false);
    if (spoke) this.#changed(false);
  }

  close() {
    this.stop(Number.MAX_SAFE_INTEGER);
    return this.#context.close();
  }

  #ended(source) {
    this.#playing.delete(source);
    this.#heard.set(source.number, (this.#heard.get(source.number) ?? 0) + source.buffer.duration);
    if (!this.speaking) this.#changed(false);
  }
}
