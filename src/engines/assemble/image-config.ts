import { CodedError, quote } from '../../errors.ts';
import type { Digest } from '../../oci/digest.ts';
import { withoutUndefined, type Field } from '../../oci/schema.ts';
import type { Platform } from '../../platform/platform.ts';
import type { FilesSource } from '../engine.ts';

interface ConfigParts {
  readonly platform: Platform;
  readonly source: FilesSource;
  readonly labels: Readonly<Record<string, string>>;
  /** Of our own layer. */
  readonly diffId: Digest;
  /** Since 1970. */
  readonly seconds: number;
  readonly base?: { readonly config: Field; readonly diffIds: readonly Digest[] } | undefined;
}

const maxHistory = 1000;

/**
 * The bytes of an image configuration: compact, keys in one order, labels sorted, nothing of the host in it. What a base image
 * says stays, unless it is said anew; a new entry point takes the base's arguments away, as in a Dockerfile.
 * https://github.com/opencontainers/image-spec/blob/main/config.md
 * @throws E_INPUT where `env` has a line without a name; E_MANIFEST for a configuration of the base that makes no sense
 */
export function imageConfig({ platform, source, labels, diffId, seconds, base }: ConfigParts): Buffer {
  const created = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
  const run = base?.config.get('config');
  const history = base?.config.get('history').optional((field) => field.items(maxHistory)) ?? [];
  const document = {
    created,
    architecture: platform.architecture,
    ...(platform.variant !== undefined && { variant: platform.variant }),
    os: platform.os,
    ...(platform.osVersion !== undefined && { 'os.version': platform.osVersion }),
    ...(platform.osFeatures !== undefined && { 'os.features': platform.osFeatures }),
    config: runConfig(source, labels, run?.absent === true ? undefined : run),
    rootfs: { type: 'layers', diff_ids: [...(base?.diffIds ?? []), diffId] },
    history: [...history.map((step) => step.object()), { created, created_by: 'native-multiarch assemble' }],
  };
  return Buffer.from(JSON.stringify(document));
}

function runConfig(
  { user, env = [], entrypoint, cmd, workdir }: FilesSource,
  labels: Readonly<Record<string, string>>,
  base: Field | undefined,
): Record<string, unknown> {
  const isSet = (value: { readonly length: number } | undefined): boolean => (value?.length ?? 0) > 0;
  const allEnv = mergedEnv(base?.get('Env').optional((field) => field.strings()) ?? [], env);
  const allLabels = { ...base?.get('Labels').optional((field) => field.stringMap()), ...labels };
  const own = withoutUndefined<Record<string, unknown>>({
    User: isSet(user) ? user : undefined,
    Env: isSet(allEnv) ? allEnv : undefined,
    Entrypoint: isSet(entrypoint) ? entrypoint : undefined,
    Cmd: isSet(cmd) ? cmd : undefined,
    WorkingDir: isSet(workdir) ? workdir : undefined,
    Labels: Object.keys(allLabels).length > 0 ? sorted(allLabels) : undefined,
  });
  const kept = { ...base?.object() };
  if (isSet(entrypoint)) delete kept['Cmd'];
  return { ...kept, ...own };
}

/** Each name once, where it stood first, with its last value. */
function mergedEnv(base: readonly string[], env: readonly string[]): string[] {
  for (const line of env) {
    if (!/^[^=\s\u0000][^=\u0000]*=[^\u0000]*$/u.test(line)) {
      throw new CodedError('E_INPUT', `env has ${quote(line)}`, { hint: 'write NAME=value, one a line' });
    }
  }
  if (base.length === 0) return [...env];
  return [...new Map([...base, ...env].map((line) => [line.split('=', 1)[0], line])).values()];
}

function sorted(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
