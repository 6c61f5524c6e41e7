import { fill, h, uid } from './dom.js';
import { icon } from './icons.js';

/**
 * Opens a modal dialog; the browser keeps the focus inside and gives it back.
 * @returns {{node: HTMLDialogElement, close: (value?: any) => void, closed: Promise<any>}}
 */
export function openDialog({ title, body, actions = [], wide = false }) {
  const id = uid('dialog');
  let settle;
  const closed = new Promise((resolve) => {
    settle = resolve;
  });
  const before = document.activeElement;
  const close = (value = null) => {
    if (!node.isConnected) return;
    node.close();
    node.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
    settle(value);
  };
  const node = h(
    'dialog',
    { class: wide ? 'wide' : '', 'aria-labelledby': id },
    h(
      'header',
      h('h2', { id }, title),
      h('button.icon', { type: 'button', 'aria-label': 'Close', onclick: () => close() }, icon('close')),
    ),
    h('div.body', body),
    actions.length ? h('footer', actions) : null,
  );
  node.addEventListener('cancel', (event) => {
    event.preventDefault();
    close();
  });
  // A press on the backdrop is one on the dialog itself; it must also begin there, or a drag out of a field would close it.
  node.addEventListener('pointerdown', (event) => {
    if (event.target === node) close();
  });
  addEventListener('popstate', () => close(), { once: true });
  document.body.append(node);
  node.showModal();
  return { node, close, closed };
}

/** Asks one thing; resolves to true or false. */
export async function confirm({ title, text, yes, danger = false }) {
  const box = openDialog({
    title,
    body: h('p', text),
    actions: [
      h('button', { type: 'button', onclick: () => box.close(false) }, 'Cancel'),
      h('button', {
        type: 'button',
        class: danger ? 'danger' : 'primary',
        autofocus: true,
        onclick: () => box.close(true),
      }, yes),
    ],
  });
  return (await box.closed) === true;
}

/** Asks to type a word before something that cannot be undone. */
export async function confirmByTyping({ title, body, word, yes }) {
  const id = uid('word');
  const input = h('input', { id, autocomplete: 'off', spellcheck: 'false', oninput: check });
  const button = h('button.danger', { type: 'submit', disabled: true }, yes);
  function check() {
    button.disabled = input.value !== word;
  }
  const form = h(
    'form',
    {
      onsubmit: (event) => {
        event.preventDefault();
        if (input.value === word) box.close(true);
      },
    },
    body,
    h('label', { for: id }, 'Type ', h('b.word', word), ' to confirm'),
    input,
    h('footer', h('button', { type: 'button', onclick: () => box.close(false) }, 'Cancel'), button),
  );
  const box = openDialog({ title, body: form });
  input.focus();
  return (await box.closed) === true;
}

/** Shows why a dialog could not finish, inside it, so that what was typed stays. */
export function dialogProblem(node, problem) {
  const place = node.querySelector('.problem') ??
    node.querySelector('.body').appendChild(h('p.problem', { role: 'alert' }));
  fill(place, icon('warning'), h('span', problem.detail ?? problem.message));
}
