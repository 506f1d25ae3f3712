import { checkBases } from '../../src/commands/build-bases.ts';
import { readDockerfile } from '../../src/dockerfile/dockerfile.ts';
import { runAction } from '../../src/action/run.ts';
import { parseArguments } from '../../src/cli/arguments.ts';
import { readManifests } from '../../src/commands/look.ts';
import { plan } from '../../src/commands/plan.ts';
import { decideMode } from '../../src/engines/preflight/mode.ts';
import { classify } from '../../src/engines/failures/failures.ts';
import { CodedError, errorLine, joinErrors, toCodedError } from '../../src/errors.ts';
import { parseRecord } from '../../src/handover/record.ts';
import type { CommandName } from '../../src/inputs/commands.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import type { Log } from '../../src/log.ts';
import { assembleIndex } from '../../src/oci/index-assembly.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { parseManifest } from '../../src/oci/manifest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import type { ManifestBytes } from '../../src/oci/manifest-bytes.ts';
import { parseReference } from '../../src/oci/reference.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { staleTags } from '../../src/publish/moving.ts';
import { publish } from '../../src/publish/publish.ts';
import type { HeldTag, PublishVerbs } from '../../src/publish/verbs.ts';
import type { RegistryError } from '../../src/registry/errors.ts';
import { failureError } from '../../src/registry/failure-error.ts';
import { defaultLimits } from '../../src/registry/limits.ts';
import { immutableTag } from '../../src/registry/manifest-push.ts';
import { statusError } from '../../src/registry/status-error.ts';
import { TransportFailure } from '../../src/registry/transport-failure.ts';
import { checkImagePlatform, checkRevisions } from '../../src/verify/image-checks.ts';
import { checkPlatformSet } from '../../src/verify/platform-set.ts';
import { readSource } from '../../src/verify/source.ts';
import { buildImage } from './images.ts';

/** What docs/errors.md shows as an example: each made by the code that would print it to a user. */
export const errorExamples: Readonly<Record<string, () => unknown>> = {
  E_INPUT: () => parseArguments(['merge', '--platfroms', 'linux/amd64']),
  E_PLATFORM: () => parsePlatform('x86_64'),
  E_REFERENCE: () => parseReference('ghcr.io/Acme/app:v1'),
  E_RECORD: () => parseRecord(Buffer.from('{"schema":2}'), 'record file "./records/s390x.json"'),
  E_PLATFORM_MISSING: () => set(['linux/amd64'], 'the arch tags (looked for: v1-amd64, v1-s390x)'),
  E_PLATFORM_DUPLICATE: () => set(['linux/amd64', 'linux/s390x', 'linux/s390x'], 'records'),
  E_PLATFORM_UNEXPECTED: () => set(['linux/amd64', 'linux/s390x', 'linux/riscv64'], 'records'),
  E_PLATFORM_MISMATCH: platformMismatch,
  E_REVISION_MISMATCH: revisionMismatch,
  E_DIGEST_MISMATCH: digestMismatch,
  E_MANIFEST: () => parseManifest(manifestOf({ manifests: [], layers: [] })),
  E_NOT_FOUND: () =>
    readManifests([parseReference('quay.io/acme/app:v2')], { ...nobody, readBlob: nothing, getBlob: noBlob }),
  E_UNAUTHORIZED: () => refusal(401, 'UNAUTHORIZED', 'authentication required'),
  E_DENIED: () => refusal(403, 'DENIED', 'requested access to the resource is denied'),
  E_RATE_LIMITED: () => refusal(429, 'TOOMANYREQUESTS', 'slow down'),
  E_REGISTRY: () => refusal(500, 'UNKNOWN', 'database is down'),
  E_NETWORK: () => lost('unresolved', 'getaddrinfo ENOTFOUND quya.io', 'quya.io'),
  E_TIMEOUT: () => lost('headers-timeout', 'no answer within 60 s', 'quay.io'),
  E_TAG_IMMUTABLE: () =>
    immutableTag(
      'quay.io/acme/app:v1',
      older.digest,
      newer.digest,
      refusal(412, 'PRECONDITION', 'v1 is immutable'),
    ),
  E_TAG_MOVED: () => publishing({ v1: 'moved' }),
  E_TAG_STALE: staleTag,
  E_PUBLISH: () => publishing({ latest: 'E_DENIED' }),
  E_HOST_MISMATCH: () => decideMode(parsePlatform('linux/ppc64le'), 'native', dockerHost, { kind: 'absent' }),
  E_ENGINE: () => classify('dial unix /var/run/docker.sock: connect: permission denied', 1, asking),
  E_UNSUPPORTED: () =>
    parseInputs('merge' satisfies CommandName, raw({ 'arch-image': '{image}-{arch}' }), log),
  E_BUILD: () => classify('Error: building at STEP "RUN make": exit status 2', 2, building),
  E_BASE_PLATFORM: basePlatform,
  E_RUNNER: unknownRunner,
  E_GITHUB: withoutOutputs,
  E_INTERNAL: () => toCodedError(new TypeError('x is not a function')),
};

