import { announce, fill, h } from './dom.js';
import { icon } from './icons.js';
import { plural } from './format.js';
import { may } from './rights.js';

/** The bar that comes up with a selection. `actions(ids)` gives its buttons: `{text, icon, key, run, danger, needs}`. */
export function selectionBar({ noun, many, actions, onClear, more }) {
  const bar = h('div.selection', { role: 'toolbar', 'aria-label': 'What to do with the selection', hidden: true });
  let before = 0;
  return {
    node: bar,
    show(ids) {
      bar.hidden = ids.length === 0;
      if (ids.length !== before && ids.length) announce(`${plural(ids.length, noun, many)} selected`);
      before = ids.length;
      if (bar.hidden) return;
      fill(
        bar,
        h('b.count', `${plural(ids.length, noun, many)} selected`),
        more?.(ids),
        h(
          'span.acts',
          actions(ids).filter((action) => action && (!action.needs || may(action.needs))).map((action) =>
            h(
              'button',
              {
                type: 'button',
                onclick: action.run,
                class: action.danger ? 'danger' : '',
              },
              icon(action.icon),
              h('span', action.text),
              action.key && h('kbd', { 'aria-hidden': 'true' }, action.key),
            )
          ),
        ),
        h('button.icon', { type: 'button', 'aria-label': 'Clear the selection', onclick: onClear }, icon('close')),
      );
    },
  };
}
