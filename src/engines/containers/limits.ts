/** podman's and buildah's own are those of the machine or higher, which a container may not always have. */
export const modestLimits: readonly string[] = [
  ...['--ulimit', 'nofile=1024:1024'],
  ...['--ulimit', 'nproc=1024:1024'],
];

/** Those of {@link modestLimits} that are not asked for in another way. */
export function otherLimits(asked: readonly string[]): string[] {
  const names = asked.map((limit) => limit.split('=', 1)[0]);
  return modestLimits
    .filter((word) => word !== '--ulimit' && !names.includes(word.split('=', 1)[0]))
    .flatMap((limit) => ['--ulimit', limit]);
}
