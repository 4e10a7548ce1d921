/** The knowledge pack: its files, the drafts that change them, and what was released. */

import { button, fill, h } from "/widget/dom.js";
import { renderDraft } from "./draft.js";
import { moment } from "./words.js";

export async function render(root, context) {
  const { route } = context;
  return route.id ? renderDraft(root, context) : overview(root, context);
}

async function overview(root, context) {
  const { api, staff } = context;
  const found = await api.get("/knowledge");
  const title = h("input", { maxlength: 80, required: true, placeholder: "要改什么，例如：CT 的准备" });

  async function begin(event) {
    event.preventDefault();
    const draft = await context.attempt(api.post("/knowledge/drafts", { title: title.value.trim() }));
    if (draft) context.go("knowledge", draft.id);
  }

  async function restore(number, version) {
    if (!window.confirm(`让 ${version} 重新生效？新的对话马上用它。`)) return;
    const ended = await context.attempt(api.post(`/knowledge/releases/${number}/restore`));
    if (!ended) return;
    context.toast(ended.released ? `已换成 ${ended.version}` : ended.slips.map(({ text }) => text).join("；"), ended.released ? "good" : "bad");
    await overview(root, context);
  }

  const may = staff.role !== "nurse";
  fill(
    root,
    h("div.bar", h("h1", "知识"), h("span.chip", `现用 ${found.version}`)),
    h("section.panel.part", h("h2", "新的修改"), h("form.bar", { onsubmit: begin }, h("label.field.wide", h("span.unseen", "要改什么"), title), h("button.primary", { type: "submit" }, "开始"))),
    h("section.panel.part", h("h2", "进行中的修改"), found.drafts.length ? h("ul.part", found.drafts.map((one) => draftRow(one, context))) : h("p.quiet", "没有。")),
    h(
      "section.panel.part",
      h("h2", "发布过的版本"),
      h(
        "ul.part",
        found.releases.map((one, at) =>
          h(
            "li",
            h("strong", one.version),
            h("span.quiet", `${moment(one.at)} ${one.restores ? `${one.approved_by} 撤回到这一版` : `${one.by} 修改，${one.approved_by} 批准`}`),
            one.version === found.version ? at === 0 && h("span.chip", "现用") : may && button("换回这一版", () => restore(one.number, one.version), "link"),
          ),
        ),
        found.releases.length > 0 && found.releases[0].files.length > 0 && h("li", h("strong", "安装时的版本"), may && button("换回这一版", () => restore(0, "安装时的版本"), "link")),
      ),
      found.releases.length === 0 && h("p.quiet", "还没有发布过，用的是安装时的版本。"),
    ),
  );
}

const draftRow = (one, context) =>
  h(
    "li",
    h("a", { href: context.href("knowledge", one.id) }, one.title),
    h("span.quiet", `${one.by} ${moment(one.at)}，${one.edits} 处修改`),
    one.answers.length > 0 && h("span.chip", `答复 ${one.answers.join("、")}`),
    (one.checking || one.passed) && h("span.chip", one.checking ? "检查中" : "检查通过"),
  );
