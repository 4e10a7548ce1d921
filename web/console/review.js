/** The review queue: what a person should read again, and why. */

import { button, fill, h } from "/widget/dom.js";
import { pathOf } from "./api.js";
import { onKeys, step } from "./keys.js";
import { RowList } from "./rows.js";
import { WHYS } from "./words.js";

export async function render(root, context) {
  const { api, signal } = context;
  const list = new RowList("待质检的对话");
  const status = h("p.status", { role: "status" });
  const more = h("div.actions");
  let items = [];
  fill(root, h("div.bar", h("h1", "质检"), h("p.quiet", "全部红旗警报、没听懂、患者不满意，以及随机抽查的 2%")), status, list.node, more);

  async function load(cursor = "") {
    const page = await api.get(pathOf("/review", { cursor }));
    if (signal.aborted) return;
    items = cursor ? [...items, ...page.items] : page.items;
    const reasons = ({ why }) => h("span.reasons", why.map((one) => h("span.chip", WHYS[one] ?? one)));
    list.draw(items, (row) => context.href("conversation", row.session_id, { side: "rating", from: "review" }), context.now(), reasons);
    list.node.hidden = items.length === 0;
    status.textContent = items.length ? `${items.length}${page.cursor ? "+" : ""} 个对话待评分` : "都评完了。";
    fill(more, page.cursor && button("更多", () => context.attempt(load(page.cursor))));
  }

  onKeys(signal, { j: () => step(list.links, 1), k: () => step(list.links, -1) });
  await load();
}
