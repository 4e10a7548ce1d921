/**
 * The console's pages. Each is a module with `render(root, context)`, loaded when it is first opened; a page with
 * `nav: false` is reached from others, one with a `role` is shown to that role and those above it.
 */

export const PAGES = [
  { id: "inbox", title: "收件箱", load: () => import("./inbox.js") },
  { id: "conversation", title: "对话", nav: false, under: "inbox", load: () => import("./conversation.js") },
  { id: "follow-up", title: "随访", load: () => import("./follow_up.js") },
  { id: "patient", title: "患者", nav: false, under: "follow-up", load: () => import("./patient.js") },
  { id: "review", title: "质检", load: () => import("./review.js") },
  { id: "corrections", title: "更正", load: () => import("./corrections.js") },
  { id: "knowledge", title: "知识", load: () => import("./knowledge.js") },
  { id: "training", title: "练习", load: () => import("./training.js") },
  { id: "dashboard", title: "看板", role: "supervisor", load: () => import("./dashboard.js") },
  { id: "account", title: "账号", nav: false, load: () => import("./account.js") },
];

const RANKS = ["nurse", "supervisor", "admin"];

/** Whether somebody's role includes another. */
export const includes = (role, wanted) => RANKS.indexOf(role) >= RANKS.indexOf(wanted ?? "nurse");

/** What somebody may open from the navigation. */
export const navigable = (role) => PAGES.filter(({ nav, role: wanted }) => nav !== false && includes(role, wanted));

/** The page of this id that the role may open; the first page otherwise. */
export const pageOf = (id, role) => PAGES.find((page) => page.id === id && includes(role, page.role)) ?? PAGES[0];

/** Reads `#page/id?query`. */
export function routeOf(hash) {
  const [path, query = ""] = hash.replace(/^#/, "").split("?");
  const [page, id = ""] = path.split("/").map(decodeURIComponent);
  return { page, id, query: new URLSearchParams(query) };
}

/** Writes `#page/id?query`, without what is empty. */
export function hrefOf(page, id = "", query = {}) {
  const kept = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  return `#${page}${id && `/${encodeURIComponent(id)}`}${kept.size ? `?${kept}` : ""}`;
}
