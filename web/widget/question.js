/** The card of one interview question. Free text in the composer answers it just as well. */

import { button, h } from "./dom.js";

const ALONE = /^(以上)?[都全]没有|不(清楚|知道|确定)$/;

export function question(card, acts) {
  const { kind, options, actions, remaining } = card;
  const given = options.map(({ label, value }) => actions.find((action) => action.value === value) ?? { label });
  const rest = remaining > 0 && h("p.fine", `最多还有 ${remaining} 个问题`);
  return [h("h3", { "data-echo": true }, card.text), body(kind, given, acts, card.text), rest];
}

function body(kind, options, acts, text) {
  if (kind === "multi") return multi(options, acts, text);
  const answer = (option) => (option.action ? acts.choose(option) : acts.say(option.label));
  const taps = h(`div.options.${kind}`, options.map((option) => button(option.label, () => answer(option))));
  if (kind === "number") return [amount(acts, text), taps];
  if (kind === "scale") return [scale(acts), taps];
  return [kind === "text" && h("p.quiet", "请在下面输入框里回答，说不清楚也没关系。"), taps];
}

/** Signs to tick; 「都没有」 and 「不清楚」 exclude everything else. Ticks travel joined by commas. */
function multi(options, acts, text) {
  const alone = (box) => ALONE.test(options[box.value].label);
  const boxes = options.map((_, at) => h("input", { type: "checkbox", value: at, onchange: ({ target }) => tick(target) }));
  const ticked = () => boxes.filter((box) => box.checked);
  const send = button("选好了", submit, "primary", { disabled: true });

  function tick(box) {
    for (const other of boxes) if (box.checked && other !== box && (alone(box) || alone(other))) other.checked = false;
    send.disabled = ticked().length === 0;
  }

  function submit() {
    const chosen = ticked().map((box) => options[box.value]);
    const label = chosen.map((option) => option.label).join("、");
    acts.choose({ ...chosen[0], value: chosen.map((option) => option.value).join() }, label);
  }

  return [
    h("div.ticks", { role: "group", "aria-label": text }, boxes.map((box, at) => h("label", box, options[at].label))),
    h("div.actions", send),
  ];
}

function scale(acts) {
  const degrees = [...Array(11).keys()].map((degree) => button(degree, () => acts.say(`${degree}分`), "", { "aria-label": `${degree} 分` }));
  return [h("div.scale", degrees), h("div.ends", h("span", "0 没有"), h("span", "10 最厉害"))];
}

function amount(acts, text) {
  const input = h("input", { inputmode: "decimal", autocomplete: "off", "aria-label": text, maxlength: 8 });
  const send = (event) => {
    event.preventDefault();
    if (input.value.trim()) acts.say(input.value.trim());
  };
  return h("form.amount", { onsubmit: send }, input, h("button.primary", "确定"));
}
