/**
 * An opened conversation as a pure function of what the server sends. `messages` are lines of the transcript, `live`
 * what was heard before its line stood there; a line that comes takes the place of its live item.
 */

const HANDLERS = {
  "response.created": (talk, { response_id: id, at }) => added(talk, { id, author: "agent", text: "", at, going: true }),
  "response.text.delta": (talk, { response_id: id, text }) =>
    changed(talk, id, (item) => (item.going ? { ...item, text: item.text + text } : item)),
  "response.done": done,
  "response.cancelled": (talk, { response_id: id }) => ({ ...talk, live: talk.live.filter((item) => item.id !== id) }),
  "escalation.raised": (talk, { seq, text, at }) => noted({ ...talk, row: { ...talk.row, urgency: "red" } }, seq, at, `红旗警报：${text}`, "alarm"),
  "handoff.started": (talk, { seq, at }) => noted(talk, seq, at, "护士已接管，助手静音"),
  "handoff.ended": (talk, { seq, at }) => noted(talk, seq, at, "已交还助手"),
};

const SAME_MS = 5_000;

/** The conversation as it was opened; `unread` are the turns since, whose decisions were not fetched. */
export const opened = (session) => ({ ...session, live: [], unread: [] });

/** The conversation fetched again; what was heard while it was on its way stays. */
export function renewed(talk, session) {
  const known = new Set(session.messages.map(keyOf));
  const messages = [...session.messages, ...talk.messages.filter((message) => !known.has(keyOf(message)))];
  const live = talk.live.filter((item) => item.going || !stands(messages, item));
  return { ...opened(session), messages, live };
}

/** The conversation after an event of it; what is unknown changes nothing. */
export const heard = (talk, event) => (Object.hasOwn(HANDLERS, event.type) ? HANDLERS[event.type](talk, event) : talk);

/** The conversation with a line that was added to its transcript. */
export function written(talk, message) {
  if (talk.messages.some((one) => keyOf(one) === keyOf(message))) return talk;
  const taken = talk.live.findIndex((item) => item.author === message.author && !item.going && item.text === message.text);
  return { ...talk, messages: [...talk.messages, message], live: talk.live.filter((_, at) => at !== taken) };
}

/** Everything to show, in order, each with a key of its own. */
export function items({ messages, live }) {
  const lines = messages.map((message) => ({ ...message, key: keyOf(message) }));
  const rest = live.map((item) => ({ ...item, key: `live/${item.id}` }));
  return merged(lines, rest);
}

const keyOf = ({ author, input_id: id, at }) => `${author}/${id}/${at}`;
const added = (talk, item) => (talk.live.some(({ id }) => id === item.id) ? talk : { ...talk, live: [...talk.live, item] });
const noted = (talk, seq, at, text, kind = "note") => added(talk, { id: `note/${seq}`, author: kind, text, at });
const changed = (talk, id, change) => ({ ...talk, live: talk.live.map((item) => (item.id === id ? change(item) : item)) });

function done(talk, event) {
  const { response_id: id, at, text, origin, label, trace_id, timing_ms, sources } = event;
  const author = origin === "nurse" ? "nurse" : "agent";
  const known = {
    ...talk,
    unread: [...talk.unread, trace_id],
    timings: { ...talk.timings, [trace_id]: timing_ms },
    sources: { ...talk.sources, [trace_id]: sources },
  };
  if (stands(talk.messages, { author, text, at })) return { ...known, live: known.live.filter((item) => item.id !== id) };
  return changed(added(known, { id, at }), id, (item) => ({ ...item, author, text, origin, label, trace_id, going: false }));
}

/** Whether words that were heard stand in the transcript. */
const stands = (messages, { author, text, at }) =>
  messages.some((one) => one.author === author && one.text === text && Math.abs(Date.parse(one.at) - Date.parse(at)) < SAME_MS);

/** Notes stand where they happened, between lines; words without a line yet at the end. */
function merged(lines, rest) {
  const notes = rest.filter(({ author }) => author === "note" || author === "alarm");
  const words = rest.filter((item) => !notes.includes(item));
  const dated = [...lines, ...notes].map((item, order) => ({ item, order, at: Date.parse(item.at) }));
  dated.sort((one, other) => Math.floor(one.at / 1000) - Math.floor(other.at / 1000) || one.order - other.order);
  return [...dated.map(({ item }) => item), ...words];
}
