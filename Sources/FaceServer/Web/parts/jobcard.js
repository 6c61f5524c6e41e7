import { post, remove } from './api.js';
import { h, vars } from './dom.js';
import { dayName, num, span, timeOfDay } from './format.js';
import { icon } from './icons.js';
import { jobState, jobTitle } from './jobtext.js';
import { complain } from './toast.js';

/** A job as a row: what, how far, how long still, why it stopped, and what can be done. */
export function jobRow(job, { onChange = () => {} } = {}) {
  const act = (run) => async () => {
    try {
      onChange((await run()).job ?? job);
    } catch (problem) {
      complain(problem);
    }
  };
  const button = (text, name, run, spoken) =>
    h(
      'button',
      { type: 'button', onclick: act(run), 'aria-label': `${spoken ?? text}: ${jobTitle(job)}` },
      icon(name),
      text,
    );
  const part = job.total ? job.done / job.total : null;
  const live = ['running', 'queued', 'paused'].includes(job.state);
  const facts = [
    job.total ? `${num(job.done)} of ${num(job.total)}` : job.done ? num(job.done) : null,
    job.state === 'running' && job.rate ? `${num(Math.round(job.rate))} a second` : null,
    job.state === 'running' && job.remaining ? `${span(job.remaining)} left` : null,
    job.endedAt ? `${dayName(job.endedAt)}, ${timeOfDay(job.endedAt)}` : null,
  ].filter(Boolean);
  return h(
    'li.job',
    { dataset: { id: job.id, state: job.state } },
    h(
      'div.what',
      h('b', jobTitle(job)),
      h('span.state', { class: job.state }, jobState(job)),
      job.detail?.path && h('bdi.path', job.detail.path),
    ),
    live && vars(
      h('div.meter', {
        role: 'progressbar',
        'aria-label': jobTitle(job),
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': part === null ? undefined : Math.round(part * 100),
        class: job.state,
      }),
      { part: part ?? 0 },
    ),
    h('p.facts', facts.map((fact) => h('span', fact))),
    job.error && h('p.reason', icon('warning'), h('span', job.error.message)),
    h(
      'div.acts',
      { needs: 'job' },
      job.state === 'running' && button('Pause', 'pause', () => post(`/jobs/${job.id}:pause`)),
      job.state === 'paused' && button('Resume', 'play', () => post(`/jobs/${job.id}:resume`)),
      ['failed', 'dead'].includes(job.state) && button('Try again', 'retry', () => post(`/jobs/${job.id}:retry`)),
      live && button('Cancel', 'close', () => remove(`/jobs/${job.id}`)),
    ),
  );
}
