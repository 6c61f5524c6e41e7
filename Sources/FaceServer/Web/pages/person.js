import { get, query } from './api.js';
import { askBirthDate, assign, change, exportPerson, forget, judge } from './actions.js';
import { on } from './bus.js';
import { debounce, fill, h, whenIdle } from './dom.js';
import { nameOf, plural } from './format.js';
import { pageHead, select, tabs } from './head.js';
import { icon } from './icons.js';
import { createListing } from './listing.js';
import { mergePeople } from './merging.js';
import { nameField } from './namefield.js';
import { drawYears, personHead } from './personhead.js';
import { photoTile } from './phototile.js';
import { pickPerson } from './picker.js';
import { may, only } from './rights.js';
import { navigate, readdress } from './router.js';
import { selectionBar } from './selection.js';
import { actOnPerson } from './stale.js';
import { emptyState } from './states.js';
import { faceTile, personChip } from './tiles.js';
import { complain, toast } from './toast.js';
import { decided } from './undo.js';

export default async function personPage(page) {
  const view = page.search.get('view') ?? 'faces';
  let order = page.search.get('order') ?? 'worst';
  let year = page.search.get('year');
  let [id] = page.params;
  let person = null;
  const faces = view === 'faces';
  const head = h('div'), strip = h('div'), tools = h('div.tools'), place = h('div.place'), alike = h('section.alike');
  const bar = selectionBar({
    noun: 'face',
    onClear: () => listing.grid.clear(),
    actions: (ids) => [
      { needs: 'face:write', text: 'Not this person', icon: 'close', key: 'x', run: reject },
      { needs: 'face:write', text: 'Move to …', icon: 'person', key: 'm', run: move },
      { needs: 'person:write', text: 'Split off', icon: 'split', key: 's', run: splitOff },
      ids.length === 1 && { needs: 'person:write', text: 'Use as picture', icon: 'star', key: 'a', run: choosePicture },
      ids.length === 1 && { text: 'Find alike', icon: 'search', run: () => navigate(`/search?face=${ids[0]}`) },
      ids.length === 1 && { text: 'Open photo', icon: 'photos', run: () => openPhoto(ids[0]) },
      { needs: 'face:write', text: 'Ignore', icon: 'loose', run: () => take('ignore') },
    ],
  });

  const address = (changes) =>
    `/people/${id}${
      query({ view: view === 'faces' ? '' : view, order: order === 'worst' ? '' : order, year, ...changes })
    }`;
  const chosen =
    () => (listing.grid.selected.size ? [...listing.grid.selected] : [listing.grid.active].filter(Boolean));

  async function read() {
    person = await get(`/people/${id}`, page);
    if (person.id !== id) {
      id = person.id;
      readdress(address({}));
      toast(`Was merged into ${nameOf(person)}; this is that page.`);
    }
    drawHead();
  }

  function drawHead() {
    page.title(nameOf(person));
    fill(
      head,
      personHead(person, {
        rename,
        alter,
        merge: () => merge(),
        hide: toggleHidden,
        keep: () => exportPerson(person).catch(complain),
        birthDate: async () => {
          if (await askBirthDate(person)) await read();
        },
        forget: async () => {
          if (await forget(person)) navigate('/people');
        },
      }),
    );
    drawYears(strip, person, year, pickYear);
  }

  function pickYear(value) {
    year = year === value ? null : value;
    readdress(address({}));
    for (const button of strip.querySelectorAll('button')) {
      button.setAttribute('aria-pressed', button.dataset.year === year);
    }
    drawTools();
    listing.load();
  }

  function drawTools() {
    fill(
      tools,
      tabs('View', [{ key: '', href: address({ view: '' }), text: 'Faces', here: view === 'faces' }, {
        href: address({ view: 'photos' }),
        text: 'Photos',
        here: view === 'photos',
      }]),
      year && h(
        'button.filter',
        { type: 'button', onclick: () => pickYear(year), 'aria-label': `Only ${year}, show all years` },
        year,
        icon('close'),
      ),
      faces &&
        select(
          'Order',
          [['worst', 'Least alike first'], ['best', 'Most alike first'], ['date', 'By date']],
          order,
          (value) => {
            order = value;
            readdress(address({}));
            listing.load();
          },
        ),
    );
  }

  function openPhoto(face) {
    navigate(`/photos/${listing.shown.get(face).photo}`);
  }

  const listing = createListing(page, {
    place,
    kind: faces ? 'facegrid' : 'photogrid',
    label: () => `${faces ? 'Faces of' : 'Photos with'} ${nameOf(person)}`,
    tile: (item) => (faces ? faceTile(item, { owner: person }) : photoTile(item)),
    keep: (item) => !year || item.capturedAt?.startsWith(year),
    grid: { selectable: faces, onSelect: (ids) => bar.show(ids), onOpen: faces ? openPhoto : null },
    fetchPage: (paging, signal) =>
      get(`/people/${id}/${view}${query({ order: faces ? order : '', year, ...paging })}`, { signal }),
    end: () =>
      h('p.soft', `That is all: ${plural(listing.shown.size, faces ? 'face' : 'photo')}${year ? ` from ${year}` : ''}`),
    empty: () =>
      emptyState({
        art: 'person',
        title: 'Nothing here',
        text: year ? `Nothing from ${year}.` : 'The faces of this person were moved or taken away.',
      }),
  });

  async function showAlike() {
    const { items } = await get(`/people/${id}/similar?limit=4`, page);
    fill(
      alike,
      items.length > 0 && [
        h('h2', 'Perhaps the same person'),
        h(
          'ul.choices',
          items.map((item) =>
            h(
              'li',
              h(
                'button',
                {
                  type: 'button',
                  'aria-label': `Merge with ${nameOf(item.person)}`,
                  onclick: () => merge([item.person.id]),
                },
                personChip(item.person),
                h('span.value', icon('merge')),
              ),
            )
          ),
        ),
      ],
    );
  }

  function rename() {
    const title = head.querySelector('h1');
    const done = () => {
      drawHead();
      head.querySelector('.rename').focus();
    };
    const field = nameField({
      label: 'Name of this person',
      value: person.name ?? '',
      placeholder: 'Who is it?',
      exclude: [id],
      onCancel: done,
      onName: async (name) => {
        const next = await change(person, { name });
        if (next) {
          person = { ...person, ...next };
          done();
        } else field.focus();
      },
      onPerson: (other) => {
        done();
        merge([other.id], other.id);
      },
    });
    fill(title, field.node);
    field.focus();
  }

  async function alter(fields) {
    const next = await change(person, fields);
    if (next) {
      person = { ...person, ...next };
      drawHead();
    }
  }

  /** Reads everything anew, with the focus on the same face. */
  async function again() {
    try {
      await read();
      await listing.refresh();
    } catch (problem) {
      complain(problem);
    }
  }

  const toggleHidden = () => alter({ hidden: !person.hidden });

  async function merge(others, keep = id) {
    const picked = others ??
      await pickPerson({ title: `Merge ${nameOf(person)} with`, exclude: [id], near: id, allowNew: false }).then((
        answer,
      ) => answer?.person && [answer.person.id]);
    if (!picked) return;
    try {
      const kept = await mergePeople([id, ...picked], { keep });
      if (kept && kept.id !== id) navigate(`/people/${kept.id}`, { replace: true });
      else if (kept) await again();
    } catch (problem) {
      complain(problem);
    }
  }

  /** Takes faces off the page once the server agreed, and reads the counts again. */
  async function leave(ids, answer) {
    if (!answer || answer.left) return;
    listing.grid.drop(ids);
    for (const each of ids) listing.shown.delete(each);
    await read();
  }

  async function take(verb, extra) {
    const ids = chosen();
    if (ids.length) await leave(ids, await judge(verb, ids, extra));
  }

  const reject = () => {
    if (!faces) return false;
    take('reject', { person: id });
    return true;
  };

  async function move() {
    const ids = chosen();
    const target = await pickPerson({ title: `Move ${plural(ids.length, 'face')} to`, exclude: [id], near: id });
    if (target) await leave(ids, await assign(ids, target));
  }

  async function splitOff() {
    const ids = chosen();
    if (!ids.length) return;
    try {
      const answer = await actOnPerson(person, 'split', { faces: ids }, `Split ${plural(ids.length, 'face')} off`);
      if (!answer.left) decided(answer.decision);
      await leave(ids, answer);
    } catch (problem) {
      complain(problem);
    }
  }

  async function choosePicture() {
    const [face] = chosen();
    if (face) await alter({ avatar: face });
  }

  fill(
    page.root,
    h(
      'div.page',
      h('p.crumb', h('a', { href: '/people' }, icon('back'), 'People')),
      head,
      strip,
      tools,
      place,
      alike,
      bar.node,
    ),
  );
  fill(head, pageHead(' '));
  const selected = (run) => () => {
    if (!faces || !listing.grid.selected.size) return false;
    run();
    return true;
  };
  await read();
  drawTools();
  page.keys(only('person:write', {
    n: () => {
      rename();
    },
    h: () => {
      toggleHidden();
    },
    x: reject,
    a: () => {
      choosePicture();
    },
    m: () => {
      if (listing.grid.selected.size) move();
      else merge();
    },
    s: () => {
      if (!selected(splitOff)()) navigate(`/people/${id}/split`);
    },
  }));
  on(
    'changed',
    debounce(250, (event) => {
      if (!event.mine || event.undone) whenIdle(() => !page.signal.aborted && again());
    }),
    page.signal,
  );
  if (may('person:write')) showAlike().catch(() => {});
  await listing.load(page.restore?.count ?? 0);
}
