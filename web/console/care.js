/** What a patient's follow-up looks like: alerts, answers beside the earlier ones, home readings drawn. */

import { button, fill, h } from "/widget/dom.js";
import { curve } from "./plot.js";
import { DISPOSITIONS, ago, day, moment } from "./words.js";

export const STEPS = { requested: "待发送", received: "已通知", "in-progress": "进行中", completed: "已完成", failed: "未答复", cancelled: "已取消" };
export const COURSES = { active: "进行中", "on-hold": "已暂停", completed: "已结束", revoked: "已停止" };
const SEEN = { open: "未查看", acknowledged: "已查看", closed: "已关闭" };
const SHOWN_ANSWERS = 4;
const SHOWN_POINTS = 60;

/** An alert with what can be done about it; only a reason closes it. */
export function alertItem(alert, acts, now, who = "") {
  const { level, status, text, quote, disposition, raised_at: raised, act_by: due, session_id: session } = alert;
  const late = status !== "closed" && Date.parse(due) < now;
  const closing = h("form.closing", { hidden: true }, h("input", { required: true, maxlength: 2000, "aria-label": "处理结果", placeholder: "怎样处理的，如 已电话联系，家属送急诊" }), h("button.primary", { type: "submit" }, "关闭警报"));
  closing.addEventListener("submit", (event) => {
    event.preventDefault();
    acts.close(alert, closing.querySelector("input").value.trim());
  });
  const open = () => {
    closing.hidden = !closing.hidden;
    closing.querySelector("input").focus();
  };
  return h(
    "li.alert",
    { "data-level": level, "data-status": status, "data-late": String(late) },
    h("p", h("span.mark", { "data-urgency": level === "red" ? "red" : "yellow" }, level === "red" ? "紧急" : "注意"), who, h("strong", text)),
    quote && h("p", h("q", quote)),
    h("p.quiet", [disposition && `已告知患者：${DISPOSITIONS[disposition]}`, `${moment(raised)} 报警（${ago(raised, now)}）`, SEEN[status], late && `应在 ${moment(due)} 前处理`].filter(Boolean).join(" · ")),
    alert.closing_reason && h("p.quiet", `${moment(alert.closed_at)} 关闭：${alert.closing_reason}`),
    status !== "closed" && acts && h(
      "div.actions",
      acts.open && button("查看患者", () => acts.open(alert.patient_id), "primary"),
      status === "open" && button("我已看到", () => acts.acknowledge(alert)),
      button("填写结果并关闭", open),
      session && h("a.button", { href: acts.href("conversation", session) }, "打开对话"),
    ),
    status !== "closed" && acts && closing,
  );
}

/** The answers of each plan, newest first, one row per question; an arrow says how a number moved. */
export function answers(responses) {
  const plans = Map.groupBy(responses, ({ plan_id: plan }) => plan);
  return [...plans.values()].map((all) => answered(all[0].title, all.slice(0, SHOWN_ANSWERS)));
}

function answered(title, responses) {
  const rows = new Map();
  responses.forEach(({ items, scores }, at) => {
    const given = [
      ...scores.map(({ id, title: question, value }) => ({ key: `score/${id}`, question, answer: `${value} 分`, value })),
      ...items.map(({ link_id: key, question, answer, value, quote }) => ({ key, question, answer, value, quote })),
    ];
    for (const one of given) {
      if (!rows.has(one.key)) rows.set(one.key, { question: one.question, cells: [] });
      rows.get(one.key).cells[at] = one;
    }
  });
  const head = h("tr", h("th", { scope: "col" }, title), responses.map(({ authored_at: at }) => h("th", { scope: "col" }, day(at))));
  const body = [...rows.values()].map(({ question, cells }) =>
    h("tr", h("th", { scope: "row" }, question), responses.map((_, at) => cell(cells[at], cells[at + 1]))),
  );
  return h("div.wide", h("table.table", h("thead", head), h("tbody", body)));
}

