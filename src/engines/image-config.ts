import type { Digest } from '../oci/digest.ts';
import type { Platform } from '../platform/platform.ts';
import { CodedError, quote } from '../errors.ts';
import type { FilesSource } from './engine.ts';

interface ConfigParts {
  readonly platform: Platform;
  readonly source: FilesSource;
  readonly labels: Readonly<Record<string, string>>;
  readonly diffId: Digest;
  /** Since 1970. */
  readonly seconds: number;
}

/**
 * The bytes of an image configuration: compact, keys in one order, labels sorted, nothing of the host in it.
 * https://github.com/opencontainers/image-spec/blob/main/config.md
 * @throws E_INPUT where `env` has a line without a name.
 */
export function imageConfig({ platform, source, labels, diffId, seconds }: ConfigParts): Buffer {
  const created = new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
  const { user, env = [], entrypoint, cmd, workdir } = source;
  for (const line of env) {
    if (!/^[^=\s\u0000][^=\u0000]*=[^\u0000]*$/u.test(line)) {
      throw new CodedError('E_INPUT', `env has ${quote(line)}`, { hint: 'write NAME=value, one a line' });
    }
  }
  const config = {
    ...(user !== undefined && user !== '' && { User: user }),
    ...(env.length > 0 && { Env: env }),
    ...(entrypoint !== undefined && entrypoint.length > 0 && { Entrypoint: entrypoint }),
    ...(cmd !== undefined && cmd.length > 0 && { Cmd: cmd }),
    ...(workdir !== undefined && workdir !== '' && { WorkingDir: workdir }),
    ...(Object.keys(labels).length > 0 && { Labels: sorted(labels) }),
  };
  const document = {
    created,
    architecture: platform.architecture,
    ...(platform.variant !== undefined && { variant: platform.variant }),
    os: platform.os,
    ...(platform.osVersion !== undefined && { 'os.version': platform.osVersion }),
    ...(platform.osFeatures !== undefined && { 'os.features': platform.osFeatures }),
    config,
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created, created_by: 'native-multiarch assemble' }],
  };
  return Buffer.from(JSON.stringify(document));
}

function sorted(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)));
}
