/** Rating on the five axes, of the whole conversation or of one turn. */

import { button, h } from "/widget/dom.js";
import { AXES, clock, moment } from "./words.js";

const MARKS = [1, 2, 3, 4, 5];
const ENDS = ["差", "", "", "", "好"];

/** `about` is a turn's trace id, empty for the conversation. */
export function renderRating(talk, about, acts) {
  const comment = h("textarea", { rows: 2, maxlength: 2000, "aria-label": "评语" });
  const turn = about && talk.messages.find(({ trace_id: trace, author }) => trace === about && author === "agent");

  function sent(event) {
    event.preventDefault();
    const given = new FormData(event.target);
    const marks = Object.fromEntries(Object.keys(AXES).map((axis) => [axis, Number(given.get(axis))]));
    acts.rated({ trace_id: about, ...marks, comment: comment.value.trim() });
  }

  return [
    h("p", turn ? `评价 ${clock(turn.at)} 的回答` : "评价整段对话", turn && button("改评整段", () => acts.rate(""), "link")),
    h("form.part", { onsubmit: sent }, Object.entries(AXES).map(scale), h("label.field", h("span", "评语（可选）"), comment), h("div.actions", h("button.primary", { type: "submit" }, "提交评分"))),
    talk.ratings.length > 0 && h("section.part", h("h3", "已有评分"), h("ul.notes", talk.ratings.map(past))),
  ];
}

function scale([axis, title]) {
  const marks = MARKS.map((mark, at) =>
    h("label", h("input", { type: "radio", name: axis, value: mark, required: true }), h("span", mark), ENDS[at] && h("small", ENDS[at])),
  );
  return h("fieldset.axis", h("legend", title), h("div", marks));
}

function past({ by, at, trace_id: trace, comment, ...marks }) {
  const words = Object.entries(AXES).map(([axis, title]) => `${title} ${marks[axis]}`);
  return h("li", h("p.quiet", `${by} · ${moment(at)} · ${trace ? "单轮" : "整段"}`), h("p", words.join("　")), comment && h("p", comment));
}
