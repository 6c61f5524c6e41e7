import { get, query } from './api.js';
import { on } from './bus.js';
import { debounce, fill, h } from './dom.js';
import { num, plural } from './format.js';
import { createGrid } from './grid.js';
import { groupingNote, pageHead, select, tabs } from './head.js';
import { icon } from './icons.js';
import { mergePeople } from './merging.js';
import { nameField } from './namefield.js';
import { createPager } from './pager.js';
import { navigate, readdress } from './router.js';
import { selectionBar } from './selection.js';
import { changePerson } from './stale.js';
import { emptyState, skeletonGrid } from './states.js';
import { personTile } from './tiles.js';
import { complain } from './toast.js';
import { decided } from './undo.js';

const filters = { named: 'Named', unnamed: 'Unnamed', hidden: 'Hidden' };

export default async function people(page) {
  const filter = page.search.get('show') ?? 'named';
  const sort = page.search.get('sort') ?? 'faces';
  let text = page.search.get('q') ?? '';
  const shown = new Map();
  let selecting = false;
  page.title(`${filters[filter]} people`);

  const address = (changes) => `/people${query({ show: filter === 'named' ? '' : filter, sort: sort === 'faces' ? '' : sort, q: text, ...changes })}`;
  const counts = h('div.tabrow'), place = h('div.place'), note = h('div');
  const search = h('label.searchbox', icon('search'), h('input', {
    type: 'search', placeholder: 'Search names', 'aria-label': 'Search names', value: text,
    oninput: debounce(180, (event) => { text = event.target.value.trim(); readdress(address({ q: text })); load().catch(complain); }),
    onkeydown: (event) => { if (event.key === 'ArrowDown' || event.key === 'Enter') { event.preventDefault(); grid?.focus(grid.active); } },
  }));
  const selectButton = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => setSelecting(!selecting) }, icon('check'), 'Select');
  fill(page.root, h('div.page', pageHead('People', { actions: selectButton }), note, h('div.tools', counts, search,
    select('Sort by', [['faces', 'Most faces'], ['name', 'Name'], ['lastSeen', 'Seen lately']], sort,
      (value) => navigate(address({ sort: value === 'faces' ? '' : value }), { replace: true }))), place));

  let grid = null, pager = null, controller = null;
  const bar = selectionBar({
    noun: 'person', many: 'people', onClear: () => setSelecting(false),
    more: (ids) => !pager.done && ids.length === pager.count && h('button.link', { type: 'button', onclick: selectEverybody }, 'Select all of them, also those not loaded'),
    actions: (ids) => [
      ids.length > 1 && { text: 'Merge', icon: 'merge', key: 'm', run: merge },
      ids.length === 1 && { text: 'Name', icon: 'pencil', key: 'n', run: () => rename(ids[0]) },
      { text: filter === 'hidden' ? 'Show' : 'Hide', icon: filter === 'hidden' ? 'show' : 'hide', key: 'h', run: hide },
    ],
  });
  page.root.firstChild.append(bar.node);

  function setSelecting(on) {
    selecting = on;
    selectButton.setAttribute('aria-pressed', on);
    grid?.item && place.firstChild?.classList.toggle('choosing', on);
    if (!on) grid?.clear();
  }

  async function selectEverybody() {
    await pager.all();
    for (const id of shown.keys()) grid.selected.add(id);
    grid.add([]);
    for (const item of place.querySelectorAll('li[data-id]')) grid.replace(item.dataset.id, tile(shown.get(item.dataset.id)));
    bar.show([...grid.selected]);
  }

  function tile(person) {
    const item = personTile(person);
    // The words "Add a name" are a target of their own for pointers; keys have n.
    item.querySelector('.name.unnamed')?.addEventListener('click', (event) => { event.preventDefault(); event.stopPropagation(); rename(person.id); });
    return item;
  }

  function rename(id) {
    const person = shown.get(id), item = grid.item(id);
    if (!person || item.querySelector('.namefield')) return;
    const caption = item.querySelector('.caption');
    const done = (back) => { item.classList.remove('editing'); field.node.remove(); caption.hidden = false; if (back) grid.focus(id); };
    const field = nameField({
      label: person.name ? `New name for ${person.name}` : 'Name of this person', value: person.name ?? '', placeholder: 'Who is it?', exclude: [id],
      onCancel: () => done(true),
      onName: async (name) => {
        try {
          const answer = await changePerson(person, { name });
          if (answer.left) { shown.set(id, answer.person); return; }
          done(true);
          settle(answer.person);
          decided(answer.decision);
        } catch (problem) { complain(problem); field.focus(); }
      },
      onPerson: async (other) => { done(true); await merged([id, other.id], other.id); },
    });
    item.classList.add('editing');
    caption.hidden = true;
    item.append(field.node);
    field.focus();
  }

  /** Puts a changed person where it belongs now: exchanged in place, or gone from this list. */
  function settle(person) {
    const belongs = filter === 'hidden' ? person.hidden : !person.hidden && Boolean(person.name) === (filter === 'named');
    shown.set(person.id, person);
    if (belongs) grid.replace(person.id, tile(person));
    else { shown.delete(person.id); grid.drop([person.id]); }
  }

  async function merged(ids, keep) {
    try {
      const kept = await mergePeople(ids, { keep });
      if (!kept) return;
      const gone = ids.filter((id) => id !== kept.id);
      for (const id of gone) shown.delete(id);
      grid.drop(gone);
      if (shown.has(kept.id)) settle(kept);
      setSelecting(false);
    } catch (problem) { complain(problem); }
  }

  const merge = () => { if (grid.selected.size < 2) return false; merged([...grid.selected]); return true; };

  async function hide() {
    const ids = grid.selected.size ? [...grid.selected] : [grid.active].filter(Boolean);
    const changes = ids.map((id) => shown.get(id)).filter(Boolean);
    // Gone at once, because it can be undone; what the server refuses comes back.
    grid.drop(ids);
    setSelecting(false);
    const made = [];
    for (const person of changes) {
      try {
        const answer = await changePerson(person, { hidden: filter !== 'hidden' });
        if (!answer.left) { made.push(answer.decision); shown.delete(person.id); }
      } catch (problem) { complain(problem); }
    }
    decided(made, { text: made.length > 1 ? `${filter === 'hidden' ? 'Showed' : 'Hid'} ${plural(made.length, 'person', 'people')}` : undefined });
    if (made.length < changes.length) await load();
  }

  async function load(count = 0, focus = null) {
    controller?.abort();
    controller = new AbortController();
    page.signal.addEventListener('abort', () => controller.abort());
    const { signal } = controller;
    const list = h('ul.grid.people', { role: 'list', 'aria-label': `${filters[filter]} people` });
    if (!count) fill(place, skeletonGrid('people'));
    shown.clear();
    grid = createGrid(list, { signal, selecting: () => selecting, onSelect: (ids) => bar.show(ids) });
    pager = createPager({
      signal,
      fetchPage: (cursor, limit) => get(`/people${query({ filter, sort, q: text, limit, cursor })}`, { signal }),
      add(items) {
        // A person may move between two pages while the list is read; each is shown once.
        const fresh = items.filter((person) => !shown.has(person.id));
        for (const person of fresh) shown.set(person.id, person);
        grid.add(fresh.map(tile));
      },
      end: (total) => h('p.soft', text ? `${plural(total, 'person', 'people')} found` : `That is everybody: ${plural(total, 'person', 'people')}`),
    });
    const first = pager.first(count);
    if (count) await first;
    else await Promise.race([first, new Promise((resolve) => { signal.addEventListener('abort', resolve); })]);
    if (signal.aborted) return;
    fill(place, shown.size ? list : nobody(), pager.foot);
    if (focus) grid.focus(focus);
  }

  function nobody() {
    if (text) return emptyState({ art: 'search', title: `Nobody is called “${text}”`, text: 'Unnamed people are in their own list; a part of a name is enough.' });
    if (filter === 'hidden') return emptyState({ art: 'hide', title: 'Nobody is hidden', text: 'People you hide are kept here. They still collect their faces.' });
    if (filter === 'unnamed') return emptyState({ art: 'check', title: 'Everybody has a name', text: 'Questions about people who look alike make the groups still better.', action: { text: 'Review', href: '/review' } });
    return emptyState({ title: 'Nobody has a name yet', text: 'Start with the largest groups: a few names cover most photos.', action: { text: 'Show unnamed people', href: '/people?show=unnamed' } });
  }

  function showCounts(overview) {
    fill(counts, tabs('Which people', Object.entries(filters).map(([key, label]) => ({
      href: address({ show: key === 'named' ? '' : key }), text: label, here: key === filter, count: overview ? num(overview.people[key]) : undefined,
    }))));
    if (overview) fill(note, groupingNote(overview));
  }

  page.count = () => pager?.count ?? 0;
  page.keys({
    n: () => { const id = grid.active; if (!id) return false; rename(id); return true; },
    m: merge, h: () => { hide(); },
    Escape: () => { if (!selecting) return false; setSelecting(false); return true; },
  });
  showCounts(null);
  on('overview', showCounts, page.signal);
  // A decision taken back, or made elsewhere, may concern anybody here.
  on('changed', debounce(250, (change) => { if (!change.mine || change.undone) load(pager.count, document.activeElement.closest?.('li')?.dataset.id).catch(complain); }), page.signal);
  get('/overview', page).then(showCounts, () => {});
  await load(page.restore?.count ?? 0);
}
