// What happens outside a page and concerns it: 'changed' (people or faces), 'job', 'online', 'offline'.
const target = new EventTarget();

export const emit = (type, detail) => target.dispatchEvent(new CustomEvent(type, { detail }));

/** Listens until the signal is aborted. */
export const on = (type, run, signal) => target.addEventListener(type, (event) => run(event.detail), { signal });