/** The line that a user would read; undefined where the example made none. */
export async function exampleLine(make: () => unknown): Promise<string | undefined> {
  try {
    const made = await make();
    if (made instanceof CodedError) return errorLine(made);
    return typeof made === 'string' ? made : undefined;
  } catch (error) {
    return errorLine(toCodedError(error));
  }
}

/** node:24 as it is, and node:24-trixie. */
async function basePlatform(): Promise<void> {
  const facts = (names: readonly string[]) => ({
    digest: digestOf(Buffer.from('')),
    isIndex: true,
    isComplete: true,
    platforms: names.map(parsePlatform),
  });
  const three = ['linux/amd64', 'linux/arm64', 'linux/ppc64le'];
  const { bases } = await readDockerfile('FROM node:24\n', {
    buildArgs: {},
    targetPlatform: parsePlatform('linux/s390x'),
    buildPlatform: parsePlatform('linux/s390x'),
  });
  await checkBases(bases, {
    file: '/work/Dockerfile',
    log,
    engine: { name: 'docker' },
    read: ({ tag }) => Promise.resolve(facts(tag === '24' ? three : ['linux/s390x'])),
  });
}

const warnings: string[] = [];
const log: Log = {
  info: () => undefined,
  warning: (line) => warnings.push(line),
  debug: () => undefined,
  group: async (_, work) => work(),
  secret: () => undefined,
};
const noBlob = () => {
  throw new Error('not asked for');
};
const nothing = () => Promise.reject(new Error('not asked for'));
const nobody = {
  headManifest: () => Promise.resolve(undefined),
  getManifest: () => Promise.resolve(undefined),
};
const dockerHost = { version: '28.0.4', label: 'docker 28.0.4', platform: parsePlatform('linux/amd64') };
const asking = { engine: 'docker', doing: 'ask' } as const;
const building = { engine: 'podman', doing: 'build', platform: parsePlatform('linux/s390x') } as const;

function raw(values: Readonly<Record<string, string>>): Map<string, string[]> {
  const given = { images: 'quay.io/acme/app', platforms: 'linux/amd64', ...values };
  return new Map(Object.entries(given).map(([name, value]) => [name, [value]]));
}

function set(found: readonly string[], where: string): CodedError {
  const wanted = ['linux/amd64', 'linux/s390x'].map((text) => ({
    platform: parsePlatform(text),
    required: true,
  }));
  const images = found.map((text, index) => ({
    platform: parsePlatform(text),
    digest: `sha256:${String(index).repeat(64)}`,
    origin: `records entry ${index + 1}`,
  }));
  return joinErrors(checkPlatformSet(wanted, images, where));
}

// Uncompressed, so that its digest does not depend on the zlib of this machine.
const s390x = buildImage({ platform: 'linux/s390x', compression: 'none' });
const reader = {
  manifest: () => Promise.resolve(s390x.manifest),
  blob: ({ digest }: { digest: string }) =>
    Promise.resolve([...s390x.blobs].find(([key]) => key === digest)?.[1] ?? Buffer.from('')),
};

async function platformMismatch(): Promise<CodedError> {
  const source = await readSource(reader, 'v1-ppc64le', 'quay.io/acme/app:v1-ppc64le');
  const [image] = source?.images ?? [];
  if (image === undefined) throw new Error('the fixture holds no image');
  return joinErrors(
    checkImagePlatform(image, parsePlatform('linux/ppc64le'), 'arch tag v1-ppc64le for linux/ppc64le'),
  );
}

