import { parseImageConfig, type ImageConfig } from '../oci/config.ts';
import type { Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { isAttestation, maxManifestBytes, parseManifest } from '../oci/manifest.ts';
import { formatReference, type Reference, type Repository } from '../oci/reference.ts';
import { normalisePlatform, platformOfJson, samePlatform, type Platform } from '../platform/platform.ts';
import type { ReadVerbs } from './repository-reader.ts';

type BaseRegistry = Pick<ReadVerbs, 'getManifest' | 'readBlob'>;

/** What an image is for: of an index its entries, of a single image its config. */
export interface BaseFacts {
  readonly digest: Digest;
  readonly isIndex: boolean;
  readonly platforms: readonly Platform[];
  /** Whether the platforms are all that there is: an entry may leave its platform to its config. */
  readonly isComplete: boolean;
  /** Of the image for that platform; `undefined` where it is not clear which that is. */
  readonly config?: (platform: Platform) => Promise<ImageConfig | undefined>;
}

export type ReadBase = (reference: Reference) => Promise<BaseFacts | undefined>;

/** Reads what base images are for, each once. */
export function baseReader(registry: BaseRegistry): ReadBase {
  const known = new Map<string, Promise<BaseFacts | undefined>>();
  return async (reference) => {
    const key = formatReference(reference);
    const reading = known.get(key) ?? readFacts(reference, registry);
    known.set(key, reading);
    return reading;
  };
}

async function readFacts(
  { repository, tag = 'latest', digest }: Reference,
  registry: BaseRegistry,
): Promise<BaseFacts | undefined> {
  const manifest = await registry.getManifest(repository, digest ?? tag);
  if (manifest === undefined) return undefined;
  const parsed = parseManifest(manifest);
  if (parsed.kind === 'index') {
    const entries = parsed.manifests.filter((entry) => !isAttestation(entry));
    return indexFacts(manifest, entries, async (entry) => {
      const child = await registry.getManifest(repository, entry);
      const image = child && parseManifest(child);
      return image?.kind === 'image' ? readConfig(repository, image, registry) : undefined;
    });
  }
  const config = await readConfig(repository, parsed, registry);
  return {
    digest: manifest.digest,
    isIndex: false,
    platforms: [normalisePlatform(config)],
    isComplete: true,
    config: () => Promise.resolve(config),
  };
}

async function readConfig(
  repository: Repository,
  { config }: Extract<ReturnType<typeof parseManifest>, { kind: 'image' }>,
  registry: BaseRegistry,
): Promise<ImageConfig> {
  const bytes = await registry.readBlob(repository, config, maxManifestBytes);
  return parseImageConfig(bytes, `the config of ${repository.name}`);
}

type Entries = Extract<ReturnType<typeof parseManifest>, { kind: 'index' }>['manifests'];

function indexFacts(
  { digest }: ManifestBytes,
  entries: Entries,
  configOf: (entry: Digest) => Promise<ImageConfig | undefined>,
): BaseFacts {
  const named = entries.flatMap((entry) =>
    entry.platform === undefined ? [] : [{ entry, platform: platformOfJson(entry.platform) }],
  );
  const platforms = named.map(({ platform }) => platform);
  return {
    digest,
    isIndex: true,
    platforms,
    isComplete: platforms.length === entries.length,
    config: async (wanted) => {
      const found =
        named.find(({ platform }) => samePlatform(platform, wanted)) ??
        named.find(({ platform }) => mayServe(platform, wanted));
      return found && configOf(found.entry.digest);
    },
  };
}

/** Architectures whose programs run on another one, so that engines fall back to them. */
const servesAsWell: Readonly<Record<string, string>> = { amd64: '386', arm64: 'arm' };

/**
 * Whether some engine would take an image of platform `offered` for `wanted`. Variants are left to the engine: each has its own rules.
 * https://github.com/containerd/platforms/blob/main/compare.go
 */
export function mayServe(offered: Platform, wanted: Platform): boolean {
  const { architecture } = offered;
  const isRight = architecture === wanted.architecture || architecture === servesAsWell[wanted.architecture];
  return offered.os === wanted.os && isRight;
}
