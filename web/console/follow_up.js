/** The follow-up board: alerts, calls to make, what is overdue, what is due; the patient chosen stands beside it. */

import { button, fill, h } from "/widget/dom.js";
import { STEPS, alertItem, answers, diary, reaching } from "./care.js";
import { ago, moment } from "./words.js";

const REFRESH_MS = 30_000;

export async function render(root, context) {
  const { api, signal, attempt, staff } = context;
  const lists = h("div.board");
  const side = h("aside.panel.beside", { "aria-label": "患者随访", tabindex: "-1" }, h("p.quiet", "选一位患者，查看以前的回答和家里的测量。"));
  const when = h("p.quiet");
  fill(root, h("div.bar", h("h1", "随访"), when), h("div.split", lists, side));

  const acts = {
    href: context.href,
    open: (patient) => attempt(open(patient)),
    acknowledge: (alert) => act(`/alerts/${alert.id}/acknowledge`, {}, "已记录您看到了这条警报"),
    close: (alert, reason) => act(`/alerts/${alert.id}/close`, { reason }, "警报已关闭"),
    take: async (task) => (await act(`/follow-up/tasks/${task.id}/take`, {}, "电话由您来打")) && open(task.patient_id),
    complete: (task) => act(`/follow-up/tasks/${task.id}/complete`, {}, "已完成"),
  };
  let chosen = "";

  async function act(path, body, done) {
    const went = await attempt(api.post(path, body));
    if (went) context.toast(done);
    await load();
    return went;
  }

  async function open(patient) {
    chosen = patient;
    const page = await api.get(`/patients/${encodeURIComponent(patient)}`);
    if (signal.aborted || chosen !== patient) return;
    const { responses, diary: measures } = page.follow_up;
    fill(
      side,
      h("div.bar", h("h2", page.masked), h("a", { href: context.href("patient", patient) }, "患者页")),
      reaching(patient, context),
      responses.length > 0 && h("section.part", h("h3", "回答（新的在前）"), answers(responses)),
      h("section.part", h("h3", "家里的测量"), Object.keys(measures).length > 0 ? diary(measures) : h("p.quiet", "还没有记录。")),
    );
    side.focus({ preventScroll: true });
  }

  /** Draws the board; by itself never while somebody writes why an alert is closed. */
  async function load(byItself = false) {
    const board = await api.get("/follow-up");
    if (signal.aborted || (byItself && root.querySelector(".closing:not([hidden])"))) return;
    const now = context.now();
    const who = (patient) => h("span.who", board.patients[patient] || "未知患者");
    const late = ({ due_at: due }) => Date.parse(due) < now;
    const calls = board.tasks.filter(({ code }) => code === "call");
    const asked = board.tasks.filter(({ code }) => code !== "call");
    const tasks = (items) => items.map((task) => taskItem(task, acts, staff, now, who(task.patient_id)));
    fill(
      lists,
      part("警报", board.alerts.map((alert) => alertItem(alert, acts, now, who(alert.patient_id))), "没有未关闭的警报。"),
      part("要打的电话", tasks(calls), "没有要打的电话。"),
      part("逾期未答", tasks(asked.filter(late)), "没有逾期的随访。"),
      part("一天内到期", tasks(asked.filter((task) => !late(task))), "一天内没有到期的随访。"),
    );
    fill(when, `${board.alerts.length} 条警报 · ${calls.length} 个电话 · ${asked.length} 个随访`);
  }

  context.on("inbox.changed", () => attempt(load(true)));
  const timer = setInterval(() => attempt(load(true)), REFRESH_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  await load();
}

const part = (title, items, none) => h("section.part", h("h2", `${title}（${items.length}）`), items.length > 0 ? h("ol.items", items) : h("p.quiet", none));

function taskItem(task, acts, staff, now, who) {
  const { title, step, due_at: due, status, tries, owner, code } = task;
  const mine = owner === staff.id;
  const told = Date.parse(due) < now ? `到期 ${ago(due, now)}` : `${moment(due)} 到期`;
  return h(
    "li.task",
    { "data-task": task.id },
    h("p", who, h("strong", `${title} ${step}`), h("span.chip", { "data-state": status === "in-progress" ? "nurse" : "waiting" }, code === "call" && owner ? (mine ? "我在联系" : "同事在联系") : STEPS[status])),
    h("p.quiet", [told, tries > 0 && `已通知 ${tries} 次`].filter(Boolean).join(" · ")),
    h(
      "div.actions",
      code === "call" && !owner && button("我来打", () => acts.take(task), "primary"),
      code === "call" && mine && button("已完成", () => acts.complete(task), "primary"),
      button("查看患者", () => acts.open(task.patient_id)),
    ),
  );
}
