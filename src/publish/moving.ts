import { errorLine, toCodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { parseManifest } from '../oci/manifest.ts';
import { compareVersions } from './version.ts';
import { tagName, type HeldTag } from './verbs.ts';

/** What is known of the commit that an index is of. */
export interface CommitFacts {
  readonly revision?: string;
  /** RFC 3339. */
  readonly created?: string;
  readonly version?: string;
}

/**
 * The moving tags that would go backwards: to a lower semantic version, or to an older commit by its time. They are left
 * where they are, with a warning; one of which nothing is known moves, with a warning too.
 */
export function staleTags(
  held: readonly HeldTag[],
  index: ManifestBytes,
  next: CommitFacts,
  log: Log,
): HeldTag[] {
  return held.filter((target) => {
    if (!target.moving || target.manifest === undefined || target.held === index.digest) return false;
    const current = factsOf(target, target.manifest, log);
    if (current.revision !== undefined && current.revision === next.revision) return false;
    const older = backwards(current, next);
    if (older === undefined) {
      log.warning(
        `${tagName(target)} moves although it is not known which of the two lists is of the older commit`,
      );
    } else if (older !== '') {
      log.warning(
        `E_TAG_STALE: ${tagName(target)} stays at ${target.held ?? 'nothing'}, since it would go from ${older}; set force to move it all the same`,
      );
    }
    return older !== undefined && older !== '';
  });
}

/** `from 2.0.0 back to 1.9.0`, empty where it goes forward, undefined where nothing is known. */
function backwards(current: CommitFacts, next: CommitFacts): string | undefined {
  const order =
    current.version === undefined || next.version === undefined
      ? undefined
      : compareVersions(next.version, current.version);
  if (order !== undefined && order < 0) return `${current.version ?? ''} back to ${next.version ?? ''}`;
  const [before, after] = [Date.parse(current.created ?? ''), Date.parse(next.created ?? '')];
  if (!Number.isNaN(before) && !Number.isNaN(after)) {
    return after < before ? `a commit of ${current.created ?? ''} back to one of ${next.created ?? ''}` : '';
  }
  return order === undefined ? undefined : '';
}

function factsOf(target: HeldTag, manifest: ManifestBytes, log: Log): CommitFacts {
  const annotations = annotationsOf(target, manifest, log);
  const known: [keyof CommitFacts, string | undefined][] = [
    ['revision', annotations['org.opencontainers.image.revision']],
    ['created', annotations['org.opencontainers.image.created']],
    ['version', annotations['org.opencontainers.image.version']],
  ];
  return Object.fromEntries(known.filter(([, value]) => value !== undefined));
}

/** Whatever a tag held before, it is about to be replaced: what can't be read says nothing, and fails nothing. */
function annotationsOf(target: HeldTag, manifest: ManifestBytes, log: Log): Readonly<Record<string, string>> {
  try {
    return parseManifest(manifest).annotations ?? {};
  } catch (error) {
    log.info(`${tagName(target)} holds what can't be read: ${errorLine(toCodedError(error))}`);
    return {};
  }
}
