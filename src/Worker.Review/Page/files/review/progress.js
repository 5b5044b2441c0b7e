// How far reviewing has come, and whether scores lead people.

import { get } from '../core/api.js';
import { h, replace, write } from '../core/dom.js';
import { count, percent } from '../core/words.js';

const everyMs = 15_000;
const paceMs = 5 * 60_000;
const enough = 20;
const notable = 0.05;

export class ProgressPanel {
  #values = Object.fromEntries(['mine', 'all', 'pace', 'open'].map(name => [name, h('dd', {}, '–')]));
  #agreement = h('p', { class: 'agreement' });
  /** @type {number[]} */
  #times = [];
  #mine = 0;
  #all = 0;
  #isKnown = false;
  /** @type {number | undefined} */
  #timer;
  #outbox;

  /** @param {import('./outbox.js').Outbox} outbox */
  constructor(outbox) {
    this.#outbox = outbox;
    const names = { mine: 'mine today', all: 'all today', pace: 'a minute', open: 'open' };
    this.element = h('dl', { class: 'progress', 'aria-label': 'Progress' }, Object.entries(names).map(([name, text]) =>
      h('div', {}, h('dt', {}, text), this.#values[name])));
    this.agreement = h('section', { class: 'panel', 'aria-labelledby': 'agreement-title' },
      h('h2', { id: 'agreement-title' }, 'Do scores lead us?'), this.#agreement);
    this.#fetch();
  }

  /** Responses were given (or taken back, if fewer than 0). @param {number} number */
  count(number) {
    this.#mine += number;
    this.#all += number;
    if (number > 0)
      this.#times.push(...Array(number).fill(performance.now()));
    else
      this.#times.splice(number);
    this.paint();
  }

  /** @param {number} open Questions that are not answered, as far as is known. */
  setOpen(open) {
    write(this.#values.open, count(open));
  }

  paint() {
    if (this.#isKnown) {
      write(this.#values.mine, count(this.#mine));
      write(this.#values.all, count(this.#all));
    }
    const now = performance.now();
    this.#times = this.#times.filter(at => now - at < paceMs);
    const minutes = Math.max(0.5, (now - (this.#times[0] ?? now)) / 60_000);
    write(this.#values.pace, this.#times.length < 2 ? '–' : (this.#times.length / minutes).toFixed(0));
  }

  close() {
    clearTimeout(this.#timer);
  }

  async #fetch() {
    try {
      if (!document.hidden) {
        /** @type {Progress} */
        const progress = await get('progress');
        const unsent = this.#outbox.waiting.filter(op => op.kind === 'answer').length;
        [this.#mine, this.#all, this.#isKnown] = [progress.mine + unsent, progress.all + unsent, true];
        this.setOpen(progress.open - unsent);
        replace(this.#agreement, compare(progress));
        this.paint();
      }
    } catch {
      // It is asked for again; what is shown stays.
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(), everyMs);
  }
}

/** @param {Progress} progress */
function compare({ blind, shown }) {
  if (shown.answered + blind.answered === 0)
    return 'Nobody has answered yet. This will say how often people agree with the heads, with and without scores.';
  const sentences = [
    shown.answered > 0 && `With scores shown, people agreed with the heads in ${percent(shown.agreement)} of ` +
      `${count(shown.answered)} answers.`,
    blind.answered > 0 && `With scores hidden: ${percent(blind.agreement)} of ${count(blind.answered)}.`,
  ].filter(Boolean);
  if (shown.answered < enough || blind.answered < enough)
    sentences.push(`It takes ${enough} answers of each kind to compare them.`);
  else if ((shown.agreement ?? 0) - (blind.agreement ?? 0) > notable)
    sentences.push('People follow the scores they see. Hide them more often.');
  else
    sentences.push('Scores do not seem to lead people.');
  return sentences.join(' ');
}
