import { fill, h } from './dom.js';
import { emptyState } from './states.js';

export default function missing(page) {
  page.title('Not found');
  fill(
    page.root,
    h(
      'div.page',
      h('h1.sr', 'Not found'),
      emptyState({
        art: 'search',
        title: 'There is no such page',
        text: 'The address may be mistyped.',
        action: { text: 'Overview', href: '/' },
      }),
    ),
  );
}
