import { get, post, query } from './api.js';
import { debounce, fill, h, vars } from './dom.js';
import { num, oneIn, plural, similarity } from './format.js';
import { createGrid } from './grid.js';
import { pageHead, tabs } from './head.js';
import { histogram } from './histogram.js';
import { icon } from './icons.js';
import { nameField } from './namefield.js';
import { photoTile } from './phototile.js';
import { navigate, readdress } from './router.js';
import { emptyState, errorState, skeletonGrid } from './states.js';
import { faceTile, personChip } from './tiles.js';
import { complain } from './toast.js';

const LIMIT = 60;

export default async function search(page) {
  const together = page.search.get('by') === 'people';
  page.title('Search');
  const place = h('div.place');
  fill(
    page.root,
    h(
      'div.page',
      pageHead('Search'),
      h(
        'div.tools',
        tabs('Search by', [{ href: '/search', text: 'A face', here: !together }, {
          href: '/search?by=people',
          text: 'People together',
          here: together,
        }]),
      ),
      place,
    ),
  );
  if (together) byPeople(page, place);
  else await byFace(page, place);
}

async function byFace(page, place) {
  let source = null, threshold = null, chosen = null;
  const input = h('input.sr', { type: 'file', accept: 'image/*', id: 'file', onchange: () => take(input.files[0]) });
  const drop = h(
    'label.dropzone',
    { for: 'file' },
    icon('upload'),
    h('b', 'Who is this? Drop a photo'),
    h('span', 'or choose one, or paste it. It is compared and not stored.'),
  );
  const preview = h('div.queryphoto'), facts = h('div'), results = h('div.place');
  const top = h('div.searchtop.blank', h('div', input, drop, preview), facts);
  fill(place, top, results);

  const zone = (type, run) => page.root.addEventListener(type, run, { signal: page.signal });
  zone('dragover', (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
  zone('dragleave', () => drop.classList.remove('over'));
  zone('drop', (event) => {
    event.preventDefault();
    drop.classList.remove('over');
    take(event.dataTransfer.files[0]);
  });
  addEventListener('paste', (event) => {
    const file = [...event.clipboardData.files][0];
    if (file) take(file);
  }, { signal: page.signal });

  async function take(file) {
    if (!file) return;
    source = file;
    top.classList.remove('blank');
    chosen = threshold = null;
    readdress('/search');
    // Drawn on a canvas: the page's policy allows no picture from a blob address.
    const bitmap = await createImageBitmap(file).catch(() => null);
    if (bitmap) {
      const canvas = h('canvas', {
        width: bitmap.width,
        height: bitmap.height,
        role: 'img',
        'aria-label': `The photo ${file.name ?? ''} to search with`,
      });
      canvas.getContext('2d').drawImage(bitmap, 0, 0);
      fill(preview, vars(h('div.frame', canvas), { ratio: bitmap.width / bitmap.height }));
    } else fill(preview, h('p.soft', file.name));
    await run();
  }

  async function run() {
    fill(results, skeletonGrid('facegrid', 12));
    const path = `/searches${query({ limit: LIMIT, threshold, face: chosen })}`;
    try {
      show(await post(path, source instanceof Blob ? source : { face: source }));
    } catch (problem) {
      if (problem.slug === 'several-faces') {
        ask(problem.body.faces ?? []);
        return;
      }
      fill(facts);
      fill(
        results,
        problem.slug === 'no-face'
          ? emptyState({
            art: 'loose',
            title: 'No face found',
            text: 'A larger or sharper face may work. Faces from about 30 pixels on are found.',
          })
          : problem.slug === 'unreadable-image' || problem.slug === 'too-large'
          ? emptyState({ art: 'warning', title: 'This picture cannot be used', text: problem.detail })
          : errorState(problem, run),
      );
    }
  }

  function boxes(faces, pick) {
    const frame = preview.querySelector('.frame');
    frame?.querySelectorAll('.facebox').forEach((box) => box.remove());
    faces.forEach((face, index) =>
      frame?.append(
        vars(
          h('button.facebox', {
            type: 'button',
            class: index === chosen || !pick ? 'on' : '',
            'aria-label': `Face ${index + 1} of ${faces.length}`,
            onclick: () => pick?.(index),
          }, h('span', index + 1)),
          { x: face.box[0], y: face.box[1], w: face.box[2], h: face.box[3] },
        ),
      )
    );
  }

  /** Several faces: whoever asked says which, the program never guesses. */
  function ask(faces) {
    const pick = (index) => {
      chosen = index;
      page.keys({});
      run();
    };
    boxes(faces, pick);
    fill(facts);
    fill(
      results,
      h(
        'div.empty',
        h('h2', `${plural(faces.length, 'face')} in this photo. Which one?`),
        h(
          'div.acts.centre',
          faces.map((_, index) =>
            h(
              'button',
              { type: 'button', onclick: () => pick(index) },
              `Face ${index + 1}`,
              index < 9 && h('kbd', { 'aria-hidden': 'true' }, index + 1),
            )
          ),
        ),
      ),
    );
    page.keys(Object.fromEntries(faces.slice(0, 9).map((_, index) => [index + 1, () => pick(index)])));
    results.querySelector('button')?.focus();
  }

  function show(answer) {
    threshold = answer.threshold;
    if (source instanceof Blob) boxes(answer.faces, null);
    const list = h('ul.grid.facegrid', { role: 'list', 'aria-label': 'Faces by similarity' });
    const grid = createGrid(list, { signal: page.signal, selectable: false });
    grid.add(answer.results.map(({ face, person, similarity: value }, index) => {
      const node = faceTile({ ...face, similarity: value }, {
        owner: person,
        position: `${index + 1} of ${answer.results.length}`,
      });
      node.dataset.similarity = value;
      node.querySelector('.meta').prepend(
        h('b', { class: person?.name ? '' : 'unnamed' }, person?.name ?? (person ? 'Unnamed' : 'Loose')),
      );
      node.querySelector('.tile').addEventListener('click', () => {
        navigate(person ? `/people/${person.id}` : `/photos/${face.photo}`);
      });
      return node;
    }));
    const rate = h('p.soft'), verdict = h('div.verdict');
    // The rate belongs to a threshold, so it is asked again when the slider rests.
    const rest = debounce(400, async (value) => {
      const again = await post(
        `/searches${query({ limit: 1, threshold: value, face: chosen })}`,
        source instanceof Blob ? source : { face: source },
      ).catch(() => null);
      if (again && threshold === value) say(again);
    });
    function say({ falseAcceptRate, calibration }) {
      fill(
        rate,
        falseAcceptRate === null || falseAcceptRate === undefined
          ? 'No calibration: nothing is known about false matches.'
          : [
            `At this threshold ${oneIn(falseAcceptRate)} strangers would pass. `,
            calibration && `Calibrated on ${calibration}.`,
          ],
      );
    }
    function mark() {
      let passing = 0;
      for (const item of list.children) {
        const inside = Number(item.dataset.similarity) >= threshold;
        item.classList.toggle('below', !inside);
        passing += inside;
      }
      const [best] = answer.results, runner = answer.results.find((each) => each.person?.id !== best?.person?.id);
      const sure = best && best.similarity >= threshold, close = sure && runner && runner.similarity >= threshold;
      fill(
        verdict,
        !answer.results.length ? h('h2', 'Nothing to compare with') : sure && best.person
          ? [
            h('p.eyebrow', close ? 'Probably' : 'This is'),
            h(
              'a',
              { href: `/people/${best.person.id}` },
              personChip(
                best.person,
                `similarity ${similarity(best.similarity)}${
                  runner ? `, next person ${similarity(runner.similarity)}` : ''
                }`,
              ),
            ),
          ]
          : sure
          ? h('h2', 'A loose face matches')
          : [
            h('h2', 'Unknown'),
            h('p.soft', `The nearest face reaches ${similarity(best.similarity)}, below the threshold.`),
          ],
      );
      list.setAttribute(
        'aria-label',
        `${num(passing)} faces above the threshold, of ${num(answer.results.length)} shown`,
      );
    }
    fill(
      facts,
      h(
        'section.card',
        verdict,
        histogram(answer.histogram, threshold, (value) => {
          threshold = value;
          mark();
          rest(value);
        }),
        rate,
      ),
    );
    fill(
      results,
      answer.results.length
        ? [h('h2', 'Most alike'), list]
        : emptyState({ art: 'search', title: 'No faces yet', text: 'Import photos first.' }),
    );
    say(answer);
    mark();
  }

  const face = page.search.get('face');
  if (face) {
    source = face;
    top.classList.remove('blank');
    const found = await get(`/faces/${face}`, page);
    fill(preview, h('ul.grid.facegrid.one', faceTile(found)));
    await run();
  }
}

/** Photos that show all of some people, or any of them. */
function byPeople(page, place) {
  const people = [];
  let match = 'all', turn = 0;
  const chips = h('ul.chips'), slot = h('div'), results = h('div.place');
  const mode = h(
    'div.segmented',
    { role: 'group', 'aria-label': 'Which photos' },
    [['all', 'All of them together'], ['any', 'Any of them']].map(([key, text]) =>
      h('button', {
        type: 'button',
        'aria-pressed': key === match,
        dataset: { key },
        onclick: () => {
          match = key;
          for (const button of mode.children) button.setAttribute('aria-pressed', button.dataset.key === key);
          run();
        },
      }, text)
    ),
  );
  fill(place, h('div.card.together', h('h2', 'Who?'), chips, slot, mode), results);

  function draw() {
    fill(
      chips,
      people.map((person) =>
        h(
          'li',
          personChip(person),
          h('button.icon', {
            type: 'button',
            'aria-label': `Without ${person.name}`,
            onclick: () => {
              people.splice(people.indexOf(person), 1);
              draw();
              run();
            },
          }, icon('close')),
        )
      ),
    );
    const field = nameField({
      label: 'Add a person',
      placeholder: people.length ? 'And …' : 'Type a name',
      exclude: people.map(({ id }) => id),
      onName: () => complain({ message: 'Nobody has that name.' }),
      onPerson: (person) => {
        people.push(person);
        draw();
        run();
        slot.querySelector('input').focus();
      },
    });
    fill(slot, field.node);
  }

  async function photosOf(id) {
    const found = new Map();
    for (let cursor = null;;) {
      const list = await get(`/people/${id}/photos${query({ limit: 500, cursor })}`, page);
      for (const photo of list.items) found.set(photo.id, photo);
      cursor = list.next;
      if (!cursor) return found;
    }
  }

  async function run() {
    turn += 1;
    const mine = turn;
    if (!people.length) {
      fill(
        results,
        emptyState({
          art: 'people',
          title: 'Who was there?',
          text: 'Choose two or more people to see the photos that show them together.',
        }),
      );
      return;
    }
    fill(results, skeletonGrid('photogrid', 12));
    try {
      const sets = await Promise.all(people.map(({ id }) => photosOf(id)));
      if (mine !== turn) return;
      const all = new Map(sets.flatMap((set) => [...set]));
      const photos = [...all.values()].filter(({ id }) => match === 'any' || sets.every((set) => set.has(id))).sort((
        a,
        b,
      ) => (b.capturedAt ?? '').localeCompare(a.capturedAt ?? ''));
      const list = h('ul.grid.photogrid', { role: 'list', 'aria-label': 'Photos' });
      createGrid(list, { signal: page.signal, selectable: false }).add(photos.map(photoTile));
      fill(
        results,
        h('h2', { 'aria-live': 'polite' }, plural(photos.length, 'photo')),
        photos.length ? list : emptyState({
          art: 'photos',
          title: 'No photo shows all of them',
          text: 'They may be in different photos: try “Any of them”.',
        }),
      );
    } catch (problem) {
      if (problem.name !== 'AbortError') fill(results, errorState(problem, run));
    }
  }
  draw();
  run();
}
