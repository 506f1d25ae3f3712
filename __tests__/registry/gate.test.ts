import { describe, expect, test } from '@jest/globals';
import { Agents } from '../../src/registry/agents.ts';
import { Gate } from '../../src/registry/gate.ts';
import { defaultLimits } from '../../src/registry/limits.ts';
import { RequestLog } from '../../src/registry/request-log.ts';
import { Transport } from '../../src/registry/transport.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { memoryLog } from '../support/memory-log.ts';
import { fakeClock, failureOf, noise, pieces, repositoryOf, startServer, testClient } from './harness.ts';

describe('Gate', () => {
  const make = () => {
    const clock = fakeClock();
    const log = memoryLog();
    return { clock, log, gate: new Gate('quay.io', clock, log, new AbortController().signal) };
  };

  test('open, it keeps nobody', async () => {
    const { clock, gate } = make();
    await Promise.all([gate.pass('a'), gate.pass('b')]);
    expect(clock.slept).toEqual([]);
  });

  test('closed, it keeps all, and tells those who have not been told', async () => {
    const { clock, log, gate } = make();
    gate.close(5_000, '503 Service Unavailable', false);
    await gate.pass('b', 5_000);
    expect(log.lines).toEqual([]);
    gate.close(5_000, '503 Service Unavailable', false);
    await gate.pass('c');
    expect(log.lines).toEqual([
      'c: waiting 5.0 s because quay.io told another request 503 Service Unavailable',
    ]);
    expect(clock.now).toBe(10_000);
  });

  test('a shorter closure does not open it sooner', async () => {
    const { clock, gate } = make();
    gate.close(9_000, 'x', false);
    gate.close(1_000, 'y', false);
    await gate.pass('a');
    expect(clock.now).toBe(9_000);
  });

  test('after a 429 they leave one after the other, five a second', async () => {
    const { clock, gate } = make();
    gate.close(1_000, '429', true);
    for (const what of ['a', 'b', 'c', 'd']) await gate.pass(what);
    expect(clock.slept).toEqual([1_000, 200, 200, 200]);
    expect(gate.isPaced).toBe(true);
  });

  test('closed while some stand in line for their turn, it keeps these as well', async () => {
    const { clock, gate } = make();
    gate.close(0, '429', true);
    await gate.pass('a');
    const inLine = gate.pass('b');
    gate.close(60_000, '429', true);
    await inLine;
    expect(clock.now).toBeGreaterThanOrEqual(60_000);
  });
});

test('uploads: as many as wanted, and three at once after a 429', async () => {
  await using fake = await startFakeRegistry({ latency: 20 });
  await using context = testClient();
  const repository = repositoryOf(fake.host);
  const uploads = (from: number) =>
    Promise.all(
      Array.from({ length: 6 }, (_, n) => {
        const bytes = noise(from + n);
        return context.client.uploadBlob(
          repository,
          { digest: digestOf(bytes), size: bytes.byteLength },
          pieces(bytes),
        );
      }),
    );
  await context.client.headManifest(repository, 'v1');
  await uploads(100);
  expect(fake.concurrency()).toBe(6);
  fake.fail({ method: 'HEAD' }, { kind: 'answer', status: 429 });
  await context.client.headManifest(repository, 'v1');
  fake.clearRequests();
  await uploads(200);
  expect(fake.requests).toHaveLength(12);
  expect(Math.max(...fake.requests.map(({ inFlight }) => inFlight))).toBeLessThanOrEqual(3);
});

test('HEADs of large blobs share one connection', async () => {
  await using fake = await startFakeRegistry();
  const bytes = noise(300_000);
  const digest = fake.addBlob('acme/app', bytes);
  fake.fail({}, { kind: 'headers', headers: { 'content-encoding': 'gzip' } }, 3);
  await using context = testClient();
  for (let n = 0; n < 3; n += 1) {
    expect(await context.client.headBlob(repositoryOf(fake.host), digest)).toEqual({ size: 300_000 });
  }
  expect(fake.requests.map(({ connection }) => connection)).toEqual([1, 1, 1]);
});

describe('a name that a registry sends us to is looked at when its socket is opened', () => {
  const send = async (sentBy: 'public' | 'private' | 'loopback' | undefined) => {
    await using server = await startServer((_request, response) => response.end('inside'));
    const agents = new Agents({}, defaultLimits, undefined);
    const transport = new Transport(agents, defaultLimits, new RequestLog(), new AbortController().signal);
    const url = new URL(`http://localhost:${server.host.split(':')[1] ?? ''}/`);
    const policy = { verifyCertificate: true, sentBy };
    try {
      const answer = await transport.send({ method: 'GET', url, headers: {}, policy, headersMs: 1000 });
      answer.message.resume();
      return answer.addressClass;
    } finally {
      agents.destroy();
    }
  };

  test.each(['public', 'private'] as const)('by a %s one: not to this machine', async (sentBy) => {
    expect(await failureOf(send(sentBy))).toMatchObject({ kind: 'blocked' });
  });

  test.each(['loopback', undefined] as const)('by %s: yes', async (sentBy) => {
    expect(await send(sentBy)).toBe('loopback');
  });
});
