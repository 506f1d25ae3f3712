import type { BuildRequest, DockerfileSource } from '../engine.ts';

/** What every engine of containers is told in the same words. */
export function commonArguments({ labels }: BuildRequest, source: DockerfileSource): string[] {
  const { target, noCache, addHosts = [], shmSize, ulimit = [] } = source;
  return [
    ...optional('--target', target),
    ...pairs('--label', labels),
    ...(noCache === true ? ['--no-cache'] : []),
    ...addHosts.flatMap((host) => ['--add-host', host]),
    ...optional('--shm-size', shmSize),
    ...ulimit.flatMap((limit) => ['--ulimit', limit]),
  ];
}

/** A flag and its value, where there is one. */
export function optional(flag: string, value: string | undefined): string[] {
  return value === undefined ? [] : [flag, value];
}

/** The flag once for each `name=value`. */
export function pairs(flag: string, values: Readonly<Record<string, string>> = {}): string[] {
  return Object.entries(values).flatMap(([name, value]) => [flag, `${name}=${value}`]);
}
