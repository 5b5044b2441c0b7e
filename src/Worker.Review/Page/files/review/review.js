// The review page: paints the question that comes first, and turns keys, clicks and swipes into responses. Nothing here
// waits for the network: the next question is painted first, and the response is sent by the outbox.

import { get, post, Problem } from '../core/api.js';
import { h, replace } from '../core/dom.js';
import { announce, notice } from '../core/notices.js';
import { plural, start } from '../core/words.js';
import { answersOf, askedOf, inWords, withoutScores } from './answers.js';
import { finder } from './finder.js';
import { openHelp } from './help.js';
import { areOn, bindings, meaning } from './keys.js';
import { ProgressPanel } from './progress.js';
import { actionButton, QuestionView } from './question.js';
import { Questions } from './questions.js';
import { leaveSeat } from './seat.js';
import { SimilarPanel } from './similar.js';
import { listenForSwipes } from './swipe.js';

const remembered = 1000;
const headsEveryMs = 5 * 60_000;
const blindPlace = 'worker.blind';

export class ReviewPage {
  /** @type {import('./outbox.js').Outbox} */
  #outbox;
  /** @type {string} */
  #seat;
  #questions;
  #progress;
  #keys = bindings();
  #areKeysOn = areOn();
  #isBlind = localStorage.getItem(blindPlace) === '1';
  /** @type {Past[]} */
  #past = [];
  /** The question as it is painted. @type {Item | null} */
  #item = null;
  #paintedAt = 0;
  #sawScores = false;
  /** @type {Set<string>} */
  #marked = new Set();
  /** @type {Map<string, Head>} */
  #heads = new Map();
  /** @type {Map<string, KnownLabel>} */
  #known = new Map();
  #view = new QuestionView(label => this.#mark(label));
  #similar = new SimilarPanel(() => this.#choicesForAll());
  #empty = h('section', { class: 'question empty' });
  #finderPlace = h('div', { class: 'finder-place' });
  #buttons;
  #actions;

