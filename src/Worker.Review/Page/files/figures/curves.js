// Charts of one head.

import { h } from '../core/dom.js';
import { count, probability } from '../core/words.js';
import { between, Chart, share } from './chart.js';

const leastSpan = 0.1;

/** @param {Curves} curves */
export function precisionRecall(curves) {
  const points = /** @type {[number, number][]} */ (curves.precision_recall.map(one => [one.recall, one.precision]));
  return new Chart(`Precision against recall: ${points.length} points`, share('recall'), share('precision'))
    .line('c1', '', points)
    .render('Precision and recall', 'How many of its yes are right, against how many it finds.');
}

/** @param {Curves} curves */
export function reliability(curves) {
  const chart = new Chart('How often texts of about one p have the label', share('p'), share('observed'))
    .line('c0', 'ideal', [[0, 0], [1, 1]])
    .line('c1', 'observed', curves.reliability.map(bin => [bin.p, bin.observed]));
  const most = Math.max(1, ...curves.reliability.map(bin => bin.texts));
  for (const bin of curves.reliability)
    chart.point('c1', bin.p, bin.observed, `${count(bin.texts)} texts of p about ${probability(bin.p)}: ` +
      `${probability(bin.observed)} have it`, 2 + 4 * Math.sqrt(bin.texts / most));
  return chart.render('Reliability', 'A point on the line: texts of that p have the label that often.');
}

/** @param {Curves} curves */
export function confusion({ confusion: counts }) {
  if (!counts)
    return null;
  return h('figure', {}, h('figcaption', {}, h('strong', {}, 'Answers and decisions'),
    h('span', {}, 'At the head’s own point between yes and no.')),
    h('table', { class: 'confusion' },
      h('thead', {}, h('tr', {},
        h('td', {}), h('th', { scope: 'col' }, 'head: yes'), h('th', { scope: 'col' }, 'head: no'))),
      h('tbody', {},
        h('tr', {}, h('th', { scope: 'row' }, 'people: yes'), h('td', { class: 'right' }, count(counts.true_positives)),
          h('td', { class: 'wrong' }, count(counts.false_negatives))),
        h('tr', {}, h('th', { scope: 'row' }, 'people: no'), h('td', { class: 'wrong' }, count(counts.false_positives)),
          h('td', { class: 'right' }, count(counts.true_negatives))))));
}

/** F1 and log-loss against the number of answers. @param {HeadVersion[]} versions */
export function learningCurves(versions) {
  const ordered = [...versions].reverse();
  return [
    curve(ordered, 'F1', one => one.f1, 'c1', 'More is better.'),
    curve(ordered, 'log-loss', one => one.log_loss, 'c2', 'Less is better.'),
  ];
}

/**
 * @param {HeadVersion[]} versions Oldest first.
 * @param {string} title @param {(version: HeadVersion) => number | undefined} of
 * @param {string} ink @param {string} reading
 */
function curve(versions, title, of, ink, reading) {
  const known = versions.filter(one => of(one) !== undefined);
  if (known.length === 0)
    return null;
  const answers = known.map(one => one.positives + one.negatives);
  const values = known.map(one => /** @type {number} */ (of(one)));
  // A difference in the third digit should not look like a leap.
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  const low = Math.min(...values, Math.max(0, middle - leastSpan / 2));
  const high = Math.max(...values, middle + leastSpan / 2);
  const newest = values[values.length - 1].toFixed(3);
  const chart = new Chart(`${title} of ${known.length} versions; the newest ${newest}`,
    between('answers', Math.min(...answers), Math.max(...answers)), between(title, low, high))
    .line(ink, '', answers.map((number, i) => [number, values[i]]));
  known.forEach((one, i) => chart.point(ink, answers[i], values[i],
    `v${one.version}, ${one.state}: ${values[i].toFixed(3)} with ${count(answers[i])} answers`, one.in_use ? 5 : 3));
  return chart.render(title, reading);
}
