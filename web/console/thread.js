/** What was said, word for word; one node per line, and a reader who scrolled up is left there. */

import { button, fill, h } from "/widget/dom.js";
import { items } from "./talk.js";
import { AUTHORS, ORIGINS, clock } from "./words.js";

const NEAR_PX = 60;

export class Thread {
  #acts;
  #nodes = new Map();
  #typing = h("p.note", { role: "status" });
  node = h("div.thread", { role: "log", tabindex: "0", "aria-label": "对话内容" });

  constructor(acts) {
    this.#acts = acts;
    this.node.append(this.#typing);
  }

  draw(talk, { why, typing }) {
    const { node } = this;
    const following = node.scrollHeight - node.clientHeight - node.scrollTop < NEAR_PX;
    const shown = items(talk);
    const keys = new Set(shown.map(({ key }) => key));
    for (const [key, { line }] of this.#nodes) if (!keys.has(key) && this.#nodes.delete(key)) line.remove();
    let before = this.#typing;
    for (const item of shown.toReversed()) {
      const line = this.#line(item, item.trace_id && item.trace_id === why);
      if (line.nextSibling !== before) node.insertBefore(line, before);
      before = line;
    }
    this.#typing.textContent = typing ? "患者正在输入…" : "";
    if (following) node.scrollTop = node.scrollHeight;
  }

  #line(item, chosen) {
    const { key, text, going, label } = item;
    const state = `${text}|${going}|${label}|${chosen}`;
    const known = this.#nodes.get(key);
    if (known?.state === state) return known.line;
    const line = known?.line ?? h("article.line");
    const focused = line.contains(document.activeElement);
    this.#nodes.set(key, { line, state });
    line.dataset.author = item.author;
    line.toggleAttribute("data-chosen", Boolean(chosen));
    fill(line, item.author in AUTHORS ? this.#said(item, chosen) : h("p", `${clock(item.at)} ${text}`));
    if (focused) line.querySelector("button")?.focus();
    return line;
  }

  #said(item, chosen) {
    const { author, at, text, origin, label, trace_id: trace, going } = item;
    const why = author === "agent" && trace && !going;
    const head = h("header", h("strong", AUTHORS[author]), h("time", { datetime: at }, clock(at)), author === "agent" && origin && h("span", ORIGINS[origin] ?? origin));
    const foot = why && button("依据", () => this.#acts.why(trace), "link", { "aria-pressed": String(Boolean(chosen)), "aria-label": `${clock(at)} 这一轮的判断依据` });
    return [head, h("p.bubble", text, going && h("span.quiet", " 正在回复…")), (why || label) && h("footer", label && h("small", label), foot)];
  }
}
