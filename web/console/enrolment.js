/** The form that puts a patient on plans: which, from which day on, and that the patient agreed. */

import { fill, h } from "/widget/dom.js";

const ANCHORS = { discharge: "出院日期", surgery: "手术日期", delivery: "分娩日期", cycle: "本周期第 1 天" };

/** `plans` are what the pack has, `courses` the patient's own; `enrol` sends it and says whether it was taken. */
export function enrolment(plans, courses, enrol) {
  const running = new Set(courses.filter(({ status }) => ["active", "on-hold"].includes(status)).map(({ plan_id: id }) => id));
  const id = crypto.randomUUID();
  const days = h("div.part");
  const wrong = h("p.wrong", { role: "alert" });
  const consent = h("input", { type: "checkbox", name: "consented" });
  const boxes = plans.filter((plan) => !running.has(plan.id)).map((plan) => h("label", h("input", { type: "checkbox", name: "plan", value: plan.id }), plan.title));
  const chosen = () => plans.filter((plan) => form.querySelector(`input[name=plan][value="${plan.id}"]`)?.checked);
  const dates = new Map(Object.entries(ANCHORS).map(([anchor, label]) => [anchor, h("label.field", label, h("input", { type: "date", name: anchor, required: true }))]));
  const form = h(
    "form.part",
    { onsubmit: send, onchange: draw },
    h("fieldset.choices", h("legend", "计划"), boxes),
    days,
    h("label.consent", consent, "患者（或监护人）已同意出院后随访"),
    wrong,
    h("div.actions", h("button.primary", { type: "submit" }, "登记随访")),
  );

  function draw() {
    const anchors = new Set(chosen().map(({ anchor }) => anchor));
    const shown = [...dates.keys()].filter((anchor) => anchors.has(anchor));
    if (days.dataset.shown === shown.join()) return;
    days.dataset.shown = shown.join();
    fill(days, shown.map((anchor) => dates.get(anchor)));
  }

  async function send(event) {
    event.preventDefault();
    const ids = chosen().map((plan) => plan.id);
    wrong.textContent = ids.length === 0 ? "请选择至少一个计划。" : consent.checked ? "" : "没有患者同意不能登记。";
    if (wrong.textContent) return;
    const given = Object.fromEntries([...days.querySelectorAll("input")].map(({ name, value }) => [name, value]));
    await enrol({ id, plans: ids, days: given, consented: true });
  }

  return h("details.enrolment", h("summary", "登记新的随访计划"), form);
}
