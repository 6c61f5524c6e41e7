import { fill, h, svg } from './dom.js';
import { num, similarity } from './format.js';

/**
 * The scores of a search as bars, with the threshold drawn over them and a slider on the same axis.
 * Counts are drawn by their logarithm, because strangers outnumber matches by thousands.
 */
export function histogram({ from, step, counts }, threshold, onchange) {
  const to = from + step * counts.length, top = Math.log1p(Math.max(1, ...counts));
  const line = svg('line', { class: 'cut', y1: 0, y2: 100 });
  const bars = counts.map((count, at) =>
    svg('rect', { x: at, width: 0.82, y: 100 - (96 * Math.log1p(count)) / top, height: (96 * Math.log1p(count)) / top })
  );
  const chart = svg(
    'svg',
    { viewBox: `0 0 ${counts.length} 100`, preserveAspectRatio: 'none', class: 'chart', 'aria-hidden': 'true' },
    bars,
    line,
  );
  const above = h('output');
  const slider = h('input', {
    type: 'range',
    min: from,
    max: to,
    step: 0.01,
    value: threshold,
    'aria-label': 'Threshold of similarity',
    oninput: () => {
      draw();
      onchange(Number(slider.value));
    },
  });
  function draw() {
    const cut = Number(slider.value), at = (cut - from) / step;
    line.setAttribute('x1', at);
    line.setAttribute('x2', at);
    bars.forEach((bar, index) => bar.setAttribute('class', from + step * index >= cut - step / 2 ? 'in' : ''));
    const passing = counts.filter((_, index) => from + step * index >= cut - 1e-9).reduce(
      (sum, count) => sum + count,
      0,
    );
    fill(
      above,
      h('b', similarity(cut)),
      ` and above: ${num(passing)} of ${num(counts.reduce((sum, count) => sum + count, 0))} faces`,
    );
    slider.setAttribute('aria-valuetext', `${similarity(cut)}, ${num(passing)} faces`);
  }
  draw();
  return h(
    'figure.histogram',
    chart,
    slider,
    h(
      'div.axis',
      { 'aria-hidden': 'true' },
      h('span', similarity(from)),
      h('span', similarity((from + to) / 2)),
      h('span', similarity(to)),
    ),
    h('figcaption', above, h('span.soft', ' Height: logarithm of the number of faces.')),
  );
}
