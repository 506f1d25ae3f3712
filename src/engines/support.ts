import { CodedError } from '../errors.ts';
import type { BuildRequest } from './engine.ts';

/** The engines, and the two builders inside of Docker Engine, which can't do the same things. */
export const dialects = ['buildx', 'docker', 'docker-classic', 'podman', 'buildah', 'assemble'] as const;

export type Dialect = (typeof dialects)[number];

/** Whether an input can be honoured: always; from a version of the engine on; or not, and why. */
export type Support = 'yes' | { readonly since: string } | { readonly no: string };

const notYet: Support = { no: 'not supported by this version of native-multiarch' };

/** Of every input that a build may be given: which engine can honour it. docs/engines.md is made from this table. */
export const supportTable = {
  target: everywhere('yes'),
  'build-args': everywhere('yes'),
  labels: { ...everywhere('yes'), assemble: 'yes' },
  network: everywhere('yes'),
  annotations: everywhere(notYet),
  'build-contexts': everywhere(notYet),
  secrets: everywhere(notYet),
  ssh: everywhere(notYet),
  'cache-from': everywhere(notYet),
  'cache-to': everywhere(notYet),
  'no-cache': everywhere(notYet),
  pull: everywhere(notYet),
  'add-hosts': everywhere(notYet),
  'shm-size': everywhere(notYet),
  ulimit: everywhere(notYet),
  provenance: everywhere(notYet),
  sbom: everywhere(notYet),
  outputs: everywhere(notYet),
  'extra-args': everywhere(notYet),
  'format: oci': everywhere(notYet),
  'format: docker': everywhere(notYet),
} as const satisfies Record<string, Readonly<Record<Dialect, Support>>>;

export type BuildOption = keyof typeof supportTable;

/** The same for every engine that reads Dockerfiles. */
function everywhere(support: Support): Readonly<Record<Dialect, Support>> {
  const assemble: Support = { no: 'it reads no Dockerfile' };
  return {
    buildx: support,
    docker: support,
    'docker-classic': support,
    podman: support,
    buildah: support,
    assemble,
  };
}

/** Which of the options in {@link supportTable} a request makes use of. */
export function askedOptions({ source, labels }: Pick<BuildRequest, 'source' | 'labels'>): BuildOption[] {
  const asked: Partial<Record<BuildOption, boolean>> = { labels: isGiven(labels) };
  if (source.kind === 'dockerfile') {
    Object.assign(asked, {
      target: isGiven(source.target),
      'build-args': isGiven(source.buildArgs),
      network: isGiven(source.network),
      annotations: isGiven(source.annotations),
      'build-contexts': isGiven(source.buildContexts),
      secrets: isGiven(source.secrets),
      ssh: isGiven(source.ssh),
      'cache-from': isGiven(source.cacheFrom),
      'cache-to': isGiven(source.cacheTo),
      'no-cache': source.noCache === true,
      pull: source.pull === true,
      'add-hosts': isGiven(source.addHosts),
      'shm-size': isGiven(source.shmSize),
      ulimit: isGiven(source.ulimit),
      provenance: isGiven(source.provenance),
      sbom: isGiven(source.sbom),
      outputs: isGiven(source.outputs),
      'extra-args': isGiven(source.extraArgs),
      'format: oci': source.format === 'oci',
      'format: docker': source.format === 'docker',
    } satisfies Partial<Record<BuildOption, boolean>>);
  }
  return (Object.keys(supportTable) as BuildOption[]).filter((option) => asked[option] === true);
}

function isGiven(value: unknown): boolean {
  if (value === undefined || value === '') return false;
  return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
}

/**
 * Refuses what the engine can't honour, before anything is built.
 * @param version the engine's, as it says it
 * @returns one error for each option, E_UNSUPPORTED, that names the engines which can
 */
export function unsupportedOptions(
  asked: readonly BuildOption[],
  dialect: Dialect,
  version: string,
): CodedError[] {
  return asked.flatMap((option) => {
    const why = whyNot(supportTable[option][dialect], version);
    if (why === undefined) return [];
    const others = dialects.filter((one) => !isNo(supportTable[option][one]));
    return [
      new CodedError(
        'E_UNSUPPORTED',
        `${option} can't be honoured by ${`${dialect} ${version}`.trim()}: ${why}`,
        {
          hint:
            others.length === 0
              ? `leave ${option} out`
              : `leave it out, or use an engine that can: ${others.join(', ')}`,
        },
      ),
    ];
  });
}

function isNo(support: Support): boolean {
  return support !== 'yes' && 'no' in support;
}

function whyNot(support: Support, version: string): string | undefined {
  if (support === 'yes') return undefined;
  if ('no' in support) return support.no;
  return isAtLeast(version, support.since) ? undefined : `it came with ${support.since}`;
}

/** Dotted numbers; what follows them (`-rc1`, `+dfsg1`) does not count. */
function isAtLeast(version: string, wanted: string): boolean {
  const numbers = (text: string): number[] =>
    (/^v?(\d+(?:\.\d+)*)/u.exec(text)?.[1] ?? '0').split('.').map(Number);
  const have = numbers(version);
  for (const [index, number] of numbers(wanted).entries()) {
    const ours = have[index] ?? 0;
    if (ours !== number) return ours > number;
  }
  return true;
}
