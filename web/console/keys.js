/** Keys that act on a page while nobody types. */

const FIELDS = "input, textarea, select, [contenteditable]";

/** Binds keys (`event.key` → act) until `signal` ends them; with Ctrl, Alt or Meta a key is the browser's. */
export function onKeys(signal, acts) {
  const listen = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const typing = event.target.closest?.(FIELDS);
    if (typing && event.key !== "Escape") return;
    const act = Object.hasOwn(acts, event.key) && acts[event.key];
    if (!act || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act(event);
  };
  document.addEventListener("keydown", listen, { signal });
}

/** Moves the keyboard to the next or previous of these elements; returns the element. */
export function step(elements, by) {
  const all = [...elements];
  const at = all.indexOf(document.activeElement);
  const next = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by))];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  return next;
}
