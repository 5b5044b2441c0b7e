// Heads in use, and one label's heads.

import { get, post } from '../core/api.js';
import { confirm } from '../core/dialogs.js';
import { h, replace } from '../core/dom.js';
import { notice } from '../core/notices.js';
import { count, day, moment, plural, probability } from '../core/words.js';
import { confusion, learningCurves, precisionRecall, reliability } from './curves.js';
import { cards, failure, section, table, tag } from './parts.js';

/** @param {HTMLElement} main @returns {Cleanup} */
export function showHeads(main) {
  const body = h('div', {}, h('p', { class: 'panel soft waiting' }, 'Fetching the heads …'));
  replace(main, h('div', { class: 'page' }, h('h1', {}, 'Heads'), body));
  const stop = new AbortController();
  load();
  return () => stop.abort();

  async function load() {
    try {
      const [heads, learning] = /** @type {[Head[], Learning[]]} */ (
        await Promise.all([get('heads', stop.signal), get('learning', stop.signal)]));
      replace(body, section(`${plural(heads.length, 'head')} in use`,
        'Each label has one. A challenger runs beside it and decides nothing; a canary decides some of the messages.',
        heads.length + learning.length === 0
          ? h('p', {}, 'There is none yet: publish one, or answer questions and let a learner make one.')
          : overview(heads, learning)));
    } catch (error) {
      if (!stop.signal.aborted)
        replace(body, failure(error));
    }
  }
}

/** @param {Head[]} heads @param {Learning[]} learning */
function overview(heads, learning) {
  const states = new Map(learning.map(one => [one.label, one]));
  const inUse = new Map(heads.map(head => [head.label, head]));
  const labels = [...new Set([...inUse.keys(), ...states.keys()])].sort();
  return table('Heads in use',
    [
      '<label', 'version', 'yes', 'no', 'new answers', '<certificate until', 'challenger', 'canary', '<newest',
      '<next training',
    ],
    labels.map(label => {
      const [head, state] = [inUse.get(label), states.get(label)];
      return [
        h('a', { href: `#/heads/${encodeURIComponent(label)}` }, label), head ? `v${head.version}` : '–',
        count(state?.yes ?? head?.positives), count(state?.no ?? head?.negatives), count(state?.new),
        head?.certified_until ? day(head.certified_until) : 'none', head?.challenger ? `v${head.challenger}` : '–',
        head?.canary ? `v${head.canary}` : '–',
        state?.version ? [`v${state.version} `, tag(`${state.state}`, kindOf(state.state))] : '–',
        state?.next ?? '–',
      ];
    }));
}

/**
 * @param {HTMLElement} main @param {string} label @param {Person} person @returns {Cleanup}
 */
export function showHead(main, label, person) {
  const body = h('div', {}, h('p', { class: 'panel soft waiting' }, 'Fetching its heads …'));
  replace(main, h('div', { class: 'page' },
    h('p', { class: 'crumbs' }, h('a', { href: '#/heads' }, 'Heads')), h('h1', { class: 'label-title' }, label), body));
  const stop = new AbortController();
  load();
  return () => stop.abort();

  async function load() {
    try {
      const path = `heads/${encodeURIComponent(label)}`;
      const [heads, versions, learning] = /** @type {[Head[], HeadVersion[], Learning[]]} */ (await Promise.all(
        [get('heads', stop.signal), get(`${path}/versions`, stop.signal), get('learning', stop.signal)]));
      const head = heads.find(one => one.label === label);
      const state = learning.find(one => one.label === label);
      const curves = h('div', {});
      const chooser = versions.length > 0 && h('select', {
        id: 'version', onchange: (/** @type {Event} */ event) =>
          showCurves(Number(/** @type {HTMLSelectElement} */(event.target).value)),
      }, versions.map(one => h('option', { value: one.version, selected: one.in_use },
        `v${one.version}${one.in_use ? ', in use' : ''}`)));
      replace(body,
        summary(head, state),
        person.scopes.includes('admin') && h('div', { class: 'buttons' }, deeds(label, head, versions, load)),
        versions.length > 0 && section('How it does on answered texts',
          'Each text is judged by a fit that had not seen it.',
          h('p', {}, h('label', { for: 'version' }, 'Version '), chooser), curves),
        versions.length > 1 && section('Learning', 'How its heads did, the more answers there were.',
          h('div', { class: 'plots' }, learningCurves(versions))),
        section('Versions', 'Newest first, with what the gate decided and why.', history(versions)));
      if (versions.length > 0)
        await showCurves((versions.find(one => one.in_use) ?? versions[0]).version);

      /** @param {number} version */
      async function showCurves(version) {
        replace(curves, ...await drawn(path, version, stop.signal));
      }
    } catch (error) {
      if (!stop.signal.aborted)
        replace(body, failure(error));
    }
  }
}

