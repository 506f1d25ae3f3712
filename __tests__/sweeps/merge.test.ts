import { describe, expect, jest, test } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { merge } from '../../src/commands/merge.ts';
import { errorLine, toCodedError, type CodedError } from '../../src/errors.ts';
import { githubEnvironment } from '../../src/github/environment.ts';
import type { RecordFiles } from '../../src/handover/explicit.ts';
import type { RawInputs } from '../../src/inputs/commands.ts';
import { parseInputs } from '../../src/inputs/parse.ts';
import type { Log } from '../../src/log.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { createRegistryClient, type Clock } from '../../src/registry/client.ts';
import { deceits, failAtRandom, failNth, transientFaults } from '../support/fault-plans.ts';
import {
  startFakeRegistry,
  type FakeRegistry,
  type Fault,
  type FaultPlan,
} from '../support/fake-registry.ts';
import { addToRegistry, buildImage, buildIndex } from '../support/images.ts';

// Hundreds of fan-ins; alone they take seconds, beside other suites on a small machine longer.
jest.setTimeout(60_000);

/** So many times faster than ours: a wait of a second takes 5 ms, a deadline of a minute 300 ms. */
const haste = 200;

const clock: Clock = {
  monotonic: () => performance.now() * haste,
  wall: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await delay(milliseconds / haste, undefined, { signal });
  },
};

const silent: Log = {
  info: () => undefined,
  warning: () => undefined,
  debug: () => undefined,
  group: (_title, work) => work(),
  secret: () => undefined,
};

const noFiles: RecordFiles = {
  kind: () => Promise.resolve(undefined),
  read: () => Promise.resolve(new Uint8Array()),
  list: () => Promise.resolve([]),
};

const architectures = ['amd64', 'arm64', 'ppc64le', 's390x'];
const platforms = architectures.map((name) => `linux/${name}`).join(',');
const labels = { 'org.opencontainers.image.revision': 'a'.repeat(40) };
const legs = architectures.map((name) => ({
  name,
  image: buildImage({ platform: `linux/${name}`, labels }),
}));
const before = buildIndex([buildImage({ labels: { old: 'yes' } })]);
const tags = ['v1', 'v1.0', 'latest'];
const repository = 'acme/app';

async function withLegs(faults: FaultPlan, use: (registry: FakeRegistry) => Promise<void>): Promise<void> {
  const auth = { mode: 'bearer', users: { alice: { password: 'secret' } } } as const;
  await using registry = await startFakeRegistry({ auth, faults });
  for (const { name, image } of legs) addToRegistry(registry, repository, image, `v1-${name}`);
  // latest is there already and moves; the others are new.
  addToRegistry(registry, repository, before, 'latest');
  await use(registry);
}

/** One fan-in with the real client, as the shells put it together; the error where it fails. */
async function fanIn(
  registry: FakeRegistry,
  signal = new AbortController().signal,
): Promise<CodedError | undefined> {
  const image = `${registry.host}/${repository}`;
  const raw: RawInputs = new Map([
    ['images', [image]],
    ['tags', tags],
    ['platforms', [platforms]],
  ]);
  const inputs = await parseInputs('merge', raw, silent);
  const client = createRegistryClient({
    credentials: {
      get: () =>
        Promise.resolve({
          kind: 'basic' as const,
          username: 'alice',
          password: 'secret',
          origin: 'the test',
        }),
    },
    log: silent,
    pushRepositories: [parseRepository(image)],
    clock,
    signal,
  });
  try {
    await merge(inputs, {
      log: silent,
      registry: client,
      files: noFiles,
      env: {},
      send: () => Promise.reject(new Error('there is no artifact service')),
      github: await githubEnvironment({}, () => Promise.reject(new Error('there is no event'))),
      sourceDate: undefined,
      writeFile: () => Promise.resolve(),
      compare: () => Promise.resolve(undefined),
      copy: () => Promise.reject(new Error('nothing is copied within one repository')),
      // Read-back waits for minutes where a write was lost; how long is for its own tests.
      sleep: () => clock.sleep(1, signal),
    });
    return undefined;
  } catch (error) {
    return toCodedError(error);
  } finally {
    client.close();
  }
}

