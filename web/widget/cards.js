/** One function per card type: the card and what may be done in, content out. */

import { appointment, appointmentList, review, slots } from "./booking.js";
import { actionRow, button, dial, h, list } from "./dom.js";
import { identityForm } from "./identity.js";
import { question } from "./question.js";

const CARDS = {
  triage_question: question,
  triage_result: result,
  questionnaire: (card, acts) => question({ ...card.item, actions: card.actions }, acts),
  slots,
  identity_form: identityForm,
  booking_review: review,
  appointment,
  appointment_list: appointmentList,
  guide: (card, acts) => [h("p", { "data-echo": true }, card.answer), sources(card.sources), actionRow(card.actions, acts)],
  handoff: (card, acts) => [h("h3", "转人工服务"), h("p", `您排在第 ${card.queue_position} 位，请不要关闭页面。`), actionRow(card.actions, acts)],
  call: (card, acts) => [dial(card.phone, card.label), actionRow(card.actions, acts)],
};

/** Each urgency in words and with a mark: colour is never the only sign. */
const URGENCY = {
  CALL_120: ["立即拨打 120", "120"],
  ED_NOW: ["马上去急诊", "急"],
  VISIT_24H: ["24 小时内就诊", "24h"],
  OPD: ["门诊就诊", "诊"],
  HOME: ["在家观察", "家"],
};

/**
 * Renders a card, an unknown one as its text and actions. `wrong` is what the server found wrong with a form.
 * What is marked `data-echo` is hidden where the reply's own text says the same.
 */
export function renderCard(card, acts, wrong) {
  const render = Object.hasOwn(CARDS, card.type) ? CARDS[card.type] : plain;
  const section = h("section.card", { "data-type": card.type });
  section.append(h("fieldset.body", render(card, acts, { wrong, section })));
  return section;
}

function plain(card, acts) {
  const texts = [card.title, card.text, card.label, card.answer].filter((text) => typeof text === "string");
  return [texts.map((text) => h("p", text)), actionRow(card.actions, acts)];
}

function result(card, acts) {
  const [words, mark] = URGENCY[card.disposition];
  const book = ({ id }) => card.actions.find(({ value }) => value === id);
  const booked = card.departments.map(book);
  const department = ({ name, why }, at) => {
    const act = booked[at];
    const go = act && button("挂这个科", () => acts.choose(act), at ? "" : "primary", { "aria-label": `挂这个科：${name}` });
    return h("li", h("div", h("strong", name), h("p.quiet", why)), go);
  };
  const title = h("div", h("h3", words), card.title !== words && h("p", card.title));
  return [
    h("header.urgency", { "data-urgency": card.disposition }, h("span.mark", { "aria-hidden": "true" }, mark), title),
    ["CALL_120", "ED_NOW"].includes(card.disposition) && dial("120"),
    card.departments.length > 0 && h("section.part", h("h4", "建议科室"), h("ol.departments", card.departments.map(department))),
    list("为什么", card.reasons.map(({ text, quote }) => [text, quote && h("q", quote)])),
    card.reasons.length > 0 && h("details.sources", h("summary", "依据的规则和出处"), card.reasons.map(origin)),
    list("出现这些情况，马上去急诊或拨打 120", card.safety_net, "warning"),
    list("眼下可以这样做", card.self_care),
    actionRow(card.actions.filter((action) => !booked.includes(action)), acts),
    h("p.fine", `按知识库 ${card.knowledge_version} 的规则得出，不是诊断，由医生面诊决定。`),
  ];
}

const origin = ({ text, rule_id: rule, source }) => h("p.fine", `${text}：${rule} ${source}`);

/** The texts an answer rests on; each opens, a section of the guide with its words. */
export function sources(items) {
  const one = ({ id, title, section }) => {
    const text = h("p.fine", title, section && `：${section}`);
    const read = async () => {
      const page = await fetch(new URL(`../v1/guide/${id}`, import.meta.url));
      const part = (await page.json()).sections.find(({ heading }) => heading === section);
      text.textContent = `${section}\n${part.text}`;
    };
    const ontoggle = () => id && section && read().catch(() => {});
    return h("details", { ontoggle }, h("summary", section ? `《${title}》` : "依据"), text);
  };
  return items?.length > 0 && h("div.sources", "来源 ", items.map(one));
}