function revisionMismatch(): CodedError {
  const claim = { origin: 'arch tag v1-s390x for linux/s390x', label: '52a8c41', record: undefined };
  return joinErrors(checkRevisions([claim], { label: '9f1d2e7', record: '9f1d2e7' }).errors);
}

function digestMismatch(): Promise<unknown> {
  const promised = { ...s390x.descriptor, size: s390x.descriptor.size + 1 };
  return readSource(reader, s390x.descriptor.digest, 'quay.io/acme/app manifests[1]', promised);
}

function manifestOf(more: Readonly<Record<string, unknown>>): ManifestBytes {
  const mediaType = mediaTypes.ociIndex;
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...more }));
  return { bytes, mediaType, digest: digestOf(bytes) };
}

function refusal(status: number, code: string, message: string, tag = 'v1'): RegistryError {
  const body = Buffer.from(JSON.stringify({ errors: [{ code, message }] }));
  const what = `PUT manifest quay.io/acme/app:${tag}`;
  const headers = { 'content-type': 'application/json' };
  return statusError(
    { what, method: 'PUT', host: 'quay.io', status, headers, body },
    defaultLimits,
    0,
    (text) => text,
  );
}

function lost(kind: 'unresolved' | 'headers-timeout', message: string, host: string): unknown {
  return failureError(new TransportFailure(kind, message), `GET manifest ${host}/acme/app:v1`, host);
}

const repository = parseReference('quay.io/acme/app').repository;
const older = assembleIndex({
  format: 'oci',
  entries: [],
  annotations: { 'org.opencontainers.image.version': 'v2.0.0' },
});
const newer = assembleIndex({
  format: 'oci',
  entries: [],
  annotations: { 'org.opencontainers.image.version': 'v1.9.1' },
});

/** Publishes v1 and latest to a registry in which `wrong` befalls one of them. */
function publishing(wrong: Readonly<Record<string, 'E_DENIED' | 'moved'>>): Promise<unknown> {
  const held: HeldTag[] = [
    { repository, tag: 'v1', moving: false, held: wrong['v1'] === undefined ? undefined : older.digest },
    { repository, tag: 'latest', moving: true, held: older.digest, manifest: older },
  ];
  const tags = wrong['v1'] === undefined ? held : held.slice(0, 1);
  const stands = new Map<string, ManifestBytes>(
    tags.flatMap(({ tag, held: had }) => (had ? [[tag, older]] : [])),
  );
  const verbs: PublishVerbs = {
    headManifest: () => Promise.resolve(undefined),
    getManifest: (_, ref) => Promise.resolve(ref.includes(':') ? newer : stands.get(ref)),
    putManifest: (_, ref, manifest) => {
      const fate = wrong[ref];
      if (fate === 'E_DENIED')
        return Promise.reject(refusal(403, 'DENIED', 'the tag is protected', 'latest'));
      stands.set(ref, fate === 'moved' ? manifestOf({ manifests: [] }) : manifest);
      return Promise.resolve();
    },
  };
  return publish(verbs, newer, [repository], tags, { log, sleep: () => Promise.resolve() });
}

async function staleTag(): Promise<string | undefined> {
  const held: HeldTag = { repository, tag: 'latest', moving: true, held: older.digest, manifest: older };
  await staleTags(
    [held],
    newer.digest,
    { version: 'v1.9.1' },
    {
      log,
      factsOf: () => Promise.resolve({ version: 'v2.0.0' }),
      compare: () => Promise.resolve(undefined),
    },
  );
  return warnings.pop();
}

async function unknownRunner(): Promise<unknown> {
  return plan(await parseInputs('plan', new Map([['platforms', ['linux/amd64, linux/riscv64']]]), log), {
    log,
  });
}

async function withoutOutputs(): Promise<string | undefined> {
  const told: string[] = [];
  const silent = () => undefined;
  await runAction({
    core: {
      ...{ info: silent, debug: silent, warning: silent, startGroup: silent, endGroup: silent },
      ...{ setSecret: silent, setOutput: silent, saveState: silent },
      error: (line) => told.push(line),
    },
    env: { INPUT_COMMAND: 'plan' },
    ...{ cwd: '/', temp: '/', signal: new AbortController().signal },
    writeSummary: () => Promise.resolve(),
    compose: () => Promise.reject(new Error('not asked for')),
  });
  return told[0];
}
