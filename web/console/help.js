/** The list of keys. */

import { button, fill, h } from "/widget/dom.js";

const KEYS = [
  ["j / k", "下一条 / 上一条"],
  ["Enter", "打开"],
  ["/", "搜索"],
  ["Esc", "返回收件箱；在输入框中：离开输入框"],
  ["c", "接管对话"],
  ["r", "回复"],
  ["w", "最近一轮的判断依据"],
  ["n", "写内部备注"],
  ["1 – 4", "切换右侧栏"],
  ["?", "本帮助"],
];

/** Shows the keys until closed. */
export function showHelp() {
  const dialog = h("dialog", { "aria-label": "键盘快捷键", onclose: () => dialog.remove() });
  const rows = KEYS.map(([key, what]) => h("div", h("dt", h("kbd", key)), h("dd", what)));
  fill(dialog, h("h2", "键盘快捷键"), h("dl", rows), h("div.actions", button("关闭", () => dialog.close(), "primary")));
  document.body.append(dialog);
  dialog.showModal();
}
