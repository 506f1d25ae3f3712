import { CodedError, quote } from '../errors.ts';
import type { GithubEnvironment } from '../github/environment.ts';
import type { Leg } from '../handover/leg.ts';
import type { LegRecord } from '../handover/record.ts';
import type { InputsOf } from '../inputs/table.ts';
import { targetsOf } from '../inputs/targets.ts';
import type { Log } from '../log.ts';

type Run = Pick<GithubEnvironment, 'repository' | 'workflow'>;

/**
 * Records that were named one by one, those of strangers with their problem (E_RECORD), so that nothing is asked of where they
 * lead. Who can write a record can name any image in it. In a workflow that may be another job; in a shell it is who runs the
 * command, who is told. A reference in its place is a person's own word, and may lead anywhere.
 */
export function refusingStrange(
  legs: readonly Leg[],
  inputs: InputsOf<'merge'>,
  github: Run,
  log: Log,
): readonly Leg[] {
  const images = inputs.output === undefined ? targetsOf(inputs.images, inputs.tags) : [];
  const listed = new Set(images.map(({ image }) => image.name));
  return legs.map((leg) => {
    if (leg.record === undefined) return leg;
    const elsewhere = otherImage(leg, listed);
    const problem =
      otherRepository(leg.record, leg.origin, github) ?? (github.workflow ? elsewhere : undefined);
    if (problem !== undefined) return { ...leg, problem };
    if (elsewhere !== undefined)
      log.warning(`${elsewhere.message}: see that the leg was meant to push there`);
    return leg;
  });
}

/** The repository of source that a record is of, where it is known to be another than the run's: a fork's, above all. */
export function isOfOtherRepository(
  { run }: LegRecord,
  { repository }: Pick<GithubEnvironment, 'repository'>,
): boolean {
  const said = run?.repository?.toLowerCase();
  return said !== undefined && repository !== undefined && said !== repository.toLowerCase();
}

function otherRepository(
  record: LegRecord,
  origin: string,
  github: Pick<GithubEnvironment, 'repository'>,
): CodedError | undefined {
  if (!isOfOtherRepository(record, github)) return undefined;
  return new CodedError(
    'E_RECORD',
    `${origin} was made by a run of ${quote(record.run?.repository ?? '')}, and this is one of ${quote(github.repository ?? '')}`,
    { hint: 'take the records of this repository only: those of a fork are what anybody may have written' },
  );
}

function otherImage(
  { origin, repository, ref, record }: Leg,
  listed: ReadonlySet<string>,
): CodedError | undefined {
  if (listed.size === 0 || record?.pushed === false || listed.has(repository.name)) return undefined;
  return new CodedError(
    'E_RECORD',
    `${origin} says that its image is in ${repository.name}, which is not one of images (${[...listed].join(', ')})`,
    {
      hint: `give build and merge the same images; where it is meant to be copied from there, write the reference in the place of the record: ${repository.name}@${ref}`,
    },
  );
}
