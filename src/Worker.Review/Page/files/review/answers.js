// What an action says of each label. Pure.

/**
 * What is said by one action; null where it says nothing of this question.
 * Labels that were added by typing are yes whatever is said of those that are asked about.
 * @param {Item} item
 * @param {'yes' | 'no' | 'unknown' | 'send' | number} action A number: yes to that label alone, from 1.
 * @param {ReadonlySet<string>} marked Labels that are marked as yes, asked about or added.
 * @returns {Answers | null}
 */
export function answersOf(item, action, marked) {
  const asked = askedOf(item);
  const added = [...marked].filter(label => !asked.includes(label));
  const chosen = typeof action === 'number' ? asked[action - 1] : action === 'yes' ? asked[0] : undefined;
  if (typeof action === 'number' && chosen === undefined)
    return null;
  /** @type {Answers} */
  const answers = {};
  for (const label of asked)
    answers[label] = action === 'unknown' ? 'unknown'
      : label === chosen || (action === 'send' && marked.has(label)) ? 'yes' : 'no';
  for (const label of added)
    answers[label] = 'yes';
  return answers;
}

/** The labels that a question is about. @param {Item} item */
export const askedOf = item => item.labels.filter(label => label.asked).map(label => label.label);

/** Answers in words: 'refund yes, angry no'. @param {Answers} answers */
export function inWords(answers) {
  const entries = Object.entries(answers);
  const yes = entries.filter(entry => entry[1] === 'yes').map(entry => entry[0]);
  if (entries.length === 1)
    return `${entries[0][0]}: ${entries[0][1]}`;
  if (entries.some(entry => entry[1] === 'unknown'))
    return 'unknown';
  return yes.length === 0 ? 'none of them' : `yes to ${yes.join(', ')}`;
}

/**
 * A question as it is seen without scores: the asked labels alone, by name. The server does the same for those that are
 * asked for like that.
 * @param {Item} item
 * @returns {Item}
 */
export function withoutScores(item) {
  return {
    ...item, blind: true, reasons: [], risk: undefined, anomaly_p: undefined,
    labels: item.labels.filter(label => label.asked).map(({ label, asked }) => ({ label, asked }))
      .sort((a, b) => a.label < b.label ? -1 : 1),
  };
}
