// Finds a label by typing: a combobox with a list below it.

import { h, replace } from '../core/dom.js';
import { plural, start } from '../core/words.js';

const shownAtMost = 8;

/**
 * Makes the box; calls back with the label, or with null when it was left.
 * @param {readonly KnownLabel[]} known
 * @param {(label: string | null) => void} onDone
 * @returns {HTMLElement}
 */
export function finder(known, onDone) {
  /** @type {{label: string, isNew: boolean}[]} */
  let found = [];
  let at = 0;
  let isDone = false;
  const list = h('ul', { role: 'listbox', id: 'finder-list', 'aria-label': 'Labels' });
  const input = h('input', {
    type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'finder-list',
    'aria-label': 'Add a label', 'aria-autocomplete': 'list', autocomplete: 'off', spellcheck: 'false', maxlength: 200,
    placeholder: 'Type a label, then Enter',
    oninput: search, onkeydown: press, onblur: () => setTimeout(() => done(null), 150),
  });
  const element = h('div', { class: 'finder' }, input, list);
  search();
  return element;

  function search() {
    const typed = input.value.trim();
    found = rank(known, typed).slice(0, shownAtMost).map(one => ({ label: one.label, isNew: false }));
    if (typed && !known.some(one => one.label === typed))
      found.push({ label: typed, isNew: true });
    at = 0;
    show();
  }

  function show() {
    replace(list, found.map((one, i) => {
      const label = known.find(other => other.label === one.label);
      const hint = one.isNew ? 'new label'
        : label?.description ? start(label.description, 60) : label ? plural(label.yes + label.no, 'answer') : '';
      return h('li', {
        role: 'option', id: `finder-${i}`, 'aria-selected': `${i === at}`,
        onpointerdown: (/** @type {Event} */ event) => { event.preventDefault(); done(one.label); },
      }, one.label, h('small', {}, hint));
    }));
    if (found.length > 0)
      input.setAttribute('aria-activedescendant', `finder-${at}`);
    else
      input.removeAttribute('aria-activedescendant');
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    event.stopPropagation();
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      at = (at + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % Math.max(1, found.length);
      show();
    } else if (event.key === 'Enter' && found[at])
      done(found[at].label);
    else if (event.key === 'Escape')
      done(null);
    else
      return;
    event.preventDefault();
  }

  /** @param {string | null} label */
  function done(label) {
    if (isDone)
      return;
    isDone = true;
    onDone(label);
  }
}

/**
 * Labels that match what was typed, those that begin with it first.
 * @param {readonly KnownLabel[]} known
 * @param {string} typed
 */
function rank(known, typed) {
  const needle = typed.toLowerCase();
  const starts = known.filter(one => one.label.toLowerCase().startsWith(needle));
  const holds = known.filter(one => !starts.includes(one) &&
    (one.label.toLowerCase().includes(needle) || (one.description ?? '').toLowerCase().includes(needle)));
  return [...starts, ...holds];
}
