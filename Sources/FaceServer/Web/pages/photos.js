import { get, query } from './api.js';
import { debounce, fill, h } from './dom.js';
import { plural } from './format.js';
import { pageHead, setCounts, tabs, withOverview } from './head.js';
import { icon } from './icons.js';
import { createListing } from './listing.js';
import { photoTile } from './phototile.js';
import { readdress } from './router.js';
import { emptyState } from './states.js';

const states = [
  ['', 'All', 'total'],
  ['faces', 'With faces', 'withFaces'],
  ['no-faces', 'Without', 'withoutFaces'],
  ['waiting', 'Waiting', 'waiting'],
  ['failed', 'Failed', 'failed'],
  ['missing', 'Missing', 'missing'],
];

export default async function photosPage(page) {
  const state = page.search.get('state') ?? '';
  let text = page.search.get('q') ?? '';
  page.title('Photos');
  const row = tabs(
    'Which photos',
    states.map(([key, label, count]) => ({
      key: count,
      href: `/photos${query({ state: key })}`,
      text: label,
      here: key === state,
    })),
  );
  const place = h('div.place');
  const address = (changes) => `/photos${query({ state, q: text, ...changes })}`;
  const search = h(
    'label.searchbox',
    icon('search'),
    h('input', {
      type: 'search',
      placeholder: 'Search file names',
      'aria-label': 'Search file names',
      value: text,
      oninput: debounce(200, (event) => {
        text = event.target.value.trim();
        readdress(address({}));
        photos.load();
      }),
    }),
  );
  fill(page.root, h('div.page', pageHead('Photos'), h('div.tools', row, search), place));

  const showCounts = (overview) => setCounts(row, overview.photos);

  const photos = createListing(page, {
    place,
    kind: 'photogrid',
    label: () => 'Photos',
    tile: photoTile,
    grid: { selectable: false },
    fetchPage: (paging, signal) => get(`/photos${query({ state, q: text, ...paging })}`, { signal }),
    end: (total) => h('p.soft', `That is all: ${plural(total, 'photo')}`),
    empty: () =>
      emptyState({
        art: 'photos',
        title: 'No photos here',
        text: text
          ? `No file name holds “${text}”.`
          : state === 'failed'
          ? 'Every photo could be read.'
          : 'Nothing is in this state.',
        action: state || text ? { text: 'All photos', href: '/photos' } : { text: 'Add a folder', href: '/imports' },
      }),
  });

  withOverview(page, showCounts);
  await photos.load(page.restore?.count ?? 0);
}
