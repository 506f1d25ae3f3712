import { CodedError, show } from '../errors.ts';
import type { BuiltImage, Engine } from '../engines/engine.ts';
import type { Log } from '../log.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Digest } from '../oci/digest.ts';
import { formatPlatform, samePlatform, type Platform } from '../platform/platform.ts';
import { readPatiently, type Sleep } from '../publish/read-back.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import { expandSource, type ContentReader, type ProvenImage } from '../verify/source.ts';
import type { LegTarget } from './build-plan.ts';
import { repositoryReader, type ReadVerbs } from './repository-reader.ts';

export interface PushDeps {
  readonly log: Log;
  readonly registry: ReadVerbs & Pick<PublishVerbs, 'headManifest'>;
  readonly sleep: Sleep;
}

/** What the registry holds of it. */
export interface PushedImage {
  /** What the arch tag leads to: the image's manifest, or an index with it. */
  readonly manifest: ManifestBytes;
  readonly image: ProvenImage;
}

interface Push {
  readonly platform: Platform;
  /** The platform stands although the image's config says another. */
  readonly override: boolean;
  readonly target: LegTarget;
  /** Of the layers that were checked. */
  readonly diffIds: readonly Digest[];
}

/**
 * Pushes the image under its arch tag and reads back what the registry now holds: the digest comes from those bytes, never
 * from an engine's word.
 * @throws E_TAG_MOVED when the tag shows another image than the one that was pushed; E_DIGEST_MISMATCH when its layers are not those
 * that were checked
 */
export async function pushAndReadBack(
  engine: Engine,
  built: BuiltImage,
  { platform, override, target: { image, tag }, diffIds }: Push,
  { log, registry, sleep }: PushDeps,
): Promise<PushedImage> {
  const held = tag === undefined ? undefined : (await registry.headManifest(image, tag))?.digest;
  const reference = await push(engine, built, { image, ...(tag !== undefined && { tag }) });
  const name = nameOf({ image, tag: reference });
  const reader = repositoryReader(registry, image);
  const { manifest, ours } = await readPatiently(
    name,
    async () => readImage(reader, reference, built, name),
    (found) => found.ours !== undefined || (found.manifest !== undefined && found.manifest.digest !== held),
    { log, sleep },
  );
  if (manifest === undefined) {
    throw new CodedError('E_NOT_FOUND', `${name} was pushed, yet the registry does not show it`, {
      hint: 'run the leg again, and if it goes on tell whoever runs the registry',
    });
  }
  if (ours === undefined) {
    throw new CodedError(
      'E_TAG_MOVED',
      `${name} holds ${manifest.digest}, which is not the image that this leg pushed`,
      {
        hint: 'another leg pushes the same tag; give each platform and variant its own with arch-tag',
      },
    );
  }
  if (!override && !samePlatform(ours.platform, platform)) {
    throw new CodedError(
      'E_PLATFORM_MISMATCH',
      `${name} is ${formatPlatform(ours.platform)}, not ${formatPlatform(platform)}`,
      {
        hint: 'build that leg again',
      },
    );
  }
  checkLayers(ours, diffIds, name);
  log.info(`${name} reads back as ${manifest.digest}, ${formatPlatform(ours.platform)}`);
  return { manifest, image: ours };
}

/** @returns the tag, or the digest, that now leads to it. @throws E_UNSUPPORTED */
async function push(engine: Engine, built: BuiltImage, { image, tag }: LegTarget): Promise<string> {
  if (tag === undefined) {
    if (engine.pushByDigest === undefined) throw noDigestPush(engine);
    return engine.pushByDigest(built, image);
  }
  try {
    await engine.push(built, { repository: image, tag });
    return tag;
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'E_TAG_IMMUTABLE') throw error;
    throw new CodedError(error.code, error.message, { hint: newTagEachTime, cause: error });
  }
}

/** What a run has in common with itself when it is run again is not enough. */
const newTagEachTime =
  'let arch-tag be new in each run and attempt, in build and merge alike, as {tag}-{arch}-{run}-{attempt} is';

/** @throws E_UNSUPPORTED for an engine that pushes by name only */
export function refuseDigestPush(engine: Pick<Engine, 'name' | 'pushByDigest'>): void {
  if (engine.pushByDigest === undefined) throw noDigestPush(engine);
}

function noDigestPush({ name }: Pick<Engine, 'name'>): CodedError {
  return new CodedError('E_UNSUPPORTED', `arch-tag none: engine ${name} pushes by name only`, {
    hint: 'let each leg push a tag ({tag}-{arch} is the default), or use engine: buildx, podman, buildah or assemble',
  });
}

/** `quay.io/acme/app:v1-s390x`, or by digest; without either the repository. */
export function nameOf({ image, tag }: LegTarget): string {
  if (tag === undefined) return image.name;
  return `${image.name}${tag.includes(':') ? '@' : ':'}${tag}`;
}

/** A layer's diffID is over its bytes as they were read, so the same ones mean the same files. */
function checkLayers({ config }: ProvenImage, diffIds: readonly Digest[], name: string): void {
  const found = config.diffIds.join(', ');
  if (found === diffIds.join(', ')) return;
  throw new CodedError(
    'E_DIGEST_MISMATCH',
    `${name} has the layers ${show(found, 300)}, those that were checked are ${show(diffIds.join(', '), 300)}`,
    { hint: 'the engine pushed another image than it gave to be checked; build that leg again' },
  );
}

interface Found {
  readonly manifest: ManifestBytes | undefined;
  /** The image that was built, if that is what the manifest leads to. */
  readonly ours?: ProvenImage | undefined;
}

/** An engine knows its image by the digest of its config, or of its manifest. */
async function readImage(
  reader: ContentReader,
  tag: string,
  built: BuiltImage,
  name: string,
): Promise<Found> {
  const manifest = await reader.manifest(tag);
  if (manifest === undefined) return { manifest };
  const { images } = await expandSource(reader, manifest, name);
  const ours = images.find(
    (image) =>
      manifest.digest === built.id ||
      image.descriptor.digest === built.id ||
      image.manifest.config.digest === built.id,
  );
  return { manifest, ours };
}
