/** The sign-in form; the code is asked for once the password was right. */

import { fill, h } from "/widget/dom.js";

const MINUTE = 60;

/** Draws the form; `entered` is called when the session stands. */
export function renderSignIn(root, { api, note, entered }) {
  const name = input("name", { autocomplete: "username", required: true });
  const password = input("password", { type: "password", autocomplete: "current-password", required: true });
  const code = input("code", { autocomplete: "one-time-code", inputmode: "numeric", maxlength: 32 });
  const codeField = field("动态验证码", code, "手机验证器上的 6 位数字，或一个恢复码");
  const wrong = h("p.wrong", { role: "alert" }, note);
  const enter = h("button.primary", { type: "submit" }, "登录");
  codeField.hidden = true;

  async function submit(event) {
    event.preventDefault();
    enter.disabled = true;
    wrong.textContent = "";
    try {
      await api.post("/sign-in", { name: name.value.trim(), password: password.value, code: code.value.trim() });
      await entered();
    } catch (problem) {
      wrong.textContent = refused(problem);
    } finally {
      enter.disabled = false;
    }
  }

  function refused(problem) {
    if (problem.code === "identity_required") {
      codeField.hidden = false;
      code.focus();
      return "请输入动态验证码。";
    }
    if (problem.code === "forbidden") return "用户名、密码或验证码不对。";
    if (problem.code !== "rate_limited") return problem.says ?? "登录没有成功。";
    const minutes = Math.ceil(problem.retryAfter / MINUTE);
    return `尝试次数太多，${minutes > 1 ? `请 ${minutes} 分钟后再试` : "请稍后再试"}。`;
  }

  const form = h("form.sign-in", { onsubmit: submit }, h("h1", "护士台"), h("p.quiet", "伴医 · 仅限本院工作人员"), field("用户名", name), field("密码", password), codeField, wrong, enter);
  fill(root, h("main", form));
  name.focus();
}

const input = (name, attributes) => h("input", { name, autocapitalize: "off", spellcheck: "false", ...attributes });

const field = (label, control, hint = "") => h("label.field", h("span", label), control, hint && h("small.quiet", hint));
