/** Small plots as SVG. Each is an image with its numbers as its name; a table beside it says the same. */

const NAMESPACE = "http://www.w3.org/2000/svg";
const WIDTH = 480;
const HEIGHT = 180;
const LEFT = 36;
const BOTTOM = 24;
const TOP = 18;
const MOST_LABELS = 10;

/** An SVG element. */
export function s(tag, attributes = {}, ...children) {
  const node = document.createElementNS(NAMESPACE, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children.flat(9).filter((child) => child || child === 0).map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

const frame = (title, height, ...children) => s("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "plot", role: "img", "aria-label": title }, ...children);
const said = (title, points) => `${title}：${points.map(({ label, value }) => `${label} ${value}`).join("，")}`;
const nth = (count) => Math.ceil(count / MOST_LABELS);

/** Upright bars of `{label, value}`. */
export function bars(title, points) {
  const most = Math.max(1, ...points.map(({ value }) => value));
  const step = (WIDTH - LEFT) / Math.max(1, points.length);
  const room = HEIGHT - TOP - BOTTOM;
  const every = nth(points.length);
  const shapes = points.map(({ label, value }, at) => {
    const tall = (value / most) * room;
    const x = LEFT + at * step + step * 0.18;
    const centre = x + step * 0.32;
    return [
      s("rect", { x, y: HEIGHT - BOTTOM - tall, width: step * 0.64, height: tall, rx: 2, class: "bar-shape" }),
      value > 0 && at % every === 0 && s("text", { x: centre, y: HEIGHT - BOTTOM - tall - 4, "text-anchor": "middle", class: "value" }, value),
      at % every === 0 && s("text", { x: centre, y: HEIGHT - 7, "text-anchor": "middle" }, label),
    ];
  });
  return frame(said(title, points), HEIGHT, axis(), shapes);
}

/** Lying bars of `{label, value}` up to `most`. */
export function ranks(title, points, most = Math.max(1, ...points.map(({ value }) => value))) {
  const line = 30;
  const from = 110;
  const shapes = points.map(({ label, value }, at) => {
    const y = at * line + 6;
    const width = Math.max(1, (value / most) * (WIDTH - from - 50));
    return [
      s("text", { x: from - 10, y: y + 14, "text-anchor": "end" }, label),
      s("rect", { x: from, y, width, height: 18, rx: 2, class: "bar-shape" }),
      s("text", { x: from + width + 6, y: y + 14, class: "value" }, value),
    ];
  });
  return frame(said(title, points), points.length * line + 6, shapes);
}

/** A curve of `{label, value}` in order; `limits` are drawn as dashed lines. */
export function curve(title, points, limits = []) {
  const values = [...points.map(({ value }) => value), ...limits];
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = most - least || 1;
  const x = (at) => LEFT + ((at + 0.5) * (WIDTH - LEFT)) / points.length;
  const y = (value) => HEIGHT - BOTTOM - ((value - least) / span) * (HEIGHT - TOP - BOTTOM);
  const every = nth(points.length);
  return frame(
    said(title, points),
    HEIGHT,
    axis(),
    [least, most].map((value) => s("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, value)),
    limits.map((value) => s("line", { x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value), class: "limit" })),
    s("polyline", { points: points.map(({ value }, at) => `${x(at)},${y(value)}`).join(" "), class: "curve" }),
    points.map(({ value }, at) => s("circle", { cx: x(at), cy: y(value), r: 3, class: "bar-shape" })),
    points.map(({ label }, at) => at % every === 0 && s("text", { x: x(at), y: HEIGHT - 7, "text-anchor": "middle" }, label)),
  );
}

const axis = () => s("line", { x1: LEFT, x2: WIDTH, y1: HEIGHT - BOTTOM, y2: HEIGHT - BOTTOM, class: "axis-line" });
