import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/oci/digest.ts';
import { failAtRandom, failNth, transientFaults } from '../support/fault-plans.ts';
import { startFakeRegistry, type FaultPlan } from '../support/fake-registry.ts';
import { basic, credentials, noise, pieces, repositoryOf, someManifest, testClient } from './harness.ts';

const blob = noise(200_000);
const config = Buffer.from('{}');
const users = { alice: { password: 'secret-password' } };

/** A job that uses every verb, and what it leaves behind. */
async function job(faults: FaultPlan) {
  await using fake = await startFakeRegistry({
    auth: { mode: 'bearer', users },
    redirectBlobs: true,
    tagsPage: 2,
    faults,
  });
  fake.addBlob('acme/source', config);
  const [target, source] = [repositoryOf(fake.host), repositoryOf(fake.host, 'acme/source')];
  await using context = testClient({
    credentials: credentials({ [fake.host]: basic() }),
    pushRepositories: [target],
    pullRepositories: [source],
    limits: { headersMs: 300, documentMs: 300, commitMs: 300, uploadStallMs: 300, rateMs: 300 },
  });
  const { client } = context;
  const big = { digest: digestOf(blob), size: blob.byteLength };
  const small = { digest: digestOf(config), size: config.byteLength };
  await Promise.all([
    client.uploadBlob(target, big, pieces(blob, 50_000)),
    client.mountBlob(target, small.digest, source).then(async (done) => {
      if (!done) await client.uploadBlob(target, small, pieces(config));
    }),
  ]);
  await client.putManifest(target, someManifest().digest, someManifest());
  await Promise.all(['a', 'b', 'c'].map((tag) => client.putManifest(target, tag, someManifest())));
  const read = await Promise.all([
    client.getManifest(target, someManifest().digest),
    client.headManifest(target, 'a'),
    client.readBlob(target, big, 1_000_000),
    client.listTags(target),
  ]);
  const state = {
    manifest: read[0]?.digest,
    head: read[1]?.digest,
    blob: digestOf(read[2]),
    tags: read[3],
    left: fake.tags('acme/app'),
    uploads: fake.openUploads(),
  };
  return { state, requests: fake.requests.length, waits: context.clock.slept.length };
}

const { digest } = someManifest();
const wanted = {
  manifest: digest,
  head: digest,
  blob: digestOf(blob),
  tags: ['a', 'b', 'c'],
  left: { a: digest, b: digest, c: digest },
};

const quiet = await job(() => undefined);

test('a quiet run: one challenge, one token, and each verb once', () => {
  expect(quiet.state).toMatchObject(wanted);
  expect(quiet).toMatchObject({ requests: 15, waits: 0 });
});

describe.each(Object.entries(transientFaults))('%s', (name, fault) => {
  const requests = Array.from({ length: quiet.requests }, (_, index) => index + 1);
  test('at whichever request it strikes, the work is done', async () => {
    for (const n of requests) {
      // A token server that says 401 has judged the credentials, which is final.
      const plan: FaultPlan = (request) =>
        name === 'a token that ended' && request.service !== 'registry'
          ? undefined
          : failNth(n, fault)(request);
      const { state } = await job(plan);
      expect([n, state]).toMatchObject([n, wanted]);
    }
  });
});

describe('one request in ten fails at random, and every run is finished right', () => {
  const faults = [
    '429 without',
    '500',
    '503',
    '504 behind which the work was done',
    'a reset before the answer',
    'a lost answer',
    'a truncated body',
  ];
  const kinds = faults.map((name) => transientFaults[name]).filter((fault) => fault !== undefined);
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

  test('all kinds of faults are known', () => {
    expect(kinds).toHaveLength(faults.length);
  });

  test.each(seeds)('seed %d', async (seed) => {
    const { state } = await job(failAtRandom(seed, 0.1, kinds));
    expect(state).toMatchObject(wanted);
  });
});
