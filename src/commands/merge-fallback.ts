import { CodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { mediaTypes } from '../oci/media-types.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import { RegistryError } from '../registry/errors.ts';
import type { BuiltIndex } from './merge-index.ts';

/** How registries answer what they have no kind for: distribution and others 400, ECR 405, old Gitea 404. */
const refusing: readonly (number | undefined)[] = [400, 404, 405, 406, 415, 422];
/** What they say where something else is wrong. */
const otherTroubles = [
  'BLOB_UNKNOWN',
  'DENIED',
  'DIGEST_INVALID',
  'MANIFEST_BLOB_UNKNOWN',
  'MANIFEST_UNKNOWN',
  'NAME_INVALID',
  'NAME_UNKNOWN',
  'SIZE_INVALID',
  'TAG_INVALID',
  'UNAUTHORIZED',
];

/** Sees how the pushes of one index end. */
export class IndexPushes {
  readonly #failures: unknown[] = [];

  /** The verbs, looked at. */
  watch(verbs: PublishVerbs, index: ManifestBytes): PublishVerbs {
    return {
      headManifest: async (repository, reference) => verbs.headManifest(repository, reference),
      getManifest: async (repository, reference) => verbs.getManifest(repository, reference),
      putManifest: async (repository, reference, manifest) => {
        try {
          return await verbs.putManifest(repository, reference, manifest);
        } catch (error) {
          if (reference === index.digest) this.#failures.push(error);
          throw error;
        }
      },
    };
  }

  /** What a registry said that takes no OCI index, where nothing else went wrong. */
  get refusal(): RegistryError | undefined {
    const [first, ...more] = this.#failures;
    return isRefusal(first) && more.every(isRefusal) ? first : undefined;
  }
}

function isRefusal(error: unknown): error is RegistryError {
  return (
    error instanceof RegistryError &&
    (error.code === 'E_REGISTRY' || error.code === 'E_NOT_FOUND') &&
    refusing.includes(error.status) &&
    !error.says(...otherTroubles)
  );
}

/**
 * Publishes; where a registry refuses the OCI index and `format` leaves the choice to us, the same images once more as a Docker list,
 * whose entries may be OCI images for every engine. No tag has moved by then: an index is pushed by its digest first.
 * @param publish with a watch on the pushes of the index
 * @throws what the registry said to the OCI index, where there can be no Docker list or it is refused too
 */
export async function publishAsTaken<T>(
  built: BuiltIndex,
  publish: (built: BuiltIndex, pushes: IndexPushes) => Promise<T>,
  log: Log,
): Promise<T> {
  let refusal: RegistryError | undefined;
  // Twice: what a gateway says once, of whatever it is, must not decide what is published.
  for (let tries = 1; tries <= 2; tries += 1) {
    const pushes = new IndexPushes();
    try {
      return await publish(built, pushes);
    } catch (error) {
      ({ refusal } = pushes);
      if (refusal === undefined || built.index.mediaType !== mediaTypes.ociIndex) throw error;
    }
  }
  if (refusal === undefined) throw new CodedError('E_INTERNAL', 'an index was neither taken nor refused');
  const instead = dockerListOf(built, refusal);
  log.warning(`${refusal.message}: it seems to take no OCI index, so the list is published as a Docker one`);
  const second = new IndexPushes();
  try {
    return await publish(instead, second);
  } catch (again) {
    throw second.refusal === undefined ? again : refusal;
  }
}

function dockerListOf({ dockerList }: BuiltIndex, refusal: RegistryError): BuiltIndex {
  if (dockerList === undefined) {
    throw refusal.with({
      hint: `${refusal.hint}; if it takes no OCI index, a list that is made anew with format auto becomes a Docker one`,
    });
  }
  try {
    return dockerList();
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    throw refusal.with({
      message: `${refusal.message}: it seems to take no OCI index, and ${error.message}`,
      hint: 'leave annotations and attestations out (attestations: strip), or publish to a registry that takes an OCI index',
    });
  }
}
