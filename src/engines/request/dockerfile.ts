import type { Platform } from '../../platform/platform.ts';

/**
 * The build arguments that BuildKit, podman and buildah set by themselves, for a builder that does not: those that the
 * Dockerfile declares with ARG, since others would be warned about.
 * https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
 */
export function automaticArguments(
  dockerfile: string,
  target: Platform,
  build: Platform,
): Record<string, string> {
  const all = { ...platformArguments('TARGET', target), ...platformArguments('BUILD', build) };
  return Object.fromEntries(Object.entries(all).filter(([name]) => declares(dockerfile, name)));
}

function platformArguments(
  prefix: 'TARGET' | 'BUILD',
  { os, architecture, variant }: Platform,
): Record<string, string> {
  return {
    [`${prefix}PLATFORM`]: [os, architecture, ...(variant === undefined ? [] : [variant])].join('/'),
    [`${prefix}OS`]: os,
    [`${prefix}ARCH`]: architecture,
    [`${prefix}VARIANT`]: variant ?? '',
  };
}

/** `ARG NAME`, also among others on one line; a default of the Dockerfile's own does not count against it. */
function declares(dockerfile: string, name: string): boolean {
  return new RegExp(`^[ \\t]*ARG[ \\t](?:.*[ \\t])?${name}(?:[= \\t\\r]|$)`, 'im').test(dockerfile);
}

const automaticNames = ['TARGET', 'BUILD'].flatMap((prefix) =>
  ['PLATFORM', 'OS', 'ARCH', 'VARIANT'].map((part) => `${prefix}${part}`),
);

/**
 * The Dockerfile with an ARG, before its first FROM, for each automatic argument that a FROM line uses and nobody declares there:
 * `FROM --platform=$BUILDPLATFORM` is all that BuildKit, podman and buildah need, and an error for the classic builder.
 */
export function withGlobalArguments(dockerfile: string): string {
  const first = /^[ \t]*FROM[ \t]/im.exec(dockerfile);
  if (first === null) return dockerfile;
  const head = dockerfile.slice(0, first.index);
  const stages = [...dockerfile.matchAll(/^[ \t]*FROM[ \t].*$/gim)].map(([line]) => line).join('\n');
  const missing = automaticNames.filter(
    (name) => new RegExp(`\\$(?:${name}\\b|\\{${name}\\b)`).test(stages) && !declares(head, name),
  );
  return `${head}${missing.map((name) => `ARG ${name}\n`).join('')}${dockerfile.slice(first.index)}`;
}
