/** The notice and its purposes. Nothing optional is ticked beforehand; a refusal keeps guidance. */

import { button, h } from "./dom.js";

export function consentCard({ text, purposes }, give, waiting) {
  const rows = purposes.map(({ id, title, text: why, required }) => {
    const box = h("input", { type: "checkbox", checked: required, hidden: required });
    return { id, box, required, label: h("label", box, h("span", h("strong", title), h("span.quiet", why))) };
  });
  const group = (required) => h("div.ticks", rows.filter((row) => row.required === required).map(({ label }) => label));
  const agree = () => give(rows.filter(({ box }) => box.checked).map(({ id }) => id));
  return h(
    "section.card",
    h("h3", "开始之前，请您知情同意"),
    h("p.notice", text),
    group(true),
    h("details", h("summary", "可选的用途（默认都不开）"), group(false)),
    waiting && h("p.warning", { role: "status" }, "您的话已经收到，同意后马上为您处理。"),
    h("div.actions", button("同意并开始", agree, "primary"), button("暂不同意", () => give([]))),
  );
}

/** What remains after a refusal. */
export const refusedNote = (reopen) =>
  h("p.note", "您暂未同意使用个人信息，我只能回答就医指引类的问题。", button("改为同意", reopen, "link"));
