import { CodedError, quote, show, toCodedError } from '../errors.ts';
import { groupBy } from '../group-by.ts';
import type { Log } from '../log.ts';
import { formatPlatform, platformSlug } from '../platform/platform.ts';
import { parseArtifactName, recordFileName, type ListName, type RecordName } from './artifact-name.ts';
import { maxListed, type Artifacts, type ListedArtifact } from './artifacts.ts';
import { legOfRecord, type Leg } from './leg.ts';
import { maxRecordBytes, parseRecord, type LegRecord } from './record.ts';
import { onlyFileOf } from './zip.ts';

/** The run that the fan-in belongs to, as the runner tells it. */
export interface ThisRun {
  readonly id: string | undefined;
  readonly attempt: number | undefined;
  readonly sha: string | undefined;
  /** `owner/name` */
  readonly repository: string | undefined;
}

interface Named extends RecordName {
  readonly artifact: ListedArtifact;
}

/** An artifact that should hold a record, and does not hold one that counts. */
export interface BadArtifact {
  /** As its name says it: `linux-arm-v7`. */
  readonly platform: string;
  readonly origin: string;
  readonly problem: CodedError;
}

export interface ArtifactLegs {
  readonly legs: readonly Leg[];
  readonly bad: readonly BadArtifact[];
}

/**
 * The legs of this run that handed a record over as an artifact: of each platform the newest attempt, so that a leg that
 * was run again counts with its siblings of the first attempt. Of two jobs that made the same platform in one attempt both
 * count, and the set is found to be wrong.
 * @throws E_GITHUB, E_NETWORK where the service can't be asked
 */
export async function artifactLegs(
  artifacts: Artifacts,
  list: ListName,
  run: ThisRun,
  log: Log,
): Promise<ArtifactLegs> {
  const listed = await artifacts.list();
  if (listed.length >= maxListed) {
    log.warning(
      `this run has ${listed.length} artifacts, and the service lists no more than ${maxListed}: a record may be among the others`,
    );
  }
  const named = listed.flatMap((artifact): Named[] => {
    const name = parseArtifactName(list, artifact.name);
    return name === undefined ? [] : [{ ...name, artifact }];
  });
  const sorted = named.sort((a, b) => (a.artifact.name < b.artifact.name ? -1 : 1));
  const newest = [...groupBy(sorted, ({ platform }) => platform).values()].flatMap((all) =>
    newestOf(all, log),
  );
  const read = await Promise.all(
    newest.map(async (one) => {
      const origin = `artifact ${one.artifact.name}`;
      try {
        return legOfRecord(await readRecord(artifacts, one, list, run, origin), origin);
      } catch (error) {
        return { platform: one.platform, origin, problem: toCodedError(error) };
      }
    }),
  );
  return {
    legs: read.filter((each): each is Leg => 'index' in each),
    bad: read.filter((each): each is BadArtifact => 'problem' in each),
  };
}

/** Of one platform: of its newest attempt the last artifact of each job. */
function newestOf(all: readonly Named[], log: Log): Named[] {
  const attempt = Math.max(...all.map((one) => one.attempt));
  const jobs = groupBy(
    all.filter((one) => one.attempt === attempt),
    ({ artifact }) => artifact.job,
  );
  const kept = [...jobs.values()].map((own) => own.reduce((a, b) => (b.artifact.id > a.artifact.id ? b : a)));
  for (const { artifact } of all.filter((one) => !kept.includes(one))) {
    log.info(
      `artifact ${show(artifact.name)} is left aside: ${kept.map((one) => one.artifact.name).join(', ')} is newer`,
    );
  }
  return kept;
}

async function readRecord(
  artifacts: Artifacts,
  { artifact, platform, attempt }: Named,
  list: ListName,
  run: ThisRun,
  origin: string,
): Promise<LegRecord> {
  const zip = await artifacts.read(artifact);
  const record = parseRecord(
    onlyFileOf(zip, recordFileName, maxRecordBytes, origin),
    `the record in ${origin}`,
  );
  const said = record.run;
  const wrong = [
    differs('image', record.image.name, list.image.name),
    differs('platform', platformSlug(record.platform), platform),
    differs('run', said?.id, run.id),
    differs('repository', said?.repository, run.repository),
    differs('attempt', said?.attempt, attempt),
    said?.job === artifact.job ? undefined : 'was made by another job than the leg that it tells of',
    run.attempt !== undefined && attempt > run.attempt
      ? `is of attempt ${attempt}, and this is attempt ${run.attempt}`
      : undefined,
  ].filter((problem) => problem !== undefined);
  if (wrong.length > 0) {
    throw new CodedError('E_RECORD', `${origin} ${wrong.join(', ')}`, {
      hint: 'it is not what a leg of this run handed over; see which job made this artifact, and run the leg again',
    });
  }
  if (run.sha === undefined || said?.sha === run.sha) return record;
  throw new CodedError(
    'E_REVISION_MISMATCH',
    `${origin} (${formatPlatform(record.platform)}) is of commit ${show(said?.sha ?? 'unknown')}, not ${run.sha}`,
    { hint: 'run that leg again for this commit' },
  );
}

function differs(
  what: string,
  said: string | number | undefined,
  is: string | number | undefined,
): string | undefined {
  if (is === undefined || said === is) return undefined;
  return said === undefined
    ? `names no ${what}`
    : `says ${what} ${quote(String(said))}, not ${quote(String(is))}`;
}
