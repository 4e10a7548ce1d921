/** Marking a turn wrong and saying what is right: it becomes a task and, where it may, a case to be tested. */

import { fill, h } from "/widget/dom.js";
import { DISPOSITIONS, FAULTS } from "./words.js";

export function correctionForm(trace, decision, acts) {
  const kind = select("哪里不对", Object.entries(FAULTS));
  const disposition = select("正确的紧急程度", Object.entries(DISPOSITIONS), "没有问题");
  const text = area("正确的做法或说法", 1000);
  const note = area("说明（可选，不要写姓名和电话）", 1000);
  const said = h("p", { role: "status" });
  const submit = h("button", { type: "submit" }, "提交更正");

  async function sent(event) {
    event.preventDefault();
    submit.disabled = true;
    const right = { disposition: disposition.control.value || null, text: text.control.value.trim() };
    const made = await acts.correct({ trace_id: trace, kind: kind.control.value, right, note: note.control.value.trim() });
    submit.disabled = false;
    if (!made) return;
    fill(said, made.case_id ? `已记录，并生成去标识的测试用例 ${made.case_id}。` : "已记录，交给知识维护人员。");
    form.reset();
  }

  disposition.node.hidden = !decision;
  const form = h("form.part", { onsubmit: sent }, kind.node, disposition.node, text.node, note.node, h("div.actions", submit), said);
  return h("details.correction", h("summary", "标记这一轮有错"), form);
}

function select(label, options, none) {
  const control = h("select", none && h("option", { value: "" }, none), options.map(([id, name]) => h("option", { value: id }, name)));
  return { control, node: h("label.field", h("span", label), control) };
}

function area(label, most) {
  const control = h("textarea", { rows: 2, maxlength: most });
  return { control, node: h("label.field", h("span", label), control) };
}
