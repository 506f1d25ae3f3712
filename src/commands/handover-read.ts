import { CodedError, show, toCodedError } from '../errors.ts';
import { legOfRecord, type Leg } from '../handover/leg.ts';
import type { LegRecord } from '../handover/record.ts';
import type { Log } from '../log.ts';
import type { Digest } from '../oci/digest.ts';
import type { Repository } from '../oci/reference.ts';
import type { Platform } from '../platform/platform.ts';
import { revisionKey } from '../verify/image-checks.ts';
import {
  expandSource,
  otherKinds,
  readSource,
  type ContentReader,
  type ProvenSource,
  type Tolerate,
} from '../verify/source.ts';

/** A leg, and what was read at the place that it names. */
export interface ReadLeg {
  readonly leg: Leg;
  readonly source: ProvenSource;
}

/** What reading one leg gave; `undefined`: it is not there. */
export type LegRead = ReadLeg | CodedError | undefined;

export interface ReadLegDeps {
  readonly readerOf: (repository: Repository) => ContentReader;
  /** The commit that the legs are to be of, where it is known. */
  readonly commit: string | undefined;
  readonly log: Log;
  /** The record that a leg left beside an image, where legs that could not hand over as artifacts may have done so. */
  readonly recordBeside?:
    | ((
        repository: Repository,
        image: { digest: Digest; platform: Platform },
      ) => Promise<LegRecord | undefined>)
    | undefined;
}

/** Reads and proves every leg at once; `undefined` stands for one that is not there. */
export async function readLegs(legs: readonly Leg[], deps: ReadLegDeps): Promise<LegRead[]> {
  const [only, ...others] = legs;
  // A list that is promoted as it is may hold what nobody here understands.
  const tolerated = only?.index === 'all' && others.length === 0 ? otherKinds : undefined;
  return Promise.all(
    legs.map(async (leg) => {
      if (leg.problem !== undefined) return leg.problem;
      if (leg.unheard === 'absent' || leg.record?.pushed === false) return undefined;
      try {
        return await readNewest(leg, tolerated, deps);
      } catch (error) {
        return toCodedError(error);
      }
    }),
  );
}

/** At its own tag, else at that of the newest attempt in which it pushed. */
async function readNewest(
  leg: Leg,
  tolerated: Tolerate | undefined,
  deps: ReadLegDeps,
): Promise<ReadLeg | undefined> {
  const read = await readLeg(leg, tolerated, deps);
  if (read !== undefined) return read;
  for (const ref of leg.earlier ?? []) {
    const before = { ...leg, ref, origin: `${leg.origin}, in an earlier attempt ${ref}` };
    const found = await readLeg(before, tolerated, deps);
    if (found === undefined) continue;
    deps.log.info(`${leg.origin} is not there: ${ref} is taken, of an earlier attempt`);
    return found;
  }
  return undefined;
}

async function readLeg(
  told: Leg,
  tolerated: Tolerate | undefined,
  deps: ReadLegDeps,
): Promise<ReadLeg | undefined> {
  const plain = deps.readerOf(told.repository);
  const { leg, reader } =
    told.anchor === undefined
      ? { leg: told, reader: plain }
      : await readAnchor(plain, told, told.anchor, deps);
  const { ref, repository, promised } = leg;
  const name = ref === '' ? repository.name : `${repository.name}${ref.includes(':') ? '@' : ':'}${ref}`;
  const source = await readSource(reader, ref, name, promised, tolerated);
  return source && { leg, source };
}

/**
 * Any job of a run may delete an artifact and make it again, and only who may push can move a tag: the leg's arch tag has to
 * hold what its record says. A tag that a run for another commit has taken since says nothing; then the digest stands alone.
 * It costs nothing: what is read by the tag is not read by the digest again.
 * @throws E_RECORD where the two differ
 */
async function readAnchor(
  reader: ContentReader,
  leg: Leg,
  anchor: string,
  deps: ReadLegDeps,
): Promise<{ readonly leg: Leg; readonly reader: ContentReader }> {
  const { ref, origin, repository } = leg;
  const { commit, log } = deps;
  const name = `${repository.name}:${anchor}`;
  const held = await reader.manifest(anchor);
  if (held === undefined) {
    log.warning(
      `${name} is not there, so that the record in ${origin} is held against no tag; give merge the same arch-tag, images and tags as build`,
    );
    return { leg, reader };
  }
  const readOnce = {
    ...reader,
    manifest: async (other: string) => (other === held.digest ? held : reader.manifest(other)),
  };
  if (held.digest === ref) return { leg, reader: readOnce };
  const { images } = await expandSource(reader, held, name);
  const labels = images.map(({ config }) => config.labels[revisionKey]);
  if (
    commit !== undefined &&
    labels.length > 0 &&
    labels.every((label) => label !== undefined && label !== commit)
  ) {
    log.info(`${name} is of commit ${show(labels[0] ?? '')} by now; ${ref} is taken, as ${origin} says`);
    return { leg, reader };
  }
  const later = await laterRecord(leg, held.digest, deps);
  if (later !== undefined) {
    log.info(`${origin} is left aside: the record beside ${name} is newer`);
    return { leg: legOfRecord(later, `the record beside ${name}`), reader: readOnce };
  }
  throw new CodedError('E_RECORD', `${origin} says ${ref}, and ${name} holds ${held.digest}`, {
    hint: 'the artifact was made again by something else than the leg, or the leg pushed again and did not end: run that leg again; where another run of this commit pushes the same tag, put {run} into arch-tag, in build and merge alike',
  });
}

/** What the same leg left in the registry in a later attempt of this run, in which it could make no artifact. */
async function laterRecord(
  { claimed, record, repository }: Leg,
  digest: Digest,
  { recordBeside }: ReadLegDeps,
): Promise<LegRecord | undefined> {
  if (recordBeside === undefined || claimed === undefined || record?.run?.id === undefined) return undefined;
  const found = await recordBeside(repository, { digest, platform: claimed });
  const isLater = (found?.run?.attempt ?? 0) > (record.run.attempt ?? 0);
  return found?.run?.id === record.run.id && isLater ? found : undefined;
}
