import { patch, post } from './api.js';
import { h } from './dom.js';
import { openDialog } from './dialog.js';
import { day, nameOf, plural } from './format.js';
import { avatar } from './tiles.js';

const words = {
  name: (value) => value ?? 'no name',
  birthDate: (value) => (value ? day(value) : 'none'),
  hidden: (value) => (value ? 'hidden' : 'shown'),
  favourite: (value) => (value ? 'favourite' : 'no favourite'),
  avatar: () => 'another picture',
};
const titles = { name: 'Name', birthDate: 'Birth date', hidden: 'Shown', favourite: 'Favourite', avatar: 'Picture' };

/** Both versions and the input side by side. Resolves to true when the change shall be made all the same. */
async function askStale(before, current, change) {
  const fields = ['name', 'birthDate', 'hidden'];
  const differs = (field) => before[field] !== current[field];
  const row = (field) =>
    h(
      'tr',
      h('th', { scope: 'row' }, titles[field]),
      h('td', words[field](before[field])),
      h('td', { class: differs(field) ? 'differs' : '' }, words[field](current[field])),
    );
  const wish = change.text ??
    Object.entries(change.fields).map(([field, value]) => `${titles[field]}: ${words[field](value)}`).join(', ');
  const box = openDialog({
    title: `${nameOf(before)} was changed meanwhile`,
    body: [
      h('p', 'Somebody changed this person, perhaps you in another tab. Nothing of yours is lost.'),
      h(
        'div.scroll',
        h(
          'table.versions',
          h(
            'thead',
            h('tr', h('td'), h('th', { scope: 'col' }, 'What you saw'), h('th', { scope: 'col' }, 'As it is now')),
          ),
          h(
            'tbody',
            h('tr', h('th', { scope: 'row' }, 'Picture'), h('td', avatar(before)), h('td', avatar(current))),
            fields.map(row),
            h(
              'tr',
              h('th', { scope: 'row' }, 'Faces'),
              h('td', plural(before.faces, 'face')),
              h('td', { class: differs('faces') ? 'differs' : '' }, plural(current.faces, 'face')),
            ),
          ),
        ),
      ),
      h('p.wish', h('span.soft', 'Your change '), h('b', wish)),
    ],
    actions: [
      h('button', { type: 'button', onclick: () => box.close(false) }, 'Leave it as it is now'),
      h('button.primary', { type: 'button', autofocus: true, onclick: () => box.close(true) }, 'Make my change now'),
    ],
  });
  return (await box.closed) === true;
}

async function withVersion(person, change, attempt) {
  let seen = person;
  for (;;) {
    try {
      return await attempt(seen.version);
    } catch (problem) {
      if (problem.slug !== 'stale-version' || !problem.body.current) throw problem;
      const { current } = problem.body;
      if (!await askStale(seen, current, change)) return { person: current, left: true };
      seen = current;
    }
  }
}

/** Changes fields of a person; another's change in between is shown and asked about. */
export const changePerson = (person, fields) =>
  withVersion(person, { fields }, (version) => patch(`/people/${person.id}`, fields, version));

/** Merges or splits, guarded in the same way; `text` says in words what was asked. */
export const actOnPerson = (person, verb, body, text) =>
  withVersion(person, { text }, (version) => post(`/people/${person.id}:${verb}`, body, { version }));
