/**
 * A line that the runner prints and never obeys. It reads commands from stdout: `::name::` at the start of a line, white space
 * apart, and the older `##[name]` anywhere in one.
 * https://github.com/actions/runner/blob/main/src/Runner.Common/ActionCommand.cs
 */
export function harmless(line: string): string {
  return line.replace(/^(\s*):(?=:)/u, '$1: ').replace(/##(?=\[)/gu, '## ');
}

/** The lines of a text as the runner splits it, a lone carriage return included. */
export function harmlessLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/u).map(harmless);
}
