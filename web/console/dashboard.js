/** The department in numbers. */

import { fill, h } from "/widget/dom.js";
import { bars, ranks } from "./plot.js";
import { AXES, CAUSES, day, duration, percent } from "./words.js";

const SPANS = { 7: "近 7 天", 30: "近 30 天", 90: "近 90 天" };
const COLUMNS = { conversations: "对话", messages: "消息", emergencies: "紧急", handoffs: "转人工", unclear: "没听懂", negative: "不满意" };
const PLOTTED = ["conversations", "emergencies", "handoffs", "unclear"];

export async function render(root, context) {
  const span = h("select", { "aria-label": "时间范围" }, Object.entries(SPANS).map(([days, label]) => h("option", { value: days }, label)));
  const body = h("div.figures");
  fill(root, h("div.bar", h("h1", "看板"), span), body);
  const load = async () => {
    const figures = await context.api.get(`/dashboard?days=${span.value}`);
    fill(body, drawn(figures));
  };
  span.addEventListener("change", () => context.attempt(load()));
  await load();
}

function drawn({ days, totals, alert_seconds: alerts, ratings, reasons }) {
  const { count, ...marks } = ratings;
  const named = Object.entries(reasons).map(([reason, value]) => ({ label: CAUSES[reason] ?? reason, value }));
  return [
    h(
      "div.tiles",
      tile("对话", totals.conversations),
      tile("紧急比例", percent(totals.emergency_rate)),
      tile("转人工比例", percent(totals.handoff_rate)),
      tile("每个对话的消息（中位数）", totals.messages_median),
      tile("红色预警到被查看（中位数）", duration(alerts.median), `九成在 ${duration(alerts.p90)} 内`),
      tile("超 5 分钟才查看", alerts.late),
    ),
    h(
      "div.plots",
      PLOTTED.map((name) => panel(`每天${COLUMNS[name]}`, bars(`每天${COLUMNS[name]}`, days.map((one) => ({ label: day(one.date), value: one[name] }))))),
      panel("转到人工的原因", named.length > 0 ? ranks("转到人工的原因", named) : h("p.quiet", "没有。")),
      panel(`质检评分（${count} 次）`, count > 0 ? ranks("质检评分", Object.entries(AXES).map(([axis, label]) => ({ label, value: marks[axis] })), 5) : h("p.quiet", "还没有评分。")),
    ),
    h("details", h("summary", "按天的数字"), table(days)),
  ];
}

const tile = (label, value, note) => h("p.tile", h("span.quiet", label), h("strong", value ?? "—"), note && h("small", note));
const panel = (title, content) => h("section.panel", h("h2", title), content);

function table(days) {
  const head = h("tr", h("th", { scope: "col" }, "日期"), Object.values(COLUMNS).map((label) => h("th.number", { scope: "col" }, label)));
  const rows = days.map((one) => h("tr", h("th", { scope: "row" }, one.date), Object.keys(COLUMNS).map((name) => h("td.number", one[name]))));
  return h("table.table", h("thead", head), h("tbody", rows));
}
