import { CodedError, quote } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { readDescriptor, readMediaType } from '../../oci/descriptor-schema.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { digestAlgorithm, digestHex, type Digest } from '../../oci/digest.ts';
import { assembleIndex } from '../../oci/index-assembly.ts';
import type { ManifestBytes } from '../../oci/manifest-bytes.ts';
import { indexMediaTypes, mediaTypes } from '../../oci/media-types.ts';
import { referrersTag } from '../../oci/referrers-tag.ts';
import { parseFields } from '../../oci/schema.ts';
import { contentsOf } from './contents.ts';
import type { CopySource, CopyTarget } from './content.ts';
import type { CopyRun } from './copy-run.ts';

export interface ReferrersCopy {
  readonly run: CopyRun;
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly log: Log;
  /** The top of the tree whose referrers are wanted. */
  readonly manifest: ManifestBytes;
}

/** A signature of an SBOM of an image is two; what goes on is a circle, or an attack. */
const maxDepth = 3;
const maxReferrers = 1_000;
const tagAttempts = 3;

/**
 * Copies what refers to a manifest of the tree, and what refers to that. Where the target does not list it by itself, the
 * tag that stands in for the list is kept up.
 * What cosign keeps under tags of its own comes too.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
 */
export async function copyReferrers(copy: ReferrersCopy): Promise<void> {
  const seen = new Set<Digest>();
  let subjects = await digestsOf(copy, copy.manifest);
  await copy.run.all(subjects.map(async (subject) => copyCosignTags(copy, subject)));
  for (let depth = 0; depth < maxDepth && subjects.length > 0; depth += 1) {
    const next: Digest[] = [];
    await copy.run.all(
      subjects.map(async (subject) => {
        next.push(...(await copyReferrersOf(copy, subject, seen)));
      }),
    );
    subjects = next;
  }
}

/** https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md#tag-based-discovery */
const cosignEndings = ['sig', 'att', 'sbom'];

/** A tag that holds something else there is left alone: it may have signatures that the source has not. */
async function copyCosignTags({ run, source, target, log }: ReferrersCopy, subject: Digest): Promise<void> {
  for (const ending of cosignEndings) {
    const tag = `${digestAlgorithm(subject)}-${digestHex(subject)}.${ending}`;
    const manifest = await source.manifest(tag, undefined);
    if (manifest === undefined) continue;
    const held = await target.manifest(tag);
    if (held !== undefined && held.digest !== manifest.digest)
      log.warning(
        `${target.name}:${tag} holds ${held.digest}, not ${manifest.digest} as the source does: it is left as it is`,
      );
    if (held !== undefined) continue;
    await run.bringManifest(manifest);
    await target.put(tag, manifest);
    run.done.referrers += 1;
  }
}

/** The tree's own digests: the top, and every entry below it. */
async function digestsOf({ run }: ReferrersCopy, top: ManifestBytes): Promise<Digest[]> {
  const { manifests } = contentsOf(top);
  const indexes = manifests.filter(({ mediaType }) => indexMediaTypes.includes(mediaType));
  const below = await Promise.all(
    indexes.map(async ({ digest, size }) => contentsOf(await run.read(digest, size)).manifests),
  );
  return [...new Set([top.digest, ...[...manifests, ...below.flat()].map(({ digest }) => digest)])];
}

/** @returns the referrers, which may have referrers themselves. */
async function copyReferrersOf(copy: ReferrersCopy, subject: Digest, seen: Set<Digest>): Promise<Digest[]> {
  const { run, source, target } = copy;
  const listed = await source.referrers(subject);
  const fresh = listed.filter(({ digest }) => !seen.has(digest));
  for (const { digest } of fresh) seen.add(digest);
  if (seen.size > maxReferrers) {
    throw new CodedError(
      'E_MANIFEST',
      `${source.name} has more than ${maxReferrers} referrers of one image`,
      {
        hint: 'copy it without copy-referrers, and the referrers that matter on their own',
      },
    );
  }
  if (fresh.length === 0) return [];
  const copied: Descriptor[] = [];
  const handled = new Set<Digest>();
  await run.all(
    fresh.map(async (descriptor) => {
      const manifest = await run.read(descriptor.digest, descriptor.size);
      if (!isAbout(manifest, subject)) {
        copy.log.warning(
          `${source.name} lists ${descriptor.digest} as a referrer of ${subject}, and it is none; it is left out`,
        );
        return;
      }
      if (!(await target.hasManifest(manifest.digest))) {
        const { subjectHandled } = await run.bringManifest(manifest);
        if (subjectHandled) handled.add(manifest.digest);
      }
      copied.push(listedAs(manifest));
    }),
  );
  run.done.referrers += copied.length;
  await list(copy, subject, copied, handled);
  return copied.map(({ digest }) => digest);
}

