import { get, patch, post, remove } from './api.js';
import { debounce, fill, h } from './dom.js';
import { confirm, openDialog } from './dialog.js';
import { day, nameOf, num, plural, similarity } from './format.js';
import { pageHead } from './head.js';
import { icon } from './icons.js';
import { enabled, setEnabled } from './keys.js';
import { errorState, skeletonRows } from './states.js';
import { setTheme, themeName } from './themes.js';
import { faceImage } from './tiles.js';
import { complain, toast } from './toast.js';

const scopes = [
  'photo:read',
  'face:read',
  'face:write',
  'person:read',
  'person:write',
  'embedding:read',
  'search',
  'job:read',
  'job',
  'metrics',
  'admin',
];
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

/** A table that scrolls by itself where the page is narrow. */
const table = (heads, rows) =>
  h(
    'div.scroll',
    h(
      'table',
      h('thead', h('tr', heads.map((text) => (text ? h('th', { scope: 'col' }, text) : h('td'))))),
      h('tbody', rows),
    ),
  );

export default async function settingsPage(page) {
  page.title('Settings');
  const grouping = h('section.card', skeletonRows(4)),
    models = h('section.card'),
    keys = h('section.card'),
    audit = h('section.card');
  fill(page.root, h('div.page.settings', pageHead('Settings'), appearance(), grouping, models, keys, privacy(), audit));
  // Each card stands for itself: an editor may see the models although not the keys.
  await Promise.all(
    [[grouping, drawGrouping], [models, drawModels], [keys, drawKeys], [audit, drawAudit]].map(
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
    [['auto', 'As the system'], ['light', 'Light'], ['dark', 'Dark']].map(([name, text]) =>
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
      save.disabled = !changed().length;
      foresee();
    };
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
      h(
        'div.control',
        input,
        output,
        middle && h('button.quiet', { type: 'button', onclick: () => set(null) }, 'Automatic'),
      ),
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
      h('td', h('b', model.name ?? model.id)),
      h('td', modelStates[model.state] ?? model.state),
      h('td', num(model.faces)),
      h('td', plural(model.dimension, 'dimension')),
    );
  fill(
    place,
    h('h2', 'Models'),
    items.length
      ? table(['Model', 'State', 'Faces', 'Size'], items.map(row))
      : h('p.soft', 'No model has described a face yet.'),
  );
}

async function drawKeys(place, page) {
  const { items } = await get('/keys', page);
  const redraw = () => drawKeys(place, page).catch(complain);
  const row = (key) =>
    h(
      'tr',
      h('td', h('b', key.name)),
      h('td', key.scopes.join(' ')),
      h('td', key.expiresAt ? day(key.expiresAt) : 'never'),
      h('td', key.lastUsedAt ? day(key.lastUsedAt) : 'never'),
      h(
        'td',
        h('button', {
          type: 'button',
          class: 'danger',
          'aria-label': `Revoke ${key.name}`,
          onclick: async () => {
            if (
              await confirm({
                title: `Revoke “${key.name}”?`,
                text: 'Programs that use this key are refused from now on.',
                yes: 'Revoke',
                danger: true,
              })
            ) await remove(`/keys/${key.id}`).then(redraw, complain);
          },
        }, 'Revoke'),
      ),
    );
  fill(
    place,
    h(
      'div.line',
      h('h2', 'API keys'),
      h('button', { type: 'button', onclick: () => newKey(redraw) }, icon('plus'), 'New key'),
    ),
    h('p.soft', 'For programs. Each key can do only what you tick, and its secret is shown once.'),
    items.length > 0 && table(['Name', 'May', 'Expires', 'Last used', ''], items.map(row)),
  );
}

function newKey(redraw) {
  const name = h('input', { id: 'key-name', required: true, maxlength: 100, autocomplete: 'off' }),
    until = h('input', {
      id: 'key-until',
      type: 'date',
      value: new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10),
    });
  const ticks = scopes.map((scope) =>
    h(
      'label.check',
      h('input', { type: 'checkbox', value: scope, checked: scope.endsWith(':read') && scope !== 'embedding:read' }),
      h('code', scope),
    )
  );
  const note = h('p.problem', { role: 'alert', hidden: true });
  const form = h(
    'form',
    { onsubmit: create },
    h('label', { for: 'key-name' }, 'Name'),
    name,
    h('label', { for: 'key-until' }, 'Expires'),
    until,
    h('fieldset', h('legend', 'May'), h('div.ticks', ticks)),
    note,
    h('footer', h('button.primary', { type: 'submit' }, 'Create')),
  );
  const box = openDialog({ title: 'New API key', body: form });
  name.focus();
  async function create(event) {
    event.preventDefault();
    const chosen = [...form.querySelectorAll('[type=checkbox]:checked')].map((tick) => tick.value);
    try {
      const { secret } = await post('/keys', {
        name: name.value.trim(),
        scopes: chosen,
        expiresAt: until.value ? `${until.value}T00:00:00Z` : null,
      });
      const field = h('input.secret', {
        readonly: true,
        value: secret,
        'aria-label': 'The secret',
        onfocus: () => field.select(),
      });
      fill(
        form.parentNode,
        h('p', h('b', 'Copy it now: it is never shown again.')),
        field,
        h(
          'footer',
          h('button.primary', {
            type: 'button',
            onclick: () => {
              box.close();
            },
          }, 'Done'),
        ),
      );
      field.focus();
      redraw();
    } catch (problem) {
      note.hidden = false;
      fill(note, icon('warning'), problem.detail);
    }
  }
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
