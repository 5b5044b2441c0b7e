// Why a question is asked, in words.

import { probability } from '../core/words.js';

/**
 * @param {Item} item
 * @param {ReadonlyMap<string, Head>} heads In use, for the bounds of those that are unsure.
 * @returns {string[]} Strongest first.
 */
export function reasonsOf(item, heads) {
  if (item.audit)
    return ['Random audit: drawn by chance, scores are hidden'];
  if (item.second)
    return ['Second opinion: somebody answered it before, scores are hidden'];
  if (item.blind)
    return ['Scores are hidden'];
  const known = new Map(item.labels.map(label => [label.label, label]));
  return item.reasons.map(reason => sentence(reason, item, known.get(reason.label ?? ''), heads));
}

/**
 * @param {Reason} reason
 * @param {Item} item
 * @param {AskedLabel | undefined} label
 * @param {ReadonlyMap<string, Head>} heads
 */
function sentence(reason, item, label, heads) {
  const p = probability(label?.p);
  const head = boundsOf(label, heads);
  switch (reason.reason) {
    case 'uncertain':
      return `Unsure: ${reason.label} is at ${p}` +
        (head ? `, between ${probability(head.low)} and ${probability(head.high)}` : '');
    case 'uncertified':
      return `No certificate covers ${reason.label} at ${p}`;
    case 'disagreement':
      return `Champion and challenger disagree about ${reason.label}`;
    case 'anomaly':
      return 'Unlike anything known' +
        (item.anomaly_p === undefined ? '' : ` (p-value ${probability(item.anomaly_p)})`);
    case 'described':
      return `The description of ${reason.label} ranks it high`;
    default:
      return reason.label ? `${reason.reason}: ${reason.label}` : reason.reason;
  }
}

/**
 * The head that a score is from, if it is still in use and sure of some scores.
 * @param {AskedLabel | undefined} label
 * @param {ReadonlyMap<string, Head>} heads
 */
export function boundsOf(label, heads) {
  const head = label && heads.get(label.label);
  return head && head.version === label.version && (head.low > 0 || head.high < 1) ? head : undefined;
}
