// Starts the page: who is signed in, which page is shown, and what is unsent.

import { call, get, Problem, session } from './core/api.js';
import { h, replace, write } from './core/dom.js';
import { askToSignIn } from './core/signin.js';
import { Outbox } from './review/outbox.js';
import { ReviewPage } from './review/review.js';
import { adopt, takeSeat } from './review/seat.js';
import { showHead, showHeads } from './figures/heads.js';
import { showLive } from './figures/live.js';

const main = /** @type {HTMLElement} */ (document.getElementById('main'));
const titles = { review: 'Review', live: 'Live', heads: 'Heads' };
/** @type {Context | null} */
let context = null;
/** @type {ReviewPage | null} */
let review = null;
/** @type {Cleanup} */
let leave = () => { };

session.addEventListener('signed-out', () => {
  context?.outbox.pause();
  askToSignIn(context !== null, () => context?.outbox.unsent ?? 0, signedIn);
});
addEventListener('hashchange', () => route(true));
begin();

async function begin() {
  try {
    await start(await get('me'));
  } catch (error) {
    if (!(error instanceof Problem))
      throw error;
    if (error.status === 401)
      return;
    replace(main, h('p', { class: 'panel' }, `${error.message} Trying again …`));
    setTimeout(begin, 2000);
  }
}

/** Goes on after somebody signed in. @returns {Promise<boolean>} Whether somebody did. */
async function signedIn() {
  try {
    const person = /** @type {Person} */ (await get('me'));
    history.replaceState(null, '', location.pathname + location.hash);
    if (!context)
      await start(person);
    else if (person.name !== context.person.name)
      location.reload();
    context?.outbox.resume();
    review?.resume();
    return true;
  } catch (error) {
    if (error instanceof Problem)
      return false;
    throw error;
  }
}

/** @param {Person} person */
async function start(person) {
  const seat = await takeSeat();
  const outbox = new Outbox(person.name, seat);
  outbox.addEventListener('change', () => showUnsent(outbox));
  await outbox.restore(person.name, adopt);
  context = { person, outbox, seat };
  write(/** @type {Element} */(document.getElementById('who')), person.name);
  const out = /** @type {HTMLButtonElement} */ (document.getElementById('sign-out'));
  out.hidden = false;
  out.addEventListener('click', () => signOut(outbox));
  route(false);
}

/** @param {boolean} moves Whether focus goes to the new page. */
function route(moves) {
  if (!context)
    return;
  const [, page = 'review', label] = location.hash.split('/');
  leave();
  if (page === 'live')
    leave = showLive(main);
  else if (page === 'heads')
    leave = label ? showHead(main, decodeURIComponent(label), context.person) : showHeads(main);
  else
    leave = showReview(context);
  const shown = /** @type {keyof typeof titles} */ (page in titles ? page : 'review');
  document.title = `${label ? decodeURIComponent(label) : titles[shown]} · Worker`;
  for (const link of document.querySelectorAll('nav a[data-page]'))
    if (link.getAttribute('data-page') === shown)
      link.setAttribute('aria-current', 'page');
    else
      link.removeAttribute('aria-current');
  if (moves && shown !== 'review') {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

/** @param {Context} given @returns {Cleanup} */
function showReview(given) {
  if (!given.person.scopes.includes('answer')) {
    replace(main, h('div', { class: 'panel' }, h('h1', {}, 'Review'),
      h('p', {}, `${given.person.name} may look at the stream and the heads, but not answer. ` +
        'It takes the scope “answer”.')));
    return () => { };
  }
  review ??= new ReviewPage(given);
  return review.mount(main);
}

/** @param {Outbox} outbox */
function showUnsent(outbox) {
  const place = /** @type {Element} */ (document.getElementById('unsent'));
  // What is on its way for a moment is no news.
  const number = outbox.isStuck || outbox.unsent > 2 ? outbox.unsent : 0;
  write(place, number > 0 ? `${number} unsent` : '');
  place.classList.toggle('on', number > 0);
}

/** @param {Outbox} outbox */
async function signOut(outbox) {
  const warning = `${outbox.unsent} unsent. They stay in this browser until you sign in again.`;
  if (outbox.unsent > 0 && !window.confirm(warning))
    return;
  // What is unsent still needs its questions.
  if (outbox.unsent === 0)
    await call('DELETE', `lease/${context?.seat}`).catch(() => { });
  await call('POST', '/signout').catch(() => { });
  location.assign('/');
}
