// This window's seat: what one seat has been given, no other gets.

import { call, Problem } from '../core/api.js';

const name = 'worker.seat';
const leftName = 'worker.seat.left';
/** @param {string} seat */
const lock = seat => `worker-seat-${seat}`;

/**
 * The seat of this window. After a reload with unsent answers it is the same; a copied window gets its own.
 * @returns {Promise<string>}
 */
export async function takeSeat() {
  await letGo();
  const kept = sessionStorage.getItem(name);
  if (kept && await hold(kept))
    return kept;
  const seat = crypto.randomUUID();
  await hold(seat);
  sessionStorage.setItem(name, seat);
  return seat;
}

/**
 * Gives back what a seat has, as the window goes away. The request may get lost, so the page that comes next in this
 * window gives it back once more, and takes another seat: a late request of the old one does it no harm.
 * @param {string} seat
 */
export function leaveSeat(seat) {
  sessionStorage.removeItem(name);
  sessionStorage.setItem(leftName, seat);
  release(seat, true).catch(() => { });
}

async function letGo() {
  const left = sessionStorage.getItem(leftName);
  if (!left)
    return;
  try {
    await release(left, false);
  } catch (error) {
    // The lease ends by itself.
    if (!(error instanceof Problem))
      throw error;
  }
  sessionStorage.removeItem(leftName);
}

/** @param {string} seat @param {boolean} keepalive Whether it outlives the page. */
const release = (seat, keepalive) => call('DELETE', `lease/${seat}`, undefined, { keepalive });

/** Whether no window has a seat any more; this one has it from now on. @param {string} seat */
export const adopt = seat => hold(seat);

/**
 * Holds a seat's lock until this window goes away.
 * @param {string} seat
 * @returns {Promise<boolean>} Whether it was free.
 */
function hold(seat) {
  // Without locks (a page without TLS on another machine) two windows may send the same: the keys make it count once.
  if (!navigator.locks)
    return Promise.resolve(true);
  return new Promise(resolve => {
    navigator.locks.request(lock(seat), { ifAvailable: true }, taken => {
      resolve(taken !== null);
      return taken ? new Promise(() => { }) : undefined;
    });
  });
}
