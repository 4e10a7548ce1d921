/** One draft: a file of the pack as a form that is checked while somebody types, and the way to its release. */

import { button, fill, h } from "/widget/dom.js";
import { pathOf } from "./api.js";

const TYPING_MS = 500;
const LOOK_MS = 3_000;
const MOST_FIELDS = 60;
const joined = (value) => (Array.isArray(value) ? value.join("，") : value);
const parted = (text) => text.split(/[，,、\n]/).map((one) => one.trim()).filter(Boolean);

export async function renderDraft(root, context) {
  const { api, staff, route, signal } = context;
  const [found, first] = await Promise.all([api.get("/knowledge"), api.get(`/knowledge/drafts/${route.id}`)]);
  let draft = first;
  const path = `/knowledge/drafts/${draft.id}`;
  const open = () => draft.status === "open";
  const file = h("select", { "aria-label": "文件" }, h("option", { value: "" }, "选择要改的内容"), grouped(found.sheets));
  const wanted = h("input", { type: "search", placeholder: "找一项", "aria-label": "找一项" });
  const form = h("div.part");
  const side = h("div.part");
  fill(root, h("div.bar", h("a", { href: context.href("knowledge") }, "‹ 知识"), h("h1", draft.title)), h("div.editing", h("section.panel.part", h("div.bar", file, wanted), form), side));

  // ── the form ──
  let fields = [];
  async function openFile() {
    fields = file.value ? (await api.get(pathOf("/knowledge/sheet", { file: file.value, draft: draft.id }))).fields : [];
    if (!signal.aborted) drawForm();
  }

  function drawForm() {
    const words = wanted.value.trim();
    const fits = fields.filter((one) => !words || [one.of, one.key, joined(one.value)].some((text) => text.includes(words)));
    const more = fits.length - MOST_FIELDS;
    fill(form, file.value && fits.length === 0 && h("p.quiet", "没有找到。"), fits.slice(0, MOST_FIELDS).map(control), more > 0 && h("p.quiet", `还有 ${more} 项，请用上面的框查找。`));
  }

  function control(one) {
    const locked = !open() || (one.clinical && staff.role !== "admin");
    const value = joined(one.draft ?? one.value);
    const rows = Math.min(14, Math.max(1, Math.ceil(value.length / 42) + value.split("\n").length - 1));
    const area = h("textarea", { rows, readonly: locked });
    area.value = value;
    const said = h("ul.wrong", { role: "status" });
    const read = () => (Array.isArray(one.value) ? parted(area.value) : area.value.trim());
    const keep = button("保存", () => save(one, read(), said), "primary", { hidden: true });
    const undo = button("恢复原文", () => save(one, null, said), "link", { hidden: one.draft == null || locked });
    let timer;
    signal.addEventListener("abort", () => clearTimeout(timer));
    area.addEventListener("input", () => {
      keep.hidden = false;
      clearTimeout(timer);
      timer = setTimeout(() => validate(one, read(), said, keep), TYPING_MS);
    });
    return h(
      "div.edit",
      { "data-changed": one.draft != null },
      h("label.field", h("span", one.of && h("strong", `${one.of} `), one.label, one.clinical && h("span.chip", staff.role === "admin" ? "临床规则" : "临床规则，只读")), said, area),
      !locked && h("div.actions", keep, undo),
    );
  }

  async function validate(one, value, said, keep) {
    const tried = await context.attempt(api.post("/knowledge/validate", { file: file.value, values: { [one.key]: value } }));
    if (!tried || signal.aborted) return;
    fill(said, tried.slips.map(slip));
    keep.disabled = tried.slips.length > 0;
  }

  async function save(one, value, said) {
    const kept = await context.attempt(api.put(`${path}/fields`, { revision: draft.revision, file: file.value, values: { [one.key]: value } }));
    if (!kept) return refresh();
    fill(said, kept.slips.map(slip));
    if (!kept.draft) return;
    draft = kept.draft;
    drawSide();
    await openFile();
  }

  // ── the way to its release ──
  async function refresh() {
    const fresh = await api.get(path).catch(() => null);
    if (!fresh || signal.aborted) return;
    draft = fresh;
    drawSide();
  }

  function drawSide() {
    const { check, checking, clinical, mine, edits } = draft;
    const act = async (name, note) => {
      const done = await context.attempt(api.post(`${path}/${name}`, { revision: draft.revision }));
      if (done && note) context.toast(note);
      await refresh();
      return done;
    };
    async function release() {
      const ended = await act("release");
      if (!ended) return;
      if (ended.released) context.toast(`已发布 ${ended.version}`);
      else context.toast(ended.slips.map(({ text }) => text).join("；"), "bad");
    }
    const may = staff.role === "admin" || (staff.role === "supervisor" && !clinical);
    const waits = mine ? "要由没有参与修改的人批准。" : !may && (clinical ? "改了临床规则，要由管理员批准。" : "要由护士长批准。");
    fill(
      side,
      h(
        "section.panel.part",
        h("h2", `修改（${edits.length}）`),
        edits.length ? edits.map(changed) : h("p.quiet", "还没有改什么。"),
        draft.answers.length > 0 && h("p", `答复更正 ${draft.answers.join("、")}：发布前它们的用例必须通过。`),
      ),
      h(
        "section.panel.part",
        h("h2", "检查"),
        checking ? h("p", { role: "status" }, "检查中，约一两分钟……") : check ? checked(check) : h("p.quiet", "改完以后检查一次：有没有错，对患者有什么变化。"),
        open() && h("div.actions", button(check ? "再检查一次" : "检查", () => act("check"), check ? "" : "primary", { disabled: checking || edits.length === 0 })),
      ),
      h(
        "section.panel.part",
        h("h2", "发布"),
        draft.status === "released" && h("p", "已发布。"),
        draft.status === "dropped" && h("p", "已放弃。"),
        open() && check?.passed && waits && h("p", waits),
        open() &&
          h(
            "div.actions",
            button("批准并发布", release, "primary", { disabled: !check?.passed || mine || !may }),
            (mine || staff.role !== "nurse") && button("放弃", () => act("drop", "已放弃")),
          ),
      ),
    );
    if (checking) setTimeout(() => signal.aborted || refresh(), LOOK_MS);
  }

  file.addEventListener("change", () => context.attempt(openFile()));
  wanted.addEventListener("input", drawForm);
  if (draft.edits.length) file.value = draft.edits[0].file;
  drawSide();
  await openFile();
}

