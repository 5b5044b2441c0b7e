// This window's seat: what one seat has been given, no other gets.

const name = 'worker.seat';
/** @param {string} seat */
const lock = seat => `worker-seat-${seat}`;

/** The seat of this window, the same after a reload; a copied window gets its own. @returns {Promise<string>} */
export async function takeSeat() {
  const kept = sessionStorage.getItem(name);
  if (kept && await hold(kept))
    return kept;
  const seat = crypto.randomUUID();
  await hold(seat);
  sessionStorage.setItem(name, seat);
  return seat;
}

/** The next window that is opened here gets another seat. */
export const leaveSeat = () => sessionStorage.removeItem(name);

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
