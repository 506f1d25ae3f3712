import { describe, expect, test } from '@jest/globals';
import { artifactService } from '../../src/handover/artifact-service.ts';
import { handoverWay } from '../../src/handover/way.ts';
import { failure } from '../support/failure.ts';
import { runtimeToken } from '../support/results-service.ts';

const there = {
  GITHUB_ACTIONS: 'true',
  GITHUB_SERVER_URL: 'https://github.com',
  ACTIONS_RESULTS_URL: 'https://results-receiver.actions.githubusercontent.com/',
  ACTIONS_RUNTIME_TOKEN: runtimeToken('run-1', 'job-1'),
};

describe('the artifact service', () => {
  test.each([
    ['github.com', {}],
    ['a company on ghe.com', { GITHUB_SERVER_URL: 'https://acme.ghe.com' }],
    ['a name of this machine', { GITHUB_SERVER_URL: 'http://github.localhost:3000' }],
    ['nothing said of the server', { GITHUB_SERVER_URL: undefined }],
  ])('is there: %s', (_, over) => {
    expect(artifactService({ ...there, ...over })).toEqual({
      origin: 'https://results-receiver.actions.githubusercontent.com',
      token: there.ACTIONS_RUNTIME_TOKEN,
      run: 'run-1',
      job: 'job-1',
    });
  });

  test.each<[string, Record<string, string | undefined>, string]>([
    ['a shell', { GITHUB_ACTIONS: undefined }, 'this is no job of a workflow'],
    [
      'Enterprise Server',
      { GITHUB_SERVER_URL: 'https://github.acme.example' },
      'GitHub Enterprise Server has none that current clients can use',
    ],
    ['a look-alike', { GITHUB_SERVER_URL: 'https://notghe.com' }, 'GitHub Enterprise Server has none'],
    ['no address', { ACTIONS_RESULTS_URL: '' }, 'ACTIONS_RESULTS_URL is not set'],
    ['no token', { ACTIONS_RUNTIME_TOKEN: undefined }, 'ACTIONS_RUNTIME_TOKEN is not set'],
    ['no URL', { ACTIONS_RESULTS_URL: 'file:///etc' }, 'ACTIONS_RESULTS_URL is no URL'],
    ['no JWT', { ACTIONS_RUNTIME_TOKEN: 'x' }, 'ACTIONS_RUNTIME_TOKEN names no run'],
    ['a JWT of nothing', { ACTIONS_RUNTIME_TOKEN: 'a.bnVsbA.b' }, 'ACTIONS_RUNTIME_TOKEN names no run'],
    ['an ID with a slash', { ACTIONS_RUNTIME_TOKEN: runtimeToken('a/b', 'c') }, 'names no run'],
  ])('is not there: %s', (_, over, why) => {
    expect(artifactService({ ...there, ...over })).toEqual({ lacking: expect.stringContaining(why) });
  });
});

describe('the way of the hand-over', () => {
  test('auto takes artifacts where there is a service, else the registry, and says why', () => {
    expect(handoverWay('auto', there)).toMatchObject({
      way: 'artifact',
      why: 'this run has an artifact service',
    });
    expect(handoverWay('auto', {})).toEqual({
      way: 'registry',
      why: 'there is no artifact service here: this is no job of a workflow',
    });
    const enterprise = { ...there, GITHUB_SERVER_URL: 'https://github.acme.example' };
    expect(handoverWay('auto', enterprise)).toMatchObject({
      way: 'registry',
      why: expect.stringContaining('GitHub Enterprise Server'),
    });
  });

  test('what is asked for by name is taken, or refused with the way out', () => {
    expect(handoverWay('artifact', there)).toMatchObject({ way: 'artifact', why: undefined });
    expect(handoverWay('registry', there)).toEqual({ way: 'registry', why: undefined });
    expect(handoverWay('none', there)).toEqual({ way: 'none' });
    const error = failure(() =>
      handoverWay('artifact', { ...there, GITHUB_SERVER_URL: 'https://ghes.example' }),
    );
    expect(error.code).toBe('E_UNSUPPORTED');
    expect(error.message).toContain('GitHub Enterprise Server');
    expect(error.hint).toContain('handover be auto or registry');
  });
});
