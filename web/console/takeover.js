/** Below the conversation: who answers, taking it over, answering, and giving it back. */

import { newId } from "/widget/connection.js";
import { button, fill, h } from "/widget/dom.js";

const TYPING_MS = 3_000;

export class Takeover {
  #acts;
  #typed = 0;
  #message = null;
  #canned = [];
  #shown = "";
  node = h("div.takeover");
  #input = h("textarea", { rows: 2, maxlength: 2000, "aria-label": "回复患者", placeholder: "回复患者…　Enter 发送，Shift+Enter 换行" });
  #alarm = h("p.lost", { role: "alert" });
  #body = h("div.answering");

  /** `acts`: claim, release, typing, say(text, id) → whether it was taken, draft(text). */
  constructor(acts, { draft, canned }) {
    this.#acts = acts;
    this.#canned = canned;
    this.#input.value = draft;
    this.#input.addEventListener("input", () => this.#typing());
    this.#input.addEventListener("keydown", (event) => this.#key(event));
    fill(this.node, this.#alarm, this.#body);
  }

  focus() {
    this.#input.focus();
  }

  /** `claim` as the server has it, `lost` when it was taken from this nurse without being asked. */
  draw({ claim, lost, row }) {
    this.#alarm.textContent = lost ? "您的接管已失效：导诊助手或同事已继续接待。未发送的文字保留在下面，重新接管后可以发送。" : "";
    const key = JSON.stringify([claim?.by?.id, claim?.mine, lost, row.state]);
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = this.node.contains(document.activeElement);
    fill(this.#body, claim?.mine ? this.#form() : this.#offer(claim, lost, row));
    if (focused) (claim?.mine ? this.#input : this.#body.querySelector("button"))?.focus();
  }

  #offer(claim, lost, { state }) {
    if (claim) return h("p.held", { role: "status" }, h("strong", `${claim.by.display} 正在接待`), "，您可以阅读，不能同时回复。");
    return [
      h("p", `${state === "waiting" ? "患者在等护士，助手先陪着" : "助手正在接待"}。接管后助手静音，由您回复。`),
      lost && this.#input.value && h("p.kept", this.#input.value),
      button("接管对话 (c)", () => this.#acts.claim(), "primary"),
    ];
  }

  #form() {
    const submit = (event) => {
      event.preventDefault();
      this.#send();
    };
    return h(
      "form",
      { onsubmit: submit },
      h("div.tools", h("strong", "您正在接待"), this.#menu(), button("交还助手", () => this.#acts.release(), "quiet-button")),
      h("div.typing", this.#input, h("button.primary", { type: "submit" }, "发送")),
    );
  }

  #menu() {
    const menu = h("details.menu", h("summary", "常用语"));
    const pick = ({ text }) => {
      menu.open = false;
      this.#input.value += text;
      this.#input.focus();
      this.#typing();
    };
    menu.append(h("ul", this.#canned.map((one) => h("li", button([h("strong", one.title), h("span", one.text)], () => pick(one))))));
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      event.stopPropagation();
      menu.open = false;
      menu.firstChild.focus();
    });
    return menu;
  }

  #typing() {
    this.#message = null;
    this.#acts.draft(this.#input.value);
    if (Date.now() - this.#typed < TYPING_MS) return;
    this.#typed = Date.now();
    this.#acts.typing();
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  /** The same words sent again after a failure keep their id: the patient hears them once. */
  async #send() {
    const text = this.#input.value.trim();
    if (!text || this.#input.readOnly) return;
    this.#message ??= newId();
    this.#input.readOnly = true;
    const taken = await this.#acts.say(text, this.#message);
    this.#input.readOnly = false;
    if (!taken) return;
    this.#message = null;
    this.#input.value = "";
    this.#acts.draft("");
  }
}
