import { get, post } from './api.js';
import { fill, h } from './dom.js';
import { confirmByTyping, openDialog } from './dialog.js';
import { nameOf, plural } from './format.js';
import { icon } from './icons.js';
import { on } from './bus.js';
import { changePerson } from './stale.js';
import { complain } from './toast.js';
import { decided } from './undo.js';

/** Changes a person and says so; answers the person as it is now, or null when it did not work. */
export async function change(person, fields) {
  try {
    const answer = await changePerson(person, fields);
    if (!answer.left) decided(answer.decision);
    return answer.person;
  } catch (problem) {
    complain(problem);
    return null;
  }
}

/** Gives faces to a person or to a new name; answers whether it worked. */
export const assign = (faces, { person, name }) =>
  decide('/faces:assign', person ? { faces, person: person.id } : { faces, name });

/** "Not this person", "ignore", "not a face" and the way back. */
export const judge = (verb, faces, extra = {}) => decide(`/faces:${verb}`, { faces, ...extra });

async function decide(path, body) {
  try {
    const answer = await post(path, body);
    decided(answer.decision);
    return answer;
  } catch (problem) {
    complain(problem);
    return null;
  }
}

/** Asks for a birth date; it gives ages to the faces and bands to the grouping of children. */
export async function askBirthDate(person) {
  const input = h('input', {
    type: 'date',
    id: 'birth',
    value: person.birthDate ?? '',
    max: new Date().toISOString().slice(0, 10),
  });
  const box = openDialog({
    title: `Birth date of ${nameOf(person)}`,
    body: [
      h('label', { for: 'birth' }, 'Born on'),
      input,
      h('p.soft', 'It shows how old somebody is in each photo and helps to tell children apart.'),
    ],
    actions: [
      person.birthDate && h('button', { type: 'button', onclick: () => box.close({ birthDate: null }) }, 'Remove'),
      h('button.primary', { type: 'button', onclick: () => box.close({ birthDate: input.value || null }) }, 'Save'),
    ],
  });
  const fields = await box.closed;
  return fields ? change(person, fields) : null;
}

/** Saves one person and all its faces as a JSON file. */
export async function exportPerson(person) {
  const faces = [];
  for (let cursor = null;;) {
    const page = await get(
      `/people/${person.id}/faces?order=date&limit=500${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`,
    );
    faces.push(...page.items);
    cursor = page.next;
    if (!cursor) break;
  }
  const link = h('a', {
    download: `${nameOf(person)}.json`,
    href: URL.createObjectURL(new Blob([JSON.stringify({ person, faces }, null, 2)], { type: 'application/json' })),
  });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Forgets a person for good, after the name was typed, and shows the receipt. Answers whether it was begun. */
export async function forget(person) {
  const word = person.name ?? person.id;
  const yes = await confirmByTyping({
    title: `Forget ${nameOf(person)}?`,
    word,
    yes: 'Forget for good',
    body: [
      h(
        'p',
        h('b', 'This cannot be undone.'),
        ` ${
          plural(person.faces, 'face')
        }, their descriptions and crops are erased, and the name is taken out of the journal.`,
      ),
      h(
        'p',
        `The ${
          plural(person.photos, 'photo')
        } stay where they are. Backups made before today still hold this person until they expire.`,
      ),
    ],
  });
  if (!yes) return false;
  try {
    const { job } = await post(`/people/${person.id}:forget`, { confirm: word });
    receipt(job);
    return true;
  } catch (problem) {
    complain(problem);
    return false;
  }
}

const lines = [['faces', 'faces erased'], ['vectors', 'descriptions zeroed'], ['crops', 'crops deleted'], [
  'questions',
  'questions dropped',
], ['names', 'names in the journal replaced']];

async function receipt(job) {
  const stop = new AbortController();
  const body = h('div', { 'aria-live': 'polite' }, h('p', h('span.spinner'), ' Erasing …'));
  const box = openDialog({
    title: 'Receipt',
    body,
    actions: [h('button.primary', { type: 'button', onclick: () => box.close() }, 'Close')],
  });
  box.closed.then(() => stop.abort());
  const draw = ({ state, detail, error }) => {
    if (state === 'done') {
      fill(
        body,
        h(
          'dl.receipt',
          lines.filter(([key]) => detail[key] !== undefined).map(([key, text]) =>
            h('div', h('dt', text), h('dd', detail[key]))
          ),
        ),
        detail.verified && h('p.good', icon('check'), 'Searched again afterwards: nothing is left.'),
        detail.remains?.length > 0 &&
          [h('h3', 'What remains'), h('ul.remains', detail.remains.map((line) => h('li', line)))],
      );
      stop.abort();
    } else if (['failed', 'dead'].includes(state)) {
      fill(
        body,
        h(
          'p.problem',
          icon('warning'),
          `Not finished: ${error?.message ?? state}. It goes on when the job is tried again.`,
        ),
      );
      stop.abort();
    }
  };
  on('job', (other) => {
    if (other.id === job.id) draw(other);
  }, stop.signal);
  // The stream may be down; the job is asked for as well.
  while (!stop.signal.aborted) {
    try {
      draw(await get(`/jobs/${job.id}`));
    } catch (problem) {
      complain(problem);
      break;
    }
    await new Promise((resolve) => {
      setTimeout(resolve, 1500);
    });
  }
}
