import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { artifactService, type ArtifactService } from '../../src/handover/artifact-service.ts';
import { Artifacts } from '../../src/handover/artifacts.ts';
import { directly } from '../support/hand-over.ts';
import { rejection } from '../support/failure.ts';
import { startResultsService, type ResultsService } from '../support/results-service.ts';
import { keptLog } from '../support/silent-log.ts';

let service: ResultsService;
let http: ReturnType<typeof directly>;

beforeEach(async () => {
  service = await startResultsService();
  http = directly();
});

afterEach(async () => {
  http.close();
  await service[Symbol.asyncDispose]();
});

function client(over: Partial<ArtifactService> = {}) {
  const found = artifactService(service.env('run-1', 'job-9'));
  if ('lacking' in found) throw new Error(found.lacking);
  const log = keptLog();
  const slept: number[] = [];
  const secrets: string[] = [];
  const artifacts = new Artifacts(
    { ...found, ...over },
    {
      send: http.send,
      log: { ...log, secret: (value) => void secrets.push(value) },
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
    },
  );
  return { artifacts, log, slept, secrets };
}

describe('the artifacts of a run', () => {
  test('are listed with the job that made them, and those of other runs are not', async () => {
    const made = service.put('run-1', 'job-1', 'a', Buffer.from('one'));
    service.put('run-2', 'job-2', 'b', Buffer.from('two'));
    const { artifacts } = client();
    expect(await artifacts.list()).toEqual([
      { id: BigInt(made.id), name: 'a', job: 'job-1', digest: made.hash },
    ]);
  });

  test('are read into memory by a signed address, whose signature is a secret from then on', async () => {
    service.put('run-1', 'job-1', 'a', Buffer.from('one'));
    const { artifacts, secrets, log } = client();
    const [artifact] = await artifacts.list();
    if (artifact === undefined) throw new Error('nothing is listed');
    expect(Buffer.from(await artifacts.read(artifact)).toString()).toBe('one');
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) expect(log.lines.join()).not.toContain(secret);
    expect(service.requests).toEqual(['ListArtifacts 200', 'GetSignedArtifactURL 200', 'GET blob 200']);
  });

  test.each([
    ['ListArtifacts', 500, [1000], 0],
    ['ListArtifacts', 429, [7000], 7],
    ['ListArtifacts', 429, [60_000], 999_999],
    ['ListArtifacts', 'reset', [1000], 0],
    ['ListArtifacts', 'lost', [1000], 0],
    ['GetSignedArtifactURL', 503, [1000], 0],
    ['ListArtifacts', 'garbage', [1000], 0],
    ['GetSignedArtifactURL', 'garbage', [1000], 0],
    ['GET blob', 503, [1000], 0],
    ['GET blob', 403, [1000], 0],
    ['GET blob', 'reset', [1000], 0],
  ] as const)('%s answers %s: it is asked again', async (on, how, waits, retryAfter) => {
    service.put('run-1', 'job-1', 'a', Buffer.from('one'));
    service.fail({ on, how, ...(retryAfter > 0 && { retryAfter }) });
    const { artifacts, slept, log } = client();
    const [artifact] = await artifacts.list();
    if (artifact === undefined) throw new Error('nothing is listed');
    await artifacts.read(artifact);
    expect(slept).toEqual(waits);
    expect(log.lines).toEqual([expect.stringMatching(/; trying .* again in \d+ s \(1 of 5\)$/)]);
  });

  test.each([
    ['ListArtifacts', 500, 'E_GITHUB', 5],
    ['ListArtifacts', 'reset', 'E_NETWORK', 5],
    ['ListArtifacts', 401, 'E_GITHUB', 1],
    ['ListArtifacts', 302, 'E_GITHUB', 1],
    ['ListArtifacts', 'garbage', 'E_GITHUB', 5],
  ] as const)('%s answers %s for good: %s after %d', async (on, how, code, times) => {
    service.fail({ on, how, times: 99 });
    const { artifacts } = client();
    const error = await rejection(artifacts.list());
    expect(error.code).toBe(code);
    expect(error.hint).not.toBe(undefined);
    expect(error.message).not.toContain('ey');
    expect(service.requests).toHaveLength(times);
  });

  test.each([
    ['GetSignedArtifactURL', 404, 'run that leg again', 1],
    ['GetSignedArtifactURL', 403, 'the token that the runner gave', 1],
    ['GET blob', 404, 'run that leg again', 1],
    ['GET blob', 403, 'clock', 5],
    ['GET blob', 302, 'what stands between', 1],
  ] as const)('%s answers %s for good: the artifact is named, and the cure', async (on, how, cure, times) => {
    service.put('run-1', 'job-1', 'a', Buffer.from('one'));
    service.fail({ on, how, times: 99 });
    const { artifacts } = client();
    const [artifact] = await artifacts.list();
    if (artifact === undefined) throw new Error('nothing is listed');
    const error = await rejection(artifacts.read(artifact));
    expect([error.code, error.message]).toEqual([
      'E_GITHUB',
      expect.stringMatching(new RegExp(`^artifact "a": 127\\.0\\.0\\.1:\\d+ answers ${how}$`)),
    ]);
    expect(error.hint).toContain(cure);
    expect(service.requests.filter((line) => line.startsWith(on))).toHaveLength(times);
  });

  test('one that is larger than any record is not read', async () => {
    service.put('run-1', 'job-1', 'a', Buffer.alloc(65 * 1024));
    const { artifacts } = client();
    const [artifact] = await artifacts.list();
    if (artifact === undefined) throw new Error('nothing is listed');
    const error = await rejection(artifacts.read(artifact));
    expect([error.code, error.message]).toEqual(['E_RECORD', 'artifact "a" is larger than 65536 bytes']);
  });

  test('one whose bytes are not those that were uploaded is an error', async () => {
    service.put('run-1', 'job-1', 'a', Buffer.from('one')).bytes = Buffer.from('two');
    const { artifacts } = client();
    const [artifact] = await artifacts.list();
    if (artifact === undefined) throw new Error('nothing is listed');
    expect(await rejection(artifacts.read(artifact))).toMatchObject({ code: 'E_DIGEST_MISMATCH' });
  });

  test.each([
    ['camel case', '{"artifacts":[{"workflowJobRunBackendId":"j","databaseId":"7","name":"a"}]}', 7n],
    ['a number', '{"artifacts":[{"workflow_job_run_backend_id":"j","database_id":7,"name":"a"}]}', 7n],
    ['nothing', '{}', undefined],
  ])('a list in %s is read', async (_, body, id) => {
    const artifacts = new Artifacts(
      { origin: 'https://x.example', token: 't', run: 'r', job: 'j' },
      {
        send: () => Promise.resolve({ status: 200, retryAfter: undefined, body: Buffer.from(body) }),
        log: keptLog(),
        sleep: () => Promise.resolve(),
      },
    );
    expect((await artifacts.list()).map((each) => each.id)).toEqual(id === undefined ? [] : [id]);
  });

  test.each([
    ['[]'],
    ['{"artifacts":[{"workflow_job_run_backend_id":"j","database_id":"x","name":"a"}]}'],
    ['{"artifacts":[{"database_id":"1","name":"a"}]}'],
    ['{"artifacts":[{"workflow_job_run_backend_id":"j","database_id":"1"}]}'],
  ])('%s is no list', async (body) => {
    const artifacts = new Artifacts(
      { origin: 'https://x.example', token: 't', run: 'r', job: 'j' },
      {
        send: () => Promise.resolve({ status: 200, retryAfter: undefined, body: Buffer.from(body) }),
        log: keptLog(),
        sleep: () => Promise.resolve(),
      },
    );
    expect(await rejection(artifacts.list())).toMatchObject({ code: 'E_GITHUB' });
  });

  test.each(['file:///etc/passwd', 'javascript:1', 'nothing'])('%s is no signed address', async (address) => {
    const bodies = ['{"artifacts":[{"workflow_job_run_backend_id":"j","database_id":1,"name":"a"}]}'];
    const artifacts = new Artifacts(
      { origin: 'https://x.example', token: 't', run: 'r', job: 'j' },
      {
        send: () =>
          Promise.resolve({
            status: 200,
            retryAfter: undefined,
            body: Buffer.from(bodies.shift() ?? JSON.stringify({ signed_url: address })),
          }),
        log: keptLog(),
        sleep: () => Promise.resolve(),
      },
    );
    const [artifact] = await artifacts.list();
    if (artifact === undefined) throw new Error('nothing is listed');
    expect(await rejection(artifacts.read(artifact))).toMatchObject({ code: 'E_GITHUB' });
  });
});