function grouped(sheets) {
  const groups = Map.groupBy(sheets, ({ group }) => group);
  return [...groups].map(([label, files]) => h("optgroup", { label }, files.map(({ file, title }) => h("option", { value: file }, title))));
}

const slip = ({ line, text }) => h("li", line ? `第 ${line} 行：${text}` : text);

const changed = (one) =>
  h("div.change", h("p", h("strong", one.of || one.file), ` ${one.label ?? one.key}`, h("span.quiet", ` ${one.by}`)), one.was != null && h("del", joined(one.was)), h("ins", joined(one.value)));

function checked({ passed, failed, errors, warnings, changes, cases }) {
  const list = (title, items, style = "") => items.length > 0 && h(`div.part${style}`, h("h3", title), h("ul.part", items));
  const place = ({ file, line, text }) => h("li", `${file}:${line} ${text}`);
  return [
    h("p.judged", { "data-urgency": passed ? null : "ED_NOW", role: "status" }, failed ? `没有检查成：${failed}` : passed ? "检查通过" : "不能发布"),
    list("错误", errors.map(place), ".wrong"),
    list("更正的用例", cases.map((one) => h("li", `${one.passed ? "✓ 通过" : "✗ 没有通过"} ${one.id}`))),
    list("对患者的变化", changes.map((one) => h("li", one.lowered && h("strong.wrong", "‼ 变轻"), one.sentence))),
    passed && changes.length === 0 && h("p.quiet", "生成的情形里，患者得到的结论、科室和问题都没有变化。"),
    list("提醒", warnings.map(place)),
  ];
}
