import { emit } from './bus.js';
import { grant } from './rights.js';

/** An answer that is no success, in the shape of problem+json. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.detail || body.title);
    this.status = status;
    this.slug = (body.type ?? '').split('/').pop();
    this.title = body.title;
    this.detail = body.detail;
    this.request = body.instance;
    this.body = body;
  }
}

const unreachable = () =>
  new Problem(0, {
    type: 'offline',
    title: 'The server does not answer',
    detail: 'Nothing was changed. The page tries again by itself.',
  });

export const connection = { online: true };
export let session = null;

/** Reads the session: role, library and the token that every change carries. */
export async function signIn() {
  session = await get('/session');
  grant(session.scopes);
  return session;
}

export const get = (path, { signal } = {}) => request('GET', path, { signal });
export const post = (path, body = {}, options = {}) => request('POST', path, { body, ...options });
export const patch = (path, body, version) => request('PATCH', path, { body, version });
export const remove = (path) => request('DELETE', path, {});

/** A query string without the empty values. */
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return set.length ? `?${new URLSearchParams(set)}` : '';
}

async function request(method, path, options) {
  const change = method !== 'GET';
  if (change && !connection.online) throw unreachable();
  // One key for all attempts of one change, so that a retry cannot do it twice.
  const key = method === 'POST' ? randomKey() : undefined;
  for (let attempt = 0;; attempt += 1) {
    try {
      return await once(method, path, options, key);
    } catch (problem) {
      if (!(problem instanceof Problem) || attempt >= 2) throw problem;
      if (problem.slug === 'csrf') await signIn();
      else if (problem.slug === 'busy' || problem.slug === 'rate-limited') await pause(problem.wait ?? 1);
      else throw problem;
    }
  }
}

async function once(method, path, { body, version, signal }, key) {
  const headers = {};
  if (method !== 'GET') headers['X-CSRF-Token'] = session?.csrf ?? '';
  if (version !== undefined) headers['If-Match'] = `"${version}"`;
  if (key) headers['Idempotency-Key'] = key;
  const raw = body instanceof Blob || body instanceof FormData;
  // Of a form the browser itself says where its parts end.
  if (body !== undefined && !(body instanceof FormData)) headers['Content-Type'] = raw ? body.type || 'application/octet-stream' : 'application/json';
  let response;
  try {
    response = await fetch(`/v1${path}`, { method, headers, signal, body: raw ? body : body && JSON.stringify(body) });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    lost();
    throw unreachable();
  }
  return read(response);
}

async function read(response) {
  const text = await response.text();
  let body = {};
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    body = { title: 'The answer could not be read', detail: `Status ${response.status} without a readable body.` };
  }
  if (response.ok) return body;
  const problem = new Problem(response.status, body);
  problem.wait = Number(response.headers.get('Retry-After')) || undefined;
  if (response.status === 401) emit('signed-out');
  throw problem;
}

/** Goes read-only and asks for a sign of life, less often each time. */
function lost() {
  if (!connection.online) return;
  connection.online = false;
  emit('offline');
  (async () => {
    for (let wait = 1; !connection.online; wait = Math.min(wait * 2, 15)) {
      await pause(wait);
      await revive();
    }
  })();
}

/** Asks once whether the server is back; a restarted server has a new token, so the session is read again. */
export async function revive() {
  try {
    const alive = await fetch('/health/live', { cache: 'no-store' });
    if (!alive.ok) return;
    connection.online = true;
    await signIn();
    emit('online');
  } catch {
    connection.online = false;
  }
}

const pause = (seconds) =>
  new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000);
  });

// `crypto.randomUUID` exists on secure origins only, and the server may stand behind a plain address.
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
