/** What nurses found wrong: each a task for whoever keeps the knowledge and, where it may be, a case to be played. */

import { button, fill, h } from "/widget/dom.js";
import { DISPOSITIONS, FAULTS, moment } from "./words.js";

export async function render(root, context) {
  const { api, staff, route } = context;
  const all = route.query.get("all") === "1";
  const body = h("div.corrections");
  const tabs = h("p.tabs", tab(context, "待处理", "", !all), tab(context, "全部", "1", all));
  fill(root, h("div.bar", h("h1", "更正"), tabs, h("p.quiet", "由第二个人处理；随知识发布的更正，它的用例必须通过。")), body);

  async function load() {
    const { items } = await api.get(`/corrections${all ? "?all=1" : ""}`);
    fill(body, items.length ? items.map(card) : h("p.empty", all ? "还没有更正。" : "没有待处理的更正。"));
  }

  function card(one) {
    const { right, note, judged, rule_ids: rules, knowledge_version: version } = one.content;
    const level = (name) => DISPOSITIONS[name] ?? name;
    const close = async () => (await context.attempt(api.post(`/corrections/${one.id}/close`))) && load();
    return h(
      "article.panel.part",
      h("div.bar", h("h2", FAULTS[one.kind] ?? one.kind), h("span.chip", one.id), h("span.quiet", `${one.by} ${moment(one.at)}`), one.closed_at && h("span.chip", "已处理")),
      h(
        "dl.facts",
        judged && pair("当时的结论", level(judged)),
        right.disposition && pair("正确的紧急程度", level(right.disposition)),
        right.departments.length > 0 && pair("正确的科室", right.departments.join("、")),
        right.text && pair("正确的做法或说法", right.text),
        note && pair("说明", note),
        pair("规则与知识版本", `${rules.join("、") || "没有规则"} · ${version}`),
      ),
      one.case ? madeCase(one.case) : h("p.quiet", "没有用例：患者没有同意用于改进，护士也没有另写主诉。"),
      h(
        "div.actions",
        h("a.button", { href: context.href("conversation", one.session_id) }, "看对话"),
        !one.closed_at && button("写进知识", () => begin(one), "primary"),
        !one.closed_at && staff.role !== "nurse" && button("不用改，关闭", close),
      ),
    );
  }

  async function begin(one) {
    const draft = await context.attempt(api.post("/knowledge/drafts", { title: `更正 ${one.id}：${FAULTS[one.kind]}`, answers: [one.id] }));
    if (draft) context.go("knowledge", draft.id);
  }

  await load();
}

const tab = (context, label, all, current) => h("a.tab", { href: context.href("corrections", "", { all }), "aria-current": current && "page" }, label);
const pair = (name, value) => h("div", h("dt", name), h("dd", value));

function madeCase(one) {
  const { gold, opening, facts } = one;
  return h(
    "details",
    h("summary", "去标识的用例"),
    h("ul.part", opening.map((said) => h("li", h("q", said))), facts.map((fact) => h("li", `问到相应问题时答：`, h("q", fact.say)))),
    h("p", `应得：${DISPOSITIONS[gold.disposition] ?? gold.disposition}${gold.departments.length ? `，${gold.departments.join("、")}` : ""}`),
  );
}
