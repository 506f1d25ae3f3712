import type { Log } from '../../log.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ManifestBytes } from '../../oci/manifest-bytes.ts';
import type { Repository } from '../../oci/reference.ts';
import { Slots } from '../../slots.ts';
import type { CopySource, CopyTarget } from './content.ts';
import { CopyRun, type CopySummary } from './copy-run.ts';
import {
  registrySource,
  registryTarget,
  sameRegistry,
  type SourceVerbs,
  type TargetVerbs,
} from './endpoints.ts';
import { megabytes, Progress } from './progress.ts';
import { copyReferrers } from './referrers.ts';

export type { CopySource, CopyTarget } from './content.ts';
export type { CopySummary } from './copy-run.ts';
export { registrySource, registryTarget } from './endpoints.ts';
export type { SourceVerbs, TargetVerbs } from './endpoints.ts';

export interface CopierOptions {
  readonly log: Log;
  /** Blobs that are sent at once, over all copies of this copier. Default 4. */
  readonly streams?: number;
  /** Ends every copy promptly; they reject with its reason. The registry client is to have the same one. */
  readonly signal?: AbortSignal;
  /** Milliseconds on a clock that only goes forward. */
  readonly now?: () => number;
}

/** A tree to copy: an image, or an index with all below it. */
export interface TreeCopy {
  readonly source: CopySource;
  readonly target: CopyTarget;
  /** The top of it. It is written by digest; tags are the caller's. */
  readonly manifest: ManifestBytes;
  /** Manifests below it that were read and verified already: they are not read again. */
  readonly known?: readonly ManifestBytes[];
  /** Ask first whether a manifest is there, and if so leave out all below it. Default true. */
  readonly lookFirst?: boolean;
  /** Take along what refers to any of it: signatures, SBOMs, attestations. Default false. */
  readonly referrers?: boolean;
}

/** {@link TreeCopy}, from repository to repository. */
export interface ImageCopy extends Omit<TreeCopy, 'source' | 'target'> {
  readonly client: SourceVerbs & TargetVerbs;
  readonly from: Repository;
  readonly to: Repository;
}

export interface Copier {
  /**
   * Copies one tree byte for byte: blobs before the manifest that names them, children before parents, nothing by tag.
   * What several copies to one target have in common is sent once, also when they run at the same time.
   * @throws E_NOT_FOUND for what the source lacks; E_MANIFEST; E_DIGEST_MISMATCH; RegistryError. All failures are told.
   */
  copyTree(copy: TreeCopy): Promise<CopySummary>;
  /**
   * {@link copyTree} between repositories. Within one registry blobs are mounted, streamed only where it refuses, and by
   * default nothing is looked at first: a mount of what is there costs no more than the look. With referrers it is, since
   * they are what is new then.
   * Into the same repository nothing is done at all.
   */
  copyImage(copy: ImageCopy): Promise<CopySummary>;
}

const nothingDone: CopySummary = {
  manifests: 0,
  present: 0,
  adopted: 0,
  sent: 0,
  sentBytes: 0,
  foreign: 0,
  referrers: 0,
};

/** Copies that share what they have in common, and the number of blobs that are sent at once. */
export function createCopier(options: CopierOptions): Copier {
  const { log, streams = 4, signal, now = () => performance.now() } = options;
  const slots = new Slots(streams);
  const underWay = new Map<string, Promise<unknown>>();

  const copyTree = async (copy: TreeCopy): Promise<CopySummary> => {
    const { source, target, manifest, known = [], lookFirst = true, referrers = false } = copy;
    signal?.throwIfAborted();
    const started = now();
    const what = `${manifest.digest.slice(0, 19)} from ${source.name} to ${target.name}`;
    const run = new CopyRun({
      source,
      target,
      known: new Map<Digest, ManifestBytes>([...known, manifest].map((each) => [each.digest, each])),
      lookFirst,
      log,
      slots,
      progress: new Progress(`copying ${what}`, log, now),
      underWay,
      signal,
    });
    await run.run(async () => {
      await run.bring(manifest.digest, manifest.bytes.byteLength);
      if (referrers) await copyReferrers({ run, source, target, log, manifest });
    });
    log.info(`${what}: ${told(run.done)} in ${((now() - started) / 1000).toFixed(1)} s`);
    return { ...run.done };
  };

  return {
    copyTree,
    copyImage: async ({ client, from, to, ...copy }) => {
      if (sameRegistry(from, to) && from.path === to.path) return nothingDone;
      const mountFrom = sameRegistry(from, to) ? from : undefined;
      return copyTree({
        lookFirst: mountFrom === undefined || copy.referrers === true,
        ...copy,
        source: registrySource(client, from),
        target: registryTarget(client, to, log, mountFrom),
      });
    },
  };
}

function told({ manifests, present, adopted, sent, sentBytes, referrers }: CopySummary): string {
  if (manifests === 0) return 'all of it is there already';
  const parts = [
    counted(manifests, 'manifest', 'written'),
    ...(present > 0 ? [`${present} there already`] : []),
    `${counted(sent, 'blob', 'sent')} (${megabytes(sentBytes)})`,
    ...(adopted > 0 ? [`${adopted} mounted or there already`] : []),
    ...(referrers > 0 ? [counted(referrers, 'referrer')] : []),
  ];
  return parts.join(', ');
}

/** `1 blob sent`, `2 blobs sent` */
function counted(count: number, noun: string, done = ''): string {
  return `${count} ${noun}${count === 1 ? '' : 's'} ${done}`.trimEnd();
}
