import { get, post, query } from './api.js';
import { on } from './bus.js';
import { debounce, fill, h, whenIdle } from './dom.js';
import { plural } from './format.js';
import { groupingNote, pageHead, select, setCounts, tabs, withOverview } from './head.js';
import { icon } from './icons.js';
import { createListing } from './listing.js';
import { mergePeople } from './merging.js';
import { nameField } from './namefield.js';
import { may, only } from './rights.js';
import { navigate, readdress } from './router.js';
import { selectionBar } from './selection.js';
import { changePerson } from './stale.js';
import { emptyState } from './states.js';
import { personTile } from './tiles.js';
import { complain } from './toast.js';
import { decided } from './undo.js';

const filters = { named: 'Named', unnamed: 'Unnamed', hidden: 'Hidden' };

export default async function peoplePage(page) {
  const filter = page.search.get('show') ?? 'named';
  const sort = page.search.get('sort') ?? 'faces';
  let text = page.search.get('q') ?? '';
  let selecting = false, library = null;
  page.title(`${filters[filter]} people`);

  const address = (changes) =>
    `/people${
      query({ show: filter === 'named' ? '' : filter, sort: sort === 'faces' ? '' : sort, q: text, ...changes })
    }`;
  const place = (page.drawn && page.root.querySelector('.place')) || h('div.place'), note = h('div');
  const counts = tabs(
    'Which people',
    Object.entries(filters).map(([key, label]) => ({
      key,
      href: `/people${query({ show: key === 'named' ? '' : key, sort: sort === 'faces' ? '' : sort })}`,
      text: label,
      here: key === filter,
    })),
  );
  const search = h(
    'label.searchbox',
    icon('search'),
    h('input', {
      type: 'search',
      placeholder: 'Search names',
      'aria-label': 'Search names',
      value: text,
      oninput: debounce(180, (event) => {
        text = event.target.value.trim();
        readdress(address({ q: text }));
        people.load();
      }),
      onkeydown: (event) => {
        if (event.key === 'ArrowDown' || event.key === 'Enter') {
          event.preventDefault();
          people.grid.focus(people.grid.active);
        }
      },
    }),
  );
  const selectButton = h(
    'button',
    { needs: 'person:write', type: 'button', 'aria-pressed': 'false', onclick: () => setSelecting(!selecting) },
    icon('check'),
    'Select',
  );
  fill(
    page.root,
    h(
      'div.page',
      pageHead('People', { actions: selectButton }),
      note,
      h(
        'div.tools',
        counts,
        search,
        select(
          'Sort by',
          [['faces', 'Most faces'], ['name', 'Name'], ['lastSeen', 'Seen lately']],
          sort,
          (value) => navigate(address({ sort: value === 'faces' ? '' : value }), { replace: true }),
        ),
      ),
      place,
    ),
  );

  const bar = selectionBar({
    noun: 'person',
    many: 'people',
    onClear: () => setSelecting(false),
    more: (ids) =>
      !people.pager.done && ids.length === people.pager.count &&
      h('button.link', { type: 'button', onclick: selectEverybody }, 'Select all of them, also those not loaded'),
    actions: (ids) => [
      ids.length > 1 && { text: 'Merge', icon: 'merge', key: 'm', run: merge },
      ids.length === 1 && { text: 'Name', icon: 'pencil', key: 'n', run: () => rename(ids[0]) },
      { text: filter === 'hidden' ? 'Show' : 'Hide', icon: filter === 'hidden' ? 'show' : 'hide', key: 'h', run: hide },
    ],
  });
  page.root.firstChild.append(bar.node);

  function setSelecting(on) {
    selecting = on;
    selectButton?.setAttribute('aria-pressed', on);
    place.firstChild.classList.toggle('choosing', on);
    if (!on) people.grid.clear();
  }

  async function selectEverybody() {
    await people.pager.all();
    people.grid.selectAll();
  }

  function tile(person) {
    const item = personTile(person);
    // The words "Add a name" are a target of their own for pointers; keys have n.
    if (may('person:write')) {
      item.querySelector('.name.unnamed')?.addEventListener('click', (event) => {
        event.preventDefault();
        event.stopPropagation();
        rename(person.id);
      });
    }
    return item;
  }

  function rename(id) {
    const person = people.shown.get(id), item = people.grid.item(id);
    if (!person || item.querySelector('.namefield')) return;
    const caption = item.querySelector('.caption');
    const done = (back) => {
      item.classList.remove('editing');
      field.node.remove();
      caption.hidden = false;
      if (back) people.grid.focus(id);
    };
    const field = nameField({
      label: person.name ? `New name for ${person.name}` : 'Name of this person',
      value: person.name ?? '',
      placeholder: 'Who is it?',
      exclude: [id],
      onCancel: () => done(true),
      onName: async (name) => {
        try {
          const answer = await changePerson(person, { name });
          if (answer.left) {
            people.shown.set(id, answer.person);
            return;
          }
          done(true);
          settle(answer.person);
          decided(answer.decision);
        } catch (problem) {
          complain(problem);
          field.focus();
        }
      },
      onPerson: async (other) => {
        done(true);
        await merged([id, other.id], other.id);
      },
    });
    item.classList.add('editing');
    caption.hidden = true;
    item.append(field.node);
    field.focus();
  }

  /** Puts a changed person where it belongs now: exchanged in place, or gone from this list. */
  function settle(person) {
    const belongs = filter === 'hidden'
      ? person.hidden
      : !person.hidden && Boolean(person.name) === (filter === 'named');
    people.shown.set(person.id, person);
    if (belongs) people.grid.replace(person.id, tile(person));
    else {
      people.shown.delete(person.id);
      people.grid.drop([person.id]);
    }
  }

  async function merged(ids, keep) {
    try {
      const kept = await mergePeople(ids, { keep });
      if (!kept) return;
      const gone = ids.filter((id) => id !== kept.id);
      for (const id of gone) people.shown.delete(id);
      people.grid.drop(gone);
      if (people.shown.has(kept.id)) settle(kept);
      setSelecting(false);
    } catch (problem) {
      complain(problem);
    }
  }

  const merge = () => {
    if (people.grid.selected.size < 2) return false;
    merged([...people.grid.selected]);
    return true;
  };

  async function hide() {
    const ids = people.grid.selected.size ? [...people.grid.selected] : [people.grid.active].filter(Boolean);
    const changes = ids.map((id) => people.shown.get(id)).filter(Boolean);
    // Gone at once, because it can be undone; what the server refuses comes back where it was.
    const putBack = people.grid.snapshot();
    people.grid.drop(ids);
    setSelecting(false);
    const hidden = filter !== 'hidden', made = [], refused = [];
    try {
      for (let at = 0; at < changes.length; at += 500) {
        const part = changes.slice(at, at + 500);
        const { items } = await post('/people:update', {
          people: part.map(({ id, version }) => ({ id, version })),
          hidden,
        });
        for (const [k, { change, status, problem }] of items.entries()) {
          // Somebody was quicker with this one: both versions are shown, and it is asked again.
          const answer = change ?? (status === 412 ? await changePerson(part[k], { hidden }) : null);
          if (answer && !answer.left) {
            made.push(answer.decision);
            people.shown.delete(part[k].id);
          } else {
            refused.push(part[k].id);
            if (!answer) complain({ message: problem.detail });
          }
        }
      }
    } catch (problem) {
      const done = new Set([...refused, ...made.flatMap((decision) => decision.subjects)]);
      refused.push(...changes.map(({ id }) => id).filter((id) => !done.has(id)));
      complain(problem);
    }
    if (refused.length) putBack(refused);
    decided(made, {
      text: made.length > 1
        ? `${filter === 'hidden' ? 'Showed' : 'Hid'} ${plural(made.length, 'person', 'people')}`
        : undefined,
    });
  }

  const people = createListing(page, {
    place,
    kind: 'people',
    label: () => `${filters[filter]} people`,
    tile,
    empty: nobody,
    drawn: page.drawn,
    grid: { selectable: may('person:write'), selecting: () => selecting, onSelect: (ids) => bar.show(ids) },
    fetchPage: (paging, signal) => get(`/people${query({ filter, sort, q: text, ...paging })}`, { signal }),
    end: (total) =>
      h(
        'p.soft',
        text ? `${plural(total, 'person', 'people')} found` : `That is everybody: ${plural(total, 'person', 'people')}`,
      ),
  });

  function nobody() {
    if (library?.photos.total === 0) {
      return emptyState({
        art: 'imports',
        title: 'No photos yet',
        text: 'People appear here as soon as photos are imported.',
        action: { text: 'Add a folder', href: '/imports' },
      });
    }
    if (text) {
      return emptyState({
        art: 'search',
        title: `Nobody is called “${text}”`,
        text: 'Unnamed people are in their own list; a part of a name is enough.',
      });
    }
    if (filter === 'hidden') {
      return emptyState({
        art: 'hide',
        title: 'Nobody is hidden',
        text: 'People you hide are kept here. They still collect their faces.',
      });
    }
    if (filter === 'unnamed') {
      return emptyState({
        art: 'check',
        title: 'Everybody has a name',
        text: 'Questions about people who look alike make the groups still better.',
        action: { text: 'Review', href: '/review' },
      });
    }
    return emptyState({
      title: 'Nobody has a name yet',
      text: 'Start with the largest groups: a few names cover most photos.',
      action: { text: 'Show unnamed people', href: '/people?show=unnamed' },
    });
  }

  function showCounts(overview) {
    library = overview;
    setCounts(counts, overview.people);
    fill(note, groupingNote(overview));
  }

  page.keys(only('person:write', {
    n: () => {
      const id = people.grid.active;
      if (!id) return false;
      rename(id);
      return true;
    },
    m: merge,
    h: () => {
      hide();
    },
    Escape: () => {
      if (!selecting) return false;
      setSelecting(false);
      return true;
    },
  }));
  // A decision taken back, or made elsewhere, may concern anybody here.
  on(
    'changed',
    debounce(250, (change) => {
      if (!change.mine || change.undone) whenIdle(() => !page.signal.aborted && people.refresh());
    }),
    page.signal,
  );
  withOverview(page, showCounts);
  await people.load(page.restore?.count ?? 0);
}
