/** The conversation on screen: keeps one node per item and touches only what changed. */

import { renderCard, sources } from "./cards.js";
import { button, dial, fill, h } from "./dom.js";
import { busy, lastReply } from "./state.js";

const STATUS = { sending: "发送中…", accepted: "已送达" };
const NEAR_PX = 60;
const VIEWS = { patient, reply, alarm, note };

export class Log {
  #root;
  #acts;
  #views = new Map();
  #typing = h("p.quiet", "正在回复…");
  #rested = 0;

  constructor(root, acts) {
    this.#root = root;
    this.#acts = acts;
    root.append(this.#typing);
  }

  render(state) {
    const following = this.#root.scrollTop >= this.#rested - NEAR_PX;
    const newest = lastReply(state);
    const ids = new Set(state.items.map(({ id }) => id));
    for (const [id, { node }] of this.#views) if (!ids.has(id) && this.#views.delete(id)) node.remove();
    let before = this.#typing;
    for (const item of [...state.items].reverse()) {
      if (!this.#views.has(item.id)) this.#views.set(item.id, VIEWS[item.kind](item, this.#acts));
      const view = this.#views.get(item.id);
      const current = item === newest;
      if (view.node.nextSibling !== before) this.#root.insertBefore(view.node, before);
      if (view.item !== item || view.current !== current) view.update?.(item, current);
      Object.assign(view, { item, current });
      before = view.node;
    }
    this.#typing.hidden = !busy(state) || newest?.done === false;
    if (following && state.items.length > 0) this.#scroll(newest, state.items.at(-1));
  }

  follow() {
    this.#rested = 0;
  }

  /** Puts the keyboard on the newest reply, so that Tab goes on to its choices. */
  focusNewest(state) {
    this.#views.get(lastReply(state)?.id)?.node.focus({ preventScroll: true });
  }

  /** Shows the end, but never past the beginning of a new reply. */
  #scroll(newest, last) {
    const root = this.#root;
    const end = root.scrollHeight - root.clientHeight;
    const top = newest === last ? this.#views.get(last.id).node.offsetTop - root.offsetTop - 12 : end;
    this.#rested = Math.max(0, Math.min(end, top));
    root.scrollTop = this.#rested;
  }
}

function patient(_, acts) {
  const node = h("article.patient", { "aria-label": "您说" });
  const update = ({ id, text, state, error, form }) => {
    const retry = error?.retryable && !form && button("重试", () => acts.retry(id), "link");
    node.hidden = text === "";
    node.dataset.state = state;
    fill(node, h("p.bubble", text), h("p.status", error?.message ?? STATUS[state], retry));
  };
  return { node, update };
}

function note({ text }) {
  return { node: h("p.note", text) };
}

function alarm({ text, phone }) {
  return { node: h("article.alarm", h("strong", "紧急提醒"), h("p", text), dial(phone || "120")) };
}

function reply(_, acts) {
  const text = h("p.bubble");
  const foot = h("footer.foot");
  const cards = h("div");
  const choices = h("div.choices", { role: "group", "aria-label": "可以这样回答" });
  const node = h("article.reply", { tabindex: "-1", "aria-label": "导诊助手说" }, text, cards, foot, choices);
  const shown = [];

  function update(item, current) {
    node.setAttribute("aria-busy", !item.done);
    text.hidden = item.text === "";
    text.textContent = item.text;
    item.cards.forEach((one, at) => show(one, at, item.text));
    const label = item.label && h("span", item.label);
    const cited = shown.every(({ card }) => card.hidden || !card.querySelector(".sources")) && sources(item.sources);
    fill(foot, item.stopped && "（已停止）", label, cited);
    const inCards = item.cards.flatMap(({ card }) => card.actions?.map(({ value }) => value));
    const open = current && !item.by ? item.choices.filter(({ value }) => !inCards.includes(value)) : [];
    fill(choices, open.map((choice) => button(choice.label, () => acts.choose(choice, choice.label, null, item.id))));
  }

  /** Draws a card, or only opens, closes or corrects the one that stands there. */
  function show(one, at, said) {
    const before = shown[at];
    const form = one.card.type === "identity_form";
    const open = !one.closed && !one.by;
    const anew = !before || (form && before.open !== open);
    const card = anew ? renderCard(one.card, bound(acts, one.key), one.wrong) : before.card;
    if (before && anew) before.card.replaceWith(card);
    else if (anew) cards.append(card);
    if (form && !open) fill(card.firstChild, h("p.quiet", "就诊人信息已提交。"));
    card.firstChild.disabled = !open;
    echo(card, said, open);
    shown[at] = { card, open };
  }

  return { node, update };
}

/** A card's acts name the card, so that it closes. */
const bound = (acts, key) => ({
  ...acts,
  choose: (action, label) => acts.choose(action, label, key),
  say: (text) => acts.say(text, key),
  submit: (form, values) => acts.submit(form, values, key),
});

/** Hides what the reply's text already says, and a card that has nothing else to offer. */
function echo(card, said, open) {
  const part = card.querySelector("[data-echo]");
  const heard = part && said.includes(part.textContent);
  part?.classList.toggle("unseen", heard);
  card.hidden = heard && !(open && card.querySelector("button"));
}
