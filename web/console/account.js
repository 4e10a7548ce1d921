/** One's own account: where it is signed in, the password; for administrators, everybody's sessions. */

import { button, fill, h } from "/widget/dom.js";
import { includes } from "./pages.js";
import { ROLES, moment } from "./words.js";

const SHORTEST_PASSWORD = 10;

export async function render(root, context) {
  const { api, staff, attempt } = context;
  const sessions = h("tbody");

  async function load() {
    const { sessions: all } = await api.get("/me");
    fill(sessions, all.map(sessionRow));
  }

  function sessionRow({ id, current, created_at: created, seen_at: seen, client }) {
    const end = button("结束", () => revoke(id), "danger", { "aria-label": `结束 ${browserOf(client)} 的登录` });
    return h("tr", h("td", browserOf(client)), h("td", moment(created)), h("td", seen && moment(seen)), h("td", current ? h("span.chip", "当前") : end));
  }

  async function revoke(id) {
    if (await attempt(api.delete(`/me/sessions/${id}`))) context.toast("已结束该登录");
    await attempt(load());
  }

  const head = ["浏览器", "登录时间", "最近使用", ""].map((label) => h("th", { scope: "col" }, label));
  fill(
    root,
    h("div.bar", h("h1", staff.display), h("p.quiet", `${ROLES[staff.role]} · ${staff.name} · 值班时间 ${context.me.hours}`)),
    h("section.panel", h("h2", "我的登录"), h("table.table", h("thead", h("tr", head)), sessions)),
    h("section.panel", h("h2", "修改密码"), passwordForm(context)),
    includes(staff.role, "admin") && (await everybody(context)),
  );
  await load();
}

function passwordForm({ api, staff, attempt, toast }) {
  const old = h("input", { type: "password", autocomplete: "current-password", required: true });
  const next = h("input", { type: "password", autocomplete: "new-password", required: true, minlength: SHORTEST_PASSWORD });
  const submit = async (event) => {
    event.preventDefault();
    const changed = await attempt(api.post("/me/password", { password: old.value, new_password: next.value }));
    if (!changed) return;
    form.reset();
    toast("密码已修改，其他登录已结束");
  };
  const name = h("input", { autocomplete: "username", value: staff.name, hidden: true });
  const form = h("form.part", { onsubmit: submit }, name, h("label.field", h("span", "现在的密码"), old), h("label.field", h("span", `新密码（至少 ${SHORTEST_PASSWORD} 个字符）`), next), h("div.actions", h("button", { type: "submit" }, "修改")));
  return form;
}

async function everybody({ api, attempt, toast }) {
  const { staff } = await api.get("/staff");
  const end = async ({ id, display }) => {
    if (await attempt(api.delete(`/staff/${id}/sessions`))) toast(`${display} 的登录已全部结束`);
  };
  const rows = staff.map((one) =>
    h("tr", h("td", one.display), h("td", one.name), h("td", ROLES[one.role]), h("td", button("结束全部登录", () => end(one), "danger", { "aria-label": `结束 ${one.display} 的全部登录` }))),
  );
  const head = ["姓名", "用户名", "角色", ""].map((label) => h("th", { scope: "col" }, label));
  return h("section.panel", h("h2", "同事"), h("table.table", h("thead", h("tr", head)), h("tbody", rows)));
}

/** 「Chrome · Windows」 of a user agent; what is unknown stays as it came. */
function browserOf(client) {
  const browser = /Edg\//.test(client) ? "Edge" : /Firefox\//.test(client) ? "Firefox" : /Chrome\//.test(client) ? "Chrome" : /Safari\//.test(client) ? "Safari" : "";
  const system = /Windows/.test(client) ? "Windows" : /Android/.test(client) ? "Android" : /iPad|iPhone/.test(client) ? "iOS" : /Mac OS/.test(client) ? "macOS" : /Linux/.test(client) ? "Linux" : "";
  return [browser, system].filter(Boolean).join(" · ") || client.slice(0, 40) || "未知";
}
