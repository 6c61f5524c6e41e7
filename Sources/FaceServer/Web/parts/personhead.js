import { fill, h, vars } from './dom.js';
import { age, day, num, plural, years } from './format.js';
import { icon } from './icons.js';
import { menu } from './menu.js';
import { may } from './rights.js';
import { avatar } from './tiles.js';

/** The top of a person's page. `acts` says what its buttons do: rename, merge, alter, birthDate, hide, keep, forget. */
export function personHead(person, acts) {
  const facts = [
    plural(person.faces, 'face'),
    plural(person.photos, 'photo'),
    years(person),
    person.birthDate && `born ${day(person.birthDate)}`,
    person.confirmed > 0 && `${num(person.confirmed)} confirmed by you`,
    person.hidden && 'hidden',
  ].filter(Boolean);
  const name = may('person:write')
    ? h(
      'button.rename',
      {
        type: 'button',
        onclick: acts.rename,
        class: person.name ? '' : 'unnamed',
        'aria-label': `${person.name ?? 'Add a name'}, change the name`,
      },
      person.name ?? 'Add a name',
      icon('pencil'),
    )
    : h('span', { class: person.name ? '' : 'unnamed' }, person.name ?? 'Unnamed');
  const items = [
    {
      needs: 'person:write',
      text: person.favourite ? 'No favourite' : 'Favourite',
      icon: 'star',
      run: () => acts.alter({ favourite: !person.favourite }),
    },
    { needs: 'person:write', text: 'Birth date …', icon: 'journal', run: acts.birthDate },
    {
      needs: 'person:write',
      text: person.hidden ? 'Show' : 'Hide',
      icon: person.hidden ? 'show' : 'hide',
      key: 'h',
      run: acts.hide,
    },
    { text: 'Export as JSON', icon: 'imports', run: acts.keep },
    { needs: 'admin', text: 'Forget …', icon: 'trash', danger: true, run: acts.forget },
  ];
  return h(
    'header.personhead',
    avatar(person, 'huge'),
    h(
      'div.who',
      h('h1', name),
      h('p.facts', facts.map((fact) => h('span', fact))),
      h(
        'div.acts',
        h('button', { needs: 'person:write', type: 'button', onclick: acts.merge }, icon('merge'), 'Merge …'),
        h('a.button', { needs: 'person:write', href: `/people/${person.id}/split` }, icon('split'), 'Split …'),
        menu('More', items),
      ),
    ),
  );
}

/** One bar a year into `strip`; a press on one is `pick(year)`. */
export function drawYears(strip, person, year, pick) {
  const list = person.years ?? [];
  if (list.length < 2) {
    fill(strip);
    return;
  }
  const most = Math.max(...list.map((each) => each.faces));
  const all = [];
  for (let at = list[0].year; at <= list.at(-1).year; at += 1) {
    all.push(list.find((each) => each.year === at) ?? { year: at, faces: 0 });
  }
  const bar = (each) => {
    const old = age(person.birthDate, `${each.year}-12-31`);
    return h(
      'button',
      {
        type: 'button',
        disabled: each.faces === 0,
        'aria-pressed': String(each.year) === year,
        dataset: { year: each.year },
        'aria-label': `${each.year}: ${plural(each.faces, 'face')}${old === null ? '' : `, age ${old}`}`,
        title: plural(each.faces, 'face'),
        onclick: () => pick(String(each.year)),
      },
      vars(h('span.col'), { part: each.faces / most }),
      h('small', each.year),
    );
  };
  fill(strip, h('div.years', { role: 'group', 'aria-label': 'Faces by year' }, all.map(bar)));
}
