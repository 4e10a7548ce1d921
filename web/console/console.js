/** `<banyi-console>`: who is signed in, the navigation, what needs somebody now, and the page in between. */

import { button, fill, h } from "/widget/dom.js";
import { apiOf } from "./api.js";
import { showHelp } from "./help.js";
import { onKeys } from "./keys.js";
import { Line } from "./line.js";
import { hrefOf, navigable, pageOf, routeOf } from "./pages.js";
import { renderSignIn } from "./sign_in.js";
import { clock } from "./words.js";

const TOAST_MS = 5_000;

class BanyiConsole extends HTMLElement {
  #api = apiOf(() => this.#expired());
  #line = null;
  #me = null;
  #now = { server: 0, mine: 0 };
  #page = null;
  #shown = new AbortController();
  #alerts = new Map();
  #counts = null;
  #parts = null;
  #drafts = new Map();

  async connectedCallback() {
    window.addEventListener("hashchange", () => this.#me && this.#route());
    onKeys(undefined, { "?": () => this.#me && showHelp() });
    try {
      await this.#enter();
    } catch (problem) {
      this.#signIn(problem.code === "expired" ? "" : problem.says);
    }
  }

  #signIn(note = "") {
    this.#leave();
    document.title = "登录 · 护士台";
    renderSignIn(this, { api: this.#api, note, entered: () => this.#enter() });
  }

  #expired() {
    if (this.#me) this.#signIn("登录已过期，请重新登录。");
  }

  #leave() {
    this.#shown.abort();
    this.#line?.stop();
    this.#line = this.#me = this.#page = this.#counts = null;
    this.#alerts.clear();
    this.#drafts.clear();
  }

  async #enter() {
    const me = await this.#api.get("/me");
    this.#me = me;
    this.#now = { server: Date.parse(me.now), mine: Date.now() };
    this.#line = new Line();
    this.#build();
    this.#line.on("link", () => this.#drawLight());
    this.#line.on("expired", () => this.#expired());
    this.#line.on("inbox.changed", () => this.#count());
    this.#line.on("alert", (frame) => this.#alert(frame));
    this.#line.start();
    this.#route();
    await this.#count();
  }

  #build() {
    const { staff } = this.#me;
    const links = navigable(staff.role).map((page) =>
      h("a.tab", { href: hrefOf(page.id), "data-page": page.id }, page.title, page.id === "inbox" && h("span.badge", { hidden: true })),
    );
    const light = h("p.light", { role: "status" });
    const parts = {
      nav: h("nav", { "aria-label": "页面" }, links),
      light,
      alerts: h("div.alerts", { role: "alert" }),
      toast: h("div.toast", { role: "status" }),
      main: h("main", { id: "main", tabindex: "-1" }),
    };
    this.#parts = parts;
    const skip = button("跳到正文", () => parts.main.focus(), "skip");
    const account = h("a.tab", { href: hrefOf("account"), "data-page": "account" }, staff.display);
    const help = button("?", showHelp, "tab", { "aria-label": "键盘快捷键" });
    const leave = button("退出", () => this.#signOut(), "tab");
    const header = h("header.top", h("p.brand", h("img", { src: "/demo/mark.svg", alt: "" }), "护士台"), parts.nav, light, help, account, leave);
    fill(this, skip, header, parts.alerts, parts.main, parts.toast);
    this.#drawLight();
  }

  async #signOut() {
    await this.#attempt(this.#api.post("/sign-out"));
    this.#signIn();
  }

  /** The server's time: a workstation's clock is often wrong. */
  #time() {
    return this.#now.server + Date.now() - this.#now.mine;
  }

