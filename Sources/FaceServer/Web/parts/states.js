import { h } from './dom.js';
import { icon } from './icons.js';

/** An empty page: what is so, and the one thing to do next. */
export function emptyState({ art = 'people', title, text, action, key }) {
  return h(
    'div.empty',
    h('div.art', icon(art)),
    h('h2', title),
    h('p', text),
    action && h(
      'p.act',
      action.href
        ? h('a.button.primary', { href: action.href }, action.text)
        : h('button.primary', { type: 'button', onclick: action.run }, action.text),
    ),
    key && h('p.soft.small', key),
  );
}

const remains = 'Nothing was changed; your photos and decisions are as they were.';

/** What went wrong, what remains true, what to do. */
export function errorState(problem, retry) {
  const status = problem.status ?? 0;
  const title = status === 404
    ? 'This does not exist'
    : status === 401
    ? 'Not signed in'
    : status === 403
    ? 'Not allowed'
    : problem.slug === 'offline'
    ? 'The server does not answer'
    : 'This could not be loaded';
  const advice = status === 404
    ? 'It may have been forgotten or removed. The journal says what happened.'
    : status === 401
    ? 'Open the address that likeness serve printed when it started.'
    : problem.slug === 'offline'
    ? 'The page comes back by itself when the server does.'
    : remains;
  return h(
    'div.empty.error',
    { role: 'alert' },
    h('div.art', icon('warning')),
    h('h2', title),
    h('p', problem.detail ?? problem.message),
    h('p', advice),
    h(
      'p.act',
      retry && status !== 404
        ? h('button.primary', { type: 'button', onclick: retry }, icon('retry'), 'Try again')
        : null,
      h('a.button', { href: status === 404 ? '/journal' : '/' }, status === 404 ? 'Open the journal' : 'Overview'),
    ),
    problem.request && h('p.soft.small', 'Request ', h('code', problem.request)),
  );
}

/** Grey shapes at the final size, so that nothing jumps when the answer comes. */
export function skeletonGrid(kind, count = 18) {
  return h(
    `ul.grid.${kind}.skeleton`,
    { 'aria-hidden': 'true' },
    Array.from({ length: count }, () => h('li', h('div.tile', h('div.pic'), h('div.line'), h('div.line.short')))),
  );
}

export const skeletonRows = (count = 6) =>
  h(
    'div.rows.skeleton',
    { 'aria-hidden': 'true' },
    Array.from({ length: count }, () => h('div.row', h('div.line'), h('div.line.short'))),
  );
