import { CodedError, show, toCodedError } from '../errors.ts';
import type { Leg } from '../handover/leg.ts';
import type { Log } from '../log.ts';
import type { Repository } from '../oci/reference.ts';
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
  const source = await readLeg(leg, tolerated, deps);
  if (source !== undefined) return { leg, source };
  for (const ref of leg.earlier ?? []) {
    const before = { ...leg, ref, origin: `${leg.origin}, in an earlier attempt ${ref}` };
    const found = await readLeg(before, tolerated, deps);
    if (found === undefined) continue;
    deps.log.info(`${leg.origin} is not there: ${ref} is taken, of an earlier attempt`);
    return { leg: before, source: found };
  }
  return undefined;
}

async function readLeg(
  leg: Leg,
  tolerated: Tolerate | undefined,
  deps: ReadLegDeps,
): Promise<ProvenSource | undefined> {
  const reader = deps.readerOf(leg.repository);
  const { anchor, ref, repository, promised } = leg;
  const anchoredReader = anchor === undefined ? reader : await readAnchor(reader, leg, anchor, deps);
  const name = ref === '' ? repository.name : `${repository.name}${ref.includes(':') ? '@' : ':'}${ref}`;
  return readSource(anchoredReader, ref, name, promised, tolerated);
}

/**
 * Any job of a run may delete an artifact and make it again, and only who may push can move a tag: the leg's arch tag has to
 * hold what its record says. A tag that a run for another commit has taken since says nothing; then the digest stands alone.
 * It costs nothing: what is read by the tag is not read by the digest again.
 * @throws E_RECORD where the two differ
 */
async function readAnchor(
  reader: ContentReader,
  { ref, origin, repository }: Leg,
  anchor: string,
  { commit, log }: ReadLegDeps,
): Promise<ContentReader> {
  const name = `${repository.name}:${anchor}`;
  const held = await reader.manifest(anchor);
  if (held === undefined) {
    log.warning(
      `${name} is not there, so that the record in ${origin} is held against no tag; give merge the same arch-tag, images and tags as build`,
    );
    return reader;
  }
  if (held.digest === ref) {
    return { ...reader, manifest: async (other) => (other === ref ? held : reader.manifest(other)) };
  }
  const { images } = await expandSource(reader, held, name);
  const labels = images.map(({ config }) => config.labels[revisionKey]);
  if (
    commit !== undefined &&
    labels.length > 0 &&
    labels.every((label) => label !== undefined && label !== commit)
  ) {
    log.info(`${name} is of commit ${show(labels[0] ?? '')} by now; ${ref} is taken, as ${origin} says`);
    return reader;
  }
  throw new CodedError('E_RECORD', `${origin} says ${ref}, and ${name} holds ${held.digest}`, {
    hint: 'the artifact was made again by something else than the leg, or the leg pushed again and did not end: run that leg again; where another run of this commit pushes the same tag, put {run} into arch-tag, in build and merge alike',
  });
}
