/** Why the agent did what it did in one turn. */

import { button, h, list } from "/widget/dom.js";
import { correctionForm } from "./correction.js";
import { DISPOSITIONS, ORIGINS, clock } from "./words.js";

/** The drawer of a turn; `trace` is empty before one was chosen. */
export function renderWhy(talk, trace, acts) {
  if (!trace) return h("p.quiet", "点某一轮回答下的“依据”，这里会列出规则、原话、来源、版本和用时。");
  const decision = talk.decisions[trace];
  const message = [...talk.messages, ...talk.live].find((one) => one.trace_id === trace && one.author === "agent");
  return [
    h("p.quiet", message && `${clock(message.at)} 的回答 · ${ORIGINS[message.origin] ?? message.origin}`),
    decision ? judged(decision) : h("p", "这一轮没有作出分诊判断。"),
    list("引用的资料", (talk.sources[trace] ?? []).map(({ title, section }) => (section ? `${title} · ${section}` : title))),
    timings(talk.timings[trace]),
    h("p.id", "编号 ", h("code", trace)),
    h("div.actions", button("评价这一轮", () => acts.rate(trace))),
    correctionForm(trace, decision, acts),
  ];
}

function judged({ rules, quotes, answers, disposition, departments, knowledge_version: version, model, model_calls: calls }) {
  return [
    disposition && h("p.judged", { "data-urgency": disposition }, DISPOSITIONS[disposition]),
    list("依据的规则", rules.map(({ id, name, source }) => [h("strong", name || id), name && h("code", id), source && h("small", source)])),
    list("患者原话", quotes.map((quote) => h("q", quote))),
    list("已知的回答", Object.entries(answers ?? {}).map(([name, value]) => [h("code", name), ` ${value}`])),
    list("建议科室", departments.map(({ name }) => name)),
    h("section.part", h("h4", "版本"), h("p", "知识包 ", h("code", version)), h("p", "模型 ", h("code", model === "none" ? "未使用" : model))),
    list("模型调用", (calls ?? []).map((call) => h("code", Object.entries(call).map(([name, value]) => `${name} ${value}`).join(" · ")))),
  ];
}

function timings(parts) {
  const known = Object.entries(parts ?? {});
  if (known.length === 0) return null;
  return h("section.part", h("h4", "用时（毫秒）"), h("table.timings", h("tbody", known.map(([name, ms]) => h("tr", h("th", { scope: "row" }, name), h("td", Number(ms).toFixed(1)))))));
}
