// The stream now.

import { get } from '../core/api.js';
import { h, replace, svg } from '../core/dom.js';
import { clock, count, duration, percent, probability } from '../core/words.js';
import { between, Chart, time } from './chart.js';
import { cards, failure, section, table, tag } from './parts.js';

const everyMs = 5000;
const labelsShown = 15;
const inks = ['c1', 'c2', 'c3', 'c0'];

/** @param {HTMLElement} main @returns {Cleanup} */
export function showLive(main) {
  const stop = new AbortController();
  const body = h('div', { class: 'live' }, h('p', { class: 'panel soft waiting' }, 'Looking at the stream …'));
  replace(main, h('div', { class: 'page' }, h('h1', {}, 'The stream now'), body));
  let timer = 0;
  look();
  return () => {
    stop.abort();
    clearTimeout(timer);
  };

  async function look() {
    try {
      if (!document.hidden) {
        const [live, progress] = /** @type {[Live, Progress]} */ (
          await Promise.all([get('live', stop.signal), get('progress', stop.signal)]));
        if (!isReading(body))
          replace(body, ...paint(live, progress));
      }
    } catch (error) {
      if (stop.signal.aborted)
        return;
      replace(body, failure(error));
    }
    timer = setTimeout(look, everyMs);
  }
}

/** Whether somebody has put focus or a selection into what would be painted anew. @param {HTMLElement} body */
const isReading = body => body.contains(document.activeElement) ||
  (getSelection()?.type === 'Range' && body.contains(getSelection()?.anchorNode ?? null));

/** @param {Live} live @param {Progress} progress */
function paint(live, progress) {
  const now = live.history.at(-1);
  return [
    cards([
      ['messages a second', now?.messages_per_second === undefined ? '–' : count(now.messages_per_second)],
      ['lag', now?.lag_messages === undefined ? '–' : count(now.lag_messages),
        now?.lag_seconds === undefined ? 'messages' : `messages, ${now.lag_seconds.toFixed(1)} s at this rate`],
      ['latency', duration(now?.latency_p50_ms), `median; p99 ${duration(now?.latency_p99_ms)}`],
      ['unlike anything known', percent(live.anomaly_rate), 'of the sample'],
      ['asked about', percent(live.asked_rate),
        `of the sample; ${percent(live.deferred_rate)} more if the budget allowed`],
      ['open questions', count(progress.open), `${count(progress.leased)} in somebody’s hands`],
    ]),
    section('The last minutes', null, live.history.length < 2
      ? h('p', { class: 'soft' }, 'The first figures come in a few seconds.')
      : h('div', { class: 'plots' }, charts(live))),
    h('div', { class: 'halves' },
      section('Labels', 'How often each label is yes, in a sample of the newest results.', rates(live.labels)),
      section('Heads against their promise',
        'A random audit measures each head. The bound is what its error is at least, whenever one looks. ' +
        'An alarm: the bound is above the promise.', drift(live.drift))),
    section('A sample of the stream', null, sample(live.sample)),
  ];
}