  #drawLight() {
    const { light } = this.#parts;
    const { on_duty: duty, hours } = this.#me;
    const online = this.#line.online;
    light.dataset.state = online ? (duty ? "on" : "off") : "lost";
    fill(light, h("span.dot", { "aria-hidden": "true" }), online ? (duty ? "值班中" : "非值班时间") : "连接中断，正在重连…");
    light.title = hours ?? "";
  }

  // ── pages ─────────────────────────────────────────────────────────────────────────────────────────

  #route() {
    const route = routeOf(location.hash);
    const page = pageOf(route.page, this.#me.staff.role);
    this.#shown.abort();
    this.#shown = new AbortController();
    const { main } = this.#parts;
    for (const link of this.querySelectorAll("[data-page]")) {
      if ([page.id, page.under].includes(link.dataset.page)) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const changed = this.#page && this.#page !== page;
    this.#page = page;
    this.#title();
    return this.#open(page, { ...route, page: page.id }, main, this.#shown.signal, changed);
  }

  async #open(page, route, main, signal, changed) {
    const root = h(`section.page.${page.id}`, { "aria-label": page.title });
    try {
      const { render } = await page.load();
      if (signal.aborted) return;
      fill(main, root);
      if (changed) main.focus({ preventScroll: true });
      await render(root, this.#context(route, signal));
    } catch (problem) {
      if (signal.aborted || problem.code === "expired") return;
      if (problem.says === undefined) throw problem;
      fill(root, h("div.empty", { role: "alert" }, h("p", problem.says), button("重试", () => this.#route())));
      fill(main, root);
    }
  }

  #context(route, signal) {
    return {
      api: this.#api,
      staff: this.#me.staff,
      me: this.#me,
      line: this.#line,
      drafts: this.#drafts,
      route,
      signal,
      now: () => this.#time(),
      go: (page, id, query) => (location.hash = hrefOf(page, id, query)),
      href: hrefOf,
      on: (type, listener) => this.#line.on(type, listener, signal),
      toast: (text, kind = "good") => this.#toast(text, kind),
      attempt: (promise) => this.#attempt(promise),
      opened: (session) => this.#opened(session),
    };
  }

  async #attempt(promise) {
    try {
      return (await promise) ?? true;
    } catch (problem) {
      if (problem.says === undefined) throw problem;
      if (problem.code !== "expired") this.#toast(problem.says, "bad");
      return undefined;
    }
  }

  #toast(text, kind) {
    const one = h("p", { "data-kind": kind }, text);
    this.#parts.toast.append(one);
    setTimeout(() => one.remove(), TOAST_MS);
  }

  // ── what needs somebody ───────────────────────────────────────────────────────────────────────────

  async #count() {
    const line = this.#line;
    const page = await this.#api.get("/inbox?limit=1").catch(() => null);
    if (!page || line !== this.#line) return;
    const before = this.#counts;
    this.#counts = page.counts;
    if (before && page.counts.red > before.red) this.#toast("新的紧急对话", "bad");
    if (page.counts.overdue === 0 && this.#alerts.size > 0) {
      this.#alerts.clear();
      this.#drawAlerts();
    }
    this.#title();
    const badge = this.querySelector("[data-page=inbox] .badge");
    const { red, waiting } = page.counts;
    badge.hidden = red + waiting === 0;
    badge.dataset.urgency = red ? "red" : "yellow";
    badge.textContent = red ? `${red} 紧急` : `${waiting} 等待`;
  }

  #title() {
    const { red = 0 } = this.#counts ?? {};
    document.title = `${red ? `(${red} 紧急) ` : ""}${this.#page.title} · 护士台`;
  }

  #alert({ session_id: id, since }) {
    this.#alerts.set(id, since);
    this.#drawAlerts();
  }

  /** Nobody's alert any more: somebody opened it. */
  #opened(session) {
    if (this.#alerts.delete(session)) this.#drawAlerts();
  }

  #drawAlerts() {
    const items = [...this.#alerts].map(([id, since]) =>
      h("p", h("strong", "紧急对话无人查看"), `${clock(since)} 开始，已超过 10 分钟`, h("a.button", { href: hrefOf("conversation", id) }, "现在查看")),
    );
    fill(this.#parts.alerts, items);
  }
}

customElements.define("banyi-console", BanyiConsole);
