import { h } from './dom.js';

/** A table that scrolls by itself where the page is narrow. */
export const table = (heads, rows) =>
  h(
    'div.scroll',
    h(
      'table',
      h('thead', h('tr', heads.map((text) => (text ? h('th', { scope: 'col' }, text) : h('td'))))),
      h('tbody', rows),
    ),
  );
