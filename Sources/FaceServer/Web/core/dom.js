import { may } from './rights.js';

/**
 * Builds an element: `h('button.primary', {onclick: save, 'aria-label': 'Save'}, 'Save')`.
 * `needs` names the scope without which there is no such element: then null comes back, which parents leave out.
 * Strings become text nodes. Nothing in these pages parses markup, so a name can never become some.
 */
export function h(spec, ...rest) {
  const first = rest[0];
  const isProps = first && typeof first === 'object' && !(first instanceof Node) && !Array.isArray(first);
  if (isProps && first.needs && !may(first.needs)) return null;
  const [tag, ...classes] = spec.split('.');
  const node = document.createElement(tag);
  if (classes.length) node.className = classes.join(' ');
  if (isProps) setProps(node, rest.shift());
  append(node, rest);
  return node;
}

function setProps(node, props) {
  for (const [name, value] of Object.entries(props)) {
    // In ARIA "false" is a value of its own; everywhere else it means that the attribute is absent.
    if (name === 'needs' || value === undefined || value === null || (value === false && !name.startsWith('aria-'))) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name === 'dataset') Object.assign(node.dataset, value);
    else if (name === 'class') node.classList.add(...value.split(' ').filter(Boolean));
    else if (name === 'value' || name === 'checked' || name === 'indeterminate') node[name] = value;
    else node.setAttribute(name, value === true && !name.startsWith('aria-') ? '' : value);
  }
}

function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
}

/** Replaces what a node holds. */
export function fill(node, ...children) {
  node.replaceChildren();
  append(node, children);
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Builds an SVG element; attributes only, because the page's policy forbids inline style. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  append(node, children);
  return node;
}

/** Sets custom properties through the object model, which `default-src 'self'` allows. */
export function vars(node, values) {
  for (const [name, value] of Object.entries(values)) node.style.setProperty(`--${name}`, value);
  return node;
}

const announcer = () => document.getElementById('announcer');

/** Says a sentence to screen readers. */
export function announce(text) {
  announcer().textContent = '';
  // A new text node in a later task is read even when the sentence is the same as before.
  setTimeout(() => {
    announcer().textContent = text;
  }, 50);
}

export function debounce(wait, run) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...values), wait);
  };
}

const described = (node) =>
  [node.tagName, node.getAttribute('href'), node.getAttribute('aria-label'), node.textContent].join('|');

/** Draws anew and gives the focus back to what is called the same, else to the first button of the same row. */
export function redraw(root, run) {
  const held = root.contains(document.activeElement) ? document.activeElement : null;
  const name = held && described(held), row = held?.closest('[data-id]')?.dataset.id;
  run();
  if (!held || held.isConnected) return;
  const again = [...root.querySelectorAll('a, button, input, summary')].find((node) => described(node) === name) ??
    (row && root.querySelector(`[data-id="${CSS.escape(row)}"] button`));
  again?.focus({ preventScroll: true });
}

const inUse = () => document.querySelector('dialog[open], .namefield input:focus, [aria-expanded=true]');

/** Does something as soon as nobody types a name or has a menu or a dialog open: drawing anew would close it. */
export function whenIdle(run) {
  if (inUse()) setTimeout(() => whenIdle(run), 1000);
  else run();
}

let serial = 0;
export const uid = (prefix) => `${prefix}-${++serial}`;
