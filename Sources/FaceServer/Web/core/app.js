import { connection, get, revive, session, signIn } from './api.js';
import { emit, on } from './bus.js';
import { announce, fill, h, vars } from './dom.js';
import { globalKeys } from './keys.js';
import { follow } from './live.js';
import { navigate, route } from './router.js';
import { plural, span } from './format.js';
import { icon, mark } from './icons.js';
import { jobTitle } from './jobtext.js';
import { openHelp } from './help.js';
import { openDialog } from './dialog.js';
import { undoLast } from './undo.js';
import { errorState } from './states.js';
import { cycleTheme, themeName } from './themes.js';

const groups = [
  [
    ['/', 'overview', 'Overview'],
    ['/people', 'people', 'People'],
    ['/review', 'review', 'Review'],
    ['/loose', 'loose', 'Loose faces'],
    ['/photos', 'photos', 'Photos'],
    ['/search', 'search', 'Search'],
  ],
  [['/imports', 'imports', 'Imports'], ['/jobs', 'jobs', 'Jobs'], ['/journal', 'journal', 'Journal'], [
    '/settings',
    'settings',
    'Settings',
  ]],
];
const onPhone = new Set(['/', '/people', '/review', '/photos']);
const badges = {};
const running = new Map();

function navLink([href, name, text]) {
  badges[href] = h('span.badge', { hidden: true });
  return h(
    'li',
    { class: onPhone.has(href) ? 'phone' : '' },
    h('a', { href }, icon(name), h('span', text), badges[href]),
  );
}

function buildNav() {
  const theme = h('button.quiet', {
    type: 'button',
    onclick: () => {
      cycleTheme();
      label();
    },
  });
  const label = () => fill(theme, icon(themeName()), h('span', `Theme: ${themeName()}`));
  label();
  const more = h('button.more', { type: 'button', onclick: openMore }, icon('more'), h('span', 'More'));
  fill(
    document.getElementById('nav'),
    h('a.brand', { href: '/', 'aria-label': 'likeness, overview' }, mark(), h('span', 'likeness')),
    groups.map((links) => h('ul', links.map(navLink))),
    h('div.activity', { hidden: true }),
    h(
      'div.foot',
      theme,
      h('button.quiet', { type: 'button', onclick: openHelp }, icon('keyboard'), h('span', 'Keys'), h('kbd', '?')),
    ),
    more,
  );
}

/** On a phone the bar holds four pages; the rest is one tap away. */
function openMore() {
  const links = groups.flat().filter(([href]) => !onPhone.has(href));
  const close = () => box.close();
  const box = openDialog({
    title: 'More',
    body: h(
      'ul.sheet',
      links.map(([href, name, text]) => h('li', h('a', { href, onclick: close }, icon(name), text))),
      h(
        'li',
        h(
          'button.quiet',
          {
            type: 'button',
            onclick: () => {
              cycleTheme();
              close();
            },
          },
          icon(themeName()),
          `Theme: ${themeName()}`,
        ),
      ),
      h(
        'li',
        h(
          'button.quiet',
          {
            type: 'button',
            onclick: () => {
              close();
              openHelp();
            },
          },
          icon('keyboard'),
          'Keys',
        ),
      ),
    ),
  });
}

function markCurrent({ path }) {
  const more = document.querySelector('#nav .more');
  more.classList.toggle('here', groups.flat().some(([href]) => !onPhone.has(href) && path.startsWith(href)));
  for (const link of document.querySelectorAll('#nav li a')) {
    const href = link.getAttribute('href');
    const inside = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
    if (inside) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

function setBadge(href, count, what) {
  const badge = badges[href];
  badge.hidden = !count;
  fill(
    badge,
    h('span', { 'aria-hidden': 'true' }, count > 999 ? '999+' : count),
    h('span.sr', `, ${plural(count, what)}`),
  );
}

/** Counts beside the links; asked again after each change, at most every two seconds. */
let asked = 0;
async function refreshBadges() {
  if (Date.now() - asked < 2000) return;
  asked = Date.now();
  try {
    const overview = await get('/overview');
    setBadge('/review', overview.questions, 'question');
    setBadge('/loose', overview.faces.loose, 'face');
    for (const job of overview.jobs) running.set(job.id, job);
    showActivity();
    emit('overview', overview);
  } catch { /* Badges are a courtesy; the page itself reports what is wrong. */ }
}

let said = 0;
function showActivity() {
  const box = document.querySelector('#nav .activity');
  const jobs = [...running.values()].filter((job) => job.state === 'running');
  box.hidden = jobs.length === 0;
  if (box.hidden) return;
  const [job] = jobs;
  const part = job.total ? Math.round((100 * job.done) / job.total) : null;
  const text = part === null ? jobTitle(job) : `${jobTitle(job)}, ${part} %`;
  fill(
    box,
    h(
      'a',
      { href: '/jobs' },
      h('span', text),
      job.remaining ? h('small', `${span(job.remaining)} left`) : null,
      vars(h('span.meter'), { part: part === null ? 0.3 : part / 100 }),
    ),
  );
  // Screen readers hear of progress at most every five seconds, and only in whole quarters.
  if (part !== null && part % 25 === 0 && Date.now() - said > 5000) {
    said = Date.now();
    announce(text);
  }
}

function watchJobs() {
  on('job', (job) => {
    const over = job.state !== 'running' && running.get(job.id)?.state === 'running';
    running.set(job.id, job);
    showActivity();
    if (over) {
      refreshBadges();
      emit('changed', { people: [] });
    }
  });
  on('changed', refreshBadges);
}

function watchConnection() {
  const notice = document.getElementById('notice');
  on('offline', () => {
    document.body.classList.add('offline');
    fill(
      notice,
      h(
        'p.notice',
        icon('warning'),
        h(
          'span',
          h('b', 'The server does not answer.'),
          ' You can look at what is loaded; changes wait until it is back.',
        ),
        h('button', { type: 'button', onclick: revive }, 'Try now'),
      ),
    );
  });
  on('online', () => {
    document.body.classList.remove('offline');
    fill(notice);
    announce('The server is back.');
    refreshBadges();
  });
  on('signed-out', () => {
    fill(
      notice,
      h(
        'p.notice',
        icon('warning'),
        h(
          'span',
          h('b', 'This page is no longer signed in.'),
          ' Open the address that ',
          h('code', 'likeness serve'),
          ' printed when it started; it has a new key each time.',
        ),
      ),
    );
  });
}

async function start() {
  buildNav();
  watchConnection();
  watchJobs();
  document.addEventListener('navigated', (event) => markCurrent(event.detail));
  globalKeys({
    '?': openHelp,
    '/': () => toSearch(),
    z: () => undoLast(),
  });
  try {
    await signIn();
  } catch (problem) {
    fill(document.getElementById('main'), errorState(problem, () => location.reload()));
    if (connection.online) return;
  }
  document.body.dataset.role = session?.role ?? '';
  await route();
  refreshBadges();
  follow();
}

/** `/` goes to the search field of the page, or to the one of the people. */
async function toSearch() {
  if (!document.querySelector('main input[type=search]')) await navigate('/people');
  document.querySelector('main input[type=search]')?.focus();
}

start();
