import { get, query } from './api.js';
import { on } from './bus.js';
import { debounce, fill, h } from './dom.js';
import { num, plural } from './format.js';
import { createGrid } from './grid.js';
import { pageHead, tabs } from './head.js';
import { icon } from './icons.js';
import { createPager } from './pager.js';
import { photoTile } from './phototile.js';
import { readdress } from './router.js';
import { emptyState, skeletonGrid } from './states.js';
import { complain } from './toast.js';

const states = [['', 'All', 'total'], ['faces', 'With faces', 'withFaces'], ['no-faces', 'Without', 'withoutFaces'], ['waiting', 'Waiting', 'waiting'],
  ['failed', 'Failed', 'failed'], ['missing', 'Missing', 'missing']];

export default async function photos(page) {
  const state = page.search.get('state') ?? '';
  let text = page.search.get('q') ?? '';
  let grid = null, pager = null, controller = null;
  page.title('Photos');
  const row = h('div.tabrow'), place = h('div.place');
  const address = (changes) => `/photos${query({ state, q: text, ...changes })}`;
  const search = h('label.searchbox', icon('search'), h('input', {
    type: 'search', placeholder: 'Search file names', 'aria-label': 'Search file names', value: text,
    oninput: debounce(200, (event) => { text = event.target.value.trim(); readdress(address({})); load().catch(complain); }),
  }));
  fill(page.root, h('div.page', pageHead('Photos'), h('div.tools', row, search), place));

  const showCounts = (overview) => fill(row, tabs('Which photos', states.filter(([key, , count]) => !overview || !key || key === state || overview.photos[count] > 0)
    .map(([key, label, count]) => ({ href: address({ state: key }), text: label, here: key === state, count: overview && num(overview.photos[count]) }))));

  async function load(count = 0) {
    controller?.abort();
    controller = new AbortController();
    page.signal.addEventListener('abort', () => controller.abort());
    const { signal } = controller;
    const list = h('ul.grid.photogrid', { role: 'list', 'aria-label': 'Photos' });
    if (!count) fill(place, skeletonGrid('photogrid', 24));
    grid = createGrid(list, { signal, selectable: false });
    pager = createPager({
      signal, fetchPage: (cursor, limit) => get(`/photos${query({ state, q: text, limit, cursor })}`, { signal }),
      add: (items) => grid.add(items.map(photoTile)), end: (total) => h('p.soft', `That is all: ${plural(total, 'photo')}`),
    });
    await pager.first(count);
    if (signal.aborted) return;
    fill(place, pager.count ? list : emptyState({
      art: 'photos', title: 'No photos here', text: text ? `No file name holds “${text}”.` : state === 'failed' ? 'Every photo could be read.' : 'Nothing is in this state.',
      action: state || text ? { text: 'All photos', href: '/photos' } : { text: 'Add a folder', href: '/imports' },
    }), pager.foot);
  }

  page.count = () => pager?.count ?? 0;
  on('overview', showCounts, page.signal);
  showCounts(null);
  get('/overview', page).then(showCounts, () => {});
  await load(page.restore?.count ?? 0);
}
