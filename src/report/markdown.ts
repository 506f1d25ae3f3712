import { show } from '../errors.ts';

/** What GitHub's Markdown gives a meaning to, in a table cell too: markup, HTML, mentions, issue numbers and formulas. */
const special = /[&<>|`*~[\](){}#@!\\$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=\/\/)|(?<=www)\./giu;

/** Text from outside as plain words of a step summary: on one line, at most `max` characters, never markup, HTML or a mention. */
export function escapeMarkdown(text: string, max = 500): string {
  return show(text, max).replace(special, (character) => `&#${character.charCodeAt(0)};`);
}

/** The same in a fixed-width font. */
export function code(text: string): string {
  return /^[\w./:@+=-]{1,200}$/u.test(text) ? `\`${text}\`` : `<code>${escapeMarkdown(text)}</code>`;
}

/** A table of GitHub's Markdown. Cells are Markdown already: see {@link escapeMarkdown} and {@link code}. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('');
}
