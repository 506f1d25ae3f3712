import { CodedError, quote } from '../errors.ts';

/** What the runner says of the job, read once. Outside a workflow all of it is undefined. */
export interface GithubEnvironment {
  /** True in a job of a workflow. */
  readonly workflow: boolean;
  /** The commit that the run is about. */
  readonly sha: string | undefined;
  /** `owner/name`. */
  readonly repository: string | undefined;
  /** Where the source can be seen: `https://github.com/owner/name`. */
  readonly sourceUrl: string | undefined;
  readonly runId: string | undefined;
  readonly runAttempt: number | undefined;
  readonly eventName: string | undefined;
  /** As the runner tells it; a label or an unpatched build can make it wrong, so nothing is decided by it. */
  readonly runnerArch: string | undefined;
  /** The commit's own time in RFC 3339, where the event carries the commit. */
  readonly commitTime: string | undefined;
}

/** Reads at most `max + 1` bytes of a file. */
type ReadFile = (path: string, max: number) => Promise<Uint8Array>;

const maxEventBytes = 8 * 1024 * 1024;

/**
 * The job's environment, from `GITHUB_*`, `RUNNER_*` and the event's file.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/variables
 * @throws E_GITHUB when the runner names an event file that can't be read
 */
export async function githubEnvironment(
  env: NodeJS.ProcessEnv,
  readFile: ReadFile,
): Promise<GithubEnvironment> {
  const workflow = env['GITHUB_ACTIONS'] === 'true';
  const value = (name: string): string | undefined => (workflow && env[name] !== '' ? env[name] : undefined);
  const sha = value('GITHUB_SHA');
  const repository = value('GITHUB_REPOSITORY');
  const server = value('GITHUB_SERVER_URL');
  const attempt = value('GITHUB_RUN_ATTEMPT');
  const eventPath = value('GITHUB_EVENT_PATH');
  return {
    workflow,
    sha,
    repository,
    sourceUrl: server !== undefined && repository !== undefined ? `${server}/${repository}` : undefined,
    runId: value('GITHUB_RUN_ID'),
    runAttempt: attempt !== undefined && /^[1-9]\d{0,5}$/.test(attempt) ? Number(attempt) : undefined,
    eventName: value('GITHUB_EVENT_NAME'),
    runnerArch: value('RUNNER_ARCH'),
    commitTime:
      eventPath === undefined || sha === undefined ? undefined : await commitTime(eventPath, sha, readFile),
  };
}

/** Events on which nothing may be pushed unless it was asked for: their code may come from anybody. */
export function isPullRequest(environment: GithubEnvironment): boolean {
  return environment.eventName?.startsWith('pull_request') ?? false;
}

async function commitTime(path: string, sha: string, readFile: ReadFile): Promise<string | undefined> {
  const event = parseEvent(path, await readEvent(path, readFile));
  const commit = property(event, 'head_commit');
  const timestamp = property(commit, 'timestamp');
  if (property(commit, 'id') !== sha || typeof timestamp !== 'string') return undefined;
  const time = new Date(timestamp);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString().replace('.000Z', 'Z');
}

async function readEvent(path: string, readFile: ReadFile): Promise<Uint8Array> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path, maxEventBytes);
  } catch (error) {
    throw new CodedError('E_GITHUB', `the event file ${quote(path)} can't be read`, {
      hint: 'the runner writes it and names it in GITHUB_EVENT_PATH; see what removed it',
      cause: error,
    });
  }
  if (bytes.length <= maxEventBytes) return bytes;
  throw new CodedError('E_GITHUB', `the event file ${quote(path)} is larger than ${maxEventBytes} bytes`, {
    hint: 'see what wrote GITHUB_EVENT_PATH',
  });
}

function parseEvent(path: string, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw new CodedError('E_GITHUB', `the event file ${quote(path)} is not JSON`, {
      hint: 'see what wrote GITHUB_EVENT_PATH',
      cause: error,
    });
  }
}

function property(value: unknown, name: string): unknown {
  return value !== null && typeof value === 'object' && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
