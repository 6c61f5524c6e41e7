import { announce, h, vars } from './dom.js';

const STEP = 0.01;
const SMALLEST = 0.02;
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/**
 * Lets somebody draw a box over a frame, with a pointer or with the arrow keys.
 * @returns {{done: Promise<number[] | null>, cancel: () => void}} the box as fractions of the picture
 */
export function drawBox(frame) {
  const stop = new AbortController();
  let [x, y, w, hgt] = [0.4, 0.35, 0.2, 0.25];
  let from = null, settle;
  const done = new Promise((resolve) => {
    settle = resolve;
  });
  const box = h('div.newbox');
  const sheet = h(
    'div.drawing',
    {
      tabindex: 0,
      role: 'application',
      'aria-label': 'Draw a box: arrows move it, Shift and arrows change its size, Enter takes it, Escape gives up',
    },
    box,
    h(
      'p',
      'Drag over the face, or use ',
      h('kbd', '← ↑ → ↓'),
      ' and ',
      h('kbd', 'Shift'),
      '. ',
      h('kbd', 'Enter'),
      ' takes it, ',
      h('kbd', 'Esc'),
      ' gives up.',
    ),
  );
  const place = () => vars(box, { x, y, w, h: hgt });
  const say = () =>
    announce(
      `Box from ${Math.round(x * 100)} % left, ${Math.round(y * 100)} % top, ${Math.round(w * 100)} % wide, ${
        Math.round(hgt * 100)
      } % high`,
    );

  function end(value) {
    stop.abort();
    sheet.remove();
    settle(value);
  }
  const take = () => end([x, y, w, hgt].map((value) => Math.round(value * 10_000) / 10_000));

  function at(event) {
    const area = frame.getBoundingClientRect();
    return [
      clamp((event.clientX - area.left) / area.width, 0, 1),
      clamp((event.clientY - area.top) / area.height, 0, 1),
    ];
  }

  const listen = (type, run) => sheet.addEventListener(type, run, { signal: stop.signal });
  listen('pointerdown', (event) => {
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    from = at(event);
  });
  listen('pointermove', (event) => {
    if (!from) return;
    const to = at(event);
    [x, y, w, hgt] = [
      Math.min(from[0], to[0]),
      Math.min(from[1], to[1]),
      Math.abs(to[0] - from[0]),
      Math.abs(to[1] - from[1]),
    ];
    place();
  });
  listen('pointerup', () => {
    from = null;
    // A click without a drag is no box.
    if (w >= SMALLEST && hgt >= SMALLEST) take();
  });
  listen('keydown', (event) => {
    const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ??
      [0, 0];
    if (event.key === 'Enter') take();
    else if (event.key === 'Escape') end(null);
    else if (!dx && !dy) return;
    else if (event.shiftKey) {
      w = clamp(w + dx * STEP, SMALLEST, 1 - x);
      hgt = clamp(hgt + dy * STEP, SMALLEST, 1 - y);
    } else {
      x = clamp(x + dx * STEP, 0, 1 - w);
      y = clamp(y + dy * STEP, 0, 1 - hgt);
    }
    place();
    if (dx || dy) say();
    event.preventDefault();
    event.stopPropagation();
  });
  place();
  frame.append(sheet);
  sheet.focus();
  return { done, cancel: () => end(null) };
}
