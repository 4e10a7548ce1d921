/** The widget's fixed parts: header, 120 line, alarm, log, composer. */

import { button, h, icon } from "./dom.js";

const EXAMPLES = ["头疼三天了，有点恶心", "我想挂消化内科", "明天下午有没有专家号", "停车场在哪里"];

/** Builds the frame and returns its parts by name; `acts` are the patient's acts (`banyi-chat.js`). */
export function buildFrame(heading, acts) {
  const plain = (label, act, attributes) => button(label, act, "plain", attributes);
  const input = h("textarea", { rows: 1, placeholder: "哪里不舒服？想挂什么科？", "aria-label": "输入您想说的话", enterkeyhint: "send" });
  const composer = h("form.composer", input, h("button.send.primary", { "aria-label": "发送" }, icon("send")));
  const large = plain("大字", acts.large);
  const contrast = plain("高对比度", acts.contrast);
  const menu = h(
    "div.menu",
    { onclick: () => (more.open = false) },
    contrast,
    plain("转人工服务", acts.handoff),
    plain("开始新对话", acts.fresh),
    plain("下载聊天记录", acts.download),
    plain("删除聊天记录", acts.erase),
  );
  const escape = ({ key }) => {
    if (key !== "Escape") return;
    more.open = false;
    more.firstChild.focus();
  };
  const more = h("details", { onkeydown: escape }, h("summary.plain", { "aria-label": "更多" }, icon("menu")), menu);
  const header = h(
    "header.top",
    h("div.title", h("h2", heading), h("p", "AI 助手，不能代替医生")),
    large,
    plain([icon("exit"), "快速离开"], acts.leave),
    more,
    plain(icon("close"), acts.minimise, { "aria-label": "收起" }),
  );
  const examples = h("div.choices", { role: "group", "aria-label": "可以这样说" }, EXAMPLES.map((text) => button(text, () => acts.say(text))));
  const hello = "说说情况，我帮您看要不要马上就医、挂哪个科；挂号、问路也可以直接说。";
  const intro = h("div", h("p.lead", "您好，哪里不舒服？"), h("p", hello), examples);
  const consent = h("div");
  const log = h("div.log", { role: "log", "aria-live": "polite", "aria-label": "对话", tabindex: "0" }, intro, consent);
  const alarm = h("div.place", { role: "alert" });
  const ask = h("div.place");
  const banner = h("div.banner", { role: "status" });
  const emergency = h("a.emergency", { href: "tel:120" }, icon("phone"), "紧急情况请拨打 120");
  const root = h("div.root", { lang: "zh-CN", hidden: true }, header, emergency, banner, alarm, ask, log, composer);
  return { root, input, composer, large, contrast, examples, consent, log, alarm, ask, banner };
}
