import { get, patch, post } from './api.js';
import { debounce, fill, h } from './dom.js';
import { day, nameOf, num, plural, similarity } from './format.js';
import { pageHead } from './head.js';
import { icon } from './icons.js';
import { drawKeys } from './keycard.js';
import { enabled, setEnabled } from './keys.js';
import { may } from './rights.js';
import { errorState, skeletonRows } from './states.js';
import { table } from './table.js';
import { setTheme, themeName } from './themes.js';
import { faceImage } from './tiles.js';
import { complain, toast } from './toast.js';

const numbers = [
  [
    'threshold',
    'Similarity that makes two faces one person',
    { type: 'range', min: 0, max: 1, step: 0.01, middle: 0.5 },
    'Lower joins more and mixes people up; a mixed group costs an evening, a divided one two clicks.',
  ],
  [
    'qualityFloor',
    'Quality from which a face may found a group',
    { type: 'range', min: 0, max: 1, step: 0.01 },
    'Weaker faces can still join a person.',
  ],
  [
    'minFacesShown',
    'Fewest faces for an unnamed person to be listed',
    { type: 'number', min: 1, max: 50 },
    'The others stay reachable as loose faces.',
  ],
  ['looseRetentionDays', 'Days after which loose faces of strangers are erased', {
    type: 'number',
    min: 1,
    max: 3650,
    placeholder: 'never',
  }, 'Empty: never.'],
];

const modelStates = { current: 'in use', building: 'being built', old: 'kept for the way back' };

export default async function settingsPage(page) {
  page.title('Settings');
  const grouping = h('section.card', skeletonRows(4)),
    models = h('section.card'),
    keys = h('section.card'),
    audit = h('section.card');
  const owned = may('admin') ? [grouping, models, keys, privacy(), audit] : [models];
  fill(page.root, h('div.page.settings', pageHead('Settings'), appearance(), owned));
  // Each card stands for itself: an editor may see the models although not the keys.
  await Promise.all(
    [[grouping, drawGrouping], [models, drawModels], [keys, drawKeys], [audit, drawAudit]].filter(([place]) =>
      owned.includes(place)
    ).map(
      async ([place, draw]) => {
        try {
          await draw(place, page);
        } catch (problem) {
          if (problem.status === 403) place.remove();
          else if (!page.signal.aborted) fill(place, errorState(problem, page.reload));
        }
      },
    ),
  );
}

function appearance() {
  const themes = h(
    'div.segmented',
    { role: 'group', 'aria-label': 'Theme' },
    [['auto', 'System'], ['light', 'Light'], ['dark', 'Dark']].map(([name, text]) =>
      h(
        'button',
        {
          type: 'button',
          'aria-pressed': themeName() === name,
          dataset: { name },
          onclick: () => {
            setTheme(name);
            for (const button of themes.children) button.setAttribute('aria-pressed', button.dataset.name === name);
          },
        },
        icon(name),
        text,
      )
    ),
  );
  return h(
    'section.card',
    h('h2', 'Appearance'),
    themes,
    h(
      'label.check',
      h('input', { type: 'checkbox', checked: enabled(), onchange: (event) => setEnabled(event.target.checked) }),
      'Single letters act at once (y, n, m …)',
    ),
  );
}

