/** A form for sensitive fields. Values leave the page's elements the moment they are sent. */

import { h } from "./dom.js";

const KINDS = {
  phone: { type: "tel", maxlength: 16 },
  id_number: { maxlength: 24, autocapitalize: "characters" },
  number: { inputmode: "decimal" },
  date: { type: "date" },
};

/** What was typed comes back only to be corrected after the server found it wrong. */
export function identityForm(card, acts, { wrong }) {
  const typed = acts.recall(card.form);
  const rows = card.fields.map((field) => {
    const id = `field-${field.name}`;
    const problem = h("p.wrong", { id: `${id}-wrong` });
    const attributes = { id, autocomplete: "off", spellcheck: "false", "aria-required": `${field.required}`, "aria-describedby": problem.id };
    const input = h("input", { ...attributes, ...KINDS[field.kind] });
    input.value = typed[field.name] ?? "";
    const complain = (text) => {
      problem.textContent = text;
      input.setAttribute("aria-invalid", Boolean(text));
      return text;
    };
    const missing = () => complain(field.required && !input.value.trim() ? `请填写${field.label}` : "");
    return { field, input, missing, row: h("div.field", h("label", { for: id }, field.label, !field.required && "（选填）"), input, problem) };
  });

  function submit(event) {
    event.preventDefault();
    const empty = rows.filter(({ missing }) => missing());
    if (empty.length) return empty[0].input.focus();
    const values = Object.fromEntries(rows.map(({ field, input }) => [field.name, input.value.trim()]));
    for (const { input } of rows) input.value = "";
    return acts.submit(card.form, values);
  }

  return [
    h("h3", card.title ?? "就诊人信息"),
    h("p.quiet", card.why),
    wrong && h("p.wrong", { role: "alert" }, wrong),
    h("form", { novalidate: true, onsubmit: submit }, rows.map(({ row }) => row), h("div.actions", h("button.primary", "提交"))),
  ];
}
