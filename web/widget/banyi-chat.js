/**
 * `<banyi-chat>`: the patient's side of protocol v1. Attributes: `server` (else where this file came from),
 * `heading`, `exit-url` (where quick exit leads). Fires `banyi-minimise`.
 */

import { Connection, newId } from "./connection.js";
import { consentCard, refusedNote } from "./consent.js";
import { button, dial, fill, h } from "./dom.js";
import { buildFrame } from "./frame.js";
import { Log } from "./log.js";
import { START, reduce, unconsented, waiting } from "./state.js";
import { Store } from "./store.js";

const BANNERS = {
  offline: ["网络断开了，正在重新连接。您的话会在恢复后自动发出。"],
  idle: ["好一会儿没有说话，连接已休息。", "继续对话"],
  replaced: ["这个对话已在另一个窗口打开。", "在这里继续"],
  refused: ["现在无法使用导诊服务，请到咨询台，或稍后再试。", "再试一次"],
};
const LONGEST_INPUT_PX = 132;

class BanyiChat extends HTMLElement {
  #state = START;
  #parts;
  #log;
  #store;
  #connection;
  #drawn = {};
  #typed = null;
  #focusReply = false;

  connectedCallback() {
    this.#store = new Store(this.#server);
    this.#parts = buildFrame(this.getAttribute("heading") ?? "导诊助手", this.#acts);
    const { root, log, input, composer } = this.#parts;
    const href = new URL("widget.css", import.meta.url).href;
    const style = h("link", { rel: "stylesheet", href, onload: () => (root.hidden = false) });
    (this.shadowRoot ?? this.attachShadow({ mode: "open" })).replaceChildren(style, root);
    this.#log = new Log(log, this.#acts);
    for (const name of ["large", "contrast"]) this.#switch(name, this.#store.get(name));
    input.addEventListener("input", () => this.#grow());
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      composer.requestSubmit();
    });
    composer.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (!text) return;
      input.value = "";
      this.#grow();
      this.#acts.say(text);
    });
    this.#connect();
  }

  disconnectedCallback() {
    this.#connection.stop();
  }

  get #server() {
    return this.getAttribute("server") ?? new URL("..", import.meta.url).href.slice(0, -1);
  }

  #connect() {
    this.#connection = new Connection({ server: this.#server, store: this.#store, emit: (event) => this.#dispatch(event) });
    this.#connection.start();
  }

  #dispatch(event) {
    this.#state = reduce(this.#state, event);
    this.#render();
    if (event.type !== "response.done") return;
    if (event.in_reply_to === this.#typed?.id) this.#typed = null;
    if (this.#focusReply && !this.#state.alert) this.#log.focusNewest(this.#state);
    this.#focusReply = false;
  }

  #render() {
    const { link, alert, notice, refused, items } = this.#state;
    const asked = unconsented(this.#state) && (refused ? "refused" : waiting(this.#state) ? "waiting" : "open");
    this.#draw("banner", link, () => this.#banner(link));
    this.#draw("alarm", alert, () => this.#alarm(alert));
    this.#draw("consent", asked, () => this.#consent(asked, notice));
    this.#parts.examples.hidden = items.length > 0 || (asked && !refused);
    this.#log.render(this.#state);
  }

  #draw(name, value, draw) {
    if (this.#drawn[name] === value) return;
    this.#drawn[name] = value;
    fill(this.#parts[name], draw());
    this.#parts[name].querySelector(".dial")?.focus();
  }

  #banner(link) {
    const [text, again] = BANNERS[link] ?? [];
    return [text, again && button(again, () => this.#connection.reconnect(), "link")];
  }

  #alarm(alert) {
    if (!alert) return null;
    const dismiss = () => {
      this.#dispatch({ type: "local.set", alert: null });
      this.#parts.input.focus();
    };
    const { disposition, text, phone } = alert;
    const title = disposition === "ED_NOW" ? "请马上去急诊" : "请立即求助";
    return h("section.alarm-card", h("h3", title), text && h("p", text), dial(phone || "120"), button("我知道了，收起", dismiss));
  }

  #consent(asked, notice) {
    const refuse = (refused) => this.#dispatch({ type: "local.set", refused });
    const give = (purposes) => {
      this.#connection.send({ type: "consent.give", version: notice.consent_version, purposes });
      refuse(purposes.length === 0);
    };
    if (asked === "refused") return refusedNote(() => refuse(false));
    return asked && consentCard(notice, give, asked === "waiting");
  }

  #grow() {
    const { input } = this.#parts;
    input.style.height = "auto";
    input.style.height = `${Math.min(input.scrollHeight + 2, LONGEST_INPUT_PX)}px`;
  }

  #send(frame, text, target) {
    const id = newId();
    this.#focusReply = Boolean(this.shadowRoot.activeElement?.closest(".log"));
    this.#log.follow();
    this.#dispatch({ type: "local.input", id, text, ...target });
    if (this.#focusReply) this.#parts.log.focus({ preventScroll: true });
    this.#connection.send({ id, ...frame });
    return id;
  }

  #acts = {
    say: (text, card) => this.#send({ type: "input_text", text }, text, { card }),
    choose: ({ action, value, label }, said = label, card = null, reply = null) =>
      this.#send({ type: "input_choice", action, value }, said, { card, choice_of: reply }),
    submit: (form, fields, card) => {
      const id = this.#send({ type: "input_form", form, fields }, "（已提交就诊人信息）", { card, form });
      this.#typed = { id, form, fields };
    },
    recall: (form) => (this.#typed?.form === form ? this.#typed.fields : {}),
    retry: (id) => this.#dispatch({ type: "local.retry", id, fresh: this.#connection.retry(id) }),
    skewMs: () => this.#state.skewMs,
    print: (card) => printed(this.shadowRoot, card),
    large: () => this.#toggle("large"),
    contrast: () => this.#toggle("contrast"),
    handoff: () => this.#connection.send({ type: "handoff.request", reason: "patient" }),
    fresh: () => this.#restart(),
    download: async () => {
      const answer = await this.#connection.request("/transcript?format=txt").catch(() => null);
      if (!answer?.ok) return this.#note("现在无法下载聊天记录，请稍后再试。");
      const href = URL.createObjectURL(await answer.blob());
      h("a", { href, download: "聊天记录.txt" }).click();
      return setTimeout(() => URL.revokeObjectURL(href), 1000);
    },
    erase: () => this.#askErase(),
    minimise: () => this.dispatchEvent(new CustomEvent("banyi-minimise", { bubbles: true, composed: true })),
    leave: () => this.#leave(),
  };

  #toggle(name) {
    this.#switch(name, !this.hasAttribute(`data-${name}`));
    this.#store.set(name, this.hasAttribute(`data-${name}`));
  }

  #switch(name, on = false) {
    this.toggleAttribute(`data-${name}`, on);
    this.#parts[name].setAttribute("aria-pressed", on);
  }

  #note(text) {
    this.#dispatch({ type: "local.note", text });
  }

  #restart(text) {
    this.#connection.stop();
    this.#store.set("resume");
    this.#typed = null;
    this.#dispatch({ type: "local.reset" });
    if (text) this.#note(text);
    this.#connect();
  }

  #askErase() {
    const { ask, input } = this.#parts;
    const close = () => {
      fill(ask);
      input.focus();
    };
    const erase = async () => {
      close();
      const answer = await this.#connection.request("", "DELETE").catch(() => null);
      const { status } = answer?.ok ? await answer.json() : {};
      if (status === "erased") this.#restart("聊天记录已删除，现在是新的对话。");
      else if (status) this.#note("还有紧急提醒或人工服务没有结束，结束后会自动删除。");
      else this.#note("没有删除成功，请稍后再试。");
    };
    const keep = button("保留", close);
    const body = [h("h3", "删除这次对话的全部记录？"), h("p", "删除后无法恢复；已经挂好的号不受影响。")];
    fill(ask, h("section.card", body, h("div.actions", button("删除", erase, "primary"), keep)));
    keep.focus();
  }

  /** Quick exit: nothing stays on screen, in storage or behind the Back button. */
  #leave() {
    this.#connection.stop();
    this.#store.clear();
    document.title = " ";
    document.body.replaceChildren();
    location.replace(this.getAttribute("exit-url") ?? "about:blank");
  }
}

function printed(root, card) {
  const frame = h("iframe.unseen", { title: "打印" });
  root.append(frame);
  const { contentDocument: page, contentWindow: view } = frame;
  const style = root.querySelector("link").cloneNode();
  const copy = card.cloneNode(true);
  copy.querySelector(".actions").remove();
  style.addEventListener("load", () => view.print());
  view.addEventListener("afterprint", () => frame.remove());
  page.head.append(style);
  page.body.append(h("div.root", copy));
}

customElements.define("banyi-chat", BanyiChat);
