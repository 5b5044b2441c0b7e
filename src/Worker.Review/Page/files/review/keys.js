// Which key does what. Digits mean labels and stay; the others can be changed.

const place = 'worker.keys';

/** @type {readonly {action: string, key: string, what: string}[]} */
export const actions = [
  { action: 'yes', key: 'y', what: 'Yes; with several labels: yes to the first, no to the others' },
  { action: 'no', key: 'n', what: 'No; with several labels: none of them' },
  { action: 'unknown', key: 'u', what: 'Unknown: this text does not say' },
  { action: 'send', key: 'Enter', what: 'Answer with the marked labels; no to the others' },
  { action: 'skip', key: 's', what: 'Skip: somebody else gets it' },
  { action: 'undo', key: 'z', what: 'Undo, any number back' },
  { action: 'find', key: '/', what: 'Add another label by typing' },
  { action: 'similar', key: 'm', what: 'Go to the similar questions' },
  { action: 'blind', key: 'b', what: 'Hide or show scores' },
  { action: 'help', key: '?', what: 'This help' },
];

/** The key of each action, as this browser keeps it. @returns {Record<string, string>} */
export function bindings() {
  const own = read();
  return Object.fromEntries(actions.map(({ action, key }) =>
    [action, typeof own[action] === 'string' ? own[action] : key]));
}

/** Whether single keys do anything; somebody who dictates may switch them off. */
export const areOn = () => read().off !== true;

/** @param {boolean} on */
export const switchKeys = on => save({ ...read(), off: !on });

/**
 * Gives an action another key; the action that had it gets the old one.
 * @param {string} action
 * @param {string} key
 */
export function bind(action, key) {
  const all = bindings();
  const other = Object.keys(all).find(name => all[name] === key);
  if (other)
    all[other] = all[action];
  all[action] = key;
  save({ ...read(), ...all });
}

export const resetKeys = () => save({});

/**
 * What a key means, e.g. 'yes', or {digit: 2, marks: false}; null for a key that means nothing here.
 * @param {KeyboardEvent} event
 * @param {Record<string, string>} keys
 * @returns {string | {digit: number, marks: boolean} | null}
 */
export function meaning(event, keys) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing)
    return null;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  // The digit's own key with Shift gives another character. Without a code (a virtual keyboard) the character counts.
  if (digit && (event.shiftKey || event.key === digit[1]))
    return digit[1] === '0' ? event.shiftKey ? null : 'no' : { digit: Number(digit[1]), marks: event.shiftKey };
  if (!event.code && /^[1-9]$/.test(event.key))
    return { digit: Number(event.key), marks: false };
  const key = normal(event.key);
  return Object.keys(keys).find(action => keys[action] === key) ?? null;
}

/** A key's name whatever Caps Lock says. @param {string} key */
export const normal = key => key.length === 1 ? key.toLowerCase() : key;

/** A key as it is shown. @param {string} key */
export const shown = key => key === ' ' ? 'Space' : key === 'Enter' ? '↵' : key;

/** @returns {Record<string, any>} */
function read() {
  try {
    return JSON.parse(localStorage.getItem(place) ?? '{}') ?? {};
  } catch {
    return {};
  }
}

/** @param {Record<string, any>} value */
const save = value => localStorage.setItem(place, JSON.stringify(value));
