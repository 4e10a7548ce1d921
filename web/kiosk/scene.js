/** What stands on the screen: one thing at a time, in type that is read from a step away. */

import { renderCard } from "../widget/cards.js";
import { consentCard } from "../widget/consent.js";
import { button, fill, h, icon } from "../widget/dom.js";
import { lastReply, unconsented, waiting } from "../widget/state.js";

const PRIVATE = new Set(["report", "report_list", "bill_list", "appointment", "appointment_list", "booking_review", "person_choice", "waitlist"]);
const QUESTIONS = new Set(["triage_question", "questionnaire"]);

/** The fixed parts by name; `acts` are what the patient may do. */
export function buildScene(acts) {
  const parts = {
    bar: h("header.bar"),
    banner: h("p.banner", { role: "status" }),
    stage: h("main.stage", { tabindex: "-1", "aria-live": "polite" }),
    caption: h("p.caption", { "aria-live": "polite" }),
    light: h("p.light", { role: "status" }),
    typing: h("form.typing", { hidden: true }),
    foot: h("footer.foot"),
    over: h("div.over", { role: "alertdialog", "aria-modal": "true", hidden: true }),
  };
  const input = h("textarea", { rows: 2, maxlength: 2000 });
  const form = parts.typing;
  form.append(input, h("button.primary"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    input.value = "";
    acts.say(text);
  });
  return { ...parts, input };
}

/** Draws everything from the view: the widget's state, the talk's, and the kiosk's own switches. */
export function drawScene(parts, view, acts) {
  const { words, begun } = view;
  document.documentElement.lang = view.locale;
  for (const name of ["elder", "privacy", "begun"]) document.documentElement.toggleAttribute(`data-${name}`, Boolean(view[name]));
  drawBar(parts, view, acts);
  fill(parts.banner, begun && ({ offline: words.offline, refused: words.refused }[view.state.link] ?? view.note));
  parts.banner.hidden = parts.banner.textContent === "";
  drawStage(parts, view, acts);
  drawLight(parts, view, acts);
  drawFoot(parts, view, acts);
  drawOver(parts, view, acts);
}

const switchButton = (label, on, act) => button(label, act, "switch", { "aria-pressed": String(Boolean(on)) });

function drawBar({ bar }, view, acts) {
  const { words } = view;
  fill(
    bar,
    h("p.notice", words.notice),
    switchButton(words.elder, view.elder, () => acts.toggle("elder")),
    switchButton(words.privacy, view.privacy, () => acts.toggle("privacy")),
    button(words.language, acts.language, "switch"),
  );
}

function drawStage(parts, view, acts) {
  const { stage } = parts;
  const { state, begun } = view;
  const newest = lastReply(state);
  const shown = begun ? (unconsented(state) && !state.refused ? "consent" : (newest ?? "hello")) : "welcome";
  const key = [shown, view.words, newest?.done && newest.by, waiting(state)];
  if (key.every((part, at) => part === stage.key?.[at])) return;
  const anew = stage.key?.[0]?.id !== shown?.id;
  stage.key = key;
  if (shown === "welcome") fill(stage, welcome(view, acts));
  else if (shown === "consent") fill(stage, state.notice && consentCard(state.notice, acts.consent, waiting(state)));
  else if (shown === "hello") fill(stage, h("h1", view.words.welcome), h("p.lead", view.words.lead));
  else fill(stage, reply(newest, view, acts, (stage.cards ??= new Map())));
  if (anew) stage.scrollTop = 0;
}

function welcome({ words }, acts) {
  return [
    h("h1", words.welcome),
    h("p.lead", words.lead),
    h("p.urgent", words.urgent),
    button(words.start, () => acts.begin(true), "start"),
    button(words.touch, () => acts.begin(false), "second"),
  ];
}

/** The newest answer: its question or card large, its choices as buttons. A card keeps what is typed into it. */
function reply(item, view, acts, kept) {
  const { words } = view;
  const cards = item.cards.filter(({ closed }) => !closed);
  const question = cards.some(({ card }) => QUESTIONS.has(card.type));
  for (const key of kept.keys()) if (!cards.some((one) => one.key === key)) kept.delete(key);
  const drawn = cards.map((one) => {
    if (kept.get(one.key)?.wrong !== one.wrong) kept.delete(one.key);
    if (!kept.has(one.key)) kept.set(one.key, { card: renderCard(one.card, bound(acts, one.key), one.wrong), wrong: one.wrong });
    const { card } = kept.get(one.key);
    card.firstChild.disabled = Boolean(one.by);
    return PRIVATE.has(one.card.type) ? veiled(card, words) : card;
  });
  const inCards = item.cards.flatMap(({ card }) => card.actions?.map(({ value }) => value) ?? []);
  const choices = item.by ? [] : item.choices.filter(({ value }) => !inCards.includes(value));
  const echoes = drawn.map((node) => node.querySelector("[data-echo]")?.textContent).filter(Boolean);
  const text = echoes.reduce((rest, echo) => rest.replace(echo, ""), item.text).trim();
  return [
    text && h(question ? "p.lead" : "p.words", text),
    drawn,
    choices.length > 0 && h("div.choices", choices.map((choice) => button(choice.label, () => acts.choose(choice, choice.label, null, item.id)))),
    question && h("p.quiet", words.other),
    item.label && h("p.label", item.label),
  ];
}

