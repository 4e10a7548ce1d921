/**
 * The console's socket: kept open, heartbeats for every claim held here, and the conversations followed asked for
 * again, from where they stood, after a break.
 */

const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 10_000;
const DEFAULT_HEARTBEAT_SECONDS = 10;
const SIGN_IN_AGAIN = 4401;
const FORBIDDEN = 4403;

export class Line extends EventTarget {
  #socket = null;
  #stopped = false;
  #pauses = 0;
  #timer = 0;
  #beat = 0;
  #page = new AbortController();
  #claims = new Map();
  #followed = new Map();
  online = false;

  start() {
    const { signal } = this.#page;
    window.addEventListener("online", () => this.reconnect(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.#heartbeat(), { signal });
    this.#open();
  }

  stop() {
    this.#stopped = true;
    this.#page.abort();
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    this.#socket?.close(1000);
  }

  /** Leaves a socket that may be dead for a new one. */
  reconnect() {
    clearTimeout(this.#timer);
    if (this.#socket) this.#socket.onclose = null;
    this.#socket?.close();
    this.#open();
  }

  /** Hears frames of a type until `signal` ends it. */
  on(type, listener, signal) {
    this.addEventListener(type, ({ detail }) => listener(detail), { signal });
  }

  send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** Asks for what happens in a conversation; `after` and `lines` say what is known of it already. */
  follow(session_id, after, lines) {
    this.#followed.set(session_id, { after, lines });
    this.#ask(session_id);
  }

  unfollow(session_id) {
    if (this.#followed.delete(session_id)) this.send({ type: "unfollow", session_id });
  }

  /** The number of the claim held here on a conversation. */
  claimOn(session_id) {
    return this.#claims.get(session_id);
  }

  hold(session_id, token) {
    this.#claims.set(session_id, token);
  }

  drop(session_id) {
    this.#claims.delete(session_id);
  }

  #ask(session_id) {
    this.send({ type: "follow", session_id, ...this.#followed.get(session_id) });
  }

  #open() {
    if (this.#stopped) return;
    const url = new URL("/console/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = ({ code }) => this.#closed(code);
  }

  #take(frame) {
    const { type, session_id: id } = frame;
    const followed = this.#followed.get(id);
    if (type === "hello") this.#greeted(frame);
    if (type === "event" && followed) {
      if (frame.event.seq <= followed.after) return;
      followed.after = frame.event.seq ?? followed.after;
    }
    if (type === "message" && followed) followed.lines += 1;
    if (type === "claims") for (const lost of frame.lost) this.drop(lost);
    this.#emit(type, frame);
  }

  #greeted({ heartbeat_seconds: seconds = DEFAULT_HEARTBEAT_SECONDS }) {
    this.#pauses = 0;
    clearInterval(this.#beat);
    this.#beat = setInterval(() => this.#heartbeat(), seconds * 1000);
    for (const id of this.#followed.keys()) this.#ask(id);
    this.#heartbeat();
    this.#link(true);
  }

  #heartbeat() {
    const claims = [...this.#claims].map(([session_id, token]) => ({ session_id, token }));
    this.send({ type: "heartbeat", claims });
  }

  #closed(code) {
    clearInterval(this.#beat);
    if (this.#stopped) return;
    this.#link(false);
    if (code === SIGN_IN_AGAIN || code === FORBIDDEN) this.#emit("expired", { code });
    else this.#timer = setTimeout(() => this.#open(), this.#pause());
  }

  /** Doubles, with jitter: a hospital's consoles don't knock at once. */
  #pause() {
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#pauses++) * (0.5 + Math.random() / 2);
  }

  #link(online) {
    this.online = online;
    this.#emit("link", { online });
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
