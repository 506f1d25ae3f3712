import type { CodedError } from '../errors.ts';
import { code, escapeMarkdown, markdownTable } from './markdown.ts';

/** What a failed command leaves in the step summary: a heading, and a table of one row. */
export function failureMarkdown(command: string, error: CodedError): string {
  const cells = [
    escapeMarkdown(command),
    code(error.code),
    escapeMarkdown(error.message, 2000),
    error.hint === undefined ? '-' : escapeMarkdown(error.hint, 2000),
  ];
  const title = `### ${escapeMarkdown(`${command} failed`.trimStart())}`;
  const table = markdownTable(['Command', 'Failed with', 'What went wrong', 'What to do about it'], [cells]);
  return `${title}\n\n${table}`;
}

const ellipsis = '\n\n(the rest is in the log)\n';

/** At most `max` bytes of UTF-8, cut at a line's end: GitHub refuses a step summary of more than 1 MiB. */
export function truncateSummary(markdown: string, max = 900 * 1024): string {
  const bytes = Buffer.from(markdown);
  if (bytes.length <= max) return markdown;
  const cut = bytes.subarray(0, max - Buffer.byteLength(ellipsis)).toString('utf8');
  const end = cut.lastIndexOf('\n');
  return `${end === -1 ? '' : cut.slice(0, end)}${ellipsis}`;
}
