// Parts that the figure pages share.

import { h } from '../core/dom.js';

/** Figures side by side. @param {[string, string, string?][]} cards Name, value, remark. */
export const cards = cards => h('dl', { class: 'cards' }, cards.map(([name, value, remark]) =>
  h('div', {}, h('dt', {}, name), h('dd', {}, value, remark ? h('small', {}, remark) : null))));

/**
 * A table that scrolls sideways where it is too wide.
 * @param {string} name For a screen reader.
 * @param {string[]} head Columns; those that begin with '<' hold text.
 * @param {Child[][]} rows
 */
export function table(name, head, rows) {
  const isText = head.map(title => title.startsWith('<'));
  return h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': name },
    h('table', {},
      h('thead', {}, h('tr', {}, head.map((title, i) =>
        h('th', { scope: 'col', class: isText[i] && 'words' }, isText[i] ? title.slice(1) : title)))),
      h('tbody', {}, rows.map(row => h('tr', {}, row.map((cell, i) => i === 0
        ? h('th', { scope: 'row', class: 'words' }, cell) : h('td', { class: isText[i] && 'words' }, cell)))))));
}

/** @param {string} text @param {string} [kind] good, bad or plain. */
export const tag = (text, kind = 'plain') => h('span', { class: `tag ${kind}` }, text);

/**
 * A section with a heading.
 * @param {string} title
 * @param {string | null} sentence
 * @param {...Child} children
 */
export const section = (title, sentence, ...children) =>
  h('section', { class: 'panel' }, h('h2', {}, title), sentence && h('p', { class: 'soft' }, sentence), children);

/** What is shown where something failed. @param {unknown} error */
export const failure = error =>
  h('p', { class: 'panel bad', role: 'alert' }, error instanceof Error ? error.message : `${error}`);
