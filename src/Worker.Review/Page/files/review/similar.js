// Questions like the one that is shown. They are fetched when a question stays for a moment, and never hold it up.

import { get } from '../core/api.js';
import { h, replace, svg } from '../core/dom.js';
import { plural, start } from '../core/words.js';

const afterMs = 350;
const againMs = 1200;
const tries = 5;
const most = 20;

export class SimilarPanel {
  /** @type {AbortController | null} */
  #fetching = null;
  /** @type {number | undefined} */
  #timer;
  /** @type {{id: number, text: string, cosine: number}[]} */
  #items = [];
  /** @type {Set<number>} */
  #left = new Set();
  #body = h('div', {});
  #buttons = h('div', { class: 'buttons' });
  #choices;

  /** @param {() => {text: string, act: () => void}[]} choices What can be said of all of them. */
  constructor(choices) {
    this.#choices = choices;
    this.element = h('section', { class: 'panel similar', 'aria-labelledby': 'similar-title' },
      h('h2', { id: 'similar-title' }, 'More like this'), this.#body, this.#buttons);
    this.clear();
  }

  /** The questions that are ticked. */
  get chosen() {
    return this.#items.filter(item => !this.#left.has(item.id)).map(item => item.id);
  }

  clear() {
    clearTimeout(this.#timer);
    this.#fetching?.abort();
    [this.#items, this.#left] = [[], new Set()];
    replace(this.#body, h('p', { class: 'soft' }, 'Looking for similar questions …'));
    replace(this.#buttons);
  }

  /** Shows what is like a question, soon. @param {number} id */
  show(id) {
    this.clear();
    this.#timer = setTimeout(() => this.#fetch(id, tries), afterMs);
  }

  /** Paints the buttons: what they say depends on what is marked. */
  paintChoices() {
    const number = this.chosen.length;
    replace(this.#buttons, number === 0 ? null : this.#choices().map(choice =>
      h('button', { type: 'button', onclick: choice.act }, choice.text)));
  }

  focus() {
    const first = /** @type {HTMLElement | null} */(this.#body.querySelector('input'));
    first?.focus();
    return first !== null;
  }

  /** @param {number} id @param {number} left */
  async #fetch(id, left) {
    const fetching = this.#fetching = new AbortController();
    try {
      /** @type {Similar} */
      const similar = await get(`items/${id}/similar?count=${most}`, fetching.signal);
      if (fetching.signal.aborted)
        return;
      if (!similar.ready && left > 1) {
        this.#timer = setTimeout(() => this.#fetch(id, left - 1), againMs);
        return;
      }
      this.#paint(similar);
    } catch {
      if (!fetching.signal.aborted)
        replace(this.#body, h('p', { class: 'soft' }, 'Similar questions cannot be found now.'));
    }
  }

  /** @param {Similar} similar */
  #paint(similar) {
    this.#items = similar.items;
    if (this.#items.length === 0) {
      replace(this.#body, h('p', { class: 'soft' },
        similar.ready ? 'No other open question is like this one.' : 'This text is not encoded yet.'));
      return;
    }
    const cosines = this.#items.map(item => item.cosine);
    const [low, high] = [Math.min(...cosines), Math.max(...cosines)];
    replace(this.#body,
      h('p', { class: 'soft spread' }, `${plural(cosines.length, 'open question')}, cosine ${low.toFixed(2)} to ` +
        `${high.toFixed(2)}. Untick those that differ.`),
      strip(cosines),
      h('ul', {}, this.#items.map(item => h('li', {}, h('label', {},
        h('input', {
          type: 'checkbox', checked: true, onchange: (/** @type {Event} */ event) => this.#tick(item.id, event),
        }),
        h('span', { dir: 'auto' }, start(item.text, 160)), h('span', { class: 'p' }, item.cosine.toFixed(2)))))));
    this.paintChoices();
  }

  /** @param {number} id @param {Event} event */
  #tick(id, event) {
    if (/** @type {HTMLInputElement} */(event.target).checked)
      this.#left.delete(id);
    else
      this.#left.add(id);
    this.paintChoices();
  }
}

/** How the cosines are spread, from .5 to 1. @param {number[]} cosines */
function strip(cosines) {
  const [width, from] = [240, Math.min(0.5, ...cosines)];
  /** @param {number} cosine */
  const x = cosine => (cosine - from) / (1 - from) * width;
  return svg('svg', { class: 'strip', viewBox: `-4 0 ${width + 8} 14`, 'aria-hidden': 'true' },
    svg('path', { class: 'axis', d: `M0 7H${width}` }),
    cosines.map(cosine => svg('circle', { class: 'dot', cx: x(cosine).toFixed(1), cy: 7, r: 4 })));
}
