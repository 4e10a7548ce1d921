/** Marking a turn wrong and saying what is right: it becomes a task and, where it may, a case to be tested. */

import { fill, h } from "/widget/dom.js";
import { DISPOSITIONS, FAULTS } from "./words.js";

export function correctionForm(trace, decision, acts) {
  const kind = select("哪里不对", Object.entries(FAULTS));
  const disposition = select("正确的紧急程度", Object.entries(DISPOSITIONS), "没有问题");
  const departments = h("select", { multiple: true, size: 4 });
  const routed = h("label.field", h("span", "正确的科室（可选，按住 Ctrl 多选）"), departments);
  const text = area("正确的做法或说法", 1000);
  const opening = area("用自己的话写患者怎么说的（可选；患者没有同意用于改进时，只有这样才能生成用例）", 1000);
  const note = area("说明（可选，不要写姓名和电话）", 1000);
  const said = h("p", { role: "status" });
  const submit = h("button", { type: "submit" }, "提交更正");

  async function sent(event) {
    event.preventDefault();
    submit.disabled = true;
    const right = {
      disposition: disposition.control.value || null,
      departments: [...departments.selectedOptions].map(({ value }) => value).slice(0, 3),
      text: text.control.value.trim(),
    };
    const own = opening.control.value.trim();
    const made = await acts.correct({ trace_id: trace, kind: kind.control.value, right, note: note.control.value.trim(), opening: own ? [own] : [] });
    submit.disabled = false;
    if (!made) return;
    fill(said, made.case_id ? `已记录，并生成去标识的测试用例 ${made.case_id}。` : "已记录，交给知识维护人员。");
    form.reset();
  }

  disposition.node.hidden = !decision;
  const form = h("form.part", { onsubmit: sent }, kind.node, disposition.node, routed, text.node, opening.node, note.node, h("div.actions", submit), said);

  async function opened() {
    if (departments.options.length) return;
    const found = await acts.departments();
    if (found) fill(departments, found.items.map(({ id, name }) => h("option", { value: id }, name)));
  }

  return h("details.correction", { ontoggle: opened }, h("summary", "标记这一轮有错"), form);
}

function select(label, options, none) {
  const control = h("select", none && h("option", { value: "" }, none), options.map(([id, name]) => h("option", { value: id }, name)));
  return { control, node: h("label.field", h("span", label), control) };
}

function area(label, most) {
  const control = h("textarea", { rows: 2, maxlength: most });
  return { control, node: h("label.field", h("span", label), control) };
}
