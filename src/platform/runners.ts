import { formatPlatform, type Platform } from './normalise.ts';

/**
 * The runner that a leg gets where the table of platforms names none. GitHub hosts amd64 and arm64; the runners for POWER
 * and Z are IBM's, free for public repositories that have been admitted: https://github.com/IBM/actionspz
 */
const runners: ReadonlyMap<string, string> = new Map([
  ['linux/amd64', 'ubuntu-24.04'],
  ['linux/arm64', 'ubuntu-24.04-arm'],
  ['linux/ppc64le', 'ubuntu-24.04-ppc64le'],
  ['linux/s390x', 'ubuntu-24.04-s390x'],
]);

/** The label of the default runner, or undefined where a person has to name one. */
export function defaultRunner(platform: Platform): string | undefined {
  return runners.get(formatPlatform(platform));
}
