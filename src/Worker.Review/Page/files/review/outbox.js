// Answers on their way. Invariant: what was added is kept in this browser until the server has it or has refused it,
// and of one question only the oldest is sent at a time, so that an answer, its undo and the next answer stay in order.

import { call, Problem } from '../core/api.js';

const prefix = 'worker.unsent';
const atOnce = 4;
const firstWaitMs = 500;
const longestWaitMs = 15_000;

/** Events: 'change'; 'sent' and 'refused' with the request in detail. */
export class Outbox extends EventTarget {
  /** @type {Op[]} */
  #ops = [];
  /** @type {Set<Op>} */
  #flying = new Set();
  #waitMs = 0;
  /** @type {number | undefined} */
  #timer;
  #isPaused = false;
  #place;

  /** @param {string} person Whose answers these are: nobody else's session sends them. @param {string} seat */
  constructor(person, seat) {
    super();
    this.#place = place(person, seat);
    addEventListener('online', () => this.#resumeSoon(0));
  }

  /** How many requests the server has not confirmed. */
  get unsent() {
    return this.#ops.length;
  }

  /** Whether sending fails at the moment. */
  get isStuck() {
    return this.#waitMs > 0 || this.#isPaused;
  }

  /** Responses that are not confirmed, oldest first. */
  get waiting() {
    return this.#ops.filter(op => op.kind !== 'undo');
  }

  /** Whether something about a question is on its way. @param {number} id */
  concerns(id) {
    return this.#ops.some(op => op.ids.includes(id));
  }

  /** Takes up what an earlier window of this person left. @param {(seat: string) => Promise<boolean>} isFree */
  async restore(person = '', isFree = async () => true) {
    const mine = place(person, '');
    const names = Object.keys(localStorage).filter(name => name.startsWith(mine));
    for (const name of names) {
      if (name !== this.#place && !await isFree(name.slice(mine.length)))
        continue;
      // It may have arrived before the window closed.
      this.#ops.push(...read(name).map(op => ({ ...op, tried: true })));
      if (name !== this.#place)
        localStorage.removeItem(name);
    }
    this.#changed();
    this.#pump();
  }

  /** @param {Omit<Op, 'tried'>} op */
  add(op) {
    this.#ops.push({ ...op, tried: false });
    this.#changed();
    // After the next question is painted.
    setTimeout(() => this.#pump());
  }

  /** Takes a request out that was never sent. @param {string} key @returns {boolean} Whether that was possible. */
  cancel(key) {
    const found = this.#ops.find(op => op.key === key && op.kind !== 'undo');
    if (!found || found.tried)
      return false;
    this.#remove(found);
    return true;
  }

  /** Sends nothing until resume: nobody is signed in. */
  pause() {
    this.#isPaused = true;
    this.#changed();
  }

  resume() {
    this.#isPaused = false;
    this.#resumeSoon(0);
  }

  /** Resolves once everything is sent. */
  async idle() {
    while (this.#ops.length > 0)
      await new Promise(resolve => this.addEventListener('change', resolve, { once: true }));
  }

  #pump() {
    if (this.#isPaused || this.#timer !== undefined)
      return;
    /** @type {Set<number>} */
    const earlier = new Set();
    for (const op of this.#ops) {
      if (this.#flying.size >= atOnce)
        break;
      if (!this.#flying.has(op) && !op.ids.some(id => earlier.has(id)))
        this.#send(op);
      op.ids.forEach(id => earlier.add(id));
    }
  }

  /** @param {Op} op */
  async #send(op) {
    op.tried = true;
    this.#flying.add(op);
    this.#save();
    try {
      const result = await call('POST', op.path, op.body, { key: op.key });
      this.#waitMs = 0;
      this.#flying.delete(op);
      this.#remove(op);
      this.dispatchEvent(new CustomEvent('sent', { detail: { op, result } }));
    } catch (error) {
      this.#flying.delete(op);
      this.#failed(op, error instanceof Problem ? error : new Problem(0, 'bug', `${error}`));
    }
    this.#pump();
  }

  /** @param {Op} op @param {Problem} problem */
  #failed(op, problem) {
    if (problem.status === 401)
      this.pause();
    else if (problem.isPassing) {
      this.#waitMs = Math.min(longestWaitMs, this.#waitMs * 2 || firstWaitMs);
      this.#resumeSoon(Math.max(this.#waitMs * (0.75 + Math.random() / 2), problem.retryAfter * 1000));
      this.#changed();
    } else {
      this.#remove(op);
      this.dispatchEvent(new CustomEvent('refused', { detail: { op, problem } }));
    }
  }

  /** @param {number} ms */
  #resumeSoon(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, ms);
  }

  /** @param {Op} op */
  #remove(op) {
    this.#ops = this.#ops.filter(other => other !== op);
    this.#changed();
  }

  #changed() {
    this.#save();
    this.dispatchEvent(new Event('change'));
  }

  #save() {
    if (this.#ops.length > 0)
      localStorage.setItem(this.#place, JSON.stringify(this.#ops));
    else
      localStorage.removeItem(this.#place);
  }
}

/** @param {string} person @param {string} seat */
const place = (person, seat) => `${prefix}/${encodeURIComponent(person)}/${seat}`;

/** @param {string} name @returns {Op[]} */
function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '[]');
  } catch {
    return [];
  }
}
