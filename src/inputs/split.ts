/**
 * The items of a list input: at newlines and commas, trimmed, without blank ones and comments (`#` at the start of a line or
 * behind a space).
 */
export function splitList(values: readonly string[]): string[] {
  return values
    .flatMap((value) => linesOf(value))
    .flatMap((line) => line.replace(/(?:^|\s)#.*$/u, '').split(','))
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** The lines of an input whose values can hold a comma or a `#`: trimmed, without blank ones and comment lines. */
export function splitLines(values: readonly string[]): string[] {
  return values
    .flatMap((value) => linesOf(value))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

function linesOf(value: string): string[] {
  return value.replace(/^\u{FEFF}/u, '').split(/\r\n|\r|\n/u);
}
