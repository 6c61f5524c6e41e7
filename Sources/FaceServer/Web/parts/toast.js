import { h } from './dom.js';
import { icon } from './icons.js';

const SHOWN_MS = 10_000;
const MOST = 3;
const box = () => document.getElementById('toasts');
const open = new Set();

/** A short message with at most one action. It stays while the pointer or the focus is on it. */
export function toast(text, { action, bad = false } = {}) {
  const close = () => {
    clearTimeout(timer);
    open.delete(close);
    node.remove();
  };
  let timer = null;
  const arm = () => {
    timer = setTimeout(close, SHOWN_MS);
  };
  const node = h(
    'div.toast',
    { class: bad ? 'bad' : '', role: bad ? 'alert' : 'status' },
    icon(bad ? 'warning' : 'check'),
    h('span', text),
    action && h('button', {
      type: 'button',
      onclick: () => {
        close();
        action.run();
      },
    }, action.text),
    h('button.icon', { type: 'button', 'aria-label': 'Close the message', onclick: close }, icon('close')),
  );
  for (const type of ['mouseenter', 'focusin']) node.addEventListener(type, () => clearTimeout(timer));
  for (const type of ['mouseleave', 'focusout']) node.addEventListener(type, arm);
  while (box().children.length >= MOST) box().firstChild.remove();
  box().append(node);
  if (!bad) open.add(close);
  arm();
}

/** Takes all messages but complaints away. */
export function closeToasts() {
  for (const close of [...open]) close();
}

/** Says what did not work; a person can read it to whoever looks after the server. */
export function complain(problem) {
  if (problem.name === 'AbortError') return;
  const text = problem.detail ?? problem.message;
  toast(problem.request ? `${text} (${problem.request})` : text, { bad: true });
}