/** @param {Live} live */
function charts({ history: points, label_history: labels }) {
  const times = points.map(point => Date.parse(point.at));
  const x = time(times[0], times[times.length - 1]);
  /** @param {(point: LivePoint) => number | undefined} of @returns {[number, number | undefined][]} */
  const series = of => points.map((point, i) => [times[i], of(point)]);
  /** @param {...(point: LivePoint) => number | undefined} of */
  const top = (...of) => Math.max(1e-3, ...of.flatMap(one => points.map(point => one(point) ?? 0)));
  const [rate, lag] = [series(point => point.messages_per_second), series(point => point.lag_messages)];
  const [p50, p99] = [series(point => point.latency_p50_ms), series(point => point.latency_p99_ms)];
  const last = points[points.length - 1];
  return [
    new Chart(`Messages a second over time; now ${count(last.messages_per_second)}`, x,
      between('messages a second', 0, top(point => point.messages_per_second))).line('c1', '', rate)
      .render('Throughput', 'Messages a second, of all workers.'),
    new Chart(`Lag over time; now ${count(last.lag_messages)} messages`, x,
      between('messages', 0, top(point => point.lag_messages))).line('c2', '', lag)
      .render('Lag', 'Messages that no worker has committed.'),
    new Chart(
      `Latency over time; now a median of ${duration(last.latency_p50_ms)} and p99 of ${duration(last.latency_p99_ms)}`,
      x, between('ms', 0, top(point => point.latency_p50_ms, point => point.latency_p99_ms)))
      .line('c1', 'median', p50).line('c2', 'p99', p99)
      .render('Latency', 'From message to result, in the sample.'),
    labels.length > 0 && labels.reduce(
      (chart, one, i) => chart.line(inks[i % inks.length], one.label, times.map((at, look) => [at, one.rates[look]])),
      new Chart(
        `Labels over time; now ${labels.map(one => `${one.label} ${percent(one.rates.at(-1))}`).join(', ')}`,
        x, between('share', 0, Math.max(1e-3, ...labels.flatMap(one => one.rates)))))
      .render('Labels', 'How often the most frequent ones are yes, in the sample.'),
    new Chart(
      `Questions over time; now ${percent(last.asked_rate)} asked, ${percent(last.deferred_rate)} beyond the budget, ` +
      `${percent(last.anomaly_rate)} unlike anything known`, x,
      between('share', 0, top(point => point.asked_rate, point => point.deferred_rate, point => point.anomaly_rate)))
      .line('c1', 'asked', series(point => point.asked_rate))
      .line('c2', 'beyond the budget', series(point => point.deferred_rate))
      .line('c3', 'unlike anything known', series(point => point.anomaly_rate))
      .render('Questions and the unknown', 'Shares of the sample.'),
  ];
}

/** @param {Live['labels']} labels */
function rates(labels) {
  if (labels.length === 0)
    return h('p', { class: 'soft' }, 'No result has been seen yet.');
  const ordered = [...labels].sort((a, b) => b.rate - a.rate);
  const most = Math.max(1e-9, ordered[0].rate);
  return [
    h('ul', { class: 'rates' }, ordered.slice(0, labelsShown).map(({ label, rate }) => h('li', {},
      h('a', { href: `#/heads/${encodeURIComponent(label)}` }, label),
      svg('svg', { viewBox: '0 0 100 1', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
        svg('rect', { width: (100 * rate / most).toFixed(1), height: 1 })),
      h('span', {}, percent(rate))))),
    ordered.length > labelsShown && h('p', { class: 'soft' }, `and ${ordered.length - labelsShown} rarer ones`),
  ];
}

/** @param {Live['drift']} heads */
function drift(heads) {
  if (heads.length === 0)
    return h('p', { class: 'soft' }, 'No head has been audited yet. It takes answers to random audits.');
  return table('Heads against their promise',
    ['<label', 'version', 'wrong', 'seen', 'error at least', 'promised', '<state'],
    heads.map(head => [
      h('a', { href: `#/heads/${encodeURIComponent(head.label)}` }, head.label), head.version, count(head.errors),
      count(head.seen), percent(head.lower), percent(head.promised ?? undefined),
      head.alarm ? tag('alarm', 'bad') : tag('fine', 'good'),
    ]));
}

/** @param {Live['sample']} results */
function sample(results) {
  if (results.length === 0)
    return h('p', { class: 'soft' }, 'No result has been seen yet.');
  return table('A sample of the stream',
    ['<time', '<message', '<decision', '<most probable', 'p', '<confidence', 'p-value of being known', '<people'],
    results.map(one => [
      clock(one.at), `${one.message.topic} ${one.message.partition}:${one.message.offset}`,
      tag(one.decision, one.decision), one.top ?? '–', probability(one.p), one.confidence ?? '–',
      probability(one.anomaly_p), one.asked ? tag('asked') : '',
    ]));
}
