import { get, post } from './api.js';
import { announce, fill, h } from './dom.js';
import { day, plural, similarity, years } from './format.js';
import { pageHead } from './head.js';
import { icon } from './icons.js';
import { only } from './rights.js';
import { emptyState, skeletonRows } from './states.js';
import { avatar, faceImage } from './tiles.js';
import { complain } from './toast.js';
import { decided, undo } from './undo.js';
import { on } from './bus.js';

const reasons = {
  sibling: 'They were seen together or look like brother and sister: look twice.',
  split: 'These faces hang together by a thread.',
  loose: 'A loose face may belong here.',
};
const words = { same: 'the same person', different: 'two people', unsure: 'not sure' };

export default async function review(page) {
  page.title('Review');
  const skipped = [];
  const answered = [];
  let current = null, busy = false, left = null;
  const stage = h('div.stage', skeletonRows(4)),
    trail = h('section.trail', { 'aria-label': 'Your last answers' }),
    count = h('span');
  fill(page.root, h('div.page.review', pageHead('Same person?', { sub: count }), stage, trail));

  async function next() {
    const list = await get(`/questions?limit=${Math.min(200, skipped.length + 1)}&include=total`, page);
    left = list.total ?? null;
    show(list.items.find((question) => !skipped.some((other) => other.id === question.id)) ?? null);
  }

  function side({ person, faces }, label) {
    const name = person?.name;
    return h(
      'article.side',
      { 'aria-label': name ?? label },
      h(
        'header',
        person ? avatar(person, 'large') : h('span.avatar.large', faceImage(faces[0])),
        h(
          'div',
          h(
            'h2',
            { class: name ? '' : 'unnamed' },
            person ? h('a', { href: `/people/${person.id}` }, name ?? 'Unnamed') : 'A loose face',
          ),
          h('p.soft', person && [plural(person.faces, 'face'), years(person)].filter(Boolean).join(' · ')),
        ),
      ),
      h(
        'ul.crops',
        faces.slice(0, 8).map((face, index) =>
          h(
            'li',
            faceImage(
              face,
              `${name ? `Face of ${name}` : `Unnamed face ${index + 1} of ${faces.length}`}, ${day(face.capturedAt)}`,
            ),
            h('small', { 'aria-hidden': 'true' }, face.capturedAt ? face.capturedAt.slice(0, 4) : ''),
          )
        ),
      ),
    );
  }

  function show(question) {
    current = question;
    fill(count, left === null ? '' : left ? `${plural(left, 'question')} left, the most useful first` : '');
    if (!question) {
      const again = skipped.length > 0;
      fill(
        stage,
        emptyState({
          art: 'check',
          title: again ? 'The rest was skipped' : 'No questions left',
          text: again
            ? `${plural(skipped.length, 'question')} skipped. Nothing is asked twice once it is answered.`
            : 'Nothing is asked twice. New photos may bring new questions.',
          action: again
            ? {
              text: 'Show the skipped ones',
              run: () => {
                skipped.length = 0;
                next().catch(complain);
              },
            }
            : { text: 'See the people', href: '/people' },
        }),
      );
      return;
    }
    fill(
      stage,
      h(
        'div.sides',
        side(question.left, 'First person'),
        h('div.between', h('span.value', similarity(question.similarity)), h('small', 'similar')),
        side(question.right, 'Second person'),
      ),
      h(
        'p.gain',
        question.gain > 1 ? ['A yes places ', h('b', plural(question.gain, 'face')), ' at once. '] : null,
        reasons[question.reason] ?? null,
      ),
      h(
        'div.answers',
        { needs: 'person:write', role: 'group', 'aria-label': 'Your answer' },
        button('same', 'Yes, the same', 'check', 'y', 'yes'),
        button('different', 'No, two people', 'close', 'n', 'no'),
        button('unsure', 'Not sure', 'review', 'u', ''),
        h('button.quiet', { type: 'button', onclick: skip }, 'Skip', h('kbd', { 'aria-hidden': 'true' }, 'j')),
      ),
    );
    announce(
      `Is ${question.left.person?.name ?? 'the first person'} the same as ${
        question.right.person?.name ?? 'the second person'
      }? ${plural(question.gain, 'face')} hang on it.`,
    );
    // The next one's pictures are fetched while this one is looked at, so that an answer never waits for them.
    get(`/questions?limit=${skipped.length + 2}`, page).then(
      ({ items }) =>
        items.flatMap((item) => [...item.left.faces, ...item.right.faces]).forEach((face) => {
          new Image().src = face.crop;
        }),
      () => {},
    );
  }

  const button = (answer, text, name, key, tone) =>
    h(
      'button.answer',
      { type: 'button', class: tone, onclick: () => reply(answer) },
      icon(name),
      text,
      h('kbd', { 'aria-hidden': 'true' }, key),
    );

  async function reply(answer) {
    if (!current || busy) return;
    busy = true;
    const question = current;
    stage.classList.add('leaving');
    try {
      const { decision } = await post(`/questions/${question.id}:answer`, { answer });
      answered.unshift({ decision, question, answer });
      answered.length = Math.min(answered.length, 10);
      decided(decision, { quiet: true });
      // Asked anew instead of trusting the answer's `next`: a merge can change several questions.
      await next();
    } catch (problem) {
      if (problem.status === 404) {
        complain({ message: 'That question was settled in the meantime.' });
        await next().catch(complain);
      } else complain(problem);
    }
    stage.classList.remove('leaving');
    busy = false;
    showTrail();
    stage.querySelector('.answer')?.focus({ preventScroll: true });
  }

  function skip() {
    if (!current) return;
    skipped.push(current);
    next().catch(complain);
  }

  function unskip() {
    const question = skipped.pop();
    if (question) show(question);
  }

  /** What was taken back is asked again at once, as the server has it now. */
  async function again(id) {
    const list = await get('/questions?limit=500&include=total', page);
    left = list.total ?? left;
    const question = list.items.find((each) => each.id === id);
    if (question) show(question);
    else await next();
  }

  function showTrail() {
    fill(
      trail,
      answered.length > 0 && [
        h('h2', 'Your last answers'),
        h(
          'ul',
          answered.map(({ decision, question, answer }) =>
            h(
              'li',
              h(
                'span.pair',
                [question.left, question.right].map((
                  each,
                ) => (each.faces[0] ? faceImage(each.faces[0]) : avatar(each.person))),
              ),
              h(
                'span',
                h('b', `${question.left.person?.name ?? 'Unnamed'} and ${question.right.person?.name ?? 'Unnamed'}`),
                h('small', words[answer]),
              ),
              decision.undoable &&
                h(
                  'button',
                  {
                    type: 'button',
                    'aria-label': `Undo: ${decision.summary}`,
                    onclick: () => undo(decision),
                  },
                  icon('undo'),
                  'Undo',
                ),
            )
          ),
        ),
      ],
    );
  }

  on('changed', ({ undone }) => {
    const at = answered.findIndex(({ decision }) => decision.id === undone);
    if (at < 0) return;
    const [{ question }] = answered.splice(at, 1);
    showTrail();
    again(question.id).catch(complain);
  }, page.signal);
  page.keys(only('person:write', {
    y: () => {
      reply('same');
    },
    n: () => {
      reply('different');
    },
    u: () => {
      reply('unsure');
    },
    j: skip,
    k: unskip,
  }));
  await next();
}
