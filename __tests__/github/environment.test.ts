import { describe, expect, test } from '@jest/globals';
import { githubEnvironment, isPullRequest, type GithubEnvironment } from '../../src/github/environment.ts';
import { rejection } from '../support/failure.ts';

const job = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SHA: 'abc',
  GITHUB_REPOSITORY: 'acme/app',
  GITHUB_SERVER_URL: 'https://github.com',
  GITHUB_RUN_ID: '123',
  GITHUB_RUN_ATTEMPT: '2',
  GITHUB_EVENT_NAME: 'push',
  RUNNER_ARCH: 'X64',
};

async function read(env: NodeJS.ProcessEnv, event?: unknown): Promise<GithubEnvironment> {
  const text = typeof event === 'string' ? event : JSON.stringify(event);
  const withEvent = event === undefined ? env : { ...env, GITHUB_EVENT_PATH: '/event.json' };
  return githubEnvironment(withEvent, (path, max) => {
    if (path !== '/event.json') throw new Error(`nobody named ${path}`);
    return Promise.resolve(Buffer.from(text).subarray(0, max + 1));
  });
}

describe('the environment of a job', () => {
  test('is what the runner says', async () => {
    expect(await read(job)).toEqual({
      workflow: true,
      sha: 'abc',
      repository: 'acme/app',
      sourceUrl: 'https://github.com/acme/app',
      runId: '123',
      runAttempt: 2,
      eventName: 'push',
      runnerArch: 'X64',
      commitTime: undefined,
    });
  });

  test('is nothing outside a workflow, whatever variables are left over there', async () => {
    const found = await read({ ...job, GITHUB_ACTIONS: undefined }, { head_commit: { id: 'abc' } });
    expect(found.workflow).toBe(false);
    expect(Object.values(found).filter((value) => value !== undefined && value !== false)).toEqual([]);
  });

  test.each(['0', '-1', '1e3', 'two', '9999999', ''])('an attempt %j is none', async (attempt) => {
    expect((await read({ ...job, GITHUB_RUN_ATTEMPT: attempt })).runAttempt).toBeUndefined();
  });

  test('an empty variable says nothing', async () => {
    expect(await read({ ...job, GITHUB_SHA: '', GITHUB_SERVER_URL: '' })).toMatchObject({
      sha: undefined,
      sourceUrl: undefined,
    });
  });
});

describe("the commit's own time", () => {
  test.each<[string, unknown, string | undefined]>([
    [
      'is in UTC',
      { head_commit: { id: 'abc', timestamp: '2024-05-01T12:00:00+02:00' } },
      '2024-05-01T10:00:00Z',
    ],
    [
      'keeps milliseconds',
      { head_commit: { id: 'abc', timestamp: '2024-05-01T12:00:00.120Z' } },
      '2024-05-01T12:00:00.120Z',
    ],
    [
      'is not that of another commit',
      { head_commit: { id: 'def', timestamp: '2024-05-01T12:00:00Z' } },
      undefined,
    ],
    ['is not what is no time', { head_commit: { id: 'abc', timestamp: 'yesterday' } }, undefined],
    ['is not a number', { head_commit: { id: 'abc', timestamp: 1714557600 } }, undefined],
    ['is not there on other events', { pull_request: {} }, undefined],
    ['is not there without a head commit', { head_commit: null }, undefined],
    ['is not there in a list', [], undefined],
  ])('%s', async (_, event, wanted) => {
    expect((await read(job, event)).commitTime).toBe(wanted);
  });

  test.each([
    ['what is not JSON', '{', 'not JSON'],
    ['what is too long', ' '.repeat(8 * 1024 * 1024 + 1), 'larger'],
  ])('%s is E_GITHUB', async (_, event, part) => {
    const error = await rejection(read(job, event));
    expect(error).toMatchObject({ code: 'E_GITHUB', message: expect.stringContaining(part) });
  });

  test('an event file that is gone is E_GITHUB with its name', async () => {
    const error = await rejection(
      githubEnvironment({ ...job, GITHUB_EVENT_PATH: '/gone.json' }, () =>
        Promise.reject(new Error('ENOENT')),
      ),
    );
    expect(error).toMatchObject({
      code: 'E_GITHUB',
      message: expect.stringContaining('/gone.json'),
    });
  });
});

test.each([
  ['push', false],
  ['workflow_dispatch', false],
  ['pull_request', true],
  ['pull_request_target', true],
  ['pull_request_review', true],
  ['', false],
])('%s as a pull request: %s', async (event, wanted) => {
  expect(isPullRequest(await read({ ...job, GITHUB_EVENT_NAME: event }))).toBe(wanted);
});