const cell = (one, before) => (one ? h("td", { title: one.quote ?? "" }, one.answer, arrow(one.value, before?.value)) : h("td.quiet", "—"));

/** Up, down or level, for numbers; in words for who does not see it. */
export function arrow(value, before) {
  if (typeof value !== "number" || typeof before !== "number") return false;
  const [sign, words] = value > before ? ["↑", "比上次高"] : value < before ? ["↓", "比上次低"] : ["→", "和上次一样"];
  return h("span.arrow", h("span", { "aria-hidden": "true" }, sign), h("span.unseen", words));
}

/** Home readings, one plot per measure; dashed lines stand where the knowledge begins to say something. */
export function diary(measures) {
  return Object.entries(measures).map(([name, { label, unit, low, high, points }]) => {
    const drawn = points.slice(-SHOWN_POINTS).map(([at, value]) => ({ label: day(at), value }));
    const [last, before] = [points.at(-1), points.at(-2)];
    const outside = (low !== null && last[1] < low) || (high !== null && last[1] >= high);
    const range = [low !== null && `低于 ${low}`, high !== null && `达到 ${high}`].filter(Boolean).join("、");
    return h(
      "section.panel",
      { "data-measure": name },
      h("h3", `${label} `, h(outside ? "strong.wrong" : "strong", `${last[1]} ${unit}`, arrow(last[1], before?.[1])), outside && h("span.chip", { "data-flag": "raised" }, "要注意")),
      h("p.quiet", `${moment(last[0])}${range && ` · ${range} 时提醒`}`),
      curve(`${label}（${unit}）`, drawn, [low, high].filter((limit) => limit !== null)),
    );
  });
}

/** Ways to reach a patient: the number (noted when shown), a message, a place. */
export function reaching(patient, context) {
  const { api, attempt, toast } = context;
  const path = `/patients/${encodeURIComponent(patient)}`;
  const shown = h("div.part", { "aria-live": "polite" });
  const message = crypto.randomUUID();
  const call = async () => {
    const found = await attempt(api.post(`${path}/phone`));
    if (found) fill(shown, h("a.button.phone", { href: `tel:${found.phone}` }, `拨打 ${found.phone}`), h("p.quiet", "查看号码已记入审计。"));
  };
  const write = async (event) => {
    const pressed = event.currentTarget;
    pressed.disabled = true;
    if (await attempt(api.post(`${path}/messages`, { id: message }))) toast("已通知患者打开对话窗口");
    else pressed.disabled = false;
  };
  return [h("div.actions", button("打电话", call, "primary"), button("发消息", write), button("预约", () => book(path, shown, context))), shown];
}

async function book(path, shown, { api, attempt, toast }) {
  const start = await attempt(api.get("/slots"));
  if (!start) return;
  const chosen = h("select", { "aria-label": "科室" }, h("option", { value: "" }, "选择科室"), start.departments.map(({ id, name }) => h("option", { value: id }, name)));
  const places = h("ul.slots");
  chosen.addEventListener("change", async () => {
    const found = chosen.value && (await attempt(api.get(`/slots?department=${encodeURIComponent(chosen.value)}`)));
    if (found) fill(places, found.slots.length ? found.slots.map((slot) => h("li", button(`${day(slot.date)} ${slot.start} ${slot.doctor} 余 ${slot.left}`, () => take(slot)))) : h("li.quiet", "两周内没有号源。"));
  });
  const take = async (slot) => {
    const booked = await attempt(api.post(`${path}/appointments`, { id: crypto.randomUUID(), slot_id: slot.id }));
    if (!booked) return;
    const { date, start: at, doctor, number } = booked.appointment;
    fill(shown, h("p", `已预约 ${day(date)} ${at} ${doctor}，第 ${number} 号。`));
    toast("已预约");
  };
  fill(shown, chosen, places);
  chosen.focus();
}
