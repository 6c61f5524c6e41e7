import { announce, fill } from './dom.js';
import { pageKeys } from './keys.js';
import { errorState } from './states.js';
import { on } from './bus.js';

const routes = [
  [/^\/$/, 'overview'],
  [/^\/people$/, 'people'],
  [/^\/people\/([^/]+)$/, 'person'],
  [/^\/people\/([^/]+)\/split$/, 'splitting'],
  [/^\/review$/, 'review'],
  [/^\/loose$/, 'loose'],
  [/^\/photos$/, 'photos'],
  [/^\/photos\/([^/]+)$/, 'photo'],
  [/^\/search$/, 'search'],
  [/^\/imports$/, 'imports'],
  [/^\/jobs$/, 'jobs'],
  [/^\/settings$/, 'settings'],
  [/^\/journal$/, 'journal'],
];

let current = null;
// A document that was just opened leaves the focus at its start, as every page of the web does.
let moved = false;
// What the server has drawn already; a page leaves it in place until it has more.
let first = document.querySelector('[data-first]')?.dataset.first;
const main = document.getElementById('main');

/** Goes to a page of this site without loading the document again. */
export function navigate(url, { replace = false } = {}) {
  remember();
  history[replace ? 'replaceState' : 'pushState'](null, '', url);
  return show(null);
}

/** Changes the address only: filters and views are part of it, so that a reload shows the same. */
export function readdress(url) {
  history.replaceState(history.state, '', url);
}

/** Notes in the history entry where the reader was, for the way back. */
function remember() {
  if (!current) return;
  const focus = document.activeElement?.closest?.('[data-id]')?.dataset.id ?? null;
  history.replaceState({ scroll: window.scrollY, focus, count: current.count?.() ?? 0 }, '');
}

async function show(restore) {
  current?.controller.abort();
  const before = document.activeElement;
  const controller = new AbortController();
  const path = location.pathname.replace(/(.)\/$/, '$1');
  const [pattern, name] = routes.find(([candidate]) => candidate.test(path)) ?? [null, 'missing'];
  const page = {
    controller,
    signal: controller.signal,
    root: main,
    restore,
    drawn: first === name,
    params: pattern ? pattern.exec(path).slice(1).map(decodeURIComponent) : [],
    search: new URLSearchParams(location.search),
    title(text) {
      document.title = text === 'likeness' ? text : `${text} – likeness`;
    },
    keys: pageKeys,
    reload: () => show({ scroll: window.scrollY }),
  };
  current = page;
  first = null;
  pageKeys({});
  main.dataset.page = name;
  document.dispatchEvent(new CustomEvent('navigated', { detail: { name, path } }));
  try {
    const module = await import(`./${name}.js`);
    if (controller.signal.aborted) return;
    if (!restore) window.scrollTo(0, 0);
    await module.default(page);
  } catch (problem) {
    if (controller.signal.aborted || problem.name === 'AbortError') return;
    page.failed = true;
    fill(main, errorState(problem, page.reload));
  }
  if (controller.signal.aborted) return;
  arrive(restore, before);
}

/** Puts focus and scroll where a reader expects them: back where they were, else at the top. */
function arrive(restore, before) {
  const tile = restore?.focus &&
    main.querySelector(`[data-id="${CSS.escape(restore.focus)}"] a, a[data-id="${CSS.escape(restore.focus)}"]`);
  // Whoever has moved on while the page was loading is left alone.
  const waits = document.activeElement === before || document.activeElement === document.body;
  if (tile) tile.focus({ preventScroll: true });
  else if (moved && waits && !main.contains(document.activeElement)) main.focus({ preventScroll: true });
  moved = true;
  if (restore?.scroll) window.scrollTo(0, restore.scroll);
  announce(document.title.replace(' – likeness', ''));
}

/** Starts: follows links and the history. */
export function route() {
  history.scrollRestoration = 'manual';
  document.addEventListener('click', (event) => {
    const link = event.target.closest?.('a[href]');
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.origin !== location.origin || link.hasAttribute('download') || link.target) return;
    if (link.pathname.startsWith('/v1/') || link.hash) return;
    event.preventDefault();
    navigate(link.href);
  });
  addEventListener('popstate', (event) => show(event.state ?? {}));
  // A page that could not load tries again as soon as the server is back.
  on('online', () => {
    if (current?.failed) current.reload();
  });
  return show(history.state);
}