async function drawGrouping(place, page) {
  let settings = await get('/settings', page);
  const wish = {},
    preview = h('div.preview', { 'aria-live': 'polite' }),
    save = h('button.primary', { type: 'button', disabled: true, onclick: store }, 'Save');
  const changed = () => numbers.filter(([key]) => key in wish && wish[key] !== settings[key]);

  const foresee = debounce(350, async () => {
    if (!changed().some(([key]) => key === 'threshold' || key === 'qualityFloor')) {
      fill(preview);
      return;
    }
    fill(preview, h('span.spinner'), ' Trying it out …');
    try {
      const sum = await post('/groupings', {
        parameters: {
          threshold: { ...settings, ...wish }.threshold,
          qualityFloor: { ...settings, ...wish }.qualityFloor,
        },
        dryRun: true,
      });
      const people = typeof sum.people === 'object'
        ? `${num(sum.people.before)} people become ${num(sum.people.after)}`
        : plural(sum.people, 'person', 'people');
      fill(
        preview,
        h(
          'p',
          h('b', `${plural(sum.moves, 'face')} would move`),
          `; ${people}. Names and everything you decided stay.`,
        ),
        sum.examples.length > 0 && h(
          'ul.moves',
          sum.examples.slice(0, 8).map((example) =>
            h(
              'li',
              faceImage(example.face),
              h('small', nameOf(example.from)),
              icon('down'),
              h('small', example.to ? nameOf(example.to) : 'somebody new'),
            )
          ),
        ),
      );
    } catch (problem) {
      fill(preview, h('p.problem', icon('warning'), problem.detail));
    }
  });

  function row([key, text, { middle, ...attributes }, hint]) {
    const range = attributes.type === 'range';
    const said = (value) => (value === null ? 'automatic' : similarity(value));
    const output = range && h('output', said(settings[key]));
    const set = (value) => {
      wish[key] = value;
      if (range) fill(output, said(value));
      if (back) back.hidden = value === null;
      save.disabled = !changed().length;
      foresee();
    };
    // offered while another value is set
    const back =
      middle &&
      h('button.quiet', { type: 'button', hidden: settings[key] === null, onclick: () => (set(null), input.focus()) }, 'Automatic');
    const input = h('input', {
      ...attributes,
      id: `set-${key}`,
      value: settings[key] ?? middle ?? '',
      'aria-describedby': `hint-${key}`,
      oninput: () => set(input.value === '' ? null : Number(input.value)),
    });
    return h(
      'div.setting',
      h('label', { for: input.id }, text),
      h('div.control', input, output, back),
      h('p.soft.small', { id: `hint-${key}` }, hint),
    );
  }

  async function store() {
    const change = Object.fromEntries(changed().map(([key]) => [key, wish[key]]));
    save.disabled = true;
    try {
      await patch('/settings', change, settings.version);
      toast('Settings saved', {
        action: 'threshold' in change || 'qualityFloor' in change
          ? { text: 'Group again now', run: regroup }
          : undefined,
      });
      await drawGrouping(place, page);
    } catch (problem) {
      save.disabled = false;
      if (problem.slug !== 'stale-version') {
        complain(problem);
        return;
      }
      // What was typed stays; what others saved in between stands beside it.
      const { current } = problem.body;
      fill(
        preview,
        h(
          'p.problem',
          { role: 'alert' },
          icon('warning'),
          h(
            'span',
            'Somebody saved other settings meanwhile: ',
            numbers.filter(([key]) => current[key] !== settings[key]).map(([key, text]) =>
              `${text}: ${current[key] ?? 'never'}`
            ).join('; '),
            '. Save again to put yours in their place.',
          ),
        ),
      );
      settings = current;
    }
  }
  const regroup = () => post('/groupings', { parameters: {} }).then(() => toast('Grouping has begun'), complain);
  fill(
    place,
    h('h2', 'Grouping'),
    numbers.map(row),
    preview,
    h('div.acts', save, h('button', { type: 'button', onclick: regroup }, icon('retry'), 'Group again')),
  );
}

async function drawModels(place, page) {
  const { items } = await get('/models', page);
  const row = (model) =>
    h(
      'tr',
      h('td', h('b', model.name), h('small.soft', model.role === 'detector' ? 'finds faces' : 'tells them apart')),
      h('td', modelStates[model.state] ?? model.state),
      h('td', model.faces === null ? '' : plural(model.faces, 'face')),
      h('td', h('span', { title: model.source }, model.licence ?? 'not known')),
    );
  fill(
    place,
    h('h2', 'Models'),
    items.length
      ? table(['Model', 'State', 'Faces', 'Terms of the weights'], items.map(row))
      : h('p.soft', 'No model has described a face yet.'),
  );
}

function privacy() {
  return h(
    'section.card',
    h('h2', 'Your data'),
    h(
      'p',
      'Faces, descriptions and names stay in the library folder on this computer. Nothing is sent anywhere. To erase one person, open the person and choose Forget.',
    ),
    h(
      'div.acts',
      h('a.button', { href: '/v1/exports/people', download: 'people.json' }, icon('imports'), 'People as JSON'),
      h(
        'a.button',
        { href: '/v1/exports/decisions', download: 'decisions.jsonl' },
        icon('imports'),
        'Decisions as JSON Lines',
      ),
    ),
  );
}

async function drawAudit(place, page) {
  const { items } = await get('/audit?limit=8', page);
  fill(
    place,
    h('h2', 'Audit'),
    h('p.soft', 'Who did what; no names, no pictures. Each line is chained to the one before.'),
    items.length > 0 && table(
      ['When', 'Who', 'What'],
      items.map((line) => h('tr', h('td', day(line.at)), h('td', line.actor), h('td', line.action))),
    ),
  );
}
