/** Registries whose names are worth imitating: `ghrc.io` has asked for credentials by the thousand. */
const wellKnown: readonly string[] = [
  'docker.io',
  'registry-1.docker.io',
  'ghcr.io',
  'quay.io',
  'gcr.io',
  'icr.io',
  'mcr.microsoft.com',
  'public.ecr.aws',
  'registry.gitlab.com',
  'registry.redhat.io',
];

/**
 * The well-known registry that a host differs from in one letter more, fewer, other, or swapped with its neighbour;
 * undefined for the well-known ones themselves, several of which are as close to each other.
 * @param registry `host[:port]`
 */
export function resembledRegistry(registry: string): string | undefined {
  const host = registry.replace(/:\d+$/, '').toLowerCase();
  return wellKnown.includes(host) ? undefined : wellKnown.find((known) => isOneEditApart(host, known));
}

/** https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance of exactly 1, for strings that differ. */
function isOneEditApart(a: string, b: string): boolean {
  if (a.length > b.length) return isOneEditApart(b, a);
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  if (a.length < b.length) return a.slice(at) === b.slice(at + 1);
  const isSwapped = a[at] === b[at + 1] && a[at + 1] === b[at];
  return a.slice(at + 1) === b.slice(at + 1) || (isSwapped && a.slice(at + 2) === b.slice(at + 2));
}
