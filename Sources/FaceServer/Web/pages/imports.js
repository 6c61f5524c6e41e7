import { get, post } from './api.js';
import { on } from './bus.js';
import { debounce, fill, h, redraw, vars } from './dom.js';
import { dayName, num, plural, timeOfDay } from './format.js';
import { pageHead } from './head.js';
import { icon } from './icons.js';
import { jobRow } from './jobcard.js';
import { navigate } from './router.js';
import { emptyState, skeletonRows } from './states.js';
import { complain, toast } from './toast.js';

const parts = [
  ['withFaces', 'with faces', 'c1', 'faces'],
  ['withoutFaces', 'without', 'c2', 'no-faces'],
  ['waiting', 'waiting', 'c5', 'waiting'],
  ['failed', 'failed', 'c4', 'failed'],
  ['missing', 'missing', 'c6', 'missing'],
];

function folder(item, scan) {
  const { photos } = item;
  return h(
    'article.card.folder',
    h(
      'header',
      icon('imports'),
      h(
        'div',
        h('h2', h('bdi', item.path)),
        h(
          'p.soft',
          item.lastScan
            ? `Looked through ${dayName(item.lastScan).toLowerCase()}, ${timeOfDay(item.lastScan)}`
            : 'Not looked through yet',
          item.watching && ' · watched for new files',
        ),
      ),
      h('button', { needs: 'job', type: 'button', onclick: () => scan(item.path) }, icon('retry'), 'Look again'),
    ),
    photos &&
      [
        h('p.total', h('b', num(photos.total)), ' photos'),
        h(
          'div.bar',
          { 'aria-hidden': 'true' },
          parts.filter(([key]) => photos[key] > 0).map(([key, , tone]) =>
            vars(h(`span.${tone}`), { part: photos[key] })
          ),
        ),
        h(
          'ul.legend',
          parts.filter(([key]) => photos[key] > 0).map(([key, text, tone, state]) =>
            h(
              'li',
              h(`span.key.${tone}`),
              h('a', { href: `/photos?state=${state}` }, h('b', num(photos[key])), ` ${text}`),
            )
          ),
        ),
      ],
    item.job && h('ul.jobs', jobRow(item.job)),
    item.failures?.length > 0 &&
      h(
        'details.failures',
        { open: true },
        h(
          'summary',
          `Why ${
            plural(item.failures.reduce((all, each) => all + each.count, 0), 'photo', 'photos')
          } could not be read`,
        ),
        h(
          'ul',
          item.failures.map((failure) =>
            h('li', h('b', num(failure.count)), h('span', failure.message, ' ', h('code', failure.code)))
          ),
        ),
      ),
  );
}

const PART = 50;

export default async function imports(page) {
  page.title('Imports');
  const place = h('div.place', skeletonRows(3)),
    roots = h('datalist', { id: 'roots' }),
    hint = h('p.soft.small', { id: 'path-hint' });
  const field = h('input', {
    type: 'text',
    name: 'path',
    list: 'roots',
    placeholder: '/home/you/Photos',
    autocomplete: 'off',
    spellcheck: 'false',
    required: true,
    'aria-describedby': 'path-hint',
    id: 'path',
  });
  const form = h(
    'form.addfolder',
    {
      needs: 'job',
      onsubmit: (event) => {
        event.preventDefault();
        scan(field.value.trim(), true);
      },
    },
    h('label', { for: 'path' }, 'Folder on the computer where likeness runs'),
    h('div.row', field, h('button.primary', { type: 'submit' }, icon('plus'), 'Import')),
    roots,
    hint,
  );
  const chooser = h('input.sr', {
    type: 'file',
    accept: 'image/*',
    multiple: true,
    id: 'send',
    onchange: () => send([...chooser.files]),
  });
  const sending = h('p.soft.small', { role: 'status' });
  const sender = h(
    'div.send.card',
    {
      needs: 'job',
      ondragover: (event) => {
        event.preventDefault();
        sender.classList.add('over');
      },
      ondragleave: () => sender.classList.remove('over'),
      ondrop: (event) => {
        event.preventDefault();
        sender.classList.remove('over');
        send([...event.dataTransfer.files]);
      },
    },
    icon('upload'),
    h(
      'div',
      h('b', 'Or send photos from this device'),
      h('p.soft.small', 'Drop them here. They are kept in the inbox of the library and imported at once.'),
      sending,
    ),
    chooser,
    h('label.button', { for: 'send' }, 'Choose photos'),
  );
  fill(
    page.root,
    h('div.page', pageHead('Imports', { sub: 'Photos stay where they are and are never changed.' }), form, sender, place),
  );

  /** Sends photos in parts, so that one bad moment costs one part. */
  async function send(files) {
    const refused = [];
    let sent = 0;
    for (let at = 0; at < files.length; at += PART) {
      fill(sending, h('span.spinner'), ` ${num(at)} of ${plural(files.length, 'photo')} sent`);
      const form = new FormData();
      for (const file of files.slice(at, at + PART)) form.append('photo', file, file.name);
      try {
        const answer = await post('/uploads', form);
        sent += answer.photos.length;
        refused.push(...answer.refused.map((each) => `${each.name} ${each.detail}`));
      } catch (problem) {
        if (problem.slug !== 'unreadable-image') {
          complain(problem);
          break;
        }
        refused.push(...(problem.body.errors ?? []).map((each) => each.detail));
      }
    }
    chooser.value = '';
    fill(
      sending,
      `${plural(sent, 'photo')} sent. `,
      refused.length > 0 && h('span.problem', icon('warning'), refused.slice(0, 3).join('; ')),
    );
    if (sent) await draw();
  }

  async function scan(path, typed) {
    try {
      const { job } = await post('/imports', { paths: [path] });
      toast(`Looking through ${path}`, { action: { text: 'Jobs', run: () => navigate('/jobs') } });
      if (typed) field.value = '';
      await draw();
      return job;
    } catch (problem) {
      fill(hint, h('span.problem', { role: 'alert' }, icon('warning'), problem.detail ?? problem.message));
      field.focus();
      return null;
    }
  }

  async function draw() {
    const list = await get('/imports', page);
    const allowed = list.roots ?? [];
    fill(roots, allowed.map((root) => h('option', { value: root })));
    if (!hint.querySelector('.problem')) {
      fill(hint, allowed.length ? ['Allowed: ', h('bdi', allowed.join(', ')), ' and what is inside.'] : null);
    }
    redraw(
      place,
      () =>
        fill(
          place,
          list.items.length ? list.items.map((item) => folder(item, scan)) : emptyState({
            art: 'imports',
            title: 'No folder yet',
            text: 'Type a folder above. Scanning can be interrupted at any time and goes on where it stopped.',
          }),
        ),
    );
  }

  field.addEventListener('input', () => {
    if (hint.querySelector('.problem')) fill(hint);
  });
  on(
    'job',
    debounce(1500, (job) => {
      if (!page.signal.aborted && ['import', 'detect', 'embed'].includes(job.kind)) draw().catch(complain);
    }),
    page.signal,
  );
  await draw();
}
