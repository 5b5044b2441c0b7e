// One question on the page. The same elements show every question, so that nothing jumps and focus stays where it is.

import { h, replace, svg, write } from '../core/dom.js';
import { moment, probability } from '../core/words.js';
import { askedOf } from './answers.js';
import { boundsOf, reasonsOf } from './reasons.js';
import { shown } from './keys.js';

const shortText = 150;
const longText = 700;
const mayScroll = 300;
const othersShown = 4;

export class QuestionView {
  #why = h('ul', { class: 'why', 'aria-label': 'Why this is asked' });
  #from = h('p', { class: 'from' });
  #prompt = h('h2', { class: 'prompt', id: 'prompt' });
  #meaning = h('p', { class: 'meaning' });
  #labels = h('ul', { class: 'labels', 'aria-labelledby': 'prompt' });
  #others = h('div', { class: 'others' });
  #cut = h('p', { class: 'hint' }, 'Only the start of the text is known here.');
  #onMark;

  text = h('div', { class: 'text', id: 'text', dir: 'auto', tabindex: '0', role: 'document', 'aria-label': 'Text' });

  /** @param {(label: string) => void} onMark A label is marked or unmarked. */
  constructor(onMark) {
    this.#onMark = onMark;
    this.element = h('article', { class: 'question', 'aria-labelledby': 'prompt' },
      this.#why,
      h('div', { class: 'reading' }, this.text, this.#cut),
      h('div', { class: 'asked' }, h('div', { class: 'asking' }, this.#prompt, this.#from), this.#meaning, this.#labels,
        this.#others));
  }

  /**
   * @param {Item} item As it may be seen.
   * @param {ReadonlySet<string>} marked
   * @param {ReadonlyMap<string, Head>} heads
   * @param {ReadonlyMap<string, KnownLabel>} known
   */
  paint(item, marked, heads, known) {
    write(this.text, item.text);
    this.text.scrollTop = 0;
    const length = item.text.length;
    this.text.className = `text ${length < shortText ? 'short' : length > longText ? 'long' : ''}`;
    this.#cut.hidden = !item.text_cut;
    replace(this.#why, reasonsOf(item, heads).map((why, i) =>
      h('li', { class: item.blind ? 'chip quiet' : i === 0 ? 'chip first' : 'chip' }, why)));
    const { topic, partition, offset } = item.message;
    write(this.#from, `${topic} ${partition}:${offset} · ${moment(item.at)}`);
    const asked = askedOf(item);
    const single = asked.length === 1;
    replace(this.#prompt, single ? ['Is it ', h('b', {}, asked[0]), '?'] : 'Which of these is it?');
    const description = single ? known.get(asked[0])?.description : undefined;
    write(this.#meaning, description ?? '');
    this.#meaning.hidden = !description;
    this.mark(item, marked, heads, known);
  }

  /** Where nothing else has focus, arrows and Page Down scroll a text that is longer than its place. */
  holdFocus() {
    const isFree = document.activeElement === document.body || document.activeElement === null;
    if (isFree && this.text.textContent.length > mayScroll && this.text.scrollHeight > this.text.clientHeight)
      this.text.focus({ preventScroll: true });
  }

  /**
   * Paints the labels alone.
   * @param {Item} item
   * @param {ReadonlySet<string>} marked
   * @param {ReadonlyMap<string, Head>} heads
   * @param {ReadonlyMap<string, KnownLabel>} known
   */
  mark(item, marked, heads, known) {
    const asked = item.labels.filter(label => label.asked);
    const focused = document.activeElement?.getAttribute('data-label');
    const rows = asked.map((label, i) => this.#row(label, i, asked.length === 1, marked, heads, known));
    replace(this.#labels, rows);
    const others = item.labels.filter(label => !label.asked && label.p !== undefined).slice(0, othersShown);
    const added = [...marked].filter(label => !item.labels.some(one => one.label === label && one.asked));
    const offered = [...others.map(one => one.label).filter(label => !added.includes(label))];
    replace(this.#others,
      added.map(label => this.#chip(label, true)),
      offered.map(label => this.#chip(label, false, item.labels.find(one => one.label === label)?.p)));
    if (focused && !document.activeElement?.getAttribute('data-label'))
      /** @type {HTMLElement} */(this.element.querySelector(`[data-label="${CSS.escape(focused)}"]`) ?? this.text)
        .focus({ preventScroll: true });
  }

  /**
   * @param {AskedLabel} label @param {number} i @param {boolean} single @param {ReadonlySet<string>} marked
   * @param {ReadonlyMap<string, Head>} heads @param {ReadonlyMap<string, KnownLabel>} known
   */
  #row(label, i, single, marked, heads, known) {
    const description = single ? undefined : known.get(label.label)?.description;
    const what = [
      h('span', { class: 'name' }, label.label, description && h('small', {}, description)),
      label.p !== undefined && meter(label, boundsOf(label, heads)),
      label.p !== undefined && h('span', { class: 'p' }, probability(label.p)),
      label.decision && h('span', { class: 'said' }, `${label.decision}, ${label.confidence}`),
    ];
    if (single)
      return h('li', { class: 'label single' }, what);
    const isMarked = marked.has(label.label);
    return h('li', {}, h('button', {
      type: 'button', class: 'label', 'data-label': label.label, 'aria-pressed': `${isMarked}`,
      onclick: () => this.#onMark(label.label),
    }, h('kbd', { 'aria-hidden': 'true' }, `${i + 1}`), what));
  }

  /** @param {string} label @param {boolean} isOn @param {number} [p] */
  #chip(label, isOn, p) {
    return h('button', {
      type: 'button', class: 'chip add', 'data-label': label, 'aria-pressed': `${isOn}`,
      onclick: () => this.#onMark(label),
    }, h('span', { class: 'hidden-text' }, 'Also '), label,
      p === undefined ? null : h('span', { class: 'p' }, probability(p)));
  }
}

/**
 * A score between 0 and 1, with the zone in which the head is not sure.
 * @param {AskedLabel} label
 * @param {Head | undefined} head
 */
function meter(label, head) {
  const p = label.p ?? 0;
  const width = 120;
  const place = { viewBox: `-4 0 ${width + 8} 12`, width: width + 8, height: 12 };
  return svg('svg', { class: 'meter', 'aria-hidden': 'true', ...place },
    svg('rect', { class: 'track', x: 0, y: 4, width, height: 4, rx: 2 }),
    head && svg('rect', { class: 'zone', x: head.low * width, y: 4, width: (head.high - head.low) * width, height: 4 }),
    svg('circle', { class: 'dot', cx: p * width, cy: 6, r: 4.5 }));
}

/** A button with the key that does the same. @param {string} text @param {string} action @param {() => void} act */
export function actionButton(text, action, act) {
  const key = h('kbd', { 'aria-hidden': 'true' });
  const words = h('span', {}, text);
  const button = h('button', { type: 'button', class: `action ${action}`, onclick: act }, words, key);
  return {
    button,
    /** @param {string} binding */
    hint(binding) {
      write(key, shown(binding));
      button.setAttribute('aria-keyshortcuts', binding);
    },
    /** @param {string} label */
    say: label => write(words, label),
  };
}
