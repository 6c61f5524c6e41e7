import { fill, h } from './dom.js';
import { age, faceText, month, nameOf, plural, similarity, years } from './format.js';
import { icon } from './icons.js';
import { may } from './rights.js';

const cropOf = (id) => `/v1/faces/${id}/crop`;

/** A picture that turns into a quiet shape when it cannot be loaded. */
function picture(source, alt) {
  const image = h('img', {
    src: source,
    alt,
    loading: 'lazy',
    decoding: 'async',
    width: 224,
    height: 224,
    draggable: 'false',
  });
  image.addEventListener('error', () => image.replaceWith(h('span.nopic', icon('person'), h('span.sr', alt))));
  return image;
}

/** The face that stands for a person. */
export function avatar(person, size = 'small') {
  const box = h(`span.avatar.${size}`);
  return fill(box, person?.avatar ? picture(cropOf(person.avatar), '') : h('span.nopic', icon('person')));
}

export const faceImage = (face, alt = '') => picture(face.crop ?? cropOf(face.id), alt);

/** The mark of selection; keys and screen readers use the tile itself, so it is for pointers only. */
const tick = () => h('span.tick', { 'aria-hidden': 'true' }, icon('check'));

export const personLabel = (person) =>
  [nameOf(person), plural(person.faces, 'face'), years(person)].filter(Boolean).join(', ');

/** A person in a grid. */
export function personTile(person) {
  const name = h('span.name', { class: person.name ? '' : 'unnamed' }, person.name ?? (may('person:write') ? 'Add a name' : 'Unnamed'));
  return h(
    'li',
    { dataset: { id: person.id } },
    h(
      'a.tile',
      { href: `/people/${person.id}`, 'aria-label': personLabel(person), draggable: 'false' },
      h(
        'span.pic',
        person.avatar ? picture(cropOf(person.avatar), '') : h('span.nopic', icon('person')),
        tick(),
        person.favourite && h('span.fav', icon('star')),
      ),
      h(
        'span.caption',
        name,
        h('span.meta', h('b', plural(person.faces, 'face')), years(person) && h('span', years(person))),
      ),
    ),
  );
}

/** A face in a grid; `owner` is the person it is shown under. */
export function faceTile(face, { owner, position } = {}) {
  const old = owner && age(owner.birthDate, face.capturedAt);
  const facts = [
    face.similarity !== null && face.similarity !== undefined && similarity(face.similarity),
    face.capturedAt && month(face.capturedAt),
    old !== null && old !== undefined && `age ${old}`,
  ].filter(Boolean);
  const notes = [
    face.decided && 'confirmed',
    face.source === 'manual' && 'drawn by hand',
    face.role === 'ignored' && 'ignored',
    ...(face.quality?.reasons ?? []),
  ].filter(Boolean);
  const label = [
    faceText(face, owner?.name, position),
    face.similarity && `similarity ${similarity(face.similarity)}`,
    ...notes,
  ].filter(Boolean).join(', ');
  return h(
    'li',
    { dataset: { id: face.id } },
    h(
      'button.tile.face',
      { type: 'button', 'aria-pressed': 'false', 'aria-label': label },
      h(
        'span.pic',
        faceImage(face),
        tick(),
        face.decided && h('span.sure', { title: 'You confirmed this' }, icon('check')),
      ),
      h('span.caption', h('span.meta', facts.map((fact) => h('span', fact)))),
    ),
  );
}

/** A person in a sentence or a list: face, name, years. */
export const personChip = (person, extra) =>
  h(
    'span.chip',
    avatar(person),
    h(
      'span',
      h('b', { class: person.name ? '' : 'unnamed' }, nameOf(person)),
      h('small', extra ?? [years(person), plural(person.faces, 'face')].filter(Boolean).join(' · ')),
    ),
  );
