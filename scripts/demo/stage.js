/** How the demo speaks: what a newcomer reads, in the order in which it happens. Colours on a terminal only. */

const coloured = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;

/** @param {number} code */
const style = (code) => (/** @type {string} */ text) => (coloured ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = style(1);
export const dim = style(2);
export const red = style(31);
export const green = style(32);

/** @param {string} [text] */
export function say(text = '') {
  process.stdout.write(`${text}\n`);
}

/** @param {string} title */
export function chapter(title) {
  say();
  say(bold(title));
}

/**
 * A command line as a person would type it, broken before flags where it gets long.
 * @param {readonly string[]} words
 */
export function showCommand(words) {
  const lines = [''];
  for (const part of flagsWithValues(words.map(quoted))) {
    const line = lines[lines.length - 1] ?? '';
    if (line !== '' && line.length + part.length > 90) lines.push(part);
    else lines[lines.length - 1] = line === '' ? part : `${line} ${part}`;
  }
  say();
  say(`${dim('$')} ${lines.map(bold).join(' \\\n      ')}`);
}

/**
 * What a program printed, set in so that it can be told from what the demo says.
 * @param {string} text
 * @param {(line: string) => string} [paint]
 */
export function quote(text, paint = (line) => line) {
  for (const line of text.trimEnd().split('\n')) say(line === '' ? '' : `  ${paint(line)}`);
}

/** @param {string} word */
function quoted(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/**
 * A flag stays on one line with its value.
 * @param {string[]} words
 */
function flagsWithValues(words) {
  /** @type {string[]} */
  const parts = [];
  for (const word of words) {
    const before = parts[parts.length - 1];
    if (before?.startsWith('--') === true && !before.includes(' ') && !word.startsWith('--')) {
      parts[parts.length - 1] = `${before} ${word}`;
    } else parts.push(word);
  }
  return parts;
}
