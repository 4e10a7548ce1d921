/**
 * `<banyi-kiosk>`: the same conversation at a terminal in the hall, by voice, touch or keyboard. Nothing of a patient
 * is kept on the machine: what was said lives in memory and goes with the patient.
 */

import { Connection, newId } from "../widget/connection.js";
import { START, reduce } from "../widget/state.js";
import { Idle } from "./idle.js";
import { buildScene, drawScene } from "./scene.js";
import { Talk } from "./talk.js";
import { wordsOf } from "./words.js";

const SERVER = new URL("..", import.meta.url).href.slice(0, -1);
const QUIET = { able: true, hearing: false, speaking: false, caption: "", own: false };
const KEPT_MS = 2_000;
const FRESH = { begun: false, spoken: false, typing: false, idle: null, kept: false, code: null, belled: false, note: "", state: START, talk: QUIET };
const ACTIVITY = ["pointerdown", "keydown"];

/** Keeps the resume token while the page lives and nowhere else. */
class Forgetful extends Map {
  set(name, value) {
    return value === undefined ? (this.delete(name), this) : super.set(name, value);
  }
}

class BanyiKiosk extends HTMLElement {
  #view = { ...FRESH, elder: false, privacy: true, locale: "zh-CN", words: wordsOf("zh-CN") };
  #connection = null;
  #talk = null;
  #parts;
  #idle;

  connectedCallback() {
    const quiet = Number(new URLSearchParams(location.search).get("idle")) || undefined;
    this.#idle = new Idle((left) => this.#idled(left), quiet);
    this.#parts = buildScene(this.#acts);
    const { bar, banner, stage, caption, light, typing, foot, over } = this.#parts;
    this.replaceChildren(bar, banner, stage, caption, light, typing, foot, over);
    for (const name of ACTIVITY) document.addEventListener(name, () => this.#active(), { capture: true });
    document.addEventListener("contextmenu", (event) => event.preventDefault());
    this.#draw();
  }

  #set(change) {
    this.#view = { ...this.#view, ...change };
    this.#draw();
  }

  #draw() {
    drawScene(this.#parts, this.#view, this.#acts);
  }

  #active() {
    if (this.#view.begun && !this.#view.kept) this.#idle.touch();
  }

  async #begin(spoken) {
    this.#set({ begun: true, spoken });
    this.#idle.touch();
    this.#connection = new Connection({ server: SERVER, store: new Forgetful(), emit: (event) => this.#take(event) });
    this.#connection.channel = "kiosk";
    this.#talk = new Talk(this.#connection, (talk) => this.#talked(talk));
    await this.#talk.open(spoken);
    this.#connection.start();
  }

  #talked(talk) {
    if (talk.hearing || talk.speaking) this.#active();
    this.#set({ talk });
  }

  #take(event) {
    this.#talk?.take(event);
    if (event.type === "local.audio") return;
    this.#set({ state: reduce(this.#view.state, event) });
    if (event.type === "session.created" || event.type === "session.resumed") this.#talk?.introduce(this.#view);
    if (event.type === "escalation.raised") this.#idle.touch();
  }

  #send(frame, text, target) {
    const id = newId();
    this.#talk.hush();
    this.#take({ type: "local.input", id, text, ...target });
    this.#set({ talk: { ...this.#view.talk, caption: text }, typing: false });
    this.#connection.send({ id, ...frame });
  }

  #acts = {
    begin: (spoken) => this.#begin(spoken),
    say: (text, card) => this.#send({ type: "input_text", text }, text, { card }),
    choose: ({ action, value, label }, said = label, card = null, reply = null) =>
      this.#send({ type: "input_choice", action, value }, said, { card, choice_of: reply }),
    submit: (form, fields, card) => this.#send({ type: "input_form", form, fields }, "", { card, form }),
    recall: () => ({}),
    skewMs: () => this.#view.state.skewMs,
    print: (card) => printed(card),
    consent: (purposes) => {
      this.#connection.send({ type: "consent.give", version: this.#view.state.notice.consent_version, purposes });
      this.#take({ type: "local.set", refused: purposes.length === 0 });
    },
    hush: () => this.#talk.hush(),
    handoff: () => this.#connection.send({ type: "handoff.request", reason: "patient" }),
    bell: () => this.#bell(),
    understood: () => this.#take({ type: "local.set", alert: null }),
    stay: () => this.#set({ code: null, idle: null }),
    phone: () => this.#continue(),
    finish: () => this.#leave(),
    acknowledge: () => this.#leave(true),
    toggle: (name) => {
      this.#set({ [name]: !this.#view[name] });
      if (name === "typing") return this.#view.typing && this.#parts.input.focus();
      return this.#view.begun && this.#talk.introduce(this.#view);
    },
    language: () => {
      const locale = this.#view.locale === "zh-CN" ? "en" : "zh-CN";
      this.#set({ locale, words: wordsOf(locale) });
      if (this.#view.begun) this.#talk.introduce(this.#view);
    },
  };

  /** Rings for staff; before a conversation has begun it begins one, so that they know which terminal rings. */
  async #bell() {
    if (!this.#view.begun) await this.#begin(false);
    this.#connection.send({ type: "handoff.request", reason: "bell" });
    this.#set({ belled: true, note: this.#view.words.belled });
  }

  async #continue() {
    const answer = await this.#connection.request("/continue", "POST").catch(() => null);
    if (!answer?.ok) return this.#set({ note: this.#view.words.refused });
    const { svg } = await answer.json();
    return this.#set({ code: { image: `data:image/svg+xml,${encodeURIComponent(svg)}` } });
  }

  #idled(left) {
    if (left === 0) return this.#leave();
    return this.#set({ idle: left });
  }

  /** Ends the session here. After an emergency the screen stays, and rings, until staff have come. */
  async #leave(sure = false) {
    this.#idle.rest();
    const answer = await this.#connection?.request("/leave", "POST", JSON.stringify({ sure })).catch(() => null);
    const { status } = answer?.ok ? await answer.json() : {};
    if (status !== "ringing") return this.#wipe();
    this.#set({ kept: true, idle: null });
    return setTimeout(() => this.#view.kept && this.#leave(), KEPT_MS);
  }

  /** Nothing of the patient is left on the machine. */
  async #wipe() {
    this.#idle.rest();
    this.#connection?.stop();
    await this.#talk?.close();
    this.#connection = this.#talk = null;
    for (const part of Object.values(this.#parts)) [part.key, part.cards] = [];
    this.#set({ ...FRESH, elder: false, privacy: true });
  }
}

/** Prints one card as a ticket. */
function printed(card) {
  card.classList.add("ticket");
  addEventListener("afterprint", () => card.classList.remove("ticket"), { once: true });
  print();
}

customElements.define("banyi-kiosk", BanyiKiosk);
