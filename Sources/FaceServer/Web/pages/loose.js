import { get, query } from './api.js';
import { assign, judge } from './actions.js';
import { on } from './bus.js';
import { debounce, fill, h } from './dom.js';
import { day, faceText, nameOf, plural, similarity, years } from './format.js';
import { pageHead } from './head.js';
import { icon } from './icons.js';
import { createListing } from './listing.js';
import { pickPerson } from './picker.js';
import { may, only } from './rights.js';
import { navigate } from './router.js';
import { selectionBar } from './selection.js';
import { emptyState } from './states.js';
import { avatar, faceImage } from './tiles.js';

export default async function loosePage(page) {
  page.title('Loose faces');
  const place = h('div.place');
  let active = null;
  const bar = selectionBar({
    noun: 'face',
    onClear: () => loose.grid.clear(),
    actions: () => [
      { needs: 'face:write', text: 'Give to …', icon: 'person', key: 'n', run: name },
      { needs: 'face:write', text: 'Ignore', icon: 'hide', key: 'i', run: () => take('ignore') },
      { needs: 'face:write', text: 'Not a face', icon: 'close', key: 'x', run: () => take('not-a-face') },
    ],
  });
  fill(
    page.root,
    h(
      'div.page',
      pageHead('Loose faces', {
        sub: 'Too unlike everybody to be placed without asking. Give them a person, or let them be.',
      }),
      place,
      bar.node,
    ),
  );

  const chosen = () => (loose.grid.selected.size ? [...loose.grid.selected] : [loose.grid.active].filter(Boolean));

  function tile({ face, candidates }) {
    return h(
      'li',
      { dataset: { id: face.id } },
      h('button.tile.face', {
        type: 'button',
        'aria-pressed': 'false',
        'aria-label': [
          faceText(face),
          ...candidates.map(({ person }, index) => `${index + 1}: ${nameOf(person)}`),
          ...face.quality?.reasons ?? [],
        ].join(', '),
      }, h('span.pic', faceImage(face), h('span.tick', { 'aria-hidden': 'true' }, icon('check')))),
      h(
        'div.who',
        h(
          'p.soft',
          [face.capturedAt && day(face.capturedAt), ...face.quality?.reasons ?? []].filter(Boolean).map((fact) =>
            `${fact} · `
          ),
          h('a', { href: `/photos/${face.photo}`, tabindex: -1 }, 'photo'),
        ),
        h(
          'ol.choices',
          candidates.map((candidate, index) =>
            h(
              'li',
              h(
                'button',
                {
                  type: 'button',
                  tabindex: -1,
                  disabled: !may('face:write'),
                  'aria-label': `It is ${nameOf(candidate.person)}, ${years(candidate.person)}, similarity ${
                    similarity(candidate.similarity)
                  }`,
                  onclick: () => give([face.id], { person: candidate.person }),
                },
                h('kbd', { 'aria-hidden': 'true' }, index + 1),
                avatar(candidate.person),
                h('span.name', { class: candidate.person.name ? '' : 'unnamed' }, nameOf(candidate.person)),
                h('span.value', similarity(candidate.similarity)),
              ),
            )
          ),
        ),
        h(
          'div.acts',
          { needs: 'face:write' },
          h('button.quiet', {
            type: 'button',
            tabindex: -1,
            onclick: () => name([face.id]),
          }, 'Name …'),
          h('button.quiet', { type: 'button', tabindex: -1, onclick: () => take('ignore', [face.id]) }, 'Ignore'),
          h('button.quiet', {
            type: 'button',
            tabindex: -1,
            onclick: () => take('not-a-face', [face.id]),
          }, 'Not a face'),
        ),
      ),
    );
  }

  function gone(ids, answer) {
    if (!answer) return;
    loose.grid.drop(ids);
    for (const id of ids) loose.shown.delete(id);
    if (loose.shown.size === 0 && loose.pager.done) fill(place, nothing());
  }

  const give = async (ids, target) => gone(ids, await assign(ids, target));
  const take = async (verb, ids = chosen()) => {
    if (ids.length) gone(ids, await judge(verb, ids));
  };

  async function name(ids = chosen()) {
    if (!ids.length) return;
    const [first] = ids.length === 1 ? loose.shown.get(ids[0])?.candidates ?? [] : [];
    const target = await pickPerson({
      title: `Who ${ids.length === 1 ? 'is it' : 'are they'}?`,
      near: first?.person.id,
    });
    if (target) await give(ids, target);
  }

  const nothing = () =>
    emptyState({
      art: 'check',
      title: 'No loose faces',
      text: 'Every face has a person or was set aside.',
      action: { text: 'Review', href: '/review' },
    });

  const loose = createListing(page, {
    place,
    kind: 'loosegrid',
    label: () => 'Loose faces',
    limit: 60,
    idOf: (entry) => entry.face.id,
    tile,
    empty: nothing,
    grid: {
      selectable: may('face:write'),
      onSelect: (ids) => bar.show(ids),
      onOpen: (id) => navigate(`/photos/${loose.shown.get(id).face.photo}`),
      onActive(item) {
        // Only the active card's buttons are tab stops, so the grid stays one stop and a few.
        for (const [card, stop] of [[active, -1], [item, 0]]) {
          card?.querySelectorAll('.who button, .who a').forEach((node) => node.setAttribute('tabindex', stop));
        }
        active = item;
      },
    },
    fetchPage: (paging, signal) => get(`/loose${query(paging)}`, { signal }),
    end: (total) => h('p.soft', `That is all: ${plural(total, 'loose face')}`),
  });

  const candidate = (index) => () => {
    const found = loose.shown.get(loose.grid.active)?.candidates[index];
    if (!found) return false;
    give(chosen(), { person: found.person });
    return true;
  };
  page.keys(only('face:write', {
    1: candidate(0),
    2: candidate(1),
    3: candidate(2),
    n: () => {
      name();
    },
    i: () => {
      take('ignore');
    },
    x: () => {
      take('not-a-face');
    },
  }));
  on(
    'changed',
    debounce(250, (event) => {
      if (!event.mine || event.undone) loose.refresh();
    }),
    page.signal,
  );
  await loose.load(page.restore?.count ?? 0);
}
