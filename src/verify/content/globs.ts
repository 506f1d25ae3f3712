import type { AllowedFiles } from './content.ts';

/**
 * Files that any of these globs names: `*` within a name, `**` for any number of folders, `?` one character. A leading slash does not
 * matter, since every path is from the image's root.
 */
export function filesMatching(globs: readonly string[]): AllowedFiles {
  const patterns = globs.map((glob) => glob.replace(/^\/+/, '').split('/'));
  if (patterns.length === 0) return () => false;
  return (path) => {
    const names = path.split('/');
    return patterns.some((pattern) => matches(pattern, names, '**', matchesName));
  };
}

/**
 * Whether `items` are what `pattern` says, where `wild` stands for any number of them. Goes back to the last `wild` only, so a hostile path
 * costs the product of both lengths, where a regular expression could take years.
 */
function matches(
  pattern: ArrayLike<string>,
  items: ArrayLike<string>,
  wild: string,
  isOne: (part: string, item: string) => boolean,
): boolean {
  let [at, item] = [0, 0];
  let [wildAt, wildItem] = [-1, 0];
  while (item < items.length) {
    const part = pattern[at];
    if (part === wild) {
      [wildAt, wildItem] = [at, item];
      at += 1;
    } else if (part !== undefined && isOne(part, items[item] ?? '')) {
      at += 1;
      item += 1;
    } else if (wildAt >= 0) {
      wildItem += 1;
      [at, item] = [wildAt + 1, wildItem];
    } else return false;
  }
  while (pattern[at] === wild) at += 1;
  return at === pattern.length;
}

function matchesName(pattern: string, name: string): boolean {
  return matches(pattern, name, '*', (part, letter) => part === '?' || part === letter);
}
