import { get, post } from './api.js';
import { assign, judge } from './actions.js';
import { on } from './bus.js';
import { announce, debounce, fill, h, vars, whenIdle } from './dom.js';
import { day, faceText, fileName, nameOf, plural } from './format.js';
import { pageHead } from './head.js';
import { icon } from './icons.js';
import { nameField } from './namefield.js';
import { only } from './rights.js';
import { emptyState, skeletonRows } from './states.js';
import { faceImage } from './tiles.js';
import { complain } from './toast.js';
import { decided } from './undo.js';
import { drawBox } from './boxdraw.js';

const roles = { loose: 'Nobody yet', ignored: 'Ignored', rejected: 'Not a face' };

export default async function photoPage(page) {
  const [id] = page.params;
  let photo = null, boxes = true, ignored = false, active = null, drawing = null;
  const people = new Map();
  const stage = h('div.photostage'), side = h('aside.faces', { 'aria-label': 'Faces in this photo' }), head = h('div');
  fill(
    page.root,
    h(
      'div.page.photo',
      h('p.crumb', h('a', { href: '/photos' }, icon('back'), 'Photos')),
      head,
      h('div.cols', stage, side),
    ),
  );
  fill(head, pageHead(' '));
  fill(side, skeletonRows(3));

  const shown = () => photo.faces.filter((face) => ignored || !['ignored', 'rejected'].includes(face.role));
  const titleOf = (face) => (face.person ? nameOf(people.get(face.person)) : roles[face.role] ?? 'Nobody yet');

  async function read() {
    photo = await get(`/photos/${id}`, page);
    const ids = [...new Set(photo.faces.map((face) => face.person).filter(Boolean))].filter((each) =>
      !people.has(each)
    );
    await Promise.all(ids.map(async (each) => {
      people.set(each, await get(`/people/${each}`, page));
    }));
    draw();
  }

  function draw() {
    const name = fileName(photo.path);
    page.title(name);
    fill(
      head,
      h(
        'header.head',
        h(
          'div',
          h('h1', h('bdi', name)),
          h(
            'p.sub',
            [
              photo.capturedAt && day(photo.capturedAt),
              photo.width && `${photo.width} × ${photo.height}`,
              photo.duplicates > 0 && `stored ${plural(photo.duplicates + 1, 'time')}`,
              plural(photo.faces.length, 'face'),
              photo.place && `${photo.place.latitude.toFixed(2)}, ${photo.place.longitude.toFixed(2)}`,
            ].filter(Boolean).map((fact) => h('span', fact)),
          ),
        ),
        photo.state !== 'failed' &&
          h(
            'div.acts',
            h(
              'button',
              { type: 'button', 'aria-pressed': boxes, onclick: toggleBoxes },
              icon('box'),
              'Boxes',
              h('kbd', { 'aria-hidden': 'true' }, 'b'),
            ),
            h(
              'button.primary',
              { needs: 'face:write', type: 'button', onclick: begin },
              icon('plus'),
              'Draw a box',
              h('kbd', { 'aria-hidden': 'true' }, 'd'),
            ),
          ),
      ),
    );
    drawStage();
    drawSide();
  }

  function drawStage() {
    if (photo.state === 'failed' || photo.state === 'missing') {
      fill(
        stage,
        emptyState({
          art: 'warning',
          title: 'This photo could not be read',
          text: photo.error?.message ?? 'The file is no longer where it was. Its faces and decisions are kept.',
          action: { text: 'See the imports', href: '/imports' },
        }),
      );
      return;
    }
    // A shape of the right proportions keeps the place until the picture is there.
    const image = h('img', {
      src: photo.image,
      alt: `Photo ${fileName(photo.path)}, ${day(photo.capturedAt)}, ${plural(photo.faces.length, 'face')}`,
      width: photo.width,
      height: photo.height,
      draggable: 'false',
    });
    image.addEventListener(
      'error',
      () => image.replaceWith(h('span.nopic', icon('photos'), 'The picture cannot be shown.')),
    );
    const frame = vars(h('div.frame', { class: boxes ? '' : 'bare' }, image), {
      ratio: (photo.width || 4) / (photo.height || 3),
    });
    for (const face of shown()) {
      const [x, y, w, hgt] = face.box;
      frame.append(
        vars(
          h('button.facebox', {
            type: 'button',
            tabindex: -1,
            'aria-hidden': 'true',
            class: `${face.role} ${face.person ? 'known' : ''}`,
            dataset: { face: face.id },
            onclick: () => focusFace(face.id),
          }, h('span', titleOf(face))),
          { x, y, w, h: hgt },
        ),
      );
    }
    fill(stage, frame);
    mark();
  }

  /** The boxes as a list: the way to them without a pointer and without sight. */
  function drawSide() {
    const list = shown(),
      away = photo.faces.length - photo.faces.filter((face) => !['ignored', 'rejected'].includes(face.role)).length;
    fill(
      side,
      h(
        'div.line',
        h('h2', plural(list.length, 'face')),
        away > 0 && h(
          'label.check',
          h('input', {
            type: 'checkbox',
            checked: ignored,
            onchange: (event) => {
              ignored = event.target.checked;
              drawStage();
              drawSide();
            },
          }),
          `Show ignored (${away})`,
        ),
      ),
      list.length ? h('ul.facelist', list.map(row)) : h(
        'p.soft',
        photo.state === 'waiting'
          ? 'This photo was not looked at yet.'
          : 'No face was found. You can draw a box around one.',
      ),
    );
  }

  function row(face, index) {
    const person = people.get(face.person);
    return h(
      'li',
      {
        dataset: { id: face.id },
        onfocusin: () => {
          active = face.id;
          mark();
        },
        onmouseenter: () => {
          active = face.id;
          mark();
        },
      },
      faceImage(face, faceText(face, person?.name, `${index + 1} of ${photo.faces.length}`)),
      h(
        'div',
        person
          ? h('a', { href: `/people/${person.id}`, class: person.name ? '' : 'unnamed' }, nameOf(person))
          : h('span.unnamed', titleOf(face)),
        h(
          'small.soft',
          [
            face.source === 'manual' ? 'drawn by hand' : face.source === 'imported' ? 'from the file' : null,
            ...face.quality?.reasons ?? [],
            face.decided && 'confirmed',
          ].filter(Boolean).join(' · '),
        ),
        h(
          'div.acts',
          { needs: 'face:write' },
          h('button', { type: 'button', onclick: () => name(face) }, person ? 'Change' : 'Name'),
          face.role === 'ignored'
            ? h('button.quiet', { type: 'button', onclick: () => after(judge('unignore', [face.id])) }, 'Bring back')
            : h('button.quiet', { type: 'button', onclick: () => after(judge('ignore', [face.id])) }, 'Ignore'),
          h('button.icon', {
            type: 'button',
            'aria-label': `Delete the box of ${titleOf(face)}`,
            onclick: () => unbox(face),
          }, icon('trash')),
        ),
      ),
    );
  }

  function mark() {
    for (const box of stage.querySelectorAll('.facebox')) box.classList.toggle('on', box.dataset.face === active);
    for (const item of side.querySelectorAll('li')) item.classList.toggle('on', item.dataset.id === active);
  }

  function focusFace(face) {
    active = face;
    mark();
    side.querySelector(`[data-id="${CSS.escape(face)}"] .acts button`)?.focus();
  }

  /** Redraws after a decision, with the focus on the same face or the nearest one left. */
  async function after(answer) {
    if (!await answer) return;
    const at = shown().findIndex((face) => face.id === active);
    people.clear();
    await read();
    const next = shown().find((face) => face.id === active) ?? shown()[Math.min(at, shown().length - 1)];
    if (next) focusFace(next.id);
  }

  function name(face) {
    const place = side.querySelector(`[data-id="${CSS.escape(face.id)}"] .acts`);
    const back = () => {
      drawSide();
      focusFace(face.id);
    };
    const field = nameField({
      label: 'Who is it?',
      value: people.get(face.person)?.name ?? '',
      placeholder: 'Who is it?',
      onCancel: back,
      onName: (text) => after(assign([face.id], { name: text })),
      onPerson: (person) => after(assign([face.id], { person })),
    });
    fill(place, field.node);
    field.focus();
  }

  const unbox = (face) =>
    after(
      post(`/faces/${face.id}:unbox`).then((answer) => {
        decided(answer.decision);
        return answer;
      }, (problem) => {
        complain(problem);
        return null;
      }),
    );

  function toggleBoxes() {
    boxes = !boxes;
    announce(boxes ? 'Boxes are shown' : 'Boxes are hidden');
    draw();
  }

  async function begin() {
    const frame = stage.querySelector('.frame');
    if (drawing || !frame) return;
    drawing = drawBox(frame);
    const box = await drawing.done;
    drawing = null;
    if (!box) return;
    const field = nameField({
      label: 'Who is it?',
      placeholder: 'Who is it? Empty is fine',
      onCancel: () => add({}),
      onName: (text) => add({ name: text }),
      onPerson: (person) => add({ person: person.id }),
    });
    const panel = h(
      'div.newface.card',
      h('h2', 'New face'),
      field.node,
      h(
        'div.acts',
        h('button.primary', { type: 'button', onclick: () => add({}) }, 'Add without a name'),
        h('button', { type: 'button', onclick: () => panel.remove() }, 'Discard'),
      ),
    );
    side.prepend(panel);
    field.focus();
    async function add(who) {
      try {
        const answer = await post(`/photos/${id}:box`, { box, ...who });
        decided(answer.decision);
        await read();
        focusFace(answer.face.id);
      } catch (problem) {
        complain(problem);
      }
    }
  }

  const current = () => photo.faces.find((face) => face.id === active);

  /** The photos of the list this one was opened from, in its order. */
  function step(by) {
    const list = JSON.parse(sessionStorage.getItem('likeness.photos') ?? '[]'),
      at = list.indexOf(id),
      to = list[at + by];
    if (at < 0 || !to) {
      announce('There is no other photo in this list');
      return;
    }
    import('./router.js').then(({ navigate }) => navigate(`/photos/${to}`, { replace: true }));
  }

  on(
    'changed',
    debounce(250, (event) => {
      if (event.mine && !event.undone) return;
      whenIdle(() => {
        if (page.signal.aborted || drawing) return;
        people.clear();
        read().catch(complain);
      });
    }),
    page.signal,
  );
  await read();
  page.keys({
    b: toggleBoxes,
    ...only('face:write', {
      d: () => {
        begin();
      },
      n: () => {
        const face = current() ?? shown()[0];
        if (!face) return false;
        name(face);
        return true;
      },
      Delete: () => {
        const face = current();
        if (!face) return false;
        unbox(face);
        return true;
      },
    }),
    j: () => step(1),
    k: () => step(-1),
    Escape: () => {
      if (!drawing) return false;
      drawing.cancel();
      return true;
    },
  });
}
