import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { legHandover, type HandedOver } from '../../src/commands/handover-leg.ts';
import { recordFileName } from '../../src/handover/artifact-name.ts';
import type { LegRecord } from '../../src/handover/record.ts';
import { recordArtifactType } from '../../src/handover/registry-record.ts';
import type { Handover } from '../../src/handover/way.ts';
import { onlyFileOf } from '../../src/handover/zip.ts';
import { parseRepository } from '../../src/oci/reference.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { failure, rejection } from '../support/failure.ts';
import { addToRegistry, buildImage, type Fixture } from '../support/images.ts';
import { startResultsService, type ResultsService } from '../support/results-service.ts';
import { keptLog } from '../support/silent-log.ts';
import {
  four,
  path,
  platformsIn,
  published,
  runMerge,
  sha,
  withClient,
  withRegistry,
} from './support/scene.ts';

const names = [
  'ACTIONS_RESULTS_URL',
  'ACTIONS_RUNTIME_TOKEN',
  'GITHUB_SERVER_URL',
  'GITHUB_ACTIONS',
] as const;
const revision = 'org.opencontainers.image.revision';

let service: ResultsService;
let folder: string;
let before: Partial<Record<string, string>>;

/** @actions/artifact reads the environment of its process. */
beforeEach(async () => {
  service = await startResultsService();
  folder = await mkdtemp(join(tmpdir(), 'leg-'));
  before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
  Object.assign(process.env, service.env('run-1', 'job-1'), { GITHUB_SERVER_URL: 'https://github.com' });
});