/** @param {Head | undefined} head @param {Learning | undefined} state */
function summary(head, state) {
  return [
    head?.description && h('p', { class: 'lead' }, head.description),
    cards([
      ['in use', head ? `v${head.version}` : 'none', head?.challenger ? `challenger v${head.challenger}` : ''],
      ['answers', count((state?.yes ?? head?.positives ?? 0) + (state?.no ?? head?.negatives ?? 0)),
        `${count(state?.yes ?? head?.positives ?? 0)} yes, ${count(state?.no ?? head?.negatives ?? 0)} no`],
      ['certificate until', head?.certified_until ? day(head.certified_until) : 'none',
        head && head.high > head.low ? `unsure between ${probability(head.low)} and ${probability(head.high)}` : ''],
      ['next training', state ? plural(state.new, 'new answer') : '–', state?.next ?? ''],
      ['contradictions', count(state?.disputed), 'texts that people disagree about'],
    ]),
  ];
}

/**
 * What an administrator can do.
 * @param {string} label @param {Head | undefined} head @param {HeadVersion[]} versions @param {() => void} reload
 */
function deeds(label, head, versions, reload) {
  const path = `heads/${encodeURIComponent(label)}`;
  const newest = versions.find(one => !one.in_use);
  return [
    newest && h('button', {
      type: 'button', onclick: () => act(`Promote v${newest.version} of ${label}?`,
        `The gate decided: ${newest.sentence}. Every worker will use v${newest.version} at once.`, 'Promote', 'promote',
        true, newest.version),
    }, `Promote v${newest.version}`),
    head && h('button', {
      type: 'button', onclick: () => act(`Roll back ${label}?`,
        `Every worker goes back from v${head.version} to the head before, if the heads topic still has it.`,
        'Roll back', 'rollback', false),
    }, 'Roll back'),
    h('button', {
      type: 'button', onclick: () => act(`Train ${label} now?`,
        'A learner trains it as soon as one is free. The gate decides whether the new head is used.', 'Train', 'train',
        null),
    }, 'Train now'),
  ];

  /**
   * @param {string} title @param {string} sentence @param {string} button @param {string} name
   * @param {boolean | null} needsWhy null: no reason is asked for. @param {number} [version]
   */
  async function act(title, sentence, button, name, needsWhy, version) {
    const why = await confirm(title, sentence, button, needsWhy);
    if (why === null)
      return;
    try {
      const done = await post(`${path}/${name}`, needsWhy === null ? undefined : { version, why: why || undefined });
      notice(done?.sentence ?? 'It will be trained as soon as a learner is free.');
      reload();
    } catch (error) {
      notice(/** @type {Error} */(error).message, 'bad');
    }
  }
}

/** @param {string} path @param {number} version @param {AbortSignal} signal @returns {Promise<Node[]>} */
async function drawn(path, version, signal) {
  /** @type {Curves} */
  const curves = await get(`${path}/versions/${version}/curves`, signal);
  if (curves.texts === 0)
    return [h('p', { class: 'soft' }, `The store keeps no answered texts of v${version}.`)];
  return [h('p', { class: 'soft' }, `v${version}, on ${plural(curves.texts, 'answered text')}.`),
    h('div', { class: 'plots' }, precisionRecall(curves), reliability(curves), confusion(curves))];
}

/** @param {HeadVersion[]} versions */
function history(versions) {
  if (versions.length === 0)
    return h('p', { class: 'soft' }, 'The store has none.');
  return h('ol', { class: 'versions' }, versions.map(one => h('li', {},
    h('h3', {}, `v${one.version} `, tag(one.in_use ? 'in use' : one.state, one.in_use ? 'good' : kindOf(one.state)),
      h('small', {}, `${moment(one.made)}${one.by ? ` · decided by ${one.by}` : ''}`)),
    h('p', {}, one.sentence, one.alone ? `; ${one.alone}` : ''),
    h('p', { class: 'soft' }, `${count(one.positives)} yes, ${count(one.negatives)} no` +
      (one.f1 === undefined ? '' : ` · F1 ${probability(one.f1)}`) +
      (one.log_loss === undefined ? '' : ` · log-loss ${one.log_loss.toFixed(3)}`)),
    one.bars.length > 0 && h('ul', { class: 'bars' }, one.bars.map(bar =>
      h('li', { class: bar.passed ? 'good' : 'bad' },
        h('b', {}, bar.passed ? 'passed' : 'failed'), ` ${bar.name}: ${bar.sentence}`))))));
}

/** @param {string | undefined} state */
const kindOf = state => state === 'promoted' ? 'good' : state === 'dropped' ? 'bad' : 'plain';
