import { h, uid } from './dom.js';
import { icon } from './icons.js';
import { may } from './rights.js';

/** A button that opens a list of actions. Items: `{text, icon, run, danger, needs}`; a falsy item is left out. */
export function menu(label, items) {
  const id = uid('menu');
  const list = h(
    'ul',
    { id, role: 'menu', 'aria-label': label, hidden: true },
    items.filter((item) => item && (!item.needs || may(item.needs))).map((item) =>
      h(
        'li',
        { role: 'none' },
        h(
          'button',
          {
            type: 'button',
            role: 'menuitem',
            tabindex: -1,
            class: item.danger ? 'danger' : '',
            onclick: () => {
              hide(true);
              item.run();
            },
          },
          icon(item.icon),
          h('span', item.text),
          item.key && h('kbd', item.key),
        ),
      )
    ),
  );
  const button = h(
    'button',
    { type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-controls': id, onclick: toggle },
    label,
    icon('down'),
  );
  const node = h('div.menu', button, list);
  const entries = () => [...list.querySelectorAll('button')];
  function toggle() {
    return list.hidden ? reveal(0) : hide(true);
  }
  function reveal(at) {
    list.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    entries().at(at).focus();
  }
  function hide(back) {
    list.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    if (back) button.focus();
  }
  node.addEventListener('keydown', (event) => {
    const all = entries(), at = all.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && list.hidden) reveal(step > 0 ? 0 : -1);
    else if (step) all[(at + step + all.length) % all.length].focus();
    else if (event.key === 'Home' && !list.hidden) all[0].focus();
    else if (event.key === 'End' && !list.hidden) all.at(-1).focus();
    else if (event.key === 'Escape' && !list.hidden) hide(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  node.addEventListener('focusout', (event) => {
    if (!node.contains(event.relatedTarget)) hide(false);
  });
  return node;
}
