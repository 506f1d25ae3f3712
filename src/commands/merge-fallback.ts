import { CodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import { mediaTypes } from '../oci/media-types.ts';
import type { PublishVerbs } from '../publish/verbs.ts';
import { RegistryError } from '../registry/errors.ts';
import type { BuiltIndex } from './merge-index.ts';

/** Statuses that registries give to a kind of manifest which they do not know: distribution and others 400, ECR 405, old Gitea 404. */
const refusing: readonly (number | undefined)[] = [400, 404, 405, 406, 415, 422];
/** Error codes that come with the same statuses and mean something else. */
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

/** The same verbs, whose pushes of the index are watched: to be published with. */
export type Watch = (verbs: PublishVerbs) => PublishVerbs;

/** Remembers how the pushes of one index by its digest failed. */
class IndexPushes {
  readonly #index: ManifestBytes;
  readonly #failures: unknown[] = [];

  constructor({ index }: BuiltIndex) {
    this.#index = index;
  }

  /** A refusal counts once it was said twice: what a gateway says once, of whatever it is, must not decide what is published. */
  readonly watch: Watch = (verbs) => {
    return {
      headManifest: async (repository, reference) => verbs.headManifest(repository, reference),
      getManifest: async (repository, reference) => verbs.getManifest(repository, reference),
      putManifest: async (repository, reference, manifest) => {
        if (reference !== this.#index.digest) return verbs.putManifest(repository, reference, manifest);
        const put = async () => verbs.putManifest(repository, reference, manifest);
        try {
          return await put().catch(async (error: unknown) => {
            if (isRefusal(error)) return put();
            throw error;
          });
        } catch (error) {
          this.#failures.push(error);
          throw error;
        }
      },
    };
  };

  /** The answer of a registry that takes no OCI index; undefined where anything else went wrong as well. */
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
 * Publishes the list. Where a registry refuses an OCI index and `format` leaves the choice to us, the same images are published
 * as a Docker list instead; engines take OCI images in it. No tag has moved by then, since an index is pushed by its digest first.
 * @throws what `publish` throws; what the registry said to the OCI index, where there can be no Docker list or it is refused too
 */
export async function publishAsTaken<T>(
  built: BuiltIndex,
  publish: (built: BuiltIndex, watch: Watch) => Promise<T>,
  log: Log,
): Promise<T> {
  const pushes = new IndexPushes(built);
  try {
    return await publish(built, pushes.watch);
  } catch (error) {
    const { refusal } = pushes;
    if (refusal === undefined || built.index.mediaType !== mediaTypes.ociIndex) throw error;
    return publishInstead(dockerListOf(built, refusal), refusal, publish, log);
  }
}

async function publishInstead<T>(
  dockerList: BuiltIndex,
  refusal: RegistryError,
  publish: (built: BuiltIndex, watch: Watch) => Promise<T>,
  log: Log,
): Promise<T> {
  log.warning(`${refusal.message}: it seems to take no OCI index, so the list is published as a Docker one`);
  const pushes = new IndexPushes(dockerList);
  try {
    return await publish(dockerList, pushes.watch);
  } catch (error) {
    throw pushes.refusal === undefined ? error : refusal;
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
