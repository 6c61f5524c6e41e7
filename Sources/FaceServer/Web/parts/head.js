import { fill, h } from './dom.js';
import { dayName, num, plural, timeOfDay } from './format.js';
import { icon } from './icons.js';
import { get } from './api.js';
import { emit, on } from './bus.js';

let latest = null;
on('overview', (overview) => {
  latest = overview;
});

/** Shows the overview as it was known last, at once, and again when it is read: nothing jumps on the way back. */
export function withOverview(page, show) {
  if (latest) show(latest);
  on('overview', show, page.signal);
  get('/overview', page).then((overview) => emit('overview', overview), () => {});
}

/** The top of a page: one heading, a line about it, the actions. */
export const pageHead = (title, { sub, actions } = {}) =>
  h('header.head', h('div', h('h1', title), sub && h('p.sub', sub)), actions && h('div.acts', actions));

/** Says that the groups are older than the faces, while the page stays usable. */
export function groupingNote(overview) {
  const behind = overview.faces.notConsidered;
  // Without a job that will look at them, they are the faces too poor to be compared; the overview counts those.
  if (!overview.grouping || !behind || !overview.jobs.length) return null;
  const when = dayName(overview.grouping.at) === 'Today'
    ? timeOfDay(overview.grouping.at)
    : dayName(overview.grouping.at);
  return h(
    'p.banner',
    icon('jobs'),
    h('span', `Groups are from ${when}; ${plural(behind, 'face is', 'faces are')} not yet considered. `),
    h('a', { href: '/jobs' }, 'Jobs'),
  );
}

/** Buttons of which one holds: filters and views, as links so that each has an address. */
export const tabs = (label, items) =>
  h(
    'nav.tabs',
    { 'aria-label': label },
    items.map(({ key, href, text, here }) =>
      h(
        'a',
        {
          href,
          'aria-current': here ? 'true' : null,
        },
        text,
        h('span.n', { dataset: { key } }),
      )
    ),
  );

/** Writes the counts into tabs; the links stay, because one of them may have the focus. */
export function setCounts(nav, counts) {
  for (const node of nav.querySelectorAll('.n')) {
    fill(node, node.dataset.key in counts ? num(counts[node.dataset.key]) : null);
  }
}

/** A choice from a few, with its label. */
export const select = (label, options, value, onchange) =>
  h(
    'label.select',
    h('span', label),
    h(
      'select',
      { 'aria-label': label, onchange: (event) => onchange(event.target.value) },
      options.map(([key, text]) => h('option', { value: key, selected: key === value }, text)),
    ),
  );
