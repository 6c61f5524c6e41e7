// The pages are English; one locale keeps numbers and dates alike on every machine.
const LOCALE = 'en-GB';
const whole = new Intl.NumberFormat(LOCALE);
const dateLong = new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'long', year: 'numeric' });
const monthYear = new Intl.DateTimeFormat(LOCALE, { month: 'short', year: 'numeric' });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(LOCALE, { weekday: 'long', day: 'numeric', month: 'long' });

export const num = (value) => whole.format(value ?? 0);

/** `plural(2, 'face')` is "2 faces"; an irregular plural is the third value. */
export const plural = (count, one, many = `${one}s`) => `${num(count)} ${count === 1 ? one : many}`;

export const day = (time) => (time ? dateLong.format(new Date(time)) : 'no date');
export const month = (time) => (time ? monthYear.format(new Date(time)) : 'no date');
export const timeOfDay = (time) => clock.format(new Date(time));
export const year = (time) => (time ? time.slice(0, 4) : '');

/** "Today", "Yesterday" or the day in words. */
export function dayName(time) {
  const then = new Date(time);
  const today = new Date();
  const gap = Math.round((new Date(today.toDateString()) - new Date(then.toDateString())) / 86_400_000);
  if (gap === 0) return 'Today';
  if (gap === 1) return 'Yesterday';
  return then.getFullYear() === today.getFullYear() ? weekday.format(then) : dateLong.format(then);
}

/** The span of years in which a person was seen: "2004–2019". */
export function years(person) {
  const from = year(person.firstSeen), to = year(person.lastSeen);
  if (!from) return '';
  return from === to ? from : `${from}–${to}`;
}

/** Seconds as "2 h 10 min". */
export function span(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A similarity as people read it: two digits, a true minus sign. */
export const similarity = (value) => (value ?? null) === null ? '–' : value.toFixed(2).replace('-', '−');

/** Age in whole years at a moment, or null. */
export function age(birthDate, at) {
  if (!birthDate || !at) return null;
  const born = new Date(birthDate), then = new Date(at);
  let whole = then.getUTCFullYear() - born.getUTCFullYear();
  const before = then.getUTCMonth() < born.getUTCMonth() ||
    (then.getUTCMonth() === born.getUTCMonth() && then.getUTCDate() < born.getUTCDate());
  if (before) whole -= 1;
  return whole >= 0 ? whole : null;
}

/** What a face is called where it cannot be seen. */
export function faceText(face, name, position) {
  const when = face.capturedAt ? `, ${day(face.capturedAt)}` : '';
  if (name) return `Face of ${name}${when}`;
  return `Unnamed face${position ? ` ${position}` : ''}${when}`;
}

export const nameOf = (person) => person?.name ?? 'Unnamed';

/** The last part of a path. */
export const fileName = (path) => path.split('/').pop();

/** One in so many, from a false accept rate. */
export function oneIn(rate) {
  if (!(rate > 0)) return 'fewer than the calibration can measure';
  const inverse = 1 / rate;
  const digits = 10 ** Math.floor(Math.log10(inverse));
  return `about 1 in ${num(Math.round(inverse / digits) * digits)}`;
}
