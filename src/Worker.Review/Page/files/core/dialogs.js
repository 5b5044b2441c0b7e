// Dialogs that ask for one thing.

import { h } from './dom.js';

/**
 * Opens a dialog; it is gone once closed, and focus is back where it was.
 * @param {string} title
 * @param {...Child} children
 * @returns {HTMLDialogElement}
 */
export function open(title, ...children) {
  const heading = h('h2', { id: `dialog-${crypto.randomUUID()}` }, title);
  const dialog = h('dialog', { class: 'dialog', 'aria-labelledby': heading.id }, heading, ...children);
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/**
 * Asks whether something is to be done, and for the reason if one is needed.
 * @param {string} title
 * @param {string} sentence What will happen.
 * @param {string} action The button's text.
 * @param {boolean | null} needsWhy null: no reason is asked for.
 * @returns {Promise<string | null>} The reason, perhaps empty; null where it is not to be done.
 */
export function confirm(title, sentence, action, needsWhy) {
  return new Promise(resolve => {
    const why = h('textarea', { id: 'why', rows: 3, maxlength: 400, required: needsWhy === true });
    const form = h('form', { method: 'dialog' },
      h('p', {}, sentence),
      needsWhy !== null && [
        h('label', { for: 'why' }, needsWhy ? 'Why (for the history)' : 'Why (for the history; may be empty)'), why],
      h('div', { class: 'buttons' },
        h('button', { type: 'submit', value: 'yes', class: 'strong' }, action),
        h('button', { type: 'submit', value: 'no', formnovalidate: true }, 'Cancel')));
    const dialog = open(title, form);
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes' ? why.value.trim() : null));
    form.addEventListener('submit', event => {
      if (event.submitter?.getAttribute('value') !== 'yes' || !needsWhy || why.value.trim())
        return;
      event.preventDefault();
      why.value = '';
      why.reportValidity();
    });
    if (needsWhy !== null)
      why.focus();
  });
}
