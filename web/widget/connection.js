/**
 * One session's line: kept open, what was missed replayed, every input sent until the server has it. An
 * input keeps its id, so sending it again is harmless.
 */

const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 20_000;
const FLOODED_PAUSE_MS = 15_000;
const BAD_TOKEN = 4401;
const FLOODING = 4429;
const RESTING = { 4403: "refused", 4408: "idle", 4409: "replaced" };

/** A fresh input id; on plain http there is no `crypto.randomUUID`. */
export const newId = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export class Connection {
  channel = "web";
  #server;
  #store;
  #emit;
  #session = null;
  #socket = null;
  #timer = 0;
  #pauses = 0;
  #lastSeq = null;
  #held = false;
  #starting = false;
  #first = true;
  #inputs = new Map();
  #consent = null;
  #page = new AbortController();

  /** `emit` gets every new server frame, and `local.*` events of its own. */
  constructor({ server, store, emit }) {
    this.#server = server;
    this.#store = store;
    this.#emit = emit;
    const { signal } = this.#page;
    window.addEventListener("online", () => this.#renew(), { signal });
    window.addEventListener("offline", () => this.#link("offline"), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.#held || this.reconnect(), { signal });
  }

  async start() {
    if (this.#starting) return;
    this.#starting = true;
    clearTimeout(this.#timer);
    this.#timer = 0;
    try {
      if (!this.#session) await this.#begin();
      this.#open();
    } catch (failure) {
      if (failure.final) this.#link("refused");
      else if (!this.#page.signal.aborted) this.#later();
    } finally {
      this.#starting = false;
    }
  }

  /** Connects at once, unless connected; also takes the conversation back from another window. */
  reconnect() {
    if (this.#socket) return;
    this.#held = false;
    this.start();
  }

  send(frame) {
    if (frame.id) this.#inputs.set(frame.id, { frame });
    else if (frame.type === "consent.give") this.#consent = frame;
    this.#put(frame);
    if (!this.#timer && !this.#held) this.reconnect();
  }

  /** Sends a failed input once more, an accepted one under a new id; returns its id. */
  retry(id) {
    const { frame, accepted } = this.#inputs.get(id);
    this.#inputs.delete(id);
    const again = accepted ? { ...frame, id: newId() } : frame;
    this.send(again);
    return again.id;
  }

  stop() {
    this.#page.abort();
    clearTimeout(this.#timer);
    this.#emit = () => {};
    this.#socket?.close(1000);
  }

  request(path, method, body) {
    const { session_id: id, token } = this.#session ?? {};
    const headers = id ? { authorization: `Bearer ${token}` } : { "content-type": "application/json" };
    const options = { method, headers, body, signal: this.#page.signal, cache: "no-store", referrerPolicy: "no-referrer" };
    return fetch(`${this.#server}/v1/sessions${id ? `/${id}` : ""}${path}`, options);
  }

  async #begin() {
    let resume = this.#store.get("resume");
    let answer = await this.#post(resume);
    if (resume && answer.status >= 400 && answer.status < 429) {
      resume = this.#lastSeq = null;
      this.#emit({ type: "local.note", text: "上次的对话已经结束，现在开始新的对话。" });
      answer = await this.#post();
    }
    if (!answer.ok) throw Object.assign(new Error("session"), { final: answer.status === 403 });
    this.#session = await answer.json();
    this.#store.set("resume", this.#session.resume_token);
    this.#emit({ type: "local.set", notice: this.#session.notice });
    if (resume && this.#lastSeq === null) await this.#recall();
  }

  #post(resume) {
    return this.request("", "POST", JSON.stringify({ channel: this.channel, resume_token: resume }));
  }

  /** After a reload: the patient's own words come from the transcript, everything else by replay. */
  async #recall() {
    this.#lastSeq = 0;
    const answer = await this.request("/transcript?format=json").catch(() => null);
    if (!answer?.ok) return;
    const said = {};
    for (const { author, input_id: id, text } of (await answer.json()).messages) if (author === "patient") said[id] = text;
    this.#emit({ type: "local.set", said });
  }

  #open() {
    const url = new URL(`${this.#server}/v1/realtime`);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("session", this.#session.session_id);
    if (this.#lastSeq !== null) url.searchParams.set("last_seq", this.#lastSeq);
    const socket = new WebSocket(url, ["banyi.v1", `token.${this.#session.token}`]);
    this.#lastSeq ??= 0;
    this.#first = true;
    this.#socket = socket;
    socket.onopen = () => {
      this.#link("online");
      if (this.#consent) this.#put(this.#consent);
      for (const { frame, accepted, ended } of this.#inputs.values()) if (!accepted && !ended) this.#put(frame);
    };
    socket.binaryType = "arraybuffer";
    socket.onmessage = ({ data }) => (typeof data === "string" ? this.#take(JSON.parse(data)) : this.#emit({ type: "local.audio", data }));
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #put(frame) {
    this.sendRaw(JSON.stringify(frame));
  }

  sendRaw(data) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(data);
  }

  #link(link) {
    this.#emit({ type: "local.set", link });
  }

  /** Takes each numbered frame once; a hole makes the line reconnect for what is missing. */
  #take(frame) {
    const { seq } = frame;
    if (seq && seq <= this.#lastSeq) return;
    if (seq > this.#lastSeq + 1 && !this.#first) return this.#renew();
    this.#first = false;
    this.#lastSeq = seq ?? this.#lastSeq;
    this.#pauses = 0;
    this.#settle(frame);
    return this.#emit({ ...frame, received_ms: Date.now() });
  }

  /** Leaves a socket that may be dead, or missed something, for a new one. */
  #renew() {
    if (this.#socket) this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket?.close();
    this.#socket = null;
    this.reconnect();
  }

  /** Forgets what need not be sent again; a form as soon as the server has it. */
  #settle(frame) {
    if (frame.type === "consent.updated") this.#consent = null;
    const accepted = frame.type === "input.accepted";
    const input = this.#inputs.get(accepted ? frame.id : frame.in_reply_to);
    if (!input) return;
    const form = input.frame.type === "input_form";
    if (accepted) input.accepted = true;
    else if (frame.type === "error") input.ended = true;
    if (frame.type === "response.done" || (frame.type === "error" && !frame.retryable) || (form && (accepted || input.ended)))
      this.#inputs.delete(input.frame.id);
  }

  #closed(code) {
    this.#socket = null;
    if (this.#page.signal.aborted) return undefined;
    const resting = RESTING[code];
    this.#held = Boolean(resting) && resting !== "idle";
    if (resting) return this.#link(resting);
    if (code === BAD_TOKEN) this.#session = null;
    return this.#later(code === FLOODING ? FLOODED_PAUSE_MS : 0);
  }

  /** Tries again after a pause that doubles, with jitter: a thousand tabs don't knock at once. */
  #later(leastMs = 0) {
    this.#link("offline");
    const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#pauses++);
    this.#timer = setTimeout(() => this.start(), Math.max(leastMs, ceiling * (0.5 + Math.random() / 2)));
  }
}
