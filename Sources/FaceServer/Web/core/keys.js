// Single keys act on the whole page, so they can be switched off (WCAG 2.1.4) and never act while somebody types.
const STORE = 'likeness.keys';
const global = new Map();
let local = new Map();

export const enabled = () => localStorage.getItem(STORE) !== 'off';
export const setEnabled = (value) => localStorage.setItem(STORE, value ? 'on' : 'off');

/** Keys that hold on every page. */
export function globalKeys(bindings) {
  for (const [key, run] of Object.entries(bindings)) global.set(key, run);
}

/** The keys of the page that is shown; they win over global ones. */
export function pageKeys(bindings) {
  local = new Map(Object.entries(bindings));
}

const typing = (node) =>
  node instanceof HTMLElement &&
  (node.isContentEditable || node.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=range])'));

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector('dialog[open]')) return;
  const single = event.key.length === 1;
  if (single && !enabled()) return;
  const run = local.get(event.key) ?? global.get(event.key);
  if (!run) return;
  // A binding that has nothing to act on returns false and leaves the key to the browser.
  if (run(event) !== false) event.preventDefault();
});
