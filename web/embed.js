/**
 * Puts the assistant on any page: `<script type="module" src="https://HOSPITAL/embed.js"></script>`. `?open`
 * opens it at once, `?heading=` names it. Nothing is sent before it is opened.
 */

import { h } from "./widget/dom.js";

const { searchParams: options } = new URL(import.meta.url);
const server = new URL(".", import.meta.url).href.slice(0, -1);

class BanyiLauncher extends HTMLElement {
  connectedCallback() {
    const style = h("link", { rel: "stylesheet", href: `${server}/widget/launcher.css` });
    const open = h("button", { onclick: () => show(true) }, "问问导诊助手");
    const panel = h("section", { hidden: true, "aria-label": "导诊助手" });
    const show = async (shown) => {
      panel.hidden = !shown;
      open.hidden = shown;
      if (!shown) return open.focus();
      if (panel.firstChild) return undefined;
      panel.append(h("banyi-chat", { server, heading: options.get("heading"), "exit-url": `${server}/away.html` }));
      return import(`${server}/widget/banyi-chat.js`);
    };
    panel.addEventListener("banyi-minimise", () => show(false));
    this.attachShadow({ mode: "open" }).replaceChildren(style, open, panel);
    if (options.has("open")) show(true);
  }
}

customElements.define("banyi-launcher", BanyiLauncher);
document.body.append(h("banyi-launcher"));
