import type { Log } from '../log.ts';

/** How one commit stands to another: GitHub's words, or undefined where it did not tell. */
export type CommitOrder = 'ahead' | 'behind' | 'identical' | 'diverged' | undefined;

/** Asks how `head` stands to `base`. Never fails: what can't be told is undefined. */
export type CompareCommits = (base: string, head: string) => Promise<CommitOrder>;

export interface CompareOptions {
  readonly token: string | undefined;
  /** `owner/name` */
  readonly repository: string | undefined;
  /** GITHUB_API_URL; another one on GitHub Enterprise Server. */
  readonly apiUrl: string | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const timeoutMs = 10_000;
const commitForm = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * Ancestry as GitHub knows it, asked only where there is a token and both are commits; its silence is told in the log and
 * fails nothing.
 * https://docs.github.com/en/rest/commits/commits#compare-two-commits
 */
export function compareCommits({ token, repository, apiUrl, log, signal }: CompareOptions): CompareCommits {
  return async (base, head) => {
    const [owner = '', repo = ''] = repository?.split('/') ?? [];
    if (
      token === undefined ||
      owner === '' ||
      repo === '' ||
      !commitForm.test(base) ||
      !commitForm.test(head)
    )
      return undefined;
    const { Octokit } = await import('@octokit/rest');
    const octokit = new Octokit({
      auth: token,
      ...(apiUrl !== undefined && { baseUrl: apiUrl }),
      log: quiet,
    });
    try {
      const { data } = await octokit.rest.repos.compareCommitsWithBasehead({
        owner,
        repo,
        basehead: `${base}...${head}`,
        per_page: 1,
        request: { signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]) },
      });
      return data.status;
    } catch (error) {
      if (signal.aborted) throw error;
      const status =
        typeof error === 'object' && error !== null && 'status' in error ? ` (${String(error.status)})` : '';
      log.info(
        `GitHub does not tell how ${head} stands to ${base}${status}; the times of the commits decide`,
      );
      return undefined;
    }
  };
}

const quiet = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
