import { get, post } from './api.js';
import { fill, h } from './dom.js';
import { dialogProblem, openDialog } from './dialog.js';
import { nameOf, plural, years } from './format.js';
import { actOnPerson } from './stale.js';
import { avatar, faceImage } from './tiles.js';
import { decided } from './undo.js';
import { icon } from './icons.js';

const MOST_SHOWN = 12;

/** The one who is kept by default: a named one before an unnamed one, then the one with more faces. */
const keeper = (people) => [...people].sort((a, b) => Boolean(b.name) - Boolean(a.name) || b.faces - a.faces)[0];

/**
 * Shows what a merge would do and does it. Resolves to the person who stays, or null.
 * The server's word counts, so the people are read again before the dialog opens.
 */
export async function mergePeople(ids, { keep } = {}) {
  const people = await Promise.all(ids.map((id) => get(`/people/${id}`)));
  const unique = [...new Map(people.map((person) => [person.id, person])).values()];
  if (unique.length < 2) return unique[0] ?? null;
  let kept = unique.find((person) => person.id === keep && person.name) ?? keeper(unique);
  const names = [...new Set(unique.map((person) => person.name).filter(Boolean))];
  let name = kept.name;
  const result = h('div.preview', { 'aria-live': 'polite' });
  const button = h('button.primary', { type: 'button', autofocus: true, onclick: run }, icon('merge'), 'Merge');

  const choice = (person) =>
    h(
      'label.pick',
      h('input', {
        type: 'radio',
        name: 'kept',
        checked: person === kept,
        onchange: () => {
          kept = person;
          preview();
        },
      }),
      avatar(person, 'large'),
      h('b', { class: person.name ? '' : 'unnamed' }, nameOf(person)),
      h('small', plural(person.faces, 'face'), h('br'), years(person)),
    );

  // The radio carries its own person, so a list cut for display still offers the keeper.
  const listed = [kept, ...unique.filter((person) => person !== kept)].slice(0, MOST_SHOWN);
  const body = [
    h('fieldset.picks', h('legend', 'Whose page stays? Links to the others lead there.'), listed.map(choice)),
    unique.length > listed.length &&
    h('p.soft', `and ${plural(unique.length - listed.length, 'more person', 'more people')}`),
    names.length > 1 &&
    h(
      'fieldset',
      h('legend', 'They have different names. Which is right?'),
      h(
        'div.radios',
        names.map((each) =>
          h(
            'label',
            h('input', {
              type: 'radio',
              name: 'name',
              checked: each === name,
              onchange: () => {
                name = each;
              },
            }),
            each,
          )
        ),
      ),
    ),
    result,
  ];
  const box = openDialog({
    title: `Merge ${plural(unique.length, 'person', 'people')}`,
    body,
    wide: true,
    actions: [h('button', { type: 'button', onclick: () => box.close() }, 'Cancel'), button],
  });
  preview();

  async function preview() {
    const asked = kept;
    try {
      const sum = await post('/people:preview', { action: 'merge', person: kept.id, from: others() });
      if (asked !== kept) return;
      fill(
        result,
        h(
          'p',
          'After it: ',
          h('b', plural(sum.facesAfter, 'face')),
          ' in ',
          h('b', plural(sum.photosAfter, 'photo')),
          '.',
        ),
        sum.conflicts.length ? conflicts(sum.conflicts) : null,
        sum.examples.length ? h('div.strip', sum.examples.map((face) => faceImage(face))) : null,
      );
    } catch (problem) {
      dialogProblem(box.node, problem);
    }
  }

  function others() {
    return unique.filter((person) => person !== kept).map((person) => person.id);
  }

  async function run() {
    button.disabled = true;
    try {
      const body = names.length > 1 ? { from: others(), name } : { from: others() };
      const answer = await actOnPerson(
        kept,
        'merge',
        body,
        `Merge ${plural(unique.length, 'person', 'people')} into ${nameOf(kept)}`,
      );
      box.close(answer.left ? null : answer.person);
      if (!answer.left) decided(answer.decision);
    } catch (problem) {
      button.disabled = false;
      dialogProblem(box.node, problem);
    }
  }
  return box.closed;
}

const conflicts = (list) =>
  h(
    'div.conflict',
    h(
      'p',
      icon('warning'),
      h('b', `${plural(list.length, 'photo shows', 'photos show')} both of them.`),
      ' Two faces in one photo are usually two people, unless it is a mirror or a collage.',
    ),
    h(
      'div.strip',
      list.slice(0, 4).map(({ faces, reason }) =>
        h(
          'span.pair',
          { title: reason },
          faces.map((face) => faceImage(face)),
        )
      ),
    ),
  );
