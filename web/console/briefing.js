/** What a nurse needs before the first word: from the record, nothing added. */

import { h, list } from "/widget/dom.js";
import { DISPOSITIONS, FLAGS } from "./words.js";

const SEXES = { male: "男", female: "女" };
const RELATIONS = { self: "本人", child: "孩子", parent: "父母", spouse: "配偶", other: "他人" };

export function renderBriefing({ briefing, profile, patient, pending, consent }, context) {
  return [
    h("section.part", h("h3", "患者"), person(profile, patient, context), !consent?.transcript_review && h("p.quiet", "患者没有同意将对话用于质检。")),
    briefing ? told(briefing) : h("p.quiet", "还没有可供交接的内容。"),
    pending && h("section.part", h("h3", "助手正在等待的回答"), h("p", pending.question)),
  ];
}

function person(profile, patient, context) {
  const { age_years: age, sex, pregnant, relation } = profile;
  const known = [SEXES[sex], age != null && (age >= 1 ? `${Math.floor(age)} 岁` : `${Math.round(age * 12)} 个月`), pregnant && "怀孕", relation && (RELATIONS[relation] ?? relation)];
  return [
    h("p", known.filter(Boolean).join(" · ") || "没有说明"),
    patient && h("p", h("a", { href: context.href("patient", patient.id) }, patient.masked || "患者页")),
  ];
}

function told(briefing) {
  const { disposition, crisis, chief_complaint: complaint, flags, questions, departments, wishes, pending, moods, label } = briefing;
  return [
    (disposition || crisis) && h("p.judged", { "data-urgency": disposition }, [crisis && "心理危机", DISPOSITIONS[disposition]].filter(Boolean).join(" · ")),
    list("主诉（原话）", complaint.map(({ quote, readings }) => [h("q", quote), readings.length > 0 && h("small", readings.join("，"))])),
    list("红旗", flags.map(({ name, state, quotes }) => [h("strong", name), h("span.chip", { "data-flag": state }, FLAGS[state]), quotes.map((quote) => h("q", quote))])),
    list("已经问过", questions.map(({ question, answer, readings }) => [h("span", question), h("q", answer), readings.length > 0 && h("small", readings.join("，"))])),
    list("建议科室", departments),
    list("患者想要", wishes),
    list("情绪", moods.map(({ name, quote }) => [name, h("q", quote)])),
    list("还没完成", pending),
    label && h("p.quiet", label),
  ];
}
