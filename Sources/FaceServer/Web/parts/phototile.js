import { h } from './dom.js';
import { day, fileName, plural } from './format.js';
import { icon } from './icons.js';

const states = {
  waiting: 'waiting',
  decoded: 'being looked at',
  'no-faces': 'no faces',
  failed: 'failed',
  missing: 'missing',
};

/** A photo in a grid; one that failed shows why. */
export function photoTile(photo) {
  const name = fileName(photo.path), state = states[photo.state];
  const shows = photo.state !== 'failed' && photo.state !== 'missing';
  const picture = shows
    ? h('img', {
      src: photo.image.replace(/size=\d+/, 'size=320'),
      alt: '',
      loading: 'lazy',
      decoding: 'async',
      draggable: 'false',
    })
    : h('span.nopic', icon('warning'), h('span', photo.error?.message ?? 'The file is no longer there.'));
  if (shows) picture.addEventListener('error', () => picture.replaceWith(h('span.nopic', icon('photos'))));
  const notes = [state, photo.error?.message, photo.duplicates > 0 && `stored ${plural(photo.duplicates + 1, 'time')}`]
    .filter(Boolean);
  const item = h(
    'li',
    { dataset: { id: photo.id } },
    h(
      'a.tile',
      {
        href: `/photos/${photo.id}`,
        'aria-label': [name, day(photo.capturedAt), ...notes].join(', '),
        draggable: 'false',
      },
      h('span.pic', picture, state && shows && h('span.tag', state)),
      h('span.caption', h('span.name', name), h('span.meta', photo.capturedAt && day(photo.capturedAt))),
    ),
  );
  // The photo's page steps through the list that it was opened from.
  item.firstChild.addEventListener(
    'click',
    () =>
      sessionStorage.setItem(
        'likeness.photos',
        JSON.stringify([...item.parentNode.children].map((each) => each.dataset.id)),
      ),
  );
  return item;
}
