/** Everything of one patient; opening it is noted. */

import { button, fill, h } from "/widget/dom.js";
import { COURSES, STEPS, alertItem, answers, diary, reaching } from "./care.js";
import { enrolment } from "./enrolment.js";
import { RowList } from "./rows.js";
import { day } from "./words.js";

const VISITS = { pending: "待确认", booked: "已预约", arrived: "已报到", fulfilled: "已就诊", cancelled: "已取消", noshow: "未到" };
const REMINDERS = { medication: "用药提醒", revisit: "复诊提醒" };

export async function render(root, context) {
  const { api, signal, attempt } = context;
  const id = context.route.id;
  const path = `/patients/${encodeURIComponent(id)}`;
  const rows = new RowList("这位患者的对话");

  async function load() {
    const [page, { plans }] = await Promise.all([api.get(path), api.get("/follow-up")]);
    if (signal.aborted) return;
    const { plans: courses, tasks, responses, alerts, diary: measures, reminders } = page.follow_up;
    rows.draw(page.sessions, (row) => context.href("conversation", row.session_id), context.now());
    fill(
      root,
      h("div.bar", h("a.back", { href: context.href("follow-up") }, "‹ 随访"), h("h1", page.masked), h("p.quiet", "打开此页已记入审计")),
      h(
        "div.split",
        h(
          "div.part",
          part("警报", alerts, (list) => h("ol.items", list.map((alert) => alertItem(alert, acts, context.now())))),
          part("家里的测量", Object.keys(measures), () => h("div.plots", diary(measures))),
          part("随访回答", responses, answers),
          part("对话", page.sessions, () => rows.node),
        ),
        h(
          "aside.part",
          h("section.panel.part", h("h2", "联系患者"), reaching(id, context)),
          h("section.panel.part", h("h2", "随访计划"), courses.map((plan) => course(plan, tasks)), enrolment(plans, courses, enrol)),
          h("section.panel.part", h("h2", "预约"), page.appointments.length > 0 ? h("ul", page.appointments.map(visit)) : h("p.quiet", "没有预约。")),
          reminders.length > 0 && h("section.panel.part", h("h2", "提醒"), h("ul", reminders.map(reminder))),
        ),
      ),
    );
  }

  const acts = {
    href: context.href,
    acknowledge: (alert) => act(`/alerts/${alert.id}/acknowledge`, {}, "已记录您看到了这条警报"),
    close: (alert, reason) => act(`/alerts/${alert.id}/close`, { reason }, "警报已关闭"),
  };
  const enrol = (form) => act(`${path}/enrol`, form, "已登记随访");

  async function act(call, body, done) {
    const went = await attempt(api.post(call, body));
    if (!went) return false;
    context.toast(done);
    await load();
    return true;
  }

  function course({ id: plan, title, status, anchor }, tasks) {
    const move = (to, label) => button(label, () => act(`/follow-up/plans/${plan}/${to}`, {}, `${title}：${COURSES[to]}`));
    const mine = tasks.filter((task) => task.care_plan_id === plan);
    return h(
      "section.part.course",
      { "data-status": status },
      h("p", h("strong", title), h("span.chip", COURSES[status] ?? status)),
      h("p.quiet", `从 ${day(anchor)} 起算`),
      h("p.fine", mine.map(({ step, status: state, code }) => h("span.chip", `${step}${code === "call" ? " 电话" : ""} ${STEPS[state]}`))),
      h("div.actions", status === "active" && move("on-hold", "暂停"), status === "on-hold" && move("active", "恢复"), ["active", "on-hold"].includes(status) && move("revoked", "停止")),
    );
  }

  await load();
}

const part = (title, items, drawn) => h("section.part", h("h2", title), items.length > 0 ? drawn(items) : h("p.quiet", "没有。"));
const visit = ({ status, department, doctor, date, start, where, number }) =>
  h("li", h("span.chip", VISITS[status] ?? status), `${day(date)} ${start} ${department} ${doctor}`, h("small", `第 ${number} 号 · ${where}`));
const reminder = ({ kind, at, first_day: first, last_day: last }) => h("li", `${REMINDERS[kind] ?? kind} ${at}，${day(first)}–${day(last)}`);