  /** @param {Context} context */
  constructor({ outbox, seat }) {
    this.#outbox = outbox;
    this.#seat = seat;
    this.#questions = new Questions(outbox, seat);
    this.#questions.blind = this.#isBlind;
    this.#progress = new ProgressPanel(outbox);
    this.#past = outbox.waiting.map(op => ({ key: op.key, kind: op.kind, item: null, ids: op.ids, at: 0 }));
    this.#buttons = {
      yes: actionButton('Yes', 'yes', () => this.#act(this.#isSingle ? 'yes' : 'send')),
      no: actionButton('No', 'no', () => this.#act('no')),
      unknown: actionButton('Unknown', 'unknown', () => this.#act('unknown')),
      skip: actionButton('Skip', 'skip', () => this.#act('skip')),
      undo: actionButton('Undo', 'undo', () => this.#act('undo')),
      find: actionButton('Label', 'find', () => this.#act('find')),
      blind: actionButton('Scores', 'blind', () => this.#act('blind')),
      help: actionButton('Keys', 'help', () => this.#act('help')),
    };
    const all = this.#buttons;
    this.#actions = h('div', { class: 'actions' }, this.#finderPlace,
      h('div', { class: 'answers', role: 'group', 'aria-label': 'Answer' },
        all.yes.button, all.no.button, all.unknown.button),
      h('div', { class: 'more', role: 'group', 'aria-label': 'More' },
        all.skip.button, all.undo.button, all.find.button, all.blind.button, all.help.button));
    this.element = h('div', { class: 'review' },
      h('h1', { class: 'hidden-text' }, 'Review'),
      h('div', { class: 'desk' }, this.#progress.element, this.#view.element, this.#empty, this.#actions),
      h('aside', { 'aria-label': 'Beside the question' }, this.#similar.element, this.#progress.agreement));
    this.#listen();
    this.#hint();
    this.#load();
    this.#paint();
    this.#questions.ask();
  }

  /** Shows the page and listens to keys; returns how to stop. @param {HTMLElement} main @returns {Cleanup} */
  mount(main) {
    const stop = new AbortController();
    replace(main, this.element);
    addEventListener('keydown', event => this.#press(event), { signal: stop.signal });
    addEventListener('visibilitychange', () => document.hidden || this.#questions.touch(), { signal: stop.signal });
    if (this.#item)
      this.#paintedAt = performance.now();
    this.#view.holdFocus();
    return () => stop.abort();
  }

  /** Somebody is signed in again. */
  resume() {
    this.#questions.ask();
  }

  get #isSingle() {
    return this.#item !== null && askedOf(this.#item).length === 1;
  }

  #listen() {
    this.#questions.addEventListener('change', () => {
      const first = this.#questions.current;
      if (!first || first.id !== this.#item?.id || this.#isBlindNow(first) !== this.#item.blind)
        this.#paint();
      this.#progress.setOpen(Math.max(0, this.#questions.open - this.#outbox.waiting.length));
    });
    this.#questions.addEventListener('lost', event => {
      if (/** @type {CustomEvent} */(event).detail.id === this.#item?.id)
        notice('The question was given to somebody else: you were away for longer than it is kept for you.');
    });
    this.#outbox.addEventListener('sent', event => this.#sent(/** @type {CustomEvent} */(event).detail));
    this.#outbox.addEventListener('refused', event => this.#refused(/** @type {CustomEvent} */(event).detail));
    this.#outbox.addEventListener('change', () => {
      if (!this.#item)
        this.#paint();
    });
    listenForSwipes(this.#view.element, isYes => this.#act(isYes ? 'yes' : 'no'));
    addEventListener('pagehide', () => {
      // What is unsent still needs its questions.
      if (this.#outbox.unsent === 0)
        leaveSeat(this.#seat);
    });
    addEventListener('pageshow', event => {
      if (event.persisted)
        location.reload();
    });
  }

  async #load() {
    try {
      const [heads, labels] = /** @type {[Head[], KnownLabel[]]} */ (await Promise.all([get('heads'), get('labels')]));
      this.#heads = new Map(heads.map(head => [head.label, head]));
      this.#known = new Map(labels.map(label => [label.label, label]));
      if (this.#item)
        this.#view.paint(this.#item, this.#marked, this.#heads, this.#known);
    } catch (error) {
      if (!(error instanceof Problem))
        throw error;
    }
    setTimeout(() => this.#load(), this.#heads.size > 0 ? headsEveryMs : 5000);
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!this.#areKeysOn || event.defaultPrevented || document.querySelector('dialog[open]')
      || target.closest('input:not([type=checkbox]), textarea, select, [contenteditable]'))
      return;
    // Enter and space on a button press that button.
    if ((event.key === 'Enter' || event.key === ' ') && target.closest('button, a, input, summary'))
      return;
    const what = meaning(event, this.#keys);
    if (what === null)
      return;
    event.preventDefault();
    // A key that is held down answers one question, not ten.
    if (event.repeat)
      return;
    if (typeof what === 'string')
      this.#act(what, event.timeStamp);
    else if (what.marks && this.#item)
      this.#mark(askedOf(this.#item)[what.digit - 1]);
    else
      this.#answer(what.digit, event.timeStamp);
  }

  /** @param {string} action @param {number} [at] When the key went down, ms. */
  #act(action, at = performance.now()) {
    this.#questions.touch();
    switch (action) {
      case 'yes': case 'no': case 'unknown': case 'send': return this.#answer(action, at);
      case 'skip': return this.#skip();
      case 'undo': return void this.#undo();
      case 'find': return this.#find();
      case 'similar': return void (this.#similar.focus() || notice('There is no similar question to go to.'));
      case 'blind': return this.#toggleBlind();
      case 'help': return openHelp(() => this.#hint());
    }
  }

  /** @param {'yes' | 'no' | 'unknown' | 'send' | number} action @param {number} at */
  #answer(action, at) {
    const item = this.#item;
    if (!item)
      return;
    if (action === 'send' && (this.#isSingle || this.#marked.size === 0))
      return this.#advise(this.#isSingle ? 'yes or no?' : 'nothing is marked');
    const answers = answersOf(item, action, this.#marked);
    if (answers)
      this.#say(answers, at);
  }

  /** @param {string} what */
  #advise(what) {
    const { yes, no } = this.#keys;
    notice(this.#isSingle ? `Yes or no? Press ${yes} or ${no}.` : `Nothing is marked. Press ${no} for none of them.`);
    announce(what);
  }

  /** Answers the current question. @param {Answers} answers @param {number} at */
  #say(answers, at) {
    const [item, key] = [/** @type {Item} */ (this.#item), crypto.randomUUID()];
    const body = {
      seat: this.#seat, labels: answers, shown: this.#sawScores,
      milliseconds: Math.max(0, Math.round(at - this.#paintedAt)),
    };
    this.#leave(item, key, 'answer', inWords(answers));
    this.#outbox.add({ key, kind: 'answer', ids: [item.id], path: `items/${item.id}/answer`, body });
  }

  #skip() {
    const [item, key] = [this.#item, crypto.randomUUID()];
    if (!item)
      return;
    this.#leave(item, key, 'skip', 'skipped');
    this.#outbox.add({ key, kind: 'skip', ids: [item.id], path: `items/${item.id}/skip`, body: { seat: this.#seat } });
  }

  /**
   * The current question is dealt with: the next one is painted.
   * @param {Item} item @param {string} key @param {'answer' | 'skip'} kind @param {string} said
   */
  #leave(item, key, kind, said) {
    const held = /** @type {Item} */ (this.#questions.current);
    this.#past.push({ key, kind, item: held, ids: [item.id], at: Date.now() });
    if (this.#past.length > remembered)
      this.#past.shift();
    this.#questions.leave([item.id]);
    this.#paint(said);
    if (kind === 'answer')
      this.#progress.count(1);
  }

  /** @returns {Promise<void>} */
  async #undo() {
    const last = this.#past.pop();
    if (!last)
      return this.#undoEarlier();
    const { key, kind, ids } = last;
    const isUnsent = this.#outbox.cancel(key);
    if (!isUnsent)
      for (const id of ids)
        this.#takeBack(kind === 'bulk' ? `${key}:${id}` : key, id);
    this.#progress.count(kind === 'skip' ? 0 : -ids.length);
    if (kind === 'bulk') {
      // The question itself was answered before the others, and goes back with them.
      this.#questions.putBack(null, ids);
      return this.#undo();
    }
    try {
      const item = last.item ?? await get(`items/${ids[0]}?blind=${this.#isBlind}`);
      this.#questions.putBack(item, ids);
      this.#paint('taken back', true);
    } catch (error) {
      notice(/** @type {Error} */(error).message, 'bad');
    }
  }

  /** @param {string} answer Its key. @param {number} id */
  #takeBack(answer, id) {
    this.#outbox.add({
      key: crypto.randomUUID(), kind: 'undo', ids: [id], path: `answers/${answer}/undo`,
      body: { seat: this.#seat, blind: this.#isBlind },
    });
  }

  /** Takes back what was said before this page was opened: only the server knows it. */
  async #undoEarlier() {
    try {
      await this.#outbox.idle();
      const { item } = await post('undo', { seat: this.#seat, blind: this.#isBlind });
      if (!item)
        return notice('There is nothing to take back.');
      this.#questions.putBack(item, [item.id]);
      this.#paint('taken back', true);
    } catch (error) {
      notice(/** @type {Error} */(error).message, 'bad');
    }
  }

  #find() {
    if (!this.#item || this.#finderPlace.childElementCount > 0)
      return;
    const box = finder([...this.#known.values()], label => {
      replace(this.#finderPlace);
      this.#view.text.focus({ preventScroll: true });
      if (label !== null && !this.#marked.has(label))
        this.#mark(label);
    });
    this.#finderPlace.append(box);
    box.querySelector('input')?.focus();
  }

  /** Marks a label, or unmarks it. @param {string | undefined} label */
  #mark(label) {
    if (!this.#item || label === undefined)
      return;
    const isOn = !this.#marked.delete(label);
    if (isOn)
      this.#marked.add(label);
    // With one label asked, it is answered and not marked.
    if (this.#isSingle && label === askedOf(this.#item)[0])
      this.#marked.delete(label);
    this.#view.mark(this.#item, this.#marked, this.#heads, this.#known);
    this.#similar.paintChoices();
    announce(`${label} ${isOn ? 'marked' : 'unmarked'}`);
  }

  #toggleBlind() {
    this.#isBlind = !this.#isBlind;
    localStorage.setItem(blindPlace, this.#isBlind ? '1' : '0');
    this.#questions.blind = this.#isBlind;
    this.#hint();
    this.#paint(this.#isBlind ? 'scores hidden' : 'scores shown');
    this.#questions.ask();
  }

  /** What can be said of this question and all that are like it. @returns {{text: string, act: () => void}[]} */
  #choicesForAll() {
    const number = this.#similar.chosen.length + 1;
    if (this.#isSingle)
      return [
        { text: `Yes to all ${number}`, act: () => this.#sayToAll('yes') },
        { text: `No to all ${number}`, act: () => this.#sayToAll('no') },
      ];
    return this.#marked.size > 0
      ? [{ text: `All ${number}: ${[...this.#marked].join(', ')}`, act: () => this.#sayToAll('send') }]
      : [{ text: `None of them for all ${number}`, act: () => this.#sayToAll('no') }];
  }

  /** @param {'yes' | 'no' | 'send'} action */
  #sayToAll(action) {
    const [item, ids, shown] = [this.#item, this.#similar.chosen, this.#sawScores];
    const answers = item && answersOf(item, action, this.#marked);
    if (!answers || ids.length === 0)
      return;
    const key = crypto.randomUUID();
    this.#questions.leave(ids);
    this.#say(answers, performance.now());
    this.#past.push({ key, kind: 'bulk', item: null, ids, at: Date.now() });
    this.#progress.count(ids.length);
    this.#outbox.add({
      key, kind: 'bulk', ids, path: 'bulk', body: { seat: this.#seat, items: ids, labels: answers, shown },
    });
    notice(`${plural(ids.length + 1, 'question')} answered: ${inWords(answers)}.`);
    this.#view.text.focus({ preventScroll: true });
  }

  /** @param {{op: Op, result: any}} detail */
  #sent({ op, result }) {
    if (op.kind !== 'bulk')
      return;
    const { answered, left } = /** @type {Bulk} */ (result);
    const past = this.#past.find(one => one.key === op.key);
    if (past)
      past.ids = answered;
    if (left.length === 0)
      return;
    this.#progress.count(-left.length);
    notice(`${plural(left.length, 'similar question')} could not be answered: somebody else has or answered them.`);
  }

  /** @param {{op: Op, problem: Problem}} detail */
  #refused({ op, problem }) {
    const past = this.#past.find(one => one.key === op.key);
    this.#past = this.#past.filter(one => one !== past);
    if (op.kind === 'answer')
      this.#progress.count(-1);
    const text = past?.item ? `“${start(past.item.text, 40)}”` : 'The question';
    if (problem.kind === 'answered-already')
      notice(`${text} was answered by somebody else meanwhile. Theirs counts.`);
    else if (problem.kind === 'leased-by-others')
      notice(`${text} was given to somebody else meanwhile. They will answer it.`);
    else
      notice(op.kind === 'undo' && problem.status === 404
        ? 'That answer was not taken, so there is nothing to take back.' : problem.message, 'bad');
  }

  /** @param {Item} item */
  #isBlindNow(item) {
    return this.#isBlind || item.blind;
  }

  /**
   * Paints the question that comes first.
   * @param {string} [said] What was done before, for a screen reader.
   * @param {boolean} [isAgain] Whether it is to be painted even if it is there already.
   */
  #paint(said = '', isAgain = false) {
    const held = this.#questions.current ?? null;
    const item = held && this.#isBlind && !held.blind ? withoutScores(held) : held;
    const isNew = isAgain || item?.id !== this.#item?.id;
    this.#item = item;
    this.#view.element.hidden = !item;
    this.#empty.hidden = item !== null;
    if (!item)
      return this.#paintEmpty();
    if (isNew) {
      this.#marked = new Set();
      this.#sawScores = false;
      this.#paintedAt = performance.now();
      this.#similar.show(item.id);
      replace(this.#finderPlace);
    }
    this.#sawScores ||= !item.blind;
    const asked = askedOf(item);
    this.#buttons.yes.say(asked.length === 1 ? 'Yes' : 'Answer');
    this.#buttons.no.say(asked.length === 1 ? 'No' : 'None');
    this.#hintAnswer();
    this.#view.paint(item, this.#marked, this.#heads, this.#known);
    this.#view.holdFocus();
    if (isNew)
      announce(`${said ? `${said}. ` : ''}Next: ${asked.join(', ')}? ${start(item.text, 300)}`);
    else if (said)
      announce(said);
  }

  #paintEmpty() {
    const { isKnown, open, leased } = this.#questions;
    const rest = open - this.#outbox.waiting.length;
    const [title, sentence] = !isKnown ? ['Fetching questions …', '']
      : this.#outbox.unsent > 0 ? ['Sending your answers …', 'More questions come after that.']
        : rest <= 0 ? ['Nothing left to answer', 'New questions appear here by themselves.']
          : leased > 0 ? ['Others are answering the last ones',
            `${plural(leased, 'question')} in other hands. If they are given back, they appear here.`]
            : ['Nothing left for you',
              `${plural(rest, 'question')} that you answered or skipped ${rest === 1 ? 'waits' : 'wait'} for ` +
              'somebody else.'];
    if (this.#empty.firstElementChild?.textContent === title && this.#empty.lastElementChild?.textContent === sentence)
      return;
    replace(this.#empty, h('h2', {}, title), h('p', {}, sentence));
    this.#similar.clear();
    replace(this.#finderPlace);
    announce(`${title}. ${sentence}`);
  }

  #hint() {
    this.#keys = bindings();
    this.#areKeysOn = areOn();
    for (const [name, button] of Object.entries(this.#buttons))
      button.hint(this.#keys[name]);
    this.#hintAnswer();
    this.#buttons.blind.say(this.#isBlind ? 'Show scores' : 'Hide scores');
  }

  #hintAnswer() {
    this.#buttons.yes.hint(this.#keys[this.#item && !this.#isSingle ? 'send' : 'yes']);
  }
}
