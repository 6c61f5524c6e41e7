import { get } from './api.js';
import { fill, h } from './dom.js';
import { openDialog } from './dialog.js';
import { nameField } from './namefield.js';
import { similarity } from './format.js';
import { personChip } from './tiles.js';

/**
 * Asks for a person: by name, or one of those who look alike.
 * Resolves to `{person}`, `{name}` for a new one, or null.
 */
export function pickPerson({ title, text, exclude = [], near, allowNew = true }) {
  const field = nameField({
    label: 'Name of the person',
    placeholder: allowNew ? 'Type a name' : 'Type the name of a person',
    exclude,
    onName: (name) => {
      if (allowNew) box.close({ name });
    },
    onPerson: (person) => box.close({ person }),
    onCancel: () => box.close(),
  });
  const alike = h('div.alike');
  const box = openDialog({ title, body: [text && h('p', text), field.node, alike] });
  field.input.focus();
  if (near) showAlike(near, exclude, alike, (person) => box.close({ person }));
  return box.closed;
}

async function showAlike(id, exclude, place, choose) {
  try {
    const { items } = await get(`/people/${id}/similar?limit=8`);
    const others = items.filter(({ person }) => !exclude.includes(person.id));
    if (!others.length) return;
    fill(
      place,
      h('h3', 'They look alike'),
      h(
        'ul.choices',
        others.map(({ person, similarity: value }) =>
          h(
            'li',
            h(
              'button',
              { type: 'button', onclick: () => choose(person) },
              personChip(person),
              h('span.value', similarity(value)),
            ),
          )
        ),
      ),
    );
  } catch { /* The field above is enough. */ }
}
