/** What staff do about a conversation among themselves: whose it is, tags, notes, and closing it with a reason. */

import { fill, h } from "/widget/dom.js";
import { moment } from "./words.js";

const MOST_TAGS = 8;

export class Teamwork {
  #acts;
  #assign = h("select", { "aria-label": "分配给" });
  #tags = h("input", { maxlength: 140, "aria-label": "标签", placeholder: "用空格分开，如 回访 胸痛" });
  #note = h("textarea", { rows: 2, maxlength: 2000, "aria-label": "内部备注", placeholder: "同事可见，患者看不到" });
  #reason = h("textarea", { rows: 2, maxlength: 2000, required: true, "aria-label": "处理结果", placeholder: "怎样处理的，如 已电话联系，家属送急诊" });
  #notes = h("ol.notes");
  #closed = h("p.quiet");
  #handle = form("处理完毕", this.#reason, "填写结果并关闭", () => this.#acts.handle(this.#reason.value.trim()), "primary");
  #shown = null;
  node;

  constructor(acts, staff) {
    this.#acts = acts;
    const people = staff.map(({ id, display }) => h("option", { value: id }, display));
    fill(this.#assign, h("option", { value: "" }, "未分配"), people);
    this.#assign.addEventListener("change", () => acts.assign(this.#assign.value || null));
    this.node = h(
      "div.teamwork",
      this.#handle,
      this.#closed,
      h("section.part", h("h3", "分配给"), this.#assign),
      form("标签", this.#tags, "保存标签", () => acts.tag(this.#words())),
      form("内部备注", this.#note, "添加备注", () => this.#add()),
      this.#notes,
    );
  }

  focusNote() {
    this.#note.focus();
  }

  draw({ row, tags, notes }) {
    const key = JSON.stringify([row.assigned_to, row.handled_at, row.urgency, tags, notes]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.#assign.value = row.assigned_to?.id ?? "";
    if (document.activeElement !== this.#tags) this.#tags.value = tags.join(" ");
    this.#handle.hidden = row.urgency === "none";
    this.#closed.textContent = row.handled_at ? `${moment(row.handled_at)} 已处理` : "";
    fill(this.#notes, notes.map(({ by, at, text, kind }) => h("li", h("p.quiet", `${by} · ${moment(at)}${kind === "handled" ? " · 处理结果" : ""}`), h("p", text))));
  }

  #words() {
    return [...new Set(this.#tags.value.split(/[\s,，、]+/).filter(Boolean))].slice(0, MOST_TAGS);
  }

  async #add() {
    if (await this.#acts.note(this.#note.value.trim())) this.#note.value = "";
  }
}

function form(title, control, submit, act, style = "") {
  const sent = (event) => {
    event.preventDefault();
    act();
  };
  return h("form.part", { onsubmit: sent }, h("h3", title), control, h("div.actions", h(`button.${style}`, { type: "submit" }, submit)));
}
