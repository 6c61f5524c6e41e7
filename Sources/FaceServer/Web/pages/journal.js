import { get, query } from './api.js';
import { on } from './bus.js';
import { debounce, fill, h, redraw } from './dom.js';
import { dayName, timeOfDay } from './format.js';
import { pageHead } from './head.js';
import { icon } from './icons.js';
import { createPager } from './pager.js';
import { emptyState, skeletonRows } from './states.js';
import { complain } from './toast.js';
import { undo } from './undo.js';

const icons = {
  name: 'pencil',
  rename: 'pencil',
  merge: 'merge',
  same: 'check',
  different: 'close',
  split: 'split',
  hide: 'hide',
  unhide: 'show',
  forget: 'trash',
  box: 'box',
  unbox: 'box',
  undo: 'undo',
  assign: 'person',
  reject: 'close',
  avatar: 'star',
  ignore: 'loose',
};
const pages = { per: 'people' };

/** Where a decision leads: the person it is about, unless that person is gone. */
const target = (decision) => {
  const id = decision.subjects.find((subject) => pages[subject.slice(0, 3)]);
  return id && decision.kind !== 'forget' ? `/people/${id}` : null;
};

export default async function journal(page) {
  page.title('Journal');
  const place = h('div.place', skeletonRows(8));
  fill(
    page.root,
    h(
      'div.page',
      pageHead('Journal', {
        sub: 'Every decision, newest first. Groups are made from these; nothing a job does can lose one.',
        actions: h(
          'a.button',
          { needs: 'admin', href: '/v1/exports/decisions', download: 'decisions.jsonl' },
          icon('imports'),
          'Download',
        ),
      }),
      place,
    ),
  );

  function row(decision) {
    const href = target(decision);
    const state = decision.undoneBy
      ? 'undone'
      : decision.undoable
      ? null
      : decision.kind === 'undo'
      ? null
      : 'cannot be undone';
    return h(
      'li',
      { class: decision.undoneBy ? 'undone' : '', dataset: { id: decision.id } },
      h('span.kind', icon(icons[decision.kind] ?? 'journal')),
      h(
        'span.text',
        href ? h('a', { href }, decision.summary) : decision.summary,
        h('small', `${timeOfDay(decision.at)} · ${decision.actor}`, state && ` · ${state}`),
      ),
      decision.undoable && !decision.undoneBy &&
        h(
          'button',
          { needs: 'person:write', type: 'button', 'aria-label': `Undo: ${decision.summary}`, onclick: () => undo(decision) },
          icon('undo'),
          'Undo',
        ),
    );
  }

  async function load(count = 0) {
    let day = null, list = null;
    const days = h('div.days');
    const pager = createPager({
      signal: page.signal,
      fetchPage: (cursor, limit) => get(`/decisions${query({ limit, cursor })}`, page),
      add(items) {
        for (const decision of items) {
          if (dayName(decision.at) !== day) {
            day = dayName(decision.at);
            list = h('ul.entries.card');
            days.append(h('section', h('h2', day), list));
          }
          list.append(row(decision));
        }
      },
      end: () => h('p.soft', 'That is the beginning.'),
    });
    await pager.first(count);
    page.count = () => pager.count;
    redraw(
      place,
      () =>
        fill(
          place,
          pager.count ? [days, pager.foot] : emptyState({
            art: 'journal',
            title: 'No decisions yet',
            text: 'Names, merges, answers and everything else you decide will stand here, each with its undo.',
          }),
        ),
    );
  }

  on('changed', debounce(200, () => load(page.count?.()).catch(complain)), page.signal);
  await load(page.restore?.count ?? 0);
}
