// Numbers and times as people read them.

/** A probability: '.41'. @param {number | undefined} p */
export function probability(p) {
  if (p === undefined || p === null)
    return '–';
  if (p > 0 && p < 0.005)
    return '<.01';
  if (p < 1 && p >= 0.995)
    return '>.99';
  return p === 0 || p === 1 ? `${p}` : p.toFixed(2).replace(/^0/, '');
}

/** A share: '12%', '0.6%'. @param {number | undefined} share */
export function percent(share) {
  if (share === undefined || share === null)
    return '–';
  const hundred = share * 100;
  return `${hundred !== 0 && hundred < 10 ? hundred.toFixed(1) : Math.round(hundred)}%`;
}

/** A count with thousands apart: '12,345'. @param {number | undefined} value */
export const count = value =>
  value === undefined || value === null ? '–' : Math.round(value).toLocaleString('en');

/** 'answer' or 'answers'. @param {number} value @param {string} one @param {string} [many] */
export const plural = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** Milliseconds: '80 ms', '1.2 s'. @param {number | undefined} ms */
export function duration(ms) {
  if (ms === undefined || ms === null)
    return '–';
  return ms < 1000 ? `${Math.round(ms)} ms` : ms < 120_000 ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.round(ms / 60_000)} min`;
}

/** A day: '21 Nov 2025'. @param {string | undefined} at */
export const day = at => at
  ? new Date(at).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' }) : '–';

/** A day and time: '21 Nov 2025, 14:05'. @param {string | undefined} at */
export const moment = at => at
  ? new Date(at).toLocaleString(
    'en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }) : '–';

/** A time of day: '14:05:12'. @param {string | number} at */
export const clock = at => new Date(at).toLocaleTimeString('en-GB');

/** The start of a text. @param {string} text @param {number} length */
export function start(text, length) {
  const points = [...text.slice(0, 2 * length)];
  return points.length > length || text.length > 2 * length ? `${points.slice(0, length).join('')}…` : text;
}
