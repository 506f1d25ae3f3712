import { CodedError } from '../errors.ts';
import type { Digest } from './digest.ts';
import { maxManifestBytes } from './manifest.ts';
import { parseFields, withoutUndefined, type Field } from './schema.ts';

/** https://github.com/moby/docker-image-spec/blob/main/specs-go/v1/image.go. Durations are in nanoseconds, as Docker writes them. */
export interface Healthcheck {
  /** Empty: inherited. Else `NONE`, `CMD` and arguments, or `CMD-SHELL` and a command. */
  readonly test: readonly string[];
  readonly intervalNanoseconds?: number;
  readonly timeoutNanoseconds?: number;
  readonly startPeriodNanoseconds?: number;
  readonly retries?: number;
}

/** https://github.com/opencontainers/image-spec/blob/main/config.md#properties. Platform names are as they were written. */
export interface ImageConfig {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly osVersion?: string;
  readonly osFeatures?: readonly string[];
  /** RFC 3339, as it was written. */
  readonly created?: string;
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  /** `NAME=value`. */
  readonly env?: readonly string[];
  readonly user?: string;
  /** `8080/tcp`, sorted. */
  readonly exposedPorts?: readonly string[];
  readonly workingDir?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the layers' uncompressed bytes, lowest first. */
  readonly diffIds: readonly Digest[];
  readonly healthcheck?: Healthcheck;
  /** Of Docker's format: what runs the shell form of commands. */
  readonly shell?: readonly string[];
  /** Whether there are steps that every build FROM this image runs. */
  readonly onBuild?: boolean;
}

const configKeys = [
  'architecture',
  'os',
  'os.version',
  'os.features',
  'variant',
  'created',
  'config',
  'rootfs',
];
const runKeys = [
  'User',
  'ExposedPorts',
  'Env',
  'Entrypoint',
  'Cmd',
  'WorkingDir',
  'Labels',
  'Healthcheck',
  'Shell',
  'OnBuild',
];
const platformWord = { pattern: /^[!-~]+$/, is: 'a word of visible ASCII', maxLength: 128 };

/**
 * The image configuration in these bytes. A `null`, and an empty string where one says nothing, are the same as no key.
 * @param what names the config in errors: `config of quay.io/acme/app@sha256:...`.
 * @throws E_MANIFEST where it is malformed, over 4 MiB, or doesn't say for which platform it is.
 */
export function parseImageConfig(bytes: Uint8Array, what: string): ImageConfig {
  if (bytes.byteLength > maxManifestBytes) {
    throw new CodedError('E_MANIFEST', `${what} has ${bytes.byteLength} bytes`, {
      hint: `${maxManifestBytes} at most`,
    });
  }
  const root = parseFields(bytes, what);
  root.refuseLookalikes(configKeys);
  return withoutUndefined<ImageConfig>({
    os: requiredWord(root.get('os')),
    architecture: requiredWord(root.get('architecture')),
    variant: optionalWord(root.get('variant')),
    osVersion: optionalWord(root.get('os.version')),
    osFeatures: root
      .get('os.features')
      .optional((features) => features.items(64).map((item) => item.string(platformWord))),
    created: optionalText(root.get('created')),
    diffIds: readDiffIds(root.get('rootfs')),
    ...readRun(root.get('config')),
  });
}

function requiredWord(field: Field): string {
  const hint = 'the image does not say for which platform it is; build it again with a current tool';
  if (field.absent || field.value === '') throw field.error('is missing or empty', hint);
  if (field.value === 'unknown')
    throw field.error('is "unknown"', 'that is an attestation or an artifact, not an image');
  return field.string(platformWord);
}

function optionalWord(field: Field): string | undefined {
  return field.value === '' ? undefined : field.optional((word) => word.string(platformWord));
}

function optionalText(field: Field): string | undefined {
  const text = field.optional((present) => present.string());
  return text === '' ? undefined : text;
}

function readDiffIds(rootfs: Field): Digest[] {
  if (rootfs.absent) return [];
  return rootfs.get('diff_ids').optional((ids) => ids.items().map((id) => id.digest())) ?? [];
}

type RunConfig = Pick<
  ImageConfig,
  | 'entrypoint'
  | 'cmd'
  | 'env'
  | 'user'
  | 'exposedPorts'
  | 'workingDir'
  | 'labels'
  | 'healthcheck'
  | 'shell'
  | 'onBuild'
>;

function readRun(field: Field): RunConfig {
  if (field.absent) return { labels: {} };
  field.refuseLookalikes(runKeys);
  return withoutUndefined<RunConfig>({
    entrypoint: field.get('Entrypoint').optional(readCommand),
    cmd: field.get('Cmd').optional(readCommand),
    env: field.get('Env').optional((env) => env.strings()),
    user: optionalText(field.get('User')),
    exposedPorts: field.get('ExposedPorts').optional((ports) => Object.keys(ports.object()).sort()),
    workingDir: optionalText(field.get('WorkingDir')),
    labels: field.get('Labels').optional(readLabels) ?? {},
    healthcheck: field.get('Healthcheck').optional(readHealthcheck),
    shell: field.get('Shell').optional((shell) => shell.strings()),
    onBuild: field.get('OnBuild').optional((steps) => (steps.strings().length > 0 ? true : undefined)),
  });
}

/** An array, or one string, as Docker's decoder reads it. */
function readCommand(field: Field): string[] {
  return typeof field.value === 'string' ? [field.value] : field.strings();
}

function readLabels(field: Field): Record<string, string> {
  return field.stringMap();
}

function readHealthcheck(field: Field): Healthcheck {
  return withoutUndefined<Healthcheck>({
    test: field.get('Test').optional(readCommand) ?? [],
    intervalNanoseconds: field.get('Interval').optional((interval) => interval.integer()),
    timeoutNanoseconds: field.get('Timeout').optional((timeout) => timeout.integer()),
    startPeriodNanoseconds: field.get('StartPeriod').optional((period) => period.integer()),
    retries: field.get('Retries').optional((retries) => retries.integer()),
  });
}
