import { fill, h } from './dom.js';
import { icon } from './icons.js';

const PAGE = 100;

/**
 * Loads a list page by page as its end comes near, to the real end and never to a cap.
 * `fetchPage(cursor, limit)` answers `{items, next}`; `add(items)` shows them; `end(count)` says that this is all.
 */
export function createPager({ fetchPage, add, end = () => null, signal, limit = PAGE }) {
  const foot = h('div.pager', { 'aria-live': 'polite' });
  let cursor = null;
  let done = false;
  let busy = null;
  let count = 0;

  function load(most = limit) {
    if (done || busy) return busy ?? Promise.resolve();
    busy = (async () => {
      fill(foot, h('span.spinner'), h('span.sr', 'Loading more'));
      try {
        const page = await fetchPage(cursor, most);
        if (signal.aborted) return;
        cursor = page.next;
        done = !cursor;
        count += page.items.length;
        add(page.items);
        fill(foot, done && count > 0 ? end(count) : null);
      } catch (problem) {
        if (signal.aborted || problem.name === 'AbortError') return;
        if (count === 0) throw problem;
        fill(
          foot,
          h('p', icon('warning'), ` ${problem.detail ?? problem.message} What is above stays. `),
          h('button', { type: 'button', onclick: () => load() }, icon('retry'), 'Load more'),
        );
      } finally {
        busy = null;
        // The observer speaks of changes only. Where the foot is still in view, looking anew makes it speak again.
        if (!done && count > 0 && !foot.querySelector('button')) {
          watcher.unobserve(foot);
          watcher.observe(foot);
        }
      }
    })();
    return busy;
  }

  const watcher = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && count > 0) load();
  }, { rootMargin: '900px' });

  signal.addEventListener('abort', () => watcher.disconnect());
  return {
    foot,
    get count() {
      return count;
    },
    get done() {
      return done;
    },

    /** The first page, or as much as was shown before. */
    async first(atLeast = 0) {
      do await load(Math.min(500, Math.max(limit, atLeast - count))); while (
        !done && count < atLeast && !signal.aborted
      );
    },

    async all() {
      while (!done && !signal.aborted) await load(500);
    },
  };
}
