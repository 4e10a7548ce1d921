/**
 * Talking with one session: microphone to the line, answers to the speaker. Without a microphone, or where the
 * server has no voice, the kiosk goes on by touch.
 */

import { Microphone } from "../voice/microphone.js";
import { Speaker } from "../voice/speaker.js";

const FORMATS = { input: "pcm16;rate=16000", output: "pcm16;rate=24000" };
const ELDER_RATE = 0.8;
/** Ends of an answer's audio after which nothing of it may still be heard. */
const CUT = new Set(["barge_in", "client", "handoff", "escalation", "superseded"]);

export class Talk {
  #connection;
  #changed;
  #speaker = null;
  #microphone = null;
  #answers = new Map();
  #cut = null;
  #status = { able: true, hearing: false, speaking: false, caption: "" };

  /** `changed` gets the status: whether voice works, somebody is heard, the kiosk speaks, and the live caption. */
  constructor(connection, changed) {
    this.#connection = connection;
    this.#changed = changed;
  }

  /** After a touch: opens what there is. `wanted` is false for a patient who will not speak. */
  async open(wanted) {
    this.#speaker = new Speaker((speaking) => this.#set({ speaking }));
    await this.#speaker.resume();
    if (!wanted) return this.#set({ able: false });
    try {
      this.#microphone = await Microphone.open((frame) => this.#connection.sendRaw(frame));
    } catch {
      this.#set({ able: false });
    }
    return undefined;
  }

  /** Tells a fresh line what this kiosk hears and says; without `input` the server only speaks. */
  introduce({ elder, privacy, locale }) {
    const audio = { ...(this.#microphone && { input: FORMATS.input }), output: FORMATS.output };
    const pace = { speech_rate: elder ? ELDER_RATE : 1, patience: elder ? "elder" : "ordinary" };
    this.#connection.send({ type: "session.update", audio, locale, ...pace, captions: true, privacy });
  }

  /** A frame of the server, or audio. */
  take(event) {
    switch (event.type) {
      case "local.audio":
        this.#speaker?.take(event.data);
        break;
      case "response.audio.started":
        this.#answers.set(event.number, event.response_id);
        if (event.text) this.#set({ caption: event.text, own: true });
        break;
      case "response.audio.done":
        if (CUT.has(event.reason)) this.#silence(event.number);
        break;
      case "input_audio.speech_started":
        this.#speaker?.duck(true);
        this.#set({ hearing: true, caption: "", own: false });
        break;
      case "input_audio.speech_stopped":
        this.#speaker?.duck(false);
        this.#set({ hearing: false });
        break;
      case "transcript.delta":
      case "transcript.completed":
        this.#set({ caption: event.text, own: false });
        break;
      case "error":
        if (event.code === "unsupported_audio" && !event.in_reply_to) this.#set({ able: false });
        break;
      default:
    }
  }

  /** The patient's hand: what is being said stops, what is being done does not. */
  hush() {
    if (this.#speaker?.speaking) this.#silence(this.#speaker.number);
  }

  async close() {
    await Promise.allSettled([this.#microphone?.close(), this.#speaker?.close()]);
    this.#microphone = this.#speaker = null;
  }

  /** Silence at once; the server learns how much of the answer was heard. */
  #silence(number) {
    const id = this.#answers.get(number);
    if (!id || !this.#speaker || this.#cut === number) return;
    this.#cut = number;
    const numbers = [...this.#answers].filter(([, answer]) => answer === id).map(([one]) => one);
    const played = this.#speaker.playedMs(numbers);
    this.#speaker.stop(number);
    this.#connection.send({ type: "response.cancel", response_id: id, audio_played_ms: played });
  }

  #set(change) {
    this.#status = { ...this.#status, ...change };
    this.#changed(this.#status);
  }
}
