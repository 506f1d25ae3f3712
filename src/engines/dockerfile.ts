import type { Platform } from '../platform/platform.ts';

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
