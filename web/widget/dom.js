/** Elements from data. Text always becomes text nodes: nothing here ever parses HTML. */

/**
 * Builds an element: `h("p.lead", {attributes}?, ...children)`. `on*` attributes are listeners, `false` and
 * missing ones are left out; children are nodes, text, arrays of them, or nothing.
 */
export function h(tag, ...children) {
  const attributes = children[0]?.constructor === Object ? children.shift() : {};
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value != null && value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  return fill(node, children);
}

/** Replaces what stands in an element. */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat(9).filter((child) => child || child === 0));
  return node;
}

/** A button that never submits a form. */
export const button = (label, onclick, style = "", attributes = {}) =>
  h(`button.${style}`, { type: "button", onclick, ...attributes }, label);

/** Buttons for a card's actions, the first one in the style `primary`. */
export const actionRow = (actions, acts, primary) =>
  actions?.length > 0 && h("div.actions", actions.map((action, at) => button(action.label, () => acts.choose(action), at ? "" : primary)));

/** A titled bullet list, or nothing when it would be empty. */
export const list = (title, items, style = "") =>
  items?.length > 0 && h(`section.part.${style}`, h("h4", title), h("ul", items.map((item) => h("li", item))));

const PATHS = {
  phone: "M6.6 3.5 9 4l1.2 4-2 1.6a12 12 0 0 0 6.2 6.2l1.6-2 4 1.2.5 2.4c.2 1.5-.9 3.1-2.6 3.1C10 20.5 3.5 14 3.5 6c0-1.7 1.6-2.8 3.1-2.5z",
  send: "M12 19V5M5.5 11.5 12 5l6.5 6.5",
  close: "M6 6l12 12M18 6 6 18",
  menu: "M5 7h14M5 12h14M5 17h14",
  exit: "M14 4h5v16h-5M10 8l-4 4 4 4M6 12h9",
};

/** A line icon, hidden from screen readers. */
export function icon(name) {
  const [svg, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", true], ["class", "icon"]]) svg.setAttribute(key, value);
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A telephone link as large as a hand. */
export const dial = (phone, label = `拨打 ${phone}`) =>
  h("a.dial", { href: `tel:${phone.replace(/[^\d+]/g, "")}` }, icon("phone"), h("span", label));
