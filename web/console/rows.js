/** A conversation as one line of a list: masked, everything said in words as well as in colour. */

import { fill, h } from "/widget/dom.js";
import { AGEING, CAUSES, CHANNELS, DISPOSITIONS, HOLDINGS, URGENCIES, ago, clock } from "./words.js";

/** The mark of urgency, its word in it. */
export const mark = (urgency) => h("span.mark", { "data-urgency": urgency }, URGENCIES[urgency]);

/** Who answers the patient: the colleague where one does. */
export const holder = ({ state, claimed_by: by }) =>
  by ? h("span.chip", { "data-state": "nurse" }, `${by.display} 接待中`) : h("span.chip", { "data-state": state }, HOLDINGS[state]);

/** Fills a row's link. */
export function fillRow(link, row, now, extra) {
  const { urgency, since, ageing, reason, disposition, channel, who, messages, tags, assigned_to: assigned } = row;
  link.dataset.urgency = urgency;
  link.dataset.ageing = ageing;
  link.dataset.unopened = String(!row.opened_at);
  const wait = urgency === "none" ? clock(row.last_at) : waited(since, now);
  return fill(
    link,
    mark(urgency),
    h("span.who", h("strong", who || "未说明"), !row.opened_at && h("span.new", "未查看")),
    h("span.what", [row.crisis && "心理危机", reason && CAUSES[reason], DISPOSITIONS[disposition]].filter(Boolean).join(" · ") || "一般咨询"),
    h("span.wait", wait, ageing !== "fine" && h("em", AGEING[ageing])),
    h("span.holder", holder(row)),
    h("span.assigned", assigned ? `→ ${assigned.display}` : "未分配"),
    h("span.tags", tags.map((tag) => h("span.chip", tag))),
    h("span.meta", `${CHANNELS[channel] ?? channel} · ${messages} 句`),
    extra,
  );
}

const waited = (since, now) => (now - Date.parse(since) < 60_000 ? "刚刚" : `已等 ${ago(since, now)}`);

/** A row that opens the conversation. */
export const rowLink = (row, href, now, extra) => fillRow(h("a.row", { href, "data-session": row.session_id }), row, now, extra);

/** Keeps one link per conversation, so that the keyboard stays where it was while the list changes. */
export class RowList {
  #links = new Map();
  node;

  constructor(label) {
    this.node = h("ol.rows", { "aria-label": label });
  }

  get links() {
    return this.node.querySelectorAll("a.row");
  }

  draw(rows, hrefOf, now, extraOf = () => null) {
    const held = document.activeElement;
    const links = new Map();
    for (const row of rows) {
      const link = this.#links.get(row.session_id) ?? h("a.row", { "data-session": row.session_id });
      link.href = hrefOf(row);
      links.set(row.session_id, fillRow(link, row, now, extraOf(row)));
    }
    this.#links = links;
    this.node.replaceChildren(...[...links.values()].map((link) => h("li", link)));
    if (held !== document.activeElement && this.node.contains(held)) held.focus({ preventScroll: true });
  }
}
