import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../errors.ts';
import type { Field } from '../../oci/schema.ts';
import { formatPlatform, samePlatform, type Platform } from '../../platform/platform.ts';
import type { Session } from '../process/session.ts';
import { automaticArguments, withGlobalArguments } from '../request/dockerfile.ts';

/**
 * The Dockerfile with the platform arguments that the classic builder does not know of, and their values.
 * @throws E_UNSUPPORTED for stages of several platforms, which that builder can't hold apart
 */
export async function completedForClassic(
  session: Session,
  file: string,
  target: Platform,
  build: Platform,
): Promise<{ file: string; automatic: Readonly<Record<string, string>> }> {
  const text = await readFile(file, 'utf8');
  if (!samePlatform(target, build) && /^[ \t]*FROM[ \t]+--platform=/im.test(text)) {
    throw new CodedError(
      'E_UNSUPPORTED',
      `Docker's classic builder can't build stages of several platforms, as this Dockerfile has them for ${formatPlatform(target)}`,
      {
        hint: 'install the buildx plugin (docker-buildx-plugin), so that docker builds with BuildKit; or use engine: podman or buildah',
      },
    );
  }
  const completed = withGlobalArguments(text);
  const automatic = automaticArguments(completed, target, build);
  if (completed === text) return { file, automatic };
  const folder = await session.folderWith(session.uniqueId(), { Dockerfile: completed });
  return { file: join(folder, 'Dockerfile'), automatic };
}

/**
 * Where images are in containerd's store, that builder makes them of OCI's format alone. https://docs.docker.com/engine/storage/containerd/
 * @param info what the engine says of itself
 * @throws E_UNSUPPORTED
 */
export function refuseForContainerd(info: Field): void {
  const facts = info.get('DriverStatus').optional((field) => field.items(100)) ?? [];
  const words = facts.flatMap((fact) => fact.strings(10));
  if (!words.some((word) => word.startsWith('io.containerd.snapshotter'))) return;
  throw new CodedError(
    'E_UNSUPPORTED',
    "format docker can't be honoured by Docker's classic builder where images are in containerd's store: it makes them of OCI's format",
    {
      hint: 'install the buildx plugin (docker-buildx-plugin), so that docker builds with BuildKit; or leave format out',
    },
  );
}
