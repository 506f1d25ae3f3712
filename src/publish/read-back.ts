import { CodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Digest } from '../oci/digest.ts';
import type { ManifestBytes } from '../oci/manifest-bytes.ts';
import type { Repository } from '../oci/reference.ts';
import { tagName, type HeldTag, type PublishVerbs } from './verbs.ts';

/** Waiting, as the caller has it: rejects when the command is cancelled. */
export type Sleep = (ms: number) => Promise<void>;

/**
 * How long a registry may show the state before our own write: GHCR, Docker Hub and geo-replicated ones lag. In ms.
 * Only reads that this run's own writes made necessary are given this patience.
 */
const lagBudgetMs = 5 * 60_000;
const firstWaitMs = 500;
const longestWaitMs = 30_000;

export interface ReadBackDeps {
  readonly log: Log;
  readonly sleep: Sleep;
}

/**
 * Reads until `settled` says that the answer is not just a lagging one, or the budget is spent; gives the last answer.
 * For reads that this run's own writes made necessary, and for no others.
 * @param what for the log: the reference that is read
 */
export async function readPatiently<T>(
  what: string,
  read: () => Promise<T>,
  settled: (answer: T) => boolean,
  { log, sleep }: ReadBackDeps,
): Promise<T> {
  let waited = 0;
  for (let wait = firstWaitMs; ; wait = Math.min(wait * 2, longestWaitMs)) {
    const answer = await read();
    if (settled(answer) || waited >= lagBudgetMs) return answer;
    const next = Math.min(wait, lagBudgetMs - waited);
    log.info(`${what} does not show what was just written yet; reading again in ${next / 1000} s`);
    await sleep(next);
    waited += next;
  }
}

/**
 * Reads the index that this run pushed back by its digest, so a lagging answer is worth a wait.
 * @throws E_NOT_FOUND when the registry does not have it; the client throws E_DIGEST_MISMATCH for other bytes
 */
export async function readBackIndex(
  verbs: PublishVerbs,
  repository: Repository,
  index: ManifestBytes,
  deps: ReadBackDeps,
): Promise<void> {
  const name = `${repository.name}@${index.digest}`;
  const found = await readPatiently(
    name,
    async () => verbs.getManifest(repository, index.digest),
    (answer) => answer !== undefined,
    deps,
  );
  if (found !== undefined) return;
  throw new CodedError('E_NOT_FOUND', `${name} was accepted, yet the registry does not show it`, {
    hint: 'no tag was changed; run the merge again, and if it goes on tell whoever runs the registry',
  });
}

/**
 * Reads a tag back and says whether it stands at `digest`.
 * @param wrote whether this run wrote the tag
 * @throws E_TAG_MOVED when it shows another list
 */
export async function readBackTag(
  verbs: PublishVerbs,
  target: HeldTag,
  digest: Digest,
  wrote: boolean,
  deps: ReadBackDeps,
): Promise<void> {
  const found = await readPatiently(
    tagName(target),
    async () => (await verbs.getManifest(target.repository, target.tag))?.digest,
    (answer) => !wrote || (answer !== undefined && answer !== target.held),
    deps,
  );
  if (found === digest) return;
  throw new CodedError(
    'E_TAG_MOVED',
    `${tagName(target)} holds ${found ?? 'nothing'}, not ${digest} as this run left it`,
    { hint: wrote && found === target.held ? unmovedHint : movedHint },
  );
}

const movedHint =
  'another run published the same tag meanwhile; let one run at a time publish it (concurrency: in the workflow), then run the right one again';
/** After so long a wait it is hardly a lag any more, and may be one all the same. */
const unmovedHint =
  'that is what it held before: the registry is slow to show what it took, or another run put it back; see in some minutes, and run the merge again if nothing has changed';
