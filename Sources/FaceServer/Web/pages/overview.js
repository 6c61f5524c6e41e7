import { get } from './api.js';
import { on } from './bus.js';
import { debounce, fill, h, redraw, vars } from './dom.js';
import { dayName, num, plural, timeOfDay } from './format.js';
import { groupingNote, pageHead } from './head.js';
import { icon } from './icons.js';
import { jobRow } from './jobcard.js';
import { may } from './rights.js';
import { emptyState, skeletonRows } from './states.js';
import { avatar, faceImage, personLabel } from './tiles.js';

/** Parts of a whole that must add up: a bar, and the same numbers as text. */
function sum(title, total, parts) {
  const used = parts.filter((part) => part.count > 0 || part.always);
  return h(
    'section.card.sum',
    h('h2', title, h('b', num(total))),
    h(
      'div.bar',
      { 'aria-hidden': 'true' },
      used.filter((part) => part.count > 0).map((part) => vars(h(`span.${part.tone}`), { part: part.count })),
    ),
    h(
      'ul.legend',
      used.map((part) =>
        h(
          'li',
          h(`span.key.${part.tone}`),
          h(part.href ? 'a' : 'span', { href: part.href }, h('b', num(part.count)), ` ${part.text}`),
        )
      ),
    ),
  );
}

function sums({ photos, faces, people, jobs }) {
  return h(
    'div.sums',
    sum('Photos', photos.total, [
      { text: 'with faces', count: photos.withFaces, tone: 'c1', href: '/photos?state=faces', always: true },
      { text: 'without', count: photos.withoutFaces, tone: 'c2', href: '/photos?state=no-faces' },
      { text: 'waiting', count: photos.waiting, tone: 'c5', href: '/photos?state=waiting' },
      { text: 'failed', count: photos.failed, tone: 'c4', href: '/photos?state=failed' },
      { text: 'missing', count: photos.missing, tone: 'c6', href: '/photos?state=missing' },
    ]),
    sum('Faces', faces.total, [
      { text: 'in people', count: faces.inPeople, tone: 'c1', href: '/people', always: true },
      { text: 'loose', count: faces.loose, tone: 'c3', href: '/loose' },
      { text: 'ignored', count: faces.ignored, tone: 'c6' },
      {
        text: jobs.length ? 'not yet considered' : 'too poor to compare',
        count: faces.notConsidered,
        tone: 'c5',
        href: jobs.length ? '/jobs' : null,
      },
    ]),
    sum('People', people.total, [
      { text: 'named', count: people.named, tone: 'c1', href: '/people', always: true },
      { text: 'unnamed', count: people.unnamed, tone: 'c2', href: '/people?show=unnamed' },
      { text: 'hidden', count: people.hidden, tone: 'c6', href: '/people?show=hidden' },
    ]),
  );
}

/** The next best action, shown with the faces it is about. */
async function nextStep(overview, signal) {
  if (!may('person:write')) return null;
  const { kind, text } = overview.next;
  const card = (art, title, line, href, button) =>
    h(
      'section.next',
      h('div.faces', art),
      h(
        'div',
        h('p.eyebrow', 'Next'),
        h('h2', title),
        h('p', line),
        h('a.button.primary', { href }, button, icon('next')),
      ),
    );
  if (kind === 'review') {
    const [question] = (await get('/questions?limit=1', { signal })).items;
    if (question) {
      const sides = [question.left, question.right].map((side) => side.faces[0]).filter(Boolean);
      return card(
        sides.map((face) => faceImage(face)),
        plural(overview.questions, 'question waits', 'questions wait'),
        `Are these two the same person? A yes places ${
          plural(question.gain, 'face')
        }. The most useful questions come first.`,
        '/review',
        'Answer',
      );
    }
  }
  if (kind === 'name') {
    const { items } = await get('/people?filter=unnamed&sort=faces&limit=3', { signal });
    return card(
      items.map((person) => avatar(person, 'huge')),
      `${plural(overview.people.unnamed, 'person has', 'people have')} no name`,
      items[0] ? `The largest has ${plural(items[0].faces, 'face')}. Naming the largest first goes furthest.` : text,
      '/people?show=unnamed',
      'Give names',
    );
  }
  if (overview.faces.loose) {
    return card(
      icon('check'),
      'Everybody has a name',
      `${plural(overview.faces.loose, 'loose face')} could still belong to somebody.`,
      '/loose',
      'Look at loose faces',
    );
  }
  return card(icon('check'), 'Everything is done', text, '/people', 'See the people');
}

const decisionLine = (decision) =>
  h(
    'li',
    { class: decision.undoneBy ? 'undone' : '' },
    h('span', decision.summary),
    h(
      'time.soft',
      { datetime: decision.at },
      dayName(decision.at) === 'Today' ? timeOfDay(decision.at) : dayName(decision.at),
    ),
  );

async function render(page) {
  const overview = await get('/overview', page);
  page.title('Overview');
  const head = pageHead(overview.library.name, { sub: h('bdi', overview.library.root) });
  if (overview.photos.total === 0) {
    return fill(
      page.root,
      h(
        'div.page',
        head,
        emptyState({
          art: 'imports',
          title: 'No photos yet',
          text: 'Choose a folder. Photos stay where they are and are never changed; nothing leaves this computer.',
          action: { text: 'Add a folder', href: '/imports' },
        }),
      ),
    );
  }
  const noFaces = overview.faces.total === 0;
  const [next, lately, last] = await Promise.all([
    noFaces ? null : nextStep(overview, page.signal),
    get('/people?filter=named&sort=lastSeen&limit=10', page),
    get('/decisions?limit=5', page).catch(() => ({ items: [] })),
  ]);
  const model = overview.grouping?.model;
  return redraw(page.root, () =>
    fill(
      page.root,
      h(
        'div.page',
        head,
        groupingNote(overview),
        noFaces
          ? emptyState({
            art: 'loose',
            title: 'No faces found so far',
            action: { text: 'See the jobs', href: '/jobs' },
            text: `${plural(overview.photos.withoutFaces, 'photo was', 'photos were')} looked at${
              model ? ` with ${model}` : ''
            }, ${plural(overview.photos.waiting, 'waits', 'wait')}.`,
          })
          : next,
        sums(overview),
        overview.jobs.length > 0 &&
          h('section', h('h2', 'Running'), h('ul.jobs', overview.jobs.map((job) => jobRow(job)))),
        lately.items.length > 0 &&
          h(
            'section',
            h('div.line', h('h2', 'Seen lately'), h('a', { href: '/people?sort=lastSeen' }, 'All people')),
            h(
              'ul.faces-row',
              lately.items.map((person) =>
                h(
                  'li',
                  h(
                    'a',
                    { href: `/people/${person.id}`, 'aria-label': personLabel(person) },
                    avatar(person, 'large'),
                    h('span', person.name),
                  ),
                )
              ),
            ),
          ),
        last.items.length > 0 &&
          h(
            'section',
            h('div.line', h('h2', 'Last decisions'), h('a', { href: '/journal' }, 'Journal')),
            h('ul.decisions.card', last.items.map(decisionLine)),
          ),
      ),
    ));
}

export default async function overviewPage(page) {
  if (!page.restore && !page.drawn) fill(page.root, h('div.page', pageHead('Overview'), skeletonRows(5)));
  await render(page);
  const again = debounce(1200, () => {
    if (!page.signal.aborted) render(page).catch(() => {});
  });
  on('changed', again, page.signal);
  on('job', again, page.signal);
}
