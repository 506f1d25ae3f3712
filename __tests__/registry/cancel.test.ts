import { describe, expect, test } from '@jest/globals';
import { createRegistryClient } from '../../src/registry/client.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { startFakeRegistry, type Fault } from '../support/fake-registry.ts';
import { memoryLog } from '../support/memory-log.ts';
import { credentials, failureOf, noise, pieces, repositoryOf, someManifest } from './harness.ts';

const blob = noise(2_000_000);
const descriptor = { digest: digestOf(blob), size: blob.byteLength };
const reason = new Error('cancelled by a person');

/** With the real clock: a cancelled wait must not be waited out. */
async function cancelled(
  fault: Fault | undefined,
  work: (client: ReturnType<typeof createRegistryClient>, host: string) => Promise<unknown>,
) {
  await using fake = await startFakeRegistry();
  fake.addBlob('acme/app', blob);
  if (fault !== undefined) fake.fail({}, fault, 100);
  const controller = new AbortController();
  const client = createRegistryClient({
    credentials: credentials({}),
    log: memoryLog(),
    signal: controller.signal,
  });
  const running = failureOf(work(client, fake.host));
  setTimeout(() => {
    controller.abort(reason);
  }, 50);
  const started = performance.now();
  const error = await running;
  const ms = performance.now() - started;
  client.close();
  return { error, ms };
}

describe('a cancellation ends promptly', () => {
  test.each<[string, Fault | undefined, Parameters<typeof cancelled>[1]]>([
    [
      'a wait for headers',
      { kind: 'silence' },
      (client, host) => client.headManifest(repositoryOf(host), 'v1'),
    ],
    [
      'a body',
      { kind: 'drip', milliseconds: 10 },
      (client, host) => client.readBlob(repositoryOf(host), descriptor, 1e7),
    ],
    [
      'a wait before another attempt',
      { kind: 'answer', status: 429, headers: { 'retry-after': '100' } },
      (client, host) => client.headManifest(repositoryOf(host), 'v1'),
    ],
    [
      'an upload',
      { kind: 'stall-upload', after: 1000 },
      async (client, host) => client.uploadBlob(repositoryOf(host), descriptor, pieces(blob)),
    ],
    [
      'many at once',
      { kind: 'silence' },
      (client, host) =>
        Promise.all(Array.from({ length: 40 }, (_, n) => client.headManifest(repositoryOf(host), `v${n}`))),
    ],
  ])('%s', async (_name, fault, work) => {
    const { error, ms } = await cancelled(fault, work);
    expect(error).toBe(reason);
    expect(ms).toBeLessThan(500);
  });

  test('what comes after it does not begin', async () => {
    await using fake = await startFakeRegistry();
    const client = createRegistryClient({
      credentials: credentials({}),
      log: memoryLog(),
      signal: AbortSignal.abort(reason),
    });
    expect(await failureOf(client.putManifest(repositoryOf(fake.host), 'v1', someManifest()))).toBe(reason);
    expect(fake.requests).toEqual([]);
  });

  test('close ends what is under way', async () => {
    await using fake = await startFakeRegistry();
    fake.fail({}, { kind: 'silence' });
    const client = createRegistryClient({ credentials: credentials({}), log: memoryLog() });
    const running = failureOf(client.headManifest(repositoryOf(fake.host), 'v1'));
    setTimeout(() => {
      client.close();
    }, 20);
    expect((await running).message).toBe('the registry client was closed');
  });
});
