/** Training: a simulated patient is asked and judged; the engine's judgement and its reasons stand beside it. */

import { button, fill, h } from "/widget/dom.js";
import { DISPOSITIONS, moment } from "./words.js";

export async function render(root, context) {
  const { api, staff, signal } = context;
  const stage = h("div.part");
  const results = h("section.panel.part");
  const start = button("来一位模拟患者", () => begin(), "primary");
  fill(root, h("div.bar", h("h1", "练习"), start, h("p.quiet", "患者由知识库里的问诊表生成，不是真人；结果只给自己和护士长看。")), stage, results);

  async function begin() {
    const exercise = await context.attempt(api.post("/training"));
    if (exercise) play(exercise);
  }

  function play(exercise) {
    const asked = [];
    const talk = h("div.thread", { role: "log", "aria-label": "对话", tabindex: "0" }, line("patient", `${exercise.opening}。`));
    const questions = h("div.part");
    const drawQuestions = () => {
      const left = exercise.questions.filter(({ id }) => !asked.includes(id));
      fill(questions, left.length ? left.map((one) => button(one.text, () => ask(one), "question")) : h("p.quiet", "都问过了。"));
    };
    const level = select("紧急程度", Object.entries(DISPOSITIONS));
    const department = select("科室", exercise.departments.map((name) => [name, name]));
    const decide = h("form.part", { onsubmit: decided }, level.node, department.node, h("div.actions", h("button.primary", { type: "submit" }, "做出判断")));

    async function ask(one) {
      const reply = await context.attempt(api.post(`/training/${exercise.id}/ask`, { question: one.id }));
      if (!reply || signal.aborted) return;
      asked.push(one.id);
      talk.append(line("nurse", one.text), line("patient", reply.answer));
      talk.scrollTop = talk.scrollHeight;
      drawQuestions();
      (questions.querySelector("button") ?? level.control).focus({ preventScroll: true });
    }

    async function decided(event) {
      event.preventDefault();
      const body = { disposition: level.control.value, department: department.control.value, asked };
      const result = await context.attempt(api.post(`/training/${exercise.id}/decide`, body));
      if (!result || signal.aborted) return;
      fill(decide, compared(result));
      fill(questions);
      await load();
    }

    drawQuestions();
    fill(
      stage,
      h(
        "div.exercise",
        h("section.panel.part", h("h2", exercise.person), talk),
        h("section.panel.part", h("h2", "可以问"), questions),
        h("section.panel.part", h("h2", "您的判断"), decide),
      ),
    );
    questions.querySelector("button")?.focus({ preventScroll: true });
  }

  async function load() {
    const mine = await api.get("/training");
    const everybody = staff.role === "nurse" ? null : await api.get("/training/everybody");
    if (signal.aborted) return;
    fill(
      results,
      h("h2", "结果"),
      h("p", summed(mine.figures)),
      everybody && everybody.items.length > 0 && team(everybody.items),
      mine.items.length > 0 && h("details", h("summary", "我的练习"), h("ul.part", mine.items.map((one) => h("li", `${moment(one.at)} ${one.person} ${one.opening}：`, h("span.chip", verdict(one)))))),
    );
  }

  await load();
}

const line = (author, text) => h("article.line", { "data-author": author }, h("p.bubble", text));

function select(label, options) {
  const control = h("select", { required: true }, h("option", { value: "" }, "请选择"), options.map(([id, name]) => h("option", { value: id }, name)));
  return { control, node: h("label.field", h("span", label), control) };
}

function verdict({ steps, department_right: right }) {
  const level = steps === 0 ? "紧急程度一致" : steps < 0 ? `偏轻 ${-steps} 级` : `偏重 ${steps} 级`;
  return `${level}，科室${right ? "一致" : "不同"}`;
}

function compared(result) {
  const { engine } = result;
  const list = (title, items) => items.length > 0 && [h("h3", title), h("ul.part", items.map((one) => h("li", one)))];
  return [
    h("p.judged", { "data-urgency": result.steps < 0 ? "ED_NOW" : null, role: "status" }, verdict(result)),
    h("p", `您：${DISPOSITIONS[result.disposition]}，${result.department}`),
    h("p", `系统：${DISPOSITIONS[engine.disposition]}，${engine.departments.join("、") || "不用挂号"}`),
    list("系统的理由", engine.reasons),
    list("系统问了、您没有问的", engine.not_asked),
    h("p.quiet", `知识版本 ${engine.version}，未经临床签字的版本只作参考。`),
  ];
}

const summed = ({ count, right, too_mild: mild, too_urgent: urgent, department }) =>
  count ? `共 ${count} 次：紧急程度一致 ${right}，偏轻 ${mild}，偏重 ${urgent}；科室一致 ${department}。` : "还没有做过练习。";

function team(items) {
  const columns = { count: "次数", right: "紧急程度一致", too_mild: "偏轻", too_urgent: "偏重", department: "科室一致" };
  const head = h("tr", h("th", { scope: "col" }, "姓名"), Object.values(columns).map((name) => h("th.number", { scope: "col" }, name)));
  const rows = items.map((one) => h("tr", h("th", { scope: "row" }, one.by), Object.keys(columns).map((name) => h("td.number", one[name]))));
  return h("table.table", h("thead", head), h("tbody", rows));
}
