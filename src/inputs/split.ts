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

/**
 * {@link splitLines}, where an item in double quotes may go over several lines; a double quote in it is written twice. As
 * docker/build-push-action reads its lists. https://github.com/docker/build-push-action#inputs
 * @returns undefined where a quote does not end
 */
export function splitQuotedLines(values: readonly string[]): string[] | undefined {
  const items: string[] = [];
  let open: string | undefined;
  for (const line of values.flatMap((value) => linesOf(value))) {
    if (open === undefined && !line.trimStart().startsWith('"')) {
      items.push(...splitLines([line]));
      continue;
    }
    const text: string = open === undefined ? line.trimStart() : `${open}\n${line}`;
    const whole = /^"((?:[^"]|"")*)"\s*$/u.exec(text)?.[1];
    if (whole !== undefined) items.push(whole.replaceAll('""', '"'));
    open = whole === undefined ? text : undefined;
  }
  return open === undefined ? items.filter((item) => item.trim() !== '') : undefined;
}

function linesOf(value: string): string[] {
  return value.replace(/^\u{FEFF}/u, '').split(/\r\n|\r|\n/u);
}