afterEach(async () => {
  for (const name of names) {
    const value = before[name];
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
  await service[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** An image that is larger than what is read without asking for a record. */
function image(platform: string): Fixture {
  const layers = ['a', 'b', 'c'].map((name) => [{ name, content: `${platform} ${name}` }]);
  return buildImage({ platform, labels: { [revision]: sha }, layers });
}

function legOf(
  registry: FakeRegistry,
  fixture: Fixture,
  platform = 'linux/amd64',
  over: Partial<LegRecord> = {},
): HandedOver {
  const { manifest } = fixture;
  const pushed = over.pushed ?? true;
  return {
    tag: 'v1',
    pushed: pushed ? manifest : undefined,
    record: {
      image: parseRepository(`${registry.host}/${path}`),
      tag: `v1-${platform.split('/')[1] ?? ''}`,
      platform: parsePlatform(platform),
      digest: manifest.digest,
      mediaType: manifest.mediaType,
      size: manifest.bytes.length,
      pushed,
      mode: 'native',
      engine: 'podman 5.4.2',
      run: { id: '7', attempt: 1, sha, repository: 'acme/app' },
      content: { machines: { [platform.split('/')[1] ?? '']: 3 } },
      ...over,
    },
  };
}

async function handOver(
  registry: FakeRegistry,
  asked: Handover,
  leg: HandedOver,
  env: NodeJS.ProcessEnv = process.env,
) {
  const log = keptLog();
  await withClient(registry, {}, async (client) =>
    legHandover(asked, {
      log,
      env,
      registry: client,
      sleep: () => Promise.resolve(),
      scratch: () => Promise.resolve(folder),
      retentionDays: undefined,
      signal: new AbortController().signal,
    })(leg),
  );
  return log;
}

describe('a leg hands over', () => {
  test.each(['auto', 'artifact'] as const)('%s: an artifact, and says so', async (asked) => {
    await withRegistry({}, async (registry) => {
      const { lines } = await handOver(registry, asked, legOf(registry, image('linux/amd64')));
      const [made] = service.artifacts;
      expect(made?.name).toMatch(/^native-multiarch\.[0-9a-f]{12}\.linux-amd64\.1$/);
      const bytes = onlyFileOf(made?.bytes ?? Buffer.alloc(0), recordFileName, 9999, 'it');
      expect(JSON.parse(Buffer.from(bytes).toString())).toMatchObject({
        platform: 'linux/amd64',
        run: { id: '7', attempt: 1, sha, repository: 'acme/app', job: 'job-1' },
      });
      expect(lines.at(-1)).toBe(
        `the record is handed over as artifact ${made?.name ?? ''}${asked === 'auto' ? ' (this run has an artifact service)' : ''}`,
      );
      expect(registry.requests).toEqual([]);
    });
  });

  test('what was not pushed as well', async () => {
    await withRegistry({}, async (registry) => {
      await handOver(
        registry,
        'auto',
        legOf(registry, image('linux/amd64'), 'linux/amd64', { pushed: false }),
      );
      expect(service.artifacts).toHaveLength(1);
    });
  });

  test('none: nothing', async () => {
    await withRegistry({}, async (registry) => {
      await handOver(registry, 'none', legOf(registry, image('linux/amd64')));
      expect([service.artifacts, registry.requests]).toEqual([[], []]);
    });
  });

  test('auto where the service gives up: the registry, with a warning', async () => {
    await withRegistry({}, async (registry) => {
      service.fail({ on: 'CreateArtifact', how: 'reset', times: 99 });
      const fixture = image('linux/amd64');
      addToRegistry(registry, path, fixture, 'v1-amd64');
      const { warnings, lines } = await handOver(registry, 'auto', legOf(registry, fixture));
      expect(warnings).toEqual([
        expect.stringMatching(
          /^E_GITHUB: the record can't be handed over as artifact [^;]*; the registry is used instead$/,
        ),
      ]);
      expect(lines.at(-1)).toMatch(/v1-amd64 is handed over, with its record sha256:\w+ beside it$/);
    });
  });

  test('auto where the service gives up, and nothing was pushed: a warning that promises nothing', async () => {
    await withRegistry({}, async (registry) => {
      service.fail({ on: 'CreateArtifact', how: 403, times: 99 });
      const leg = { ...legOf(registry, image('linux/amd64')), pushed: undefined };
      const { warnings } = await handOver(registry, 'auto', leg);
      expect(warnings).toEqual([expect.stringMatching(/; nothing else holds it, as nothing was pushed$/)]);
    });
  });

  test('artifact where the service gives up: an error', async () => {
    await withRegistry({}, async (registry) => {
      service.fail({ on: 'CreateArtifact', how: 'reset', times: 99 });
      const work = handOver(registry, 'artifact', legOf(registry, image('linux/amd64')));
      expect(await rejection(work)).toMatchObject({ code: 'E_GITHUB' });
    });
  });

  test('artifact where there is no service: an error before anything is built', () => {
    const deps = {
      log: keptLog(),
      env: {},
      registry: undefined as never,
      sleep: () => Promise.resolve(),
      scratch: () => Promise.resolve(folder),
      retentionDays: undefined,
      signal: new AbortController().signal,
    };
    expect(failure(() => legHandover('artifact', deps)).code).toBe('E_UNSUPPORTED');
  });

  test.each([
    ['auto', true, 1],
    ['auto', false, 0],
    ['none', true, 0],
  ] as const)(
    '%s, by digest alone (%s), where there is no service: what merge will need is told early',
    (asked, byDigest, warnings) => {
      const log = keptLog();
      legHandover(asked, {
        log,
        env: {},
        byDigest,
        registry: undefined as never,
        sleep: () => Promise.resolve(),
        scratch: () => Promise.resolve(folder),
        retentionDays: undefined,
        signal: new AbortController().signal,
      });
      expect(log.warnings).toHaveLength(warnings);
      if (warnings > 0)
        expect(log.warnings[0]).toMatch(/^arch-tag is none and there is no artifact service here: .*records/);
    },
  );
});

describe('a record beside the image', () => {
  test.each([
    ['a registry that lists referrers', {}],
    ['one that has the tag schema only', { referrers: false }],
  ])('%s: stands there as an artifact about it, and merge takes its word', async (_, options) => {
    await withRegistry(options, async (registry) => {
      for (const platform of four) {
        const fixture = image(platform);
        addToRegistry(registry, path, fixture, `v1-${platform.split('/')[1] ?? ''}`);
        await handOver(registry, 'registry', legOf(registry, fixture, platform));
      }
      registry.clearRequests();
      const { result } = await runMerge(registry, { check: 'content', handover: 'registry' });
      expect(platformsIn(published(registry))).toEqual(four);
      expect(JSON.stringify(result.outputs['report']).match(/"by":"leg"/g)).toHaveLength(4);
      expect(JSON.stringify(result.outputs['report'])).toContain('podman 5.4.2');
      const lines = registry.requestLines();
      expect(lines.filter((line) => line.includes('/referrers/'))).toHaveLength(4);
      // Configs, and no layer.
      expect(lines.filter((line) => line.includes('/blobs/'))).toHaveLength(4);
    });
  });

  test.each([
    ['a registry that lists referrers', {}, 2],
    ['one that has the tag schema only', { referrers: false }, 3],
  ])('%s (%j): costs a merge that checks contents %d requests a platform', async (_, options, each) => {
    const cost = async (check: string): Promise<number> => {
      let requests = 0;
      await withRegistry(options, async (registry) => {
        for (const platform of four) {
          const fixture = image(platform);
          addToRegistry(registry, path, fixture, `v1-${platform.split('/')[1] ?? ''}`);
          await handOver(registry, 'registry', legOf(registry, fixture, platform));
        }
        registry.clearRequests();
        await runMerge(registry, { check });
        requests = registry.requests.length;
      });
      return requests;
    };
    expect((await cost('content')) - (await cost('config'))).toBe(each * four.length);
    // Reading their layers instead: all of their bytes, and a request for each.
    expect((await cost('full')) - (await cost('config'))).toBe(3 * four.length);
  });

  test('is left where it is by a merge that reads no contents', async () => {
    await withRegistry({}, async (registry) => {
      const fixture = image('linux/amd64');
      addToRegistry(registry, path, fixture, 'v1-amd64');
      await handOver(registry, 'registry', legOf(registry, fixture));
      registry.clearRequests();
      await runMerge(registry, { platforms: 'linux/amd64', check: 'config' });
      expect(registry.requestLines().filter((line) => line.includes('/referrers/'))).toEqual([]);
    });
  });

  test.each<[string, Partial<LegRecord>]>([
    ['of another digest', { digest: `sha256:${'0'.repeat(64)}` as LegRecord['digest'] }],
    ['of another platform', { platform: parsePlatform('linux/s390x') }],
    ['of another image', { image: parseRepository('quay.io/evil/app') }],
    ["of a fork's run", { run: { repository: 'somebody/app', sha } }],
  ])('%s is left aside, and the layers are read', async (_, over) => {
    await withRegistry({}, async (registry) => {
      const fixture = image('linux/amd64');
      addToRegistry(registry, path, fixture, 'v1-amd64');
      const { record, ...rest } = legOf(registry, fixture);
      const home = record.image;
      await withClient(registry, {}, async (client) => {
        const { pushRecord } = await import('../../src/commands/handover-registry.ts');
        const { recordToJson } = await import('../../src/handover/record.ts');
        const bytes = Buffer.from(JSON.stringify(recordToJson({ ...record, ...over })));
        await pushRecord(client, home, rest.pushed ?? fixture.manifest, bytes, keptLog());
      });
      const { lines, result } = await runMerge(
        registry,
        { platforms: 'linux/amd64', check: 'content', handover: 'registry' },
        { event: 'push', env: { GITHUB_REPOSITORY: 'acme/app' } },
      );
      expect(lines.join('\n')).toMatch(
        /the record sha256:\w+ beside \S+ is left aside: (?:it tells of|a run of another repository made it)/,
      );
      expect(JSON.stringify(result.outputs['report'])).not.toContain('"by":"leg"');
    });
  });

  test('that the registry does not take is told, and the arch tag does alone', async () => {
    await withRegistry({}, async (registry) => {
      const fixture = image('linux/amd64');
      addToRegistry(registry, path, fixture, 'v1-amd64');
      const leg = legOf(registry, fixture);
      const gone = { ...leg, record: { ...leg.record, image: parseRepository('127.0.0.1:1/gone/app') } };
      const { warnings } = await handOver(registry, 'registry', gone);
      expect(warnings).toEqual([
        expect.stringContaining('The arch tag of linux/amd64 is handed over without its record'),
      ]);
    });
  });

  test('is not made for what was not pushed', async () => {
    await withRegistry({}, async (registry) => {
      const leg = legOf(registry, image('linux/amd64'), 'linux/amd64', { pushed: false });
      const { lines } = await handOver(registry, 'auto', leg, {});
      expect(lines).toEqual([
        expect.stringMatching(
          /^nothing is handed over for linux\/amd64, as nothing was pushed \(there is no artifact service here/,
        ),
      ]);
      expect(registry.requests).toEqual([]);
    });
  });

  test('has the type that tools look for', () => {
    expect(recordArtifactType).toBe('application/vnd.native-multiarch.record.v1+json');
  });
});
