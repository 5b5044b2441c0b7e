// Short messages that come and go by themselves, and what a screen reader is told.

import { h, write } from './dom.js';

const shownMs = 7000;
const maximum = 3;

/**
 * Says something quietly; it goes away by itself.
 * @param {string} text
 * @param {'plain' | 'bad'} [kind]
 */
export function notice(text, kind = 'plain') {
  const place = /** @type {HTMLElement} */ (document.getElementById('notices'));
  const box = h('p', { class: `notice ${kind}` }, text, h('button', {
    type: 'button', class: 'plain', 'aria-label': 'Dismiss', onclick: () => box.remove(),
  }, '×'));
  while (place.children.length >= maximum)
    place.firstElementChild?.remove();
  place.append(box);
  setTimeout(() => box.remove(), shownMs);
}

/** Tells a screen reader something that others see anyway. @param {string} text */
export function announce(text) {
  const place = /** @type {HTMLElement} */ (document.getElementById('announcer'));
  // The same sentence twice is two events.
  write(place, place.textContent === text ? `${text}\u00a0` : text);
}
