/** The inbox: what needs a person first, by urgency and then by waiting; filters and search stand in the address. */

import { button, fill, h } from "/widget/dom.js";
import { pathOf } from "./api.js";
import { onKeys, step } from "./keys.js";
import { RowList } from "./rows.js";
import { CHANNELS, URGENCIES } from "./words.js";

const STATES = { open: "待处理", waiting: "等待人工", mine: "我的", nurse: "护士接待", all: "全部" };
const COUNTED = { open: "red", waiting: "waiting", mine: "mine" };
const FILTERS = ["state", "urgency", "channel", "assigned", "tag"];
const AGE_MS = 30_000;

export async function render(root, context) {
  const { api, route, signal } = context;
  let asked = Object.fromEntries(route.query);
  const view = { items: [], cursor: null, counts: null, terms: null };
  const list = new RowList("对话");
  const tabs = Object.entries(STATES).map(([state, label]) => tabOf(label, () => go({ state: state === "open" ? "" : state, q: "" })));
  const status = h("p.status", { role: "status" });
  const more = h("div.actions");
  const staff = await context.attempt(api.get("/staff"));

  const search = searchForm((q) => go({ q }));
  const filters = filterRow(staff?.staff ?? [], (change) => go({ ...change, q: "" }));
  const range = h("div.tabs", { role: "group", "aria-label": "范围" }, tabs);
  fill(root, h("div.bar", h("h1.unseen", "收件箱"), range, search.node), filters.node, status, list.node, more);

  /** The address says what is shown, so that going back finds it again. */
  function go(change) {
    asked = Object.fromEntries(Object.entries({ ...asked, ...change }).filter(([, value]) => value));
    history.replaceState(null, "", context.href("inbox", "", asked));
    return context.attempt(load());
  }

  function draw() {
    Object.keys(STATES).forEach((state, at) => drawTab(tabs[at], state));
    search.draw(asked.q ?? "");
    filters.draw(asked);
    list.draw(view.items, (row) => context.href("conversation", row.session_id), context.now());
    status.textContent = said();
    list.node.hidden = view.items.length === 0;
    fill(more, view.cursor && button("更多", () => context.attempt(load(view.cursor))));
  }

  function drawTab(tab, state) {
    const count = view.counts?.[COUNTED[state]] ?? 0;
    const badge = tab.lastChild;
    tab.setAttribute("aria-pressed", String(!asked.q && (asked.state ?? "open") === state));
    badge.hidden = count === 0;
    badge.dataset.urgency = state === "open" ? "red" : "none";
    badge.textContent = state === "open" ? `${count} 紧急` : count;
  }

  function said() {
    const { items, terms, cursor } = view;
    if (terms) return items.length ? `“${terms.join("、")}”：${items.length} 个对话` : `没有找到同时出现“${terms.join("、") || asked.q}”的对话。`;
    if (items.length === 0) return FILTERS.some((name) => asked[name]) ? "没有符合条件的对话。" : "没有需要处理的对话。新的会自动出现在这里。";
    return `${items.length}${cursor ? "+" : ""} 个对话，最紧急的在前`;
  }

  async function load(cursor = "") {
    const { q, ...filter } = asked;
    const path = q ? pathOf("/search", { q }) : pathOf("/inbox", { ...filter, cursor });
    const page = await api.get(path);
    if (signal.aborted) return;
    Object.assign(view, { terms: null, cursor: null }, page, { items: cursor ? [...view.items, ...page.items] : page.items });
    draw();
  }

  const again = () => context.attempt(load());
  context.on("inbox.changed", again);
  context.on("link", ({ online }) => online && again());
  const timer = setInterval(again, AGE_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  onKeys(signal, {
    j: () => step(list.links, 1),
    k: () => step(list.links, -1),
    "/": () => search.focus(),
    Escape: () => document.activeElement.blur(),
  });
  await load();
}

const tabOf = (label, onclick) => button([label, h("span.badge", { hidden: true })], onclick, "tab");

function searchForm(submit) {
  const input = h("input", { type: "search", name: "q", maxlength: 100, placeholder: "搜索患者说过的话（/）", "aria-label": "搜索患者说过的话" });
  const clear = button("清除", () => submit(""));
  const sent = (event) => {
    event.preventDefault();
    submit(input.value.trim());
  };
  const node = h("form.search", { role: "search", onsubmit: sent }, input, h("button", { type: "submit" }, "搜索"), clear);
  const draw = (q) => {
    if (document.activeElement !== input) input.value = q;
    clear.hidden = !q;
  };
  const focus = () => {
    input.focus();
    input.select();
  };
  return { node, draw, focus };
}

function filterRow(staff, go) {
  const people = [["me", "分配给我"], ["none", "未分配"], ...staff.map(({ id, display }) => [id, display])];
  const fields = {
    urgency: choice(Object.entries(URGENCIES)),
    channel: choice(Object.entries(CHANNELS)),
    assigned: choice(people),
    tag: h("input", { maxlength: 16 }),
  };
  const titles = { urgency: "紧急程度", channel: "来源", assigned: "分配", tag: "标签" };
  const clear = button("清除筛选", () => go({ urgency: "", channel: "", assigned: "", tag: "" }));
  const labels = Object.entries(fields).map(([name, field]) => {
    field.addEventListener("change", () => go({ [name]: field.value.trim() }));
    return h("label", h("span", titles[name]), field);
  });
  const draw = (asked) => {
    for (const [name, field] of Object.entries(fields)) field.value = asked[name] ?? "";
    clear.hidden = Object.keys(fields).every((name) => !asked[name]);
  };
  return { node: h("div.filters", { role: "group", "aria-label": "筛选" }, labels, clear), draw };
}

const choice = (options) => h("select", h("option", { value: "" }, "全部"), options.map(([id, text]) => h("option", { value: id }, text)));