const clean = await (async () => {
  let outcome = { digest: '', requests: 0 };
  await withLegs(
    () => undefined,
    async (registry) => {
      const error = await fanIn(registry);
      if (error !== undefined) throw error;
      outcome = { digest: String(registry.tags(repository)['v1']), requests: registry.requests.length };
    },
  );
  return outcome;
})();

function held(registry: FakeRegistry): (string | undefined)[] {
  const now = registry.tags(repository);
  return tags.map((tag) => now[tag]);
}

const done = tags.map(() => clean.digest);
const requests = Array.from({ length: clean.requests }, (_, at) => at + 1);

/** Whatever happened, each tag is what it was or the whole new index. */
function expectNothingWrong(registry: FakeRegistry): void {
  const allowed = { v1: [undefined], 'v1.0': [undefined], latest: [before.manifest.digest] } as Record<
    string,
    unknown[]
  >;
  for (const [at, digest] of held(registry).entries()) {
    expect([clean.digest, ...(allowed[tags[at] ?? ''] ?? [])]).toContain(digest);
  }
}

describe('a fan-in with one fault, at each of its requests in turn', () => {
  const passing = { ...transientFaults, 'a token that ended': { kind: 'unauthorized' } as const };

  test.each(Object.entries(passing))('%s: done all the same', async (_, fault) => {
    for (const n of requests) {
      await withLegs(failNth(n, fault), async (registry) => {
        const error = await fanIn(registry);
        expect({ n, error: error?.message, held: held(registry) }).toEqual({
          n,
          error: undefined,
          held: done,
        });
      });
    }
  });

  test.each(Object.entries(deceits))(
    '%s: done, or told with a code, and nothing wrong is published',
    async (_, fault) => {
      for (const n of requests) {
        await withLegs(failNth(n, fault), async (registry) => {
          const error = await fanIn(registry);
          expect({ n, code: error?.code }).not.toEqual({ n, code: 'E_INTERNAL' });
          expectNothingWrong(registry);
          if (error === undefined) expect(held(registry)).toEqual(done);
        });
      }
    },
  );
});

describe('a fan-in with faults at random', () => {
  test.each([0.1, 0.2])('%d of all requests', async (rate) => {
    const faults: Fault[] = Object.values(transientFaults);
    const failures: string[] = [];
    for (let seed = 1; seed <= 50; seed += 1) {
      await withLegs(failAtRandom(seed, rate, faults), async (registry) => {
        const error = await fanIn(registry);
        if (error !== undefined)
          failures.push(`seed ${seed}: ${errorLine(error)}`, ...registry.requestLines());
        else expect(held(registry)).toEqual(done);
        expectNothingWrong(registry);
      });
    }
    expect(failures).toEqual([]);
  });
});

describe('a fan-in that is killed', () => {
  test('at each of its requests: every tag is old or new, and the next run finishes', async () => {
    for (const n of requests) {
      const kill = new AbortController();
      let dead = false;
      const faults: FaultPlan = ({ number }) => {
        if (number === n) {
          kill.abort(new Error('killed'));
          dead = true;
        }
        return dead ? { kind: 'reset' } : undefined;
      };
      await withLegs(faults, async (registry) => {
        expect(await fanIn(registry, kill.signal)).toBeDefined();
        expectNothingWrong(registry);
        dead = false;
        registry.clearRequests();
        expect(await fanIn(registry)).toBeUndefined();
        expect(held(registry)).toEqual(done);
      });
    }
  });

  test('after it was done: nothing is written again', async () => {
    await withLegs(
      () => undefined,
      async (registry) => {
        await fanIn(registry);
        registry.clearRequests();
        expect(await fanIn(registry)).toBeUndefined();
        const writes = registry.requests.filter(
          ({ service, method }) => service === 'registry' && method !== 'GET' && method !== 'HEAD',
        );
        expect(writes).toEqual([]);
      },
    );
  });
});
