import { get } from './api.js';
import { emit, on } from './bus.js';

// Browsers keep six connections to one server. A stream per tab would use them up, so a hidden tab closes its own.
const POLL_MS = 5000;
// A change made in this tab comes back by the stream, when the page has shown it already.
const ECHO_MS = 3000;
let own = { at: 0, subjects: new Set() };
on('changed', (change) => {
  if (change.mine) own = { at: Date.now(), subjects: new Set(change.people) };
});
const isEcho = (change) => Date.now() - own.at < ECHO_MS && change.people?.some((id) => own.subjects.has(id));

let stream = null;
let poll = null;
let failures = 0;

/** Follows jobs and changes: by server-sent events, or by asking every five seconds where they do not come through. */
export function follow() {
  document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()));
  start();
}

function start() {
  if (stream || document.hidden) return;
  stream = new EventSource('/v1/events');
  stream.addEventListener('open', () => {
    failures = 0;
    stopPolling();
  });
  for (const type of ['progress', 'done']) {
    stream.addEventListener(type, (event) => emit('job', JSON.parse(event.data)));
  }
  stream.addEventListener('changed', (event) => {
    const change = JSON.parse(event.data);
    if (!isEcho(change)) emit('changed', change);
  });
  stream.addEventListener('error', () => {
    failures += 1;
    // The browser reconnects by itself unless the answer was no stream at all.
    if (stream?.readyState === EventSource.CLOSED) {
      stream = null;
      setTimeout(start, Math.min(30_000, 1000 * 2 ** failures));
    }
    startPolling();
  });
}

function stop() {
  stream?.close();
  stream = null;
  stopPolling();
}

function startPolling() {
  poll ??= setInterval(async () => {
    try {
      const page = await get('/jobs?limit=20');
      for (const job of page.items) emit('job', job);
    } catch { /* The connection notice tells it already. */ }
  }, POLL_MS);
}

function stopPolling() {
  clearInterval(poll);
  poll = null;
}
