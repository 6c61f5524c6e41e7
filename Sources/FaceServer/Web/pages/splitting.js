import { get, post } from './api.js';
import { announce, fill, h } from './dom.js';
import { confirm, openDialog } from './dialog.js';
import { month, nameOf, plural, similarity } from './format.js';
import { createGrid } from './grid.js';
import { pageHead } from './head.js';
import { may } from './rights.js';
import { icon } from './icons.js';
import { nameField } from './namefield.js';
import { navigate } from './router.js';
import { actOnPerson } from './stale.js';
import { emptyState, skeletonRows } from './states.js';
import { faceImage } from './tiles.js';
import { complain } from './toast.js';
import { decided } from './undo.js';

const SHOWN = 12;

/** Proposes the parts of one person; the owner says which are somebody else and moves single faces. */
export default async function splitting(page) {
  const [id] = page.params;
  const place = h('div.place', skeletonRows(5));
  fill(
    page.root,
    h('div.page', h('p.crumb', h('a', { href: `/people/${id}` }, icon('back'), 'Back')), pageHead('Split'), place),
  );
  if (!may('person:write')) {
    fill(place, emptyState({ art: 'split', title: 'Only for editors', text: 'You may look at this library, not change it.' }));
    return;
  }
  const [person, proposal] = await Promise.all([get(`/people/${id}`, page), get(`/people/${id}/split`, page)]);
  page.title(`Split ${nameOf(person)}`);
  fill(page.root.querySelector('h1'), `Who is not ${person.name ?? 'this person'}?`);
  const known = new Map(proposal.parts.flatMap((part) => part.faces).map((face) => [face.id, face]));
  const parts = proposal.parts.map((part, index) => ({
    ids: [...part.faceIds],
    from: part.from,
    to: part.to,
    stays: index === 0,
    all: false,
    name: null,
    person: null,
  }));
  if (parts.length < 2) parts.push({ ids: [], stays: false, all: false, name: null, person: null });
  const foot = h('div.selection.confirmbar', { role: 'region', 'aria-label': 'Summary' });
  let bridges = [...proposal.bridges];
  let grids = [];

  const partOf = (face) => parts.findIndex((part) => part.ids.includes(face));
  // A sentence needs a subject also where nobody gave a name.
  const subject = person.name ?? 'this person';
  const letter = (index) => String(index + 1);
  const whose = (part) => (part.stays ? subject : part.person?.name ?? part.name ?? 'Somebody else');

  function move(ids, to) {
    if (!parts[to]) parts.push({ ids: [], stays: false, all: false, name: null, person: null });
    const target = parts[Math.min(to, parts.length - 1)];
    const gone = new Set(ids);
    for (const part of parts) part.ids = part.ids.filter((face) => !gone.has(face));
    target.ids = [...ids, ...target.ids];
    announce(`${plural(ids.length, 'face')} moved to part ${letter(parts.indexOf(target))}`);
    draw();
    grids[parts.indexOf(target)]?.focus(ids[0]);
  }

  function tile(face) {
    const label = [known.has(face) ? month(known.get(face).capturedAt) : 'Face'].join();
    const node = h(
      'li',
      { dataset: { id: face } },
      h(
        'button.tile.face',
        { type: 'button', 'aria-pressed': 'false', 'aria-label': `Face, ${label}`, draggable: 'true' },
        h(
          'span.pic',
          faceImage(known.get(face) ?? { id: face }),
          h('span.tick', { 'aria-hidden': 'true' }, icon('check')),
        ),
      ),
    );
    node.addEventListener('dragstart', (event) => {
      const at = partOf(face), chosen = grids[at].selected;
      event.dataTransfer.setData('text/plain', JSON.stringify(chosen.has(face) ? [...chosen] : [face]));
    });
    return node;
  }

  function column(part, index) {
    const list = h('ul.grid.facegrid.tight', { role: 'list', 'aria-label': `Faces of part ${letter(index)}` });
    const grid = createGrid(list, { signal: page.signal, onSelect: () => summary() });
    grids[index] = grid;
    grid.add((part.all ? part.ids : part.ids.slice(0, SHOWN)).map(tile));
    const rest = part.ids.length - SHOWN;
    const mark = h(
      'div.who',
      { role: 'group', 'aria-label': `Part ${letter(index)} is` },
      h('button', {
        type: 'button',
        'aria-pressed': part.stays,
        onclick: () => {
          part.stays = true;
          draw();
        },
      }, person.name ?? 'This person'),
      h('button', {
        type: 'button',
        'aria-pressed': !part.stays,
        onclick: () => {
          part.stays = false;
          draw();
        },
      }, 'Somebody else'),
    );
    const field = !part.stays && nameField({
      label: `Name of part ${letter(index)}`,
      value: part.person?.name ?? part.name ?? '',
      placeholder: 'Name, or leave empty',
      exclude: [id],
      onName: (name) => {
        part.name = name;
        part.person = null;
        draw();
      },
      onPerson: (other) => {
        part.person = other;
        part.name = null;
        draw();
      },
      onCancel: () => draw(),
    });
    const node = h(
      'section.part.card',
      { class: part.stays ? 'stays' : 'leaves', dataset: { part: index } },
      h(
        'header',
        h('span.letter', letter(index)),
        h('h2', plural(part.ids.length, 'face')),
        part.from &&
          h(
            'span.soft',
            month(part.from) === month(part.to) ? month(part.from) : `${month(part.from)} – ${month(part.to)}`,
          ),
      ),
      mark,
      field && field.node,
      part.ids.length
        ? list
        : h('p.soft.drop', 'Drag faces here, or select some and press ', h('kbd', letter(index)), '.'),
      rest > 0 && h('button.link', {
        type: 'button',
        onclick: () => {
          part.all = !part.all;
          draw();
        },
      }, part.all ? 'Show fewer' : `Show ${plural(rest, 'more face')}`),
    );
    node.addEventListener('dragover', (event) => {
      event.preventDefault();
      node.classList.add('over');
    });
    node.addEventListener('dragleave', () => node.classList.remove('over'));
    node.addEventListener('drop', (event) => {
      event.preventDefault();
      move(JSON.parse(event.dataTransfer.getData('text/plain')), index);
    });
    return node;
  }

  /** The pair of faces that holds two parts together: the quickest way to see whether they belong together. */
  function bridge() {
    const [weakest] = [...bridges].sort((a, b) => a.similarity - b.similarity);
    if (!weakest) return null;
    const [a, b] = [partOf(weakest.a.id), partOf(weakest.b.id)];
    if (a < 0 || b < 0 || a === b) {
      bridges = bridges.filter((each) => each !== weakest);
      return bridge();
    }
    const settle = (run) => () => {
      bridges = bridges.filter((each) => each !== weakest);
      run();
      draw();
    };
    return h(
      'section.card.bridge',
      h(
        'div.strip',
        faceImage(weakest.a, `Face of part ${letter(a)}`),
        faceImage(weakest.b, `Face of part ${letter(b)}`),
      ),
      h(
        'div',
        h('h2', 'The weakest link'),
        h(
          'p',
          `Only this pair, similarity ${similarity(weakest.similarity)}, ties part ${letter(b)} to part ${
            letter(a)
          }. Is it the same person?`,
        ),
      ),
      h(
        'div.acts',
        h('button', {
          type: 'button',
          onclick: settle(() => {
            parts[b].stays = parts[a].stays;
          }),
        }, 'Yes, keep together'),
        h('button', {
          type: 'button',
          onclick: settle(() => {
            parts[Math.max(a, b)].stays = false;
          }),
        }, 'No, somebody else'),
      ),
    );
  }

  const leaving = () => parts.filter((part) => !part.stays && part.ids.length);
  const chosen = () => grids.flatMap((grid) => [...grid.selected]);

  function summary() {
    const out = leaving(), picked = chosen();
    fill(
      foot,
      h(
        'b.count',
        picked.length
          ? `${plural(picked.length, 'face')} selected`
          : out.length
          ? `${plural(out.reduce((sum, part) => sum + part.ids.length, 0), 'face')} leave ${subject}`
          : `Nobody leaves ${subject} yet`,
      ),
      h(
        'span.acts',
        picked.length
          ? [...parts.keys()].concat(parts.length < 9 ? [parts.length] : []).map((to) =>
            h(
              'button',
              { type: 'button', onclick: () => move(picked, to) },
              parts[to] ? `Part ${letter(to)}` : 'New part',
              h('kbd', { 'aria-hidden': 'true' }, letter(to)),
            )
          )
          : h('button.primary', { type: 'button', disabled: !out.length, onclick: review }, icon('split'), 'Split …'),
      ),
    );
  }

  function draw() {
    grids = [];
    fill(
      place,
      parts.length > 1 && proposal.parts.length < 2 &&
        h(
          'p.banner',
          icon('check'),
          h(
            'span',
            'All faces look alike; no part stands out. You can still select single faces and move them to part 2.',
          ),
        ),
      bridge(),
      h('div.parts', parts.map(column)),
      foot,
    );
    summary();
  }

  /** Says what will happen, with counts and examples, before it happens. */
  async function review() {
    const out = leaving();
    if (!out.length) return;
    if (
      out.length === parts.filter((part) => part.ids.length).length &&
      !await confirm({
        title: 'Nobody would stay',
        text: `All faces would leave ${subject}. Go on?`,
        yes: 'Go on',
      })
    ) return;
    const faces = out.flatMap((part) => part.ids);
    const sum = await post('/people:preview', { action: 'split', person: id, faces }).catch(() => null);
    const box = openDialog({
      title: 'Split',
      wide: true,
      body: [
        h(
          'ul.summary',
          out.map((part) =>
            h(
              'li',
              h('div.strip', part.ids.slice(0, 6).map((face) => faceImage({ id: face }))),
              h('p', h('b', plural(part.ids.length, 'face')), ' → ', h('b', whose(part))),
            )
          ),
        ),
        sum &&
        h(
          'p',
          `${person.name ?? 'This person'} keeps `,
          h('b', plural(sum.facesAfter, 'face')),
          ' in ',
          h('b', plural(sum.photosAfter, 'photo')),
          '.',
        ),
      ],
      actions: [
        h('button', { type: 'button', onclick: () => box.close() }, 'Cancel'),
        h('button.primary', { type: 'button', autofocus: true, onclick: () => box.close(true) }, 'Split'),
      ],
    });
    if (await box.closed) await run(out);
  }

  async function run(out) {
    const made = [];
    let now = person;
    try {
      for (const part of out) {
        const answer = part.person
          ? await post('/faces:assign', { faces: part.ids, person: part.person.id })
          : await actOnPerson(
            now,
            'split',
            part.name ? { faces: part.ids, name: part.name } : { faces: part.ids },
            `Split ${plural(part.ids.length, 'face')} off`,
          );
        if (answer.left) break;
        made.push(answer.decision);
        // Each step moves the version on, so the next one starts from what the server has now.
        now = await get(`/people/${id}`);
      }
    } catch (problem) {
      complain(problem);
    }
    const faces = out.slice(0, made.length).reduce((sum, part) => sum + part.ids.length, 0);
    await navigate(`/people/${id}`);
    decided(made, { text: `Split ${plural(faces, 'face')} off ${subject}` });
  }

  if (!proposal.parts.length) {
    fill(place, emptyState({ art: 'split', title: 'Nothing to split', text: 'This person has no faces.' }));
    return;
  }
  const keys = {
    Escape: () => {
      if (!chosen().length) return false;
      grids.forEach((grid) => grid.clear());
      return true;
    },
    x: () => {
      const at = grids.findIndex((grid) =>
        grid.active &&
        place.querySelector(`[data-part] li[data-id="${CSS.escape(grid.active)}"]`)?.contains(document.activeElement)
      );
      if (at < 0) return false;
      parts[at].stays = !parts[at].stays;
      draw();
      grids[at].focus(grids[at].active);
      return true;
    },
  };
  for (let key = 1; key <= 9; key += 1) {
    keys[key] = () => {
      const held = document.activeElement.closest?.('.part li[data-id]')?.dataset.id;
      const ids = chosen().length ? chosen() : [held].filter(Boolean);
      if (!ids.length || key > parts.length + 1) return false;
      move(ids, key - 1);
      return true;
    };
  }
  page.keys(keys);
  addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !document.querySelector('dialog[open]')) review();
  }, { signal: page.signal });
  draw();
}
