/** A conversation opened: what is said, why, and what a nurse does about it, while it goes on. */

import { button, fill, h } from "/widget/dom.js";
import { renderBriefing } from "./briefing.js";
import { onKeys } from "./keys.js";
import { includes } from "./pages.js";
import { renderRating } from "./rating.js";
import { holder, mark } from "./rows.js";
import { Takeover } from "./takeover.js";
import { heard, opened, renewed, written } from "./talk.js";
import { Teamwork } from "./teamwork.js";
import { Thread } from "./thread.js";
import { renderWhy } from "./why.js";
import { CAUSES, CHANNELS, DISPOSITIONS } from "./words.js";

const TYPING_MS = 6_000;
const SIDES = { briefing: "简报", why: "依据", team: "协作", rating: "评分" };
const FORMATS = { pdf: "PDF", json: "JSON", csv: "CSV", fhir: "FHIR" };
const HANDOFFS = ["handoff.started", "handoff.ended"];

export async function render(root, context) {
  const { api, signal, line, drafts, attempt } = context;
  const id = context.route.id;
  const path = `/sessions/${encodeURIComponent(id)}`;
  const [session, { staff }, { replies }] = await Promise.all([api.get(path), api.get("/staff"), api.get("/canned")]);
  if (signal.aborted) return;
  context.opened(id);
  let talk = opened(session);
  const view = { side: context.route.query.get("side") ?? "briefing", why: "", about: "", typing: false, lost: false };
  let typingTimer = 0;
  let claiming = false;

  const acts = {
    why: (trace) => explain(trace),
    rate: (trace) => set({ side: "rating", about: trace }),
    rated: (marks) => rate(marks),
    departments: () => attempt(api.get("/departments")),
    correct: (body) => attempt(api.post(`${path}/corrections`, body)),
    claim: () => claim(),
    release: () => release(),
    typing: () => line.send({ type: "typing", session_id: id }),
    draft: (text) => drafts.set(id, text),
    say: (text, message) => say(text, message),
    assign: (staff_id) => act("/assign", "post", { staff_id }),
    tag: (tags) => act("/tags", "put", { tags }, "标签已保存"),
    note: (text) => text && act("/notes", "post", { text }, "备注已添加"),
    handle: (reason) => act("/handle", "post", { reason }, "已处理，移出待处理"),
  };
  const thread = new Thread(acts);
  const takeover = new Takeover(acts, { draft: drafts.get(id) ?? "", canned: replies });
  const team = new Teamwork(acts, staff);
  const head = h("header.bar");
  const tabs = Object.entries(SIDES).map(([side, label], at) => button(label, () => set({ side }), "tab", { "aria-keyshortcuts": at + 1 }));
  const panel = h("div.side-body", { role: "region", tabindex: "0" });
  const side = h("aside.side", { "aria-label": "对话资料" }, h("div.tabs", { role: "group", "aria-label": "资料" }, tabs), panel);
  fill(root, head, h("div.talk", thread.node, takeover.node), side);

  function set(change) {
    Object.assign(view, change);
    draw();
    drawSide();
  }

  function draw() {
    fill(head, headline(talk, context, path));
    thread.draw(talk, view);
    takeover.draw({ claim: talk.claim, lost: view.lost, row: talk.row });
    team.draw(talk);
  }

  function drawSide() {
    Object.keys(SIDES).forEach((name, at) => tabs[at].setAttribute("aria-pressed", String(name === view.side)));
    panel.setAttribute("aria-label", SIDES[view.side]);
    const content = {
      briefing: () => renderBriefing(talk, context),
      why: () => renderWhy(talk, view.why, acts),
      team: () => team.node,
      rating: () => renderRating(talk, view.about, acts),
    };
    fill(panel, (content[view.side] ?? content.briefing)());
  }

  /** Looks again; what was heard since stays. */
  async function reload() {
    const fresh = await attempt(api.get(path));
    if (!fresh || signal.aborted) return;
    talk = renewed(talk, fresh);
    talk = { ...talk, claim: held(talk.claim) };
    draw();
    if (view.side !== "team" && view.side !== "rating") drawSide();
  }

  /** A claim of mine whose number this page does not know is no claim here. */
  const held = (claim) => (claim?.mine && !line.claimOn(id) ? null : claim);

  async function explain(trace = "") {
    set({ side: "why", why: trace });
    if (talk.unread.includes(trace)) await reload();
    panel.focus();
  }

  async function act(what, method, body, done) {
    const took = await attempt(api[method](path + what, body));
    if (!took) return false;
    if (done) context.toast(done);
    await reload();
    return true;
  }

  async function rate(marks) {
    if (!(await attempt(api.post(`${path}/ratings`, marks)))) return;
    context.toast("评分已提交");
    if (context.route.query.get("from") === "review") context.go("review");
    else await reload().then(() => set({ about: "" }));
  }

  async function claim() {
    claiming = true;
    try {
      const { claim: mine } = await api.post(`${path}/claim`);
      line.hold(id, mine.token);
      talk = { ...talk, claim: { by: context.staff, mine: true, until: mine.until } };
      set({ lost: false });
      takeover.focus();
    } catch (problem) {
      if (problem.code !== "conflict") return void attempt(Promise.reject(problem));
      await reload();
      context.toast(talk.claim ? `${talk.claim.by.display} 已先接管` : problem.says, "bad");
    } finally {
      claiming = false;
    }
  }

  async function release() {
    if (!(await attempt(api.post(`${path}/release`, { token: line.claimOn(id) })))) return lose();
    line.drop(id);
    talk = { ...talk, claim: null };
    draw();
    return takeover.node.querySelector("button")?.focus();
  }

  async function say(text, message) {
    try {
      await api.post(`${path}/messages`, { id: message, text, token: line.claimOn(id) });
      return true;
    } catch (problem) {
      if (problem.code === "conflict") await lose();
      else await attempt(Promise.reject(problem));
      return false;
    }
  }

  async function lose() {
    line.drop(id);
    talk = { ...talk, claim: null };
    set({ lost: true });
    await reload();
  }

  function typed(on) {
    clearTimeout(typingTimer);
    view.typing = on;
    thread.draw(talk, view);
    if (on) typingTimer = setTimeout(() => typed(false), TYPING_MS);
  }

  const mine = (listener) => (frame) => frame.session_id === id && listener(frame);
  context.on("event", mine(({ event }) => {
    talk = heard(talk, event);
    draw();
    if (HANDOFFS.includes(event.type) && !claiming && !line.claimOn(id)) reload();
  }));
  context.on("message", mine(({ message }) => {
    talk = written(talk, message);
    if (message.author === "patient") typed(false);
    draw();
  }));
  context.on("typing", mine(() => typed(true)));
  context.on("claims", ({ lost }) => lost.includes(id) && lose());
  signal.addEventListener("abort", () => {
    clearTimeout(typingTimer);
    line.unfollow(id);
  });
  onKeys(signal, {
    c: () => !talk.claim && claim(),
    r: () => takeover.focus(),
    w: () => explain(talk.messages.findLast(({ trace_id: trace, author }) => trace && author === "agent")?.trace_id),
    n: () => set({ side: "team" }) ?? team.focusNote(),
    Escape: () => leaveField() || context.go("inbox"),
    ...Object.fromEntries(Object.keys(SIDES).map((name, at) => [String(at + 1), () => set({ side: name })])),
  });

  line.follow(id, session.last_seq, session.messages.length);
  const resumed = talk.claim?.mine && !line.claimOn(id);
  talk = { ...talk, claim: held(talk.claim) };
  set({});
  if (resumed) await claim();
}

/** The keyboard leaves the field it is in; whether it was in one. */
function leaveField() {
  const field = document.activeElement?.closest("input, textarea, select");
  field?.blur();
  return Boolean(field);
}

function headline({ row, claim }, context, path) {
  const { who, urgency, reason, disposition, channel, crisis } = row;
  const facts = [crisis && "心理危机", reason && CAUSES[reason], DISPOSITIONS[disposition], CHANNELS[channel] ?? channel].filter(Boolean);
  return [
    h("a.back", { href: context.href("inbox"), "aria-label": "返回收件箱" }, "‹ 收件箱"),
    mark(urgency),
    h("h1", who || "未说明"),
    h("p.quiet", facts.join(" · ")),
    holder({ claimed_by: claim?.by, state: row.state === "nurse" ? "agent" : row.state }),
    includes(context.staff.role, "supervisor") && exports(path),
  ];
}

const exports = (path) =>
  h("details.menu.export", h("summary", "导出"), h("ul", Object.entries(FORMATS).map(([format, label]) => h("li", h("a", { href: `/console/api${path}/export?format=${format}`, download: true }, label)))));
