/**
 * The conversation on screen, as a pure function of server frames and the patient's own acts (`local.*`).
 * A card is open until it was answered (`by`) or a later card replaced it (`closed`).
 */

export const START = { notice: null, consent: null, refused: false, said: {}, items: [], alert: null, skewMs: -Infinity };

const BOOKING = ["slots", "identity_form", "booking_review", "appointment"];
const ONCE = ["triage_question", "slots", "identity_form", "booking_review"];
const REPLACED_BY = {
  triage_question: ["triage_question", "triage_result"],
  triage_result: ["triage_result"],
  slots: ["slots", "appointment"],
  identity_form: BOOKING,
  booking_review: BOOKING,
};

const HANDLERS = {
  "session.created": greeted,
  "session.resumed": greeted,
  "consent.updated": (state, { consent }) => ({ ...state, consent }),
  "input.accepted": accepted,
  "response.created": (state, event) => replied(state, event, {}),
  "response.text.delta": (state, event) =>
    replied(state, event, (reply) => (reply.done ? reply : { ...reply, text: reply.text + event.text })),
  "response.card": carded,
  "response.choices": (state, event) => replied(state, event, { choices: event.choices }),
  "response.done": (state, event) => {
    const { text, label, sources } = event;
    return settled(replied(state, event, { done: true, text, label, sources }), event.in_reply_to);
  },
  "response.cancelled": cancelled,
  "escalation.raised": raised,
  "handoff.started": (state) => noted(state, "护士已接入，下面由护士为您解答。"),
  "handoff.ended": (state) => noted(state, "人工服务已结束，导诊助手继续为您服务。"),
  error: failed,
  "local.set": (state, { type, ...values }) => ({ ...state, ...values }),
  "local.input": sent,
  "local.retry": (state, { id, fresh }) => changed(state, id, { id: fresh, state: "sending", error: null }),
  "local.note": (state, { text }) => noted(state, text),
  "local.reset": () => START,
};

/** The next view model; what is unknown changes nothing. */
export function reduce(state, event) {
  return Object.hasOwn(HANDLERS, event.type) ? HANDLERS[event.type](state, event) : state;
}

/** Whether the patient has not agreed to anything beyond guidance. */
export const unconsented = (state) => Boolean(state.notice) && !state.consent?.care_chat;

export const busy = (state) => (!unconsented(state) || state.refused) && waiting(state);

export const waiting = (state) => state.items.some((item) => item.state === "sending" || item.state === "accepted");

/** The only reply whose tap choices still count. */
export const lastReply = (state) => state.items.findLast((item) => item.kind === "reply");

const mapped = (state, change) => ({ ...state, items: state.items.map(change) });
const changed = (state, id, change) => mapped(state, (item) => (item.id === id ? { ...item, ...change } : item));
const added = (state, item) => ({ ...state, items: [...state.items, item] });
const noted = (state, text) => added(state, { kind: "note", id: Symbol("note"), text });
const has = (state, id) => state.items.some((item) => item.id === id);

function greeted(state, { at, received_ms: received, notice, consent }) {
  return { ...state, notice, consent, skewMs: Math.max(state.skewMs, Date.parse(at) - received) };
}

function cards(state, test, change) {
  return mapped(state, (item) =>
    item.cards?.some(test) ? { ...item, cards: item.cards.map((one) => (test(one) ? { ...one, ...change } : one)) } : item,
  );
}

/** An input has its answer; what may be tapped again opens again. */
function settled(state, id) {
  const again = (one) => one.by === id && !ONCE.includes(one.card.type);
  return changed(cards(state, again, { by: null }), id, { state: "answered" });
}

function sent(state, { id, text, card, form, choice_of: reply }) {
  const taken = changed(cards(state, (one) => one.key === card, { by: id }), reply, { by: id });
  return added(taken, { kind: "patient", id, text, form, state: "sending" });
}

function accepted(state, { id }) {
  if (!has(state, id)) return added(state, { kind: "patient", id, text: state.said[id] ?? "", state: "accepted" });
  return mapped(state, (item) => (item.id === id && item.state === "sending" ? { ...item, state: "accepted" } : item));
}

/** Changes a reply, which begins with whichever of its frames comes first. */
function replied(state, { response_id: id }, change) {
  const apply = typeof change === "function" ? change : (reply) => ({ ...reply, ...change });
  if (!has(state, id)) state = added(state, { kind: "reply", id, text: "", done: false, cards: [], choices: [] });
  return mapped(state, (item) => (item.id === id ? apply(item) : item));
}

function carded(state, event) {
  const { card } = event;
  const call = card.type === "call";
  const latest = state.items.findLast(({ kind }) => kind === "alarm" || kind === "patient");
  if (call && latest?.phone === card.phone) return state;
  const replaces = (one) =>
    REPLACED_BY[one.card.type]?.includes(card.type) ||
    (card.type === "appointment" && one.card.appointment_id === card.appointment_id);
  const shown = replied(cards(state, replaces, { closed: true }), event, (reply) => ({
    ...reply,
    cards: [...reply.cards, { key: `${reply.id}/${reply.cards.length}`, card }],
  }));
  const asks = shown.items.some((item) => item.id === event.response_id && item.cards.some((one) => one.card.options));
  return call && !asks ? { ...shown, alert: { phone: card.phone } } : shown;
}

function cancelled(state, { response_id: id, in_reply_to: to, reason }) {
  const again = reason === "restarted";
  const empty = (item) => item.id === id && (again || (item.text === "" && item.cards.length === 0));
  const rest = { ...state, items: state.items.filter((item) => !empty(item)) };
  return again ? rest : settled(changed(rest, id, { done: true, stopped: true }), to);
}

function raised(state, { in_reply_to: to, rule_ids: rules, text, phone, disposition }) {
  const alarm = { kind: "alarm", id: `alarm/${to}/${rules}`, text, phone, disposition };
  return has(state, alarm.id) ? state : { ...added(state, alarm), alert: alarm };
}

function failed(state, { in_reply_to: id, code, message, retryable }) {
  const open = code === "consent_required" ? { ...state, refused: false } : state;
  if (!id || !has(open, id)) return noted(open, message);
  const reopened = cards(open, (one) => one.by === id, { by: null, wrong: message });
  return mapped(reopened, (item) => {
    if (item.id === id) return { ...item, state: "failed", error: { message, retryable } };
    return item.by === id ? { ...item, by: null } : item;
  });
}
