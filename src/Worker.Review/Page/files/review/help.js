// What the keys do, and how to change them.

import { h, replace, write } from '../core/dom.js';
import { open } from '../core/dialogs.js';
import { actions, areOn, bind, bindings, normal, resetKeys, shown, switchKeys } from './keys.js';

/** @param {() => void} onChange The keys are others now. */
export function openHelp(onChange) {
  const table = h('tbody', {});
  const state = h('p', { role: 'status', class: 'hint' });
  const dialog = open('Keys',
    h('p', {}, 'One key answers a question and goes on. Everything can be done with the pointer too; on a phone, ' +
      'swipe right for yes and left for no.'),
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Keys' },
      h('table', {},
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Key'), h('th', { scope: 'col' }, 'What it does'))),
        table)),
    state,
    h('p', {}, h('label', {}, h('input', {
      type: 'checkbox', checked: areOn(),
      onchange: (/** @type {Event} */ event) => {
        switchKeys(/** @type {HTMLInputElement} */(event.target).checked);
        onChange();
      },
    }), ' Single keys answer. Switch them off if you dictate or type with a switch.')),
    h('form', { method: 'dialog', class: 'buttons' },
      h('button', { class: 'strong' }, 'Close'),
      h('button', { type: 'button', onclick: () => { resetKeys(); paint(); onChange(); } }, 'The usual keys')));
  paint();

  function paint() {
    const keys = bindings();
    replace(table,
      row('1 – 9', 'Yes to that label, no to the others, and on'), row('⇧ 1 – 9', 'Mark that label; Enter sends'),
      actions.map(({ action, what }) => h('tr', {},
        h('td', {}, h('button', {
          type: 'button', class: 'key', 'aria-label': `Change the key ${keys[action]}: ${what}`,
          onclick: (/** @type {Event} */ event) => listen(action, /** @type {HTMLElement} */(event.currentTarget)),
        }, shown(keys[action]))),
        h('td', {}, what, action === 'no' ? ' (0 too)' : ''))));
  }

  /** @param {string} key @param {string} what */
  function row(key, what) {
    return h('tr', {}, h('td', {}, h('kbd', {}, key)), h('td', {}, what));
  }

  /** @param {string} action @param {HTMLElement} button */
  function listen(action, button) {
    write(button, '…');
    write(state, 'Press the new key, or Escape.');
    const stop = new AbortController();
    dialog.addEventListener('close', () => stop.abort(), { once: true });
    addEventListener('keydown', event => {
      event.preventDefault();
      event.stopPropagation();
      if (['Shift', 'Control', 'Alt', 'Meta', 'CapsLock', 'Tab'].includes(event.key))
        return;
      stop.abort();
      const isDigit = /^\d$/.test(event.key);
      if (event.key !== 'Escape' && !isDigit)
        bind(action, normal(event.key));
      write(state, isDigit ? 'Digits mean labels: choose another key.' : '');
      paint();
      onChange();
      table.querySelectorAll('button')[actions.findIndex(one => one.action === action)]?.focus();
    }, { capture: true, signal: stop.signal });
  }
}
