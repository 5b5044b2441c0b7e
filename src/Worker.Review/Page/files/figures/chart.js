// Charts with two axes as SVG, in the look of the evaluation pages.

import { h, svg } from '../core/dom.js';

const [width, height, right, top, bottom, gap] = [340, 212, 10, 8, 36, 5];

/**
 * An axis from one value to another.
 * @typedef {{title: string, ticks: {at: number, text: string}[], place: (value: number) => number}} Axis
 * Places are 0 at the start and 1 at the end.
 */

/** From 0 to 1. @param {string} title @returns {Axis} */
export const share = title => ({
  title, place: clamp,
  ticks: [0, 0.2, 0.4, 0.6, 0.8, 1].map(at =>
    ({ at, text: at === 0 || at === 1 ? `${at}` : `.${Math.round(at * 10)}` })),
});

/**
 * From at most one value to at least another, with round steps.
 * @param {string} title @param {number} minimum @param {number} maximum @returns {Axis}
 */
export function between(title, minimum, maximum) {
  const step = roundStep(Math.max(maximum - minimum, 1e-9) / 5);
  const from = Math.floor(minimum / step + 1e-9) * step;
  const to = Math.max(from + step, Math.ceil(maximum / step - 1e-9) * step);
  const number = Math.round((to - from) / step);
  return {
    title, place: value => clamp((value - from) / (to - from)),
    ticks: Array.from({ length: number + 1 }, (_, i) => ({ at: i / number, text: short(from + i * step) })),
  };
}

/** Times of day. @param {number} from Milliseconds. @param {number} to @returns {Axis} */
export function time(from, to) {
  const span = Math.max(1, to - from);
  const hasSeconds = span < 10 * 60_000;
  const steps = hasSeconds ? 2 : 4;
  return {
    title: 'time of day', place: value => clamp((value - from) / span),
    ticks: Array.from({ length: steps + 1 }, (_, i) => ({
      at: i / steps,
      text: new Date(from + span * i / steps).toLocaleTimeString(
        'en-GB', hasSeconds ? undefined : { hour: '2-digit', minute: '2-digit' }),
    })),
  };
}

/** A chart: layers are drawn in the order in which they are added. */
export class Chart {
  /** @type {Element[]} */
  #layers = [];
  /** @type {[string, string][]} */
  #legend = [];
  /** @type {Axis} */
  #x;
  /** @type {Axis} */
  #y;
  #left;

  /** @param {string} description What it shows, for those who cannot see it. @param {Axis} x @param {Axis} y */
  constructor(description, x, y) {
    this.description = description;
    this.#x = x;
    this.#y = y;
    this.#left = Math.max(40, 23 + 7 * Math.max(...y.ticks.map(tick => tick.text.length)));
  }

  /**
   * A line; a gap where a value is missing.
   * @param {string} ink c0, c1, c2 or c3. @param {string} name Empty: not in the legend.
   * @param {[number, number | undefined | null][]} points
   */
  line(ink, name, points) {
    let path = '';
    let isDown = false;
    for (const [px, py] of points) {
      const isKnown = py !== undefined && py !== null && Number.isFinite(py);
      if (isKnown)
        path += `${isDown ? 'L' : 'M'}${this.#across(px)} ${this.#down(py)}`;
      isDown = isKnown;
    }
    this.#layers.push(svg('path', { class: `line ${ink}`, d: path }));
    return this.#named(ink, name);
  }

  /** @param {string} ink @param {number} px @param {number} py @param {string} tip @param {number} [radius] */
  point(ink, px, py, tip, radius = 3) {
    this.#layers.push(svg('circle', { class: `point ${ink}`, cx: this.#across(px), cy: this.#down(py), r: radius },
      svg('title', {}, tip)));
    return this;
  }

  /** @param {string} title @param {string} reading A sentence on how to read it. */
  render(title, reading) {
    return h('figure', {},
      h('figcaption', {}, h('strong', {}, title), h('span', {}, reading)),
      svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': this.description },
        this.#axes(), this.#layers),
      this.#legend.length > 1 && h('ul', { class: 'legend' }, this.#legend.map(([ink, name]) =>
        h('li', {}, h('i', { class: ink }), name))));
  }

  #axes() {
    const [low, to] = [height - bottom, width - right];
    const parts = [];
    let grid = '';
    for (const { at, text } of this.#x.ticks) {
      const x = (this.#left + at * (to - this.#left)).toFixed(1);
      grid += `M${x} ${top}V${low}`;
      const anchor = at === 1 && text.length > 3 ? 'end' : 'middle';
      parts.push(svg('text', { class: 'tick', x, y: low + 13, 'text-anchor': anchor }, text));
    }
    for (const { at, text } of this.#y.ticks) {
      const y = low - at * (low - top);
      grid += `M${this.#left} ${y.toFixed(1)}H${to}`;
      parts.push(svg('text',
        { class: 'tick', x: this.#left - gap, y: (y + 3.5).toFixed(1), 'text-anchor': 'end' }, text));
    }
    return svg('g', { 'aria-hidden': 'true' },
      svg('path', { class: 'grid', d: grid }),
      svg('path', { class: 'axis', d: `M${this.#left} ${top}V${low}H${to}` }), parts,
      svg('text', { class: 'axis-title', x: (this.#left + to) / 2, y: height - 6, 'text-anchor': 'middle' },
        this.#x.title),
      svg('text', {
        class: 'axis-title', 'text-anchor': 'middle', transform: `translate(11 ${(top + low) / 2}) rotate(-90)`,
      }, this.#y.title));
  }

  /** @param {string} ink @param {string} name */
  #named(ink, name) {
    if (name)
      this.#legend.push([ink, name]);
    return this;
  }

  /** @param {number} value */
  #across(value) {
    return (this.#left + this.#x.place(value) * (width - this.#left - right)).toFixed(1);
  }

  /** @param {number} value */
  #down(value) {
    return (height - bottom - this.#y.place(value) * (height - top - bottom)).toFixed(1);
  }
}

/** @param {number} value */
function clamp(value) {
  return Math.min(1, Math.max(0, value));
}

/** 1, 2 or 5 times a power of ten, at least the rough one. @param {number} rough */
function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  const times = rough / power;
  return power * (times <= 1.0000001 ? 1 : times <= 2.0000001 ? 2 : times <= 5.0000001 ? 5 : 10);
}

/** @param {number} value */
function short(value) {
  const size = Math.abs(value);
  if (size < 1e-12)
    return '0';
  return size >= 1e6 ? `${trim(value / 1e6, 1)}M` : size >= 1e4 ? `${trim(value / 1e3, 1)}k`
    : size >= 1 ? trim(value, 2) : trim(value, 4).replace('0.', '.');
}

/** @param {number} value @param {number} digits */
const trim = (value, digits) => `${Number(value.toFixed(digits))}`;