const bound = (acts, key) => ({
  ...acts,
  choose: (action, label) => acts.choose(action, label, key),
  say: (text) => acts.say(text, key),
  submit: (form, values) => acts.submit(form, values, key),
});

/** Names, numbers and results: seen only while a finger holds them, in privacy mode. */
function veiled(node, words) {
  const hold = button(words.show, () => {}, "hold");
  const show = (on) => () => node.toggleAttribute("data-held", on);
  for (const name of ["pointerdown", "keydown"]) hold.addEventListener(name, show(true));
  for (const name of ["pointerup", "pointerleave", "keyup", "blur"]) hold.addEventListener(name, show(false));
  return h("div.veiled", hold, node);
}

function drawLight({ light, caption, input, typing }, view, acts) {
  const { words, talk, state, begun } = view;
  const mode = !begun ? "off" : talk.speaking ? "speaking" : waiting(state) ? "thinking" : !talk.able ? "resting" : "listening";
  const text = { off: "", ...words, resting: view.spoken ? words.silent : words.resting }[mode] ?? "";
  light.dataset.mode = talk.hearing ? "hearing" : mode;
  fill(light, begun && h("span.dot", { "aria-hidden": "true" }), text, talk.speaking && button(words.hush, acts.hush, "second"));
  caption.textContent = talk.caption && `${talk.own ? words.agent : words.said}${talk.caption}`;
  input.placeholder = words.typing;
  input.setAttribute("aria-label", words.typing);
  typing.lastChild.textContent = words.send;
  typing.hidden = !view.typing;
}

function drawFoot({ foot }, view, acts) {
  const { words, begun } = view;
  const key = [words, begun, view.typing];
  if (key.every((part, at) => part === foot.key?.[at])) return;
  foot.key = key;
  fill(
    foot,
    button([icon("phone"), words.bell], acts.bell, "bell"),
    begun && [
      button(words.keyboard, () => acts.toggle("typing"), "", { "aria-pressed": String(view.typing) }),
      button(words.person, acts.handoff),
      button(words.phone, acts.phone),
      button(words.finish, acts.finish),
    ],
  );
}

function drawOver({ over }, view, acts) {
  const { words, state, idle, kept, code } = view;
  const key = [state.alert, idle, kept, code, view.belled, words];
  if (key.every((part, at) => part === over.key?.[at])) return;
  over.key = key;
  const content = kept
    ? heldBack(words, acts)
    : state.alert
      ? alarm(state.alert, view, acts)
      : idle !== null
        ? leaving(words, idle, acts)
        : code && continued(words, code, acts);
  over.hidden = !content;
  over.dataset.kind = kept || state.alert ? "alarm" : "plain";
  fill(over, content);
  if (content) over.querySelector("button")?.focus();
}

function alarm({ text, phone, disposition }, { words, belled }, acts) {
  return [
    h("h1", words.emergency),
    h("p.words", text),
    disposition !== "ED_NOW" && h("p.number", phone || "120"),
    belled ? h("p.lead", { role: "status" }, words.belled) : button([icon("phone"), words.bell], acts.bell, "bell"),
    button(words.understood, acts.understood, "second"),
  ];
}

const leaving = (words, seconds, acts) => [
  h("h1", words.still),
  h("p.words", words.wiping(seconds)),
  button(words.stay, acts.stay, "start"),
  button(words.leave, acts.finish, "second"),
];

/** After an emergency nobody is wiped away: the screen waits for staff. */
const heldBack = (words, acts) => [h("h1", words.emergency), h("p.words", words.kept), button(words.acknowledged, acts.acknowledge, "second")];

const continued = (words, code, acts) => [
  h("h1", words.phone),
  h("img.code", { src: code.image, alt: words.scan }),
  h("p.words", words.scan),
  button(words.stay, acts.stay, "second"),
];
