// Questions held ready, so that nobody waits for the next one. Invariant: what this window has responded to does not
// come up again, whatever a lease that was asked for before says.

import { call, Problem } from '../core/api.js';

const ready = 10;
const most = 100;
const pollMs = 4000;
const idleMs = 15 * 60_000;
const longestWaitMs = 15_000;

/** @typedef {{item: Item, since: number}} Held */

/** Events: 'change' (the questions held, or the figures); 'lost' with the question in detail. */
export class Questions extends EventTarget {
  /** @type {Held[]} */
  #held = [];
  /** @type {Set<number>} */
  #gone = new Set();
  #outbox;
  #seat;
  /** @type {Promise<void> | null} */
  #asking = null;
  #isStale = false;
  #waitMs = 0;
  /** @type {number | undefined} */
  #timer;
  #leasedAt = 0;
  #activeAt = Date.now();
  #clock = 0;
  #isClosed = false;

  /** Whether all questions are asked for without scores. */
  blind = false;
  open = 0;
  leased = 0;
  /** Whether the server has answered once. */
  isKnown = false;
  leaseSeconds = 600;

  /** @param {import('./outbox.js').Outbox} outbox @param {string} seat */
  constructor(outbox, seat) {
    super();
    this.#outbox = outbox;
    this.#seat = seat;
    for (const op of outbox.waiting)
      op.ids.forEach(id => this.#gone.add(id));
    outbox.addEventListener('sent', event => this.#settled(/** @type {CustomEvent} */(event).detail.op));
    outbox.addEventListener('refused', event => this.#settled(/** @type {CustomEvent} */(event).detail.op));
  }

  /** @returns {Item | undefined} */
  get current() {
    return this.#held[0]?.item;
  }

  get count() {
    return this.#held.length;
  }

  /** The current question is responded to, and others with it. @param {number[]} ids */
  leave(ids) {
    ids.forEach(id => this.#gone.add(id));
    this.#held = this.#held.filter(one => !this.#gone.has(one.item.id));
    this.#activeAt = Date.now();
    if (this.#held.length < ready)
      setTimeout(() => this.ask());
  }

  /** A response is taken back: its question comes first again. @param {Item | null} item @param {number[]} ids */
  putBack(item, ids) {
    ids.forEach(id => this.#gone.delete(id));
    this.#activeAt = Date.now();
    if (!item)
      return;
    this.#held = [{ item, since: ++this.#clock }, ...this.#held.filter(one => one.item.id !== item.id)];
  }

  /** Somebody is here. */
  touch() {
    const wasAway = Date.now() - this.#activeAt > idleMs;
    this.#activeAt = Date.now();
    if (wasAway || Date.now() - this.#leasedAt > this.leaseSeconds * 1000)
      this.ask();
  }

  /** Asks for as many as are to be held, and for more time for them. */
  ask() {
    if (this.#isClosed)
      return;
    this.#isStale = true;
    this.#asking ??= this.#askAll();
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  async #askAll() {
    while (this.#isStale && !this.#isClosed) {
      this.#isStale = false;
      await this.#askOnce();
    }
    this.#asking = null;
    this.#plan();
  }

  async #askOnce() {
    const started = ++this.#clock;
    const wanted = Math.min(most, ready + this.#outbox.waiting.length);
    const blind = this.blind;
    try {
      /** @type {Lease} */
      const lease = await call('POST', 'lease', { seat: this.#seat, count: wanted, blind });
      this.#waitMs = 0;
      this.#leasedAt = Date.now();
      this.leaseSeconds = lease.lease_seconds;
      [this.open, this.leased, this.isKnown] = [lease.open, lease.leased, true];
      if (blind === this.blind)
        this.#merge(lease.items, started);
    } catch (error) {
      if (!(error instanceof Problem))
        throw error;
      this.#waitMs = error.status === 401 || error.status === 403 ? 0
        : Math.min(longestWaitMs, Math.max(this.#waitMs * 2, 1000, error.retryAfter * 1000));
      if (error.status === 403)
        this.close();
    }
    this.dispatchEvent(new Event('change'));
  }

  /** @param {Item[]} items @param {number} started */
  #merge(items, started) {
    const fresh = new Map(items.map(item => [item.id, item]));
    /** @type {Held[]} */
    const kept = [];
    for (const one of this.#held) {
      const id = one.item.id;
      if (fresh.has(id))
        kept.push({ item: /** @type {Item} */(fresh.get(id)), since: one.since });
      else if (one.since > started || this.#outbox.concerns(id))
        kept.push(one);
      else
        this.dispatchEvent(new CustomEvent('lost', { detail: one.item }));
      fresh.delete(id);
    }
    for (const item of fresh.values())
      if (!this.#gone.has(item.id))
        kept.push({ item, since: started });
    this.#held = kept;
  }

  /** What a request did at the server, a lease that was asked for before may not know. @param {Op} op */
  #settled(op) {
    for (const one of this.#held)
      if (op.ids.includes(one.item.id))
        one.since = ++this.#clock;
    if (op.kind === 'undo' || this.#held.length < ready)
      this.ask();
  }

  /** Asks again when it is time: to try again, to see whether there is something new, or to keep what is held. */
  #plan() {
    clearTimeout(this.#timer);
    if (this.#isClosed)
      return;
    const renewMs = this.leaseSeconds * 1000 / 3;
    const ms = this.#waitMs || (this.#held.length < ready ? Math.min(pollMs, renewMs) : renewMs);
    this.#timer = setTimeout(() => {
      // Whoever went away should not keep questions from others.
      if (!document.hidden && Date.now() - this.#activeAt < idleMs)
        this.ask();
      else
        this.#plan();
    }, ms);
  }
}