function isAbout({ bytes, digest }: ManifestBytes, subject: Digest): boolean {
  const root = parseFields(bytes, `manifest ${digest}`);
  return root.get('subject').optional((field) => field.get('digest').digest()) === subject;
}

/**
 * As a registry with the API lists it: what others say of it, such as the name that a folder has for it, is not the
 * manifest's. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
function listedAs({ bytes, digest, mediaType }: ManifestBytes): Descriptor {
  const root = parseFields(bytes, `manifest ${digest}`);
  const artifactType =
    root.get('artifactType').optional(readMediaType) ??
    root.get('config').optional((config) => config.get('mediaType').optional(readMediaType));
  const annotations = root.get('annotations').optional((field) => field.stringMap());
  return {
    ...{ mediaType, digest, size: bytes.byteLength },
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations !== undefined && { annotations }),
  };
}

/** Sees to it that the target lists `entry`, which is there already, as a referrer of `subject`. */
export async function listAsReferrer(
  target: CopyTarget,
  log: Log,
  subject: Digest,
  entry: Descriptor,
): Promise<void> {
  await list({ target, log }, subject, [entry], new Set());
}

/** Sees to it that the target lists `copied` as referrers of `subject`. */
async function list(
  copy: Pick<ReferrersCopy, 'target' | 'log'>,
  subject: Digest,
  copied: readonly Descriptor[],
  handled: ReadonlySet<Digest>,
): Promise<void> {
  const doubtful = copied.filter(({ digest }) => !handled.has(digest));
  if (doubtful.length === 0) return;
  const own = new Set((await copy.target.referrers(subject)).map(({ digest }) => digest));
  const missing = doubtful.filter(({ digest }) => !own.has(digest));
  if (missing.length > 0) await addToTag(copy, subject, missing);
}

/**
 * Adds to the index that stands in for the referrers API. There is no compare-and-swap: what was written is read back, and
 * written again where somebody else's list has taken its place.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
 */
async function addToTag(
  { target, log }: Pick<ReferrersCopy, 'target' | 'log'>,
  subject: Digest,
  added: readonly Descriptor[],
): Promise<void> {
  const tag = referrersTag(subject);
  for (let attempt = 0; ; attempt += 1) {
    const current = await listAt(target, tag);
    const held = new Set(current.entries.map(({ digest }) => digest));
    const missing = added.filter(({ digest }) => !held.has(digest));
    if (missing.length === 0) return;
    if (attempt === tagAttempts) {
      log.warning(
        `${target.name}:${tag} lacks referrers that were added to it: somebody else writes it at the same time`,
      );
      return;
    }
    const index = assembleIndex({ ...current, format: 'oci', entries: [...current.entries, ...missing] });
    await target.put(tag, index);
    log.debug(`${target.name}:${tag} lists ${missing.length} more`);
  }
}

async function listAt(
  target: CopyTarget,
  tag: string,
): Promise<{ entries: readonly Descriptor[]; annotations?: Readonly<Record<string, string>> }> {
  const manifest = await target.manifest(tag);
  if (manifest === undefined) return { entries: [] };
  if (manifest.mediaType !== mediaTypes.ociIndex) {
    throw new CodedError(
      'E_MANIFEST',
      `${target.name}:${tag} is to list referrers, and is ${quote(manifest.mediaType)}`,
      { hint: 'delete that tag, or copy without copy-referrers' },
    );
  }
  const root = parseFields(manifest.bytes, `${target.name}:${tag}`);
  const annotations = root.get('annotations').optional((field) => field.stringMap());
  return {
    entries: root.get('manifests').optional((field) => field.items(10_000).map(readDescriptor)) ?? [],
    ...(annotations !== undefined && { annotations }),
  };
}
