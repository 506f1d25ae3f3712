import { show } from '../errors.ts';
import { code, escapeMarkdown, markdownTable } from './markdown.ts';

/** A name and what is to be said of it; several values stand below each other. */
export type Fact = readonly [name: string, value: string | readonly string[]];

/** A heading and a table of facts: `digest`, `tags`, `engine` ... */
export function factsMarkdown(title: string, facts: readonly Fact[]): string {
  const rows = facts.map(([name, value]) => [escapeMarkdown(name), valuesOf(value).map(code).join('<br>')]);
  return `### ${escapeMarkdown(title)}\n\n${rows.length === 0 ? '' : markdownTable(['', ''], rows)}`;
}

/** Facts for a terminal: `name: value`, names aligned. */
export function factsText(facts: readonly Fact[]): string {
  const width = Math.max(0, ...facts.map(([name]) => name.length));
  return facts
    .flatMap(([name, value]) =>
      valuesOf(value).map(
        (each, i) => `${(i === 0 ? `${name}:` : '').padEnd(width + 2)}${show(each, 500)}\n`,
      ),
    )
    .join('');
}

function valuesOf(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
