import { get } from './api.js';
import { on } from './bus.js';
import { fill, h, redraw } from './dom.js';
import { pageHead } from './head.js';
import { jobRow } from './jobcard.js';
import { emptyState, skeletonRows } from './states.js';

const isOpen = (job) => ['running', 'queued', 'paused'].includes(job.state);

export default async function jobsPage(page) {
  page.title('Jobs');
  const place = h('div.place', skeletonRows(4));
  fill(
    page.root,
    h(
      'div.page',
      pageHead('Jobs', { sub: 'Work in the background. You can leave this page; jobs go on, also after a restart.' }),
      place,
    ),
  );
  const jobs = new Map();

  function section(title, list) {
    return list.length > 0 &&
      h('section', h('h2', title), h('ul.jobs', list.map((job) => jobRow(job, { onChange: update }))));
  }

  function draw() {
    const all = [...jobs.values()];
    redraw(
      place,
      () =>
        fill(
          place,
          all.length
            ? [
              section('Now', all.filter(isOpen)),
              section('Stopped', all.filter((job) => ['failed', 'dead'].includes(job.state))),
              section(
                'Over',
                all.filter((job) => ['done', 'cancelled'].includes(job.state)),
              ),
            ]
            : emptyState({
              art: 'jobs',
              title: 'Nothing to do',
              text: 'Imports, grouping and backups show up here while they run.',
              action: { text: 'Add a folder', href: '/imports' },
            }),
        ),
    );
  }

  function update(job) {
    jobs.set(job.id, job);
    draw();
  }

  on('job', update, page.signal);
  for (const job of (await get('/jobs?limit=100', page)).items) jobs.set(job.id, job);
  draw();
}
