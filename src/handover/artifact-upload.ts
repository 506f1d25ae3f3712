import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError, show } from '../errors.ts';
import type { Log } from '../log.ts';
import { recordFileName } from './artifact-name.ts';

export interface UploadDeps {
  readonly log: Log;
  readonly sleep: (ms: number) => Promise<void>;
  /** A folder of this run alone. */
  readonly scratch: () => Promise<string>;
  /** GITHUB_RETENTION_DAYS: what the repository keeps at most. */
  readonly retentionDays: string | undefined;
  readonly signal: AbortSignal;
  /** How long one try may take; default 2 minutes. The package waits 5 for a storage that is silent, and as long again at each try. */
  readonly tryMs?: number;
}

/** Failed jobs can be run again for so long. https://docs.github.com/en/actions/how-tos/manage-workflow-runs/re-run-workflows-and-jobs */
const keptDays = 30;
const waitsMs = [2_000, 5_000, 15_000];
const longestTryMs = 120_000;

/**
 * Makes an artifact that holds the record and nothing else. @actions/artifact tries again what the service refuses for now,
 * and gives up at once where the connection breaks: that is tried again here, under another name, since a name that the
 * service may have seen is spent.
 * @param nameOf the name of a try, the first of which is 1
 * @returns the name that it stands under
 * @throws E_GITHUB when it is not there after all tries
 */
export async function uploadRecord(
  record: Uint8Array,
  nameOf: (upload: number) => string,
  { log, sleep, scratch, retentionDays, signal, tryMs = longestTryMs }: UploadDeps,
): Promise<string> {
  const folder = join(await scratch(), 'handover');
  const file = join(folder, recordFileName);
  await mkdir(folder, { recursive: true });
  await writeFile(file, record);
  const { DefaultArtifactClient } = await import('@actions/artifact');
  const kept = Math.min(
    keptDays,
    /^[1-9]\d{0,3}$/u.test(retentionDays ?? '') ? Number(retentionDays) : keptDays,
  );
  for (let upload = 1; ; upload += 1) {
    signal.throwIfAborted();
    const name = nameOf(upload);
    try {
      await withoutStdout(log, async () =>
        unlessAborted(
          AbortSignal.any([signal, AbortSignal.timeout(tryMs)]),
          new DefaultArtifactClient().uploadArtifact(name, [file], folder, { retentionDays: kept }),
        ),
      );
      return name;
    } catch (error) {
      signal.throwIfAborted();
      const isSilent = error instanceof DOMException && error.name === 'TimeoutError';
      const said = error instanceof Error ? error.message : String(error);
      const why = isSilent ? `no answer within ${tryMs / 1000} s` : show(said, 300);
      // Twice silent is silent: a scarce machine has better things to do.
      const wait = isSilent && upload > 1 ? undefined : waitsMs[upload - 1];
      if (wait === undefined || isFinal(why)) throw notUploaded(name, why, error);
      log.info(`artifact ${name} was not made: ${why}; trying again in ${wait / 1000} s`);
      await sleep(wait);
    }
  }
}

/** The package can't be stopped; what it is still doing ends with the process. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
  });
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A token that is not taken, and a storage that is full, are the same next time; and five attempts are enough. */
function isFinal(why: string): boolean {
  return /\((?:400|401|403|404)\)|storage quota|after \d+ attempts/iu.test(why);
}

function notUploaded(name: string, why: string, cause: unknown): CodedError {
  return new CodedError('E_GITHUB', `the record can't be handed over as artifact ${name}: ${why}`, {
    hint: 'see https://www.githubstatus.com and run this leg again, or let handover be registry in all legs and in the merge',
    cause,
  });
}

/**
 * @actions/artifact talks on stdout, where a command's own result goes. Its words are detail for us, told when it has
 * ended, since a log may write to stdout too; what it wants to be masked is masked first.
 */
async function withoutStdout<T>(log: Log, work: () => Promise<T>): Promise<T> {
  const { stdout } = process;
  const write = stdout.write.bind(stdout);
  const words: string[] = [];
  stdout.write = (chunk: string | Uint8Array): boolean => {
    words.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
    return true;
  };
  try {
    return await work();
  } finally {
    stdout.write = write;
    tell(words.join('').split(/\r?\n/u), log);
  }
}

const maskCommand = '::add-mask::';

function tell(lines: readonly string[], log: Log): void {
  for (const line of lines.filter((each) => each.startsWith(maskCommand))) {
    log.secret(decoded(line.slice(maskCommand.length)));
  }
  for (const line of lines.filter((each) => each !== '' && !each.startsWith(maskCommand))) {
    log.debug(`@actions/artifact: ${show(line, 500)}`);
  }
}

/** As the runner reads a command's data. https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts */
function decoded(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
}
