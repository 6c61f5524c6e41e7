import { fill, h } from './dom.js';
import { createGrid } from './grid.js';
import { createPager } from './pager.js';
import { errorState, skeletonGrid } from './states.js';

/**
 * A grid that fills itself page by page, with its skeleton, its end, its empty and its error state.
 * `fetchPage(paging, signal)` answers a page; `tile(item)` draws one; `idOf` names it; `keep` may refuse it.
 * `drawn`: the place holds what the server has drawn, which stays until the first page is there.
 */
export function createListing(
  page,
  {
    place,
    kind,
    label,
    fetchPage,
    tile,
    idOf = (item) => item.id,
    keep = () => true,
    end,
    empty,
    limit,
    drawn = false,
    grid: gridOptions = {},
  },
) {
  let controller = null;
  const listing = { shown: new Map(), grid: null, pager: null, load };

  /** Reads the list anew: as much as was shown before, with the focus back on the same tile. */
  async function load(count = 0, focus = null) {
    controller?.abort();
    controller = new AbortController();
    const { signal } = controller;
    page.signal.addEventListener('abort', () => controller.abort(), { signal });
    const list = h(`ul.grid.${kind}`, { role: 'list', 'aria-label': label() });
    if (!count && !drawn) fill(place, skeletonGrid(kind));
    drawn = false;
    listing.shown.clear();
    listing.grid = createGrid(list, { signal, ...gridOptions });
    listing.pager = createPager({
      signal,
      limit,
      end,
      fetchPage: (cursor, size) => fetchPage({ cursor, limit: size }, signal),
      add(items) {
        // Something may move between two pages while the list is read; each is shown once.
        const fresh = items.filter((item) => keep(item) && !listing.shown.has(idOf(item)));
        for (const item of fresh) listing.shown.set(idOf(item), item);
        listing.grid.add(fresh.map(tile));
      },
    });
    try {
      await listing.pager.first(count);
    } catch (problem) {
      if (!signal.aborted) fill(place, errorState(problem, () => load(count, focus)));
      return;
    }
    if (signal.aborted) return;
    fill(place, listing.shown.size ? list : empty(), listing.pager.foot);
    if (focus && listing.grid.item(focus)) listing.grid.focus(focus);
  }

  /** Reads again what is shown, after a change made elsewhere or taken back. */
  listing.refresh = () => load(listing.pager?.count, document.activeElement.closest?.('li[data-id]')?.dataset.id);

  page.count = () => listing.pager?.count ?? 0;
  return listing;
}
