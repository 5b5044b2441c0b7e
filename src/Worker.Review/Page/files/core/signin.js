// What somebody sees who is not signed in.

import { h } from './dom.js';
import { get } from './api.js';

/** @type {HTMLDialogElement | null} */
let dialog = null;

/**
 * Says how to sign in. Whatever is unsent stays in this browser, and is sent after that.
 * @param {boolean} hadSession Whether somebody was signed in before.
 * @param {() => number} unsent
 * @param {() => Promise<boolean>} retry Whether somebody is signed in by now.
 */
export async function askToSignIn(hadSession, unsent, retry) {
  if (dialog)
    return;
  const before = new URLSearchParams(location.search).get('signin');
  const kept = unsent();
  const explanation = h('div', {});
  dialog = h('dialog', { class: 'dialog sign-in', 'aria-labelledby': 'sign-in-title' },
    h('h2', { id: 'sign-in-title' }, hadSession ? 'Your session has ended' : 'Sign in'),
    before === 'expired' && h('p', { class: 'hint' },
      'That link was used before, or a newer one has replaced it. A fresh link is in the worker’s log now.'),
    before === 'failed' && h('p', { class: 'hint bad' },
      'The provider did not let you in. Try again; if it keeps happening, ask whoever looks after the worker.'),
    kept > 0 && h('p', { class: 'hint' }, kept === 1
      ? 'One answer is unsent. It is kept in this browser and sent after you sign in.'
      : `${kept} answers are unsent. They are kept in this browser and sent after you sign in.`),
    explanation,
    h('div', { class: 'buttons' }, h('button', { type: 'button', onclick: again }, 'I have signed in')));
  // Escape does not sign anybody in. Browsers let a page refuse it once; after that it opens again.
  dialog.addEventListener('cancel', event => event.preventDefault());
  dialog.addEventListener('close', () => dialog?.showModal());
  document.body.append(dialog);
  dialog.showModal();
  window.addEventListener('focus', again);
  try {
    const ways = await get('/signin/ways');
    explanation.append(...explain(ways));
  } catch {
    explanation.append(h('p', {}, 'The worker cannot be reached. Try again in a moment.'));
  }

  async function again() {
    if (!await retry())
      return;
    window.removeEventListener('focus', again);
    dialog?.remove();
    dialog = null;
  }
}

/** @param {{link: boolean, provider: boolean}} ways */
function explain(ways) {
  return [
    ways.provider && h('p', {}, h('a', { class: 'button strong', href: '/signin/provider' }, 'Sign in')),
    ways.link && h('p', {},
      'Open the link that the worker wrote to its log. It starts with “Review page, for one use of this link”. ' +
      'It works once, on this machine.'),
    ways.link && h('p', {}, h('a', { href: '/signin' }, 'Write a new link to the log')),
    !ways.provider && !ways.link && h('p', {}, 'No way to sign in is set up: Web:Oidc in the settings.'),
  ].filter(part => part !== false);
}
