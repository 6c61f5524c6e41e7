import { h } from './dom.js';
import { dayName, plural, timeOfDay } from './format.js';
import { icon } from './icons.js';

/** The top of a page: one heading, a line about it, the actions. */
export const pageHead = (title, { sub, actions } = {}) => h('header.head',
  h('div', h('h1', title), sub && h('p.sub', sub)), actions && h('div.acts', actions));

/** Says that the groups are older than the faces, while the page stays usable. */
export function groupingNote(overview) {
  const behind = overview.faces.notConsidered;
  if (!overview.grouping || !behind) return null;
  const when = dayName(overview.grouping.at) === 'Today' ? timeOfDay(overview.grouping.at) : dayName(overview.grouping.at);
  return h('p.banner', icon('jobs'), h('span', `Groups are from ${when}; ${plural(behind, 'face is', 'faces are')} not yet considered. `),
    h('a', { href: '/jobs' }, 'Jobs'));
}

/** Buttons of which one holds: filters and views, as links so that each has an address. */
export const tabs = (label, items) => h('nav.tabs', { 'aria-label': label }, items.map(({ href, text, count, here }) => h('a', {
  href, 'aria-current': here ? 'true' : null,
}, text, count !== undefined && h('span.n', count))));

/** A choice from a few, with its label. */
export const select = (label, options, value, onchange) => h('label.select', h('span', label),
  h('select', { 'aria-label': label, onchange: (event) => onchange(event.target.value) },
    options.map(([key, text]) => h('option', { value: key, selected: key === value }, text))));
