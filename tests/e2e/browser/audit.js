/** What is wrong on a page of ours for people who see, hear or hit badly; given its root element. */
root => {
  const found = [];
  const name = (node) => node.outerHTML.slice(0, 80);
  const shown = (node) => node.checkVisibility() && node.getClientRects().length > 0 && !node.closest(".unseen");
  const parse = (color) => (color.match(/[\d.]+/g) ?? []).map(Number);
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const [r, g, b, a = 1] = parse(getComputedStyle(one).backgroundColor);
      if (a === 1) return [r, g, b];
    }
    return [255, 255, 255];
  };
  for (const node of root.querySelectorAll("button, input, textarea, a, summary")) {
    if (!shown(node)) continue;
    const box = (node.closest("label") ?? node).getBoundingClientRect();
    const inText = node.closest(".note, .banner, .foot, .sources, .status");
    if (!inText && (box.height < 44 || box.width < 44)) found.push(["small", name(node), box.width, box.height]);
    const label = node.getAttribute("aria-label") ?? (node.labels?.[0] ?? node).textContent;
    if (!label.trim()) found.push(["nameless", name(node)]);
  }
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    const text = texts.currentNode.textContent.trim().slice(0, 40);
    if (!text || !shown(node) || node.closest(":disabled")) continue;
    const style = getComputedStyle(node);
    const [light, dark] = [luminance(parse(style.color).slice(0, 3)), luminance(ground(node))].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    if (ratio < 4.5) found.push(["pale", text, ratio]);
    if (parseFloat(style.fontSize) < 12) found.push(["tiny", text, style.fontSize]);
  }
  const ids = [...root.querySelectorAll("[id]")].map(({ id }) => id);
  if (new Set(ids).size !== ids.length) found.push(["double id", ids]);
  for (const image of root.querySelectorAll("svg")) if (!image.matches("[aria-hidden], [aria-label]")) found.push(["svg speaks"]);
  if (root.scrollWidth > root.clientWidth) found.push(["wider than its frame", root.scrollWidth]);
  const log = root.querySelector(".log");
  if (log && log.scrollWidth > log.clientWidth) found.push(["log scrolls sideways", log.scrollWidth]);
  return found;
}
