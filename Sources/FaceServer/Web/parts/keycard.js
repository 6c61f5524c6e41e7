import { get, post, remove } from './api.js';
import { confirm, openDialog } from './dialog.js';
import { fill, h } from './dom.js';
import { day } from './format.js';
import { icon } from './icons.js';
import { table } from './table.js';
import { complain } from './toast.js';

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

/** The keys of programs: what each may do, and a new one. */
export async function drawKeys(place, page) {
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
