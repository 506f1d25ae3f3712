import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { recordArtifact } from '../../src/handover/registry-record.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { directly, handOver, type HandedOver } from '../support/hand-over.ts';
import { addToRegistry, buildImage, type Fixture } from '../support/images.ts';
import { startResultsService, type ResultsService, type ServiceFault } from '../support/results-service.ts';
import {
  addLegs,
  four,
  path,
  platformsIn,
  published,
  recordOf,
  runMerge,
  sha,
  withRegistry,
  writes,
  type Ran,
} from './support/scene.ts';

const revision = 'org.opencontainers.image.revision';

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

type Over = Readonly<Record<string, unknown>>;

/** The fan-in job of run 7. */
async function fanIn(
  registry: FakeRegistry,
  inputs: Record<string, string> = {},
  env: Record<string, string> = {},
  options = {},
): Promise<Ran> {
  return runMerge(registry, inputs, {
    event: 'push',
    send: http.send,
    env: {
      GITHUB_SHA: sha,
      GITHUB_EVENT_NAME: 'push',
      GITHUB_RUN_ID: '7',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_REPOSITORY: 'acme/app',
      GITHUB_SERVER_URL: 'https://github.com',
      ...service.env('run-1', 'job-merge'),
      ...env,
    },
    ...options,
  });
}

/** The record of a leg of run 7, made by its own job. */
function leg(
  registry: FakeRegistry,
  image: Fixture,
  platform: string,
  over: Over = {},
  run: Over = {},
  how: Partial<HandedOver> = {},
) {
  const attempt = how.attempt ?? 1;
  const job = how.job ?? `job-${platform}-${attempt}`.replaceAll('/', '-');
  const said = { id: '7', attempt, sha, repository: 'acme/app', job, ...run };
  const record = JSON.parse(recordOf(registry, image, { pushed: true, run: said, ...over })) as Over;
  return handOver(service, { image: `${registry.host}/${path}`, tag: 'v1', platform, record, ...how, job });
}

function all(registry: FakeRegistry, images: Readonly<Record<string, Fixture>>): void {
  for (const [platform, image] of Object.entries(images)) leg(registry, image, platform);
}

function digestsIn(registry: FakeRegistry): string[] {
  return published(registry).manifests.map(({ digest }) => digest);
}

describe('legs that handed over artifacts', () => {
  test.each(['auto', 'artifact'])('handover %s finds them, without a word of records', async (handover) => {
    await withRegistry({}, async (registry) => {
      all(registry, addLegs(registry));
      const { lines, warnings, result } = await fanIn(registry, { handover });
      expect(platformsIn(published(registry))).toEqual(four);
      expect(lines.join('\n')).toContain('legs are looked for among the artifacts of this run');
      expect(warnings).toEqual([]);
      expect(JSON.stringify(result.outputs['report'])).toContain('linux/s390x');
    });
  });

  test('cost the registry no request more than their arch tags', async () => {
    const count = async (handover: string): Promise<number> => {
      let requests = 0;
      await withRegistry({}, async (registry) => {
        all(registry, addLegs(registry));
        registry.clearRequests();
        await fanIn(registry, { handover });
        requests = registry.requests.length;
      });
      return requests;
    };
    expect(await count('artifact')).toBe(await count('registry'));
    expect(service.requests.filter((line) => line.startsWith('ListArtifacts'))).toHaveLength(1);
  });

  test('a leg that was run again counts with its siblings of the first attempt, and the older one is told', async () => {
    await withRegistry({}, async (registry) => {
      const images = addLegs(registry);
      all(registry, images);
      const again = buildImage({
        platform: 'linux/s390x',
        labels: { [revision]: sha },
        run: { Env: ['A=2'] },
      });
      addToRegistry(registry, path, again, 'v1-s390x');
      leg(registry, again, 'linux/s390x', {}, {}, { attempt: 2 });
      const { lines } = await fanIn(registry, { handover: 'artifact' }, { GITHUB_RUN_ATTEMPT: '2' });
      expect(digestsIn(registry).at(-1)).toBe(again.manifest.digest);
      expect(lines.filter((line) => line.includes('is left aside'))).toEqual([
        expect.stringMatching(/^artifact \S+linux-s390x\.1 is left aside: \S+linux-s390x\.2 is newer$/),
      ]);
    });
  });

  test('of one that was uploaded twice by its job the later counts', async () => {
    await withRegistry({}, async (registry) => {
      const images = addLegs(registry);
      all(registry, images);
      const [image] = Object.values(images);
      if (image === undefined) throw new Error('no image');
      leg(registry, image, 'linux/amd64', { mode: 'native' }, {}, { upload: 2 });
      await fanIn(registry);
      expect(platformsIn(published(registry))).toEqual(four);
    });
  });

  test('two images in one run, and two lists of one image, do not meet', async () => {
    await withRegistry({}, async (registry) => {
      all(registry, addLegs(registry));
      const debug = addLegs(registry, ['linux/amd64'], { run: { Env: ['DEBUG=1'] } }, 'v1-debug')[
        'linux/amd64'
      ];
      if (debug === undefined) throw new Error('no image');
      leg(registry, debug, 'linux/amd64', {}, {}, { tag: 'v1-debug' });
      leg(registry, debug, 'linux/amd64', {}, {}, { image: `${registry.host}/${path}/other` });
      await fanIn(registry);
      expect(digestsIn(registry)).not.toContain(debug.manifest.digest);
      await fanIn(registry, { tags: 'v1-debug', platforms: 'linux/amd64' });
      expect(published(registry, 'v1-debug').manifests[0]?.digest).toBe(debug.manifest.digest);
    });
  });

  test('other artifacts of the run are none of its business', async () => {
    await withRegistry({}, async (registry) => {
      all(registry, addLegs(registry));
      service.put('run-1', 'job-1', 'coverage', Buffer.alloc(100));
      await fanIn(registry);
      expect(service.requests.filter((line) => line.startsWith('GET blob'))).toHaveLength(4);
    });
  });

  test('what a record says of the contents saves reading the layers', async () => {
    await withRegistry({}, async (registry) => {
      const images = addLegs(registry);
      for (const [platform, image] of Object.entries(images)) {
        const machine = platform.split('/')[1] ?? '';
        leg(registry, image, platform, { content: { machines: { [machine]: 3 } } });
      }
      registry.clearRequests();
      const { result } = await fanIn(registry, { check: 'content' });
      expect(JSON.stringify(result.outputs['report'])).toContain('"by":"leg"');
      const layers = Object.values(images).map((image) => image.manifest.digest);
      expect(layers).toHaveLength(4);
      expect(registry.requestLines().filter((line) => line.includes('/referrers/'))).toEqual([]);
    });
  });
});

describe('what is missing', () => {
  test('with artifact it is a missing platform, whatever arch tags there are', async () => {
    await withRegistry({}, async (registry) => {
      const { 'linux/s390x': _, ...three } = addLegs(registry);
      all(registry, three);
      const error = await rejection(fanIn(registry, { handover: 'artifact' }));
      expect([error.code, error.message]).toEqual([
        'E_PLATFORM_MISSING',
        'linux/s390x is missing from the artifacts of this run',
      ]);
      expect(writes(registry)).toEqual([]);
    });
  });

  test('with auto its arch tag is looked for, which the label binds to the commit', async () => {
    await withRegistry({}, async (registry) => {
      const { 'linux/s390x': _, ...three } = addLegs(registry);
      all(registry, three);
      const { lines } = await fanIn(registry);
      expect(platformsIn(published(registry))).toEqual(four);
      expect(lines).toContainEqual(
        'no artifact of this run is a record for linux/s390x; looking for v1-s390x',
      );
    });
  });

  test('with auto an arch tag of another commit does not complete the set', async () => {
    await withRegistry({}, async (registry) => {
      const { 'linux/s390x': _, ...three } = addLegs(registry);
      all(registry, three);
      addLegs(registry, ['linux/s390x'], { labels: { [revision]: 'a'.repeat(40) } });
      expect(await rejection(fanIn(registry))).toMatchObject({ code: 'E_REVISION_MISMATCH' });
    });
  });

  test('a platform that may be missing is', async () => {
    await withRegistry({}, async (registry) => {
      const { 'linux/s390x': _, ...three } = addLegs(registry, four.slice(0, 3));
      all(registry, three);
      const platforms = four.map((one) => (one === 'linux/s390x' ? `${one}?` : one)).join('\n');
      await fanIn(registry, { platforms });
      expect(platformsIn(published(registry))).toEqual(four.slice(0, 3));
    });
  });

  test.each(['auto', 'registry'])(
    'with %s, what an earlier run left at the arch tag of one that may be missing does not stop the others',
    async (handover) => {
      await withRegistry({}, async (registry) => {
        const three = addLegs(registry, four.slice(0, 3));
        if (handover === 'auto') all(registry, three);
        addLegs(registry, ['linux/s390x'], { labels: { [revision]: 'a'.repeat(40) } });
        const platforms = four.map((one) => (one === 'linux/s390x' ? `${one}?` : one)).join('\n');
        const { warnings, result } = await fanIn(registry, { platforms, handover });
        expect(platformsIn(published(registry))).toEqual(four.slice(0, 3));
        expect(warnings).toEqual([
          `arch tag v1-s390x for linux/s390x is of commit ${'a'.repeat(40)}, not ${sha}: it does not count as arrived`,
        ]);
        expect(result.outputs['missing-platforms']).toEqual(['linux/s390x']);
      });
    },
  );

  test('one that was not asked for is told', async () => {
    await withRegistry({}, async (registry) => {
      all(registry, addLegs(registry, [...four, 'linux/riscv64']));
      const error = await rejection(fanIn(registry));
      expect(error.code).toBe('E_PLATFORM_UNEXPECTED');
      expect(error.message).toContain('linux/riscv64');
    });
  });

  test('it is waited for', async () => {
    await withRegistry({}, async (registry) => {
      const images = addLegs(registry);
      const { 'linux/s390x': late, ...three } = images;
      all(registry, three);
      const sleep = (): Promise<void> => {
        if (late !== undefined && service.artifacts.length === 3) leg(registry, late, 'linux/s390x');
        return Promise.resolve();
      };
      const { lines } = await fanIn(registry, { handover: 'artifact', wait: '10m' }, {}, { sleep });
      expect(platformsIn(published(registry))).toEqual(four);
      expect(lines.join('\n')).toContain('waiting for linux/s390x (not there yet)');
    });
  });

  test('it is waited for although the service fails meanwhile', async () => {
    await withRegistry({}, async (registry) => {
      const { 'linux/s390x': late, ...three } = addLegs(registry);
      all(registry, three);
      let slept = 0;
      const sleep = (): Promise<void> => {
        slept += 1;
        if (slept === 1) service.fail({ on: 'ListArtifacts', how: 500, times: 5 });
        if (slept === 7 && late !== undefined) leg(registry, late, 'linux/s390x');
        return Promise.resolve();
      };
      const { lines } = await fanIn(registry, { handover: 'artifact', wait: '10m' }, {}, { sleep });
      expect(platformsIn(published(registry))).toEqual(four);
      expect(lines).toContainEqual(
        expect.stringMatching(/^the list of artifacts: \S+ answers 500; asking again$/),
      );
    });
  });

  test('it is waited for on a pull request as well, where nothing is pushed', async () => {
    await withRegistry({}, async (registry) => {
      const images = addLegs(registry, four, {}, 'elsewhere');
      const hand = (platform: string): void => {
        const image = images[platform];
        if (image !== undefined) leg(registry, image, platform, { pushed: false });
      };
      four.slice(1).forEach(hand);
      const sleep = (): Promise<void> => {
        if (service.artifacts.length === 3) hand('linux/amd64');
        return Promise.resolve();
      };
      const env = { GITHUB_EVENT_NAME: 'pull_request' };
      const { result } = await fanIn(registry, { wait: '10m' }, env, { sleep });
      expect(result.text).toContain('No leg pushed');
      expect(result.outputs['platforms']).toHaveLength(4);
    });
  });
});

describe('records that do not count', () => {
  const other = 'b'.repeat(40);

  test.each<[string, Over, Over, Partial<HandedOver>, string, RegExp]>([
    ['of another run', {}, { id: '6' }, {}, 'E_RECORD', /says run "6", not "7"/],
    [
      'of another repository, a fork say',
      {},
      { repository: 'evil/app' },
      {},
      'E_RECORD',
      /says repository "evil\/app", not "acme\/app"/,
    ],
    [
      'of another commit',
      {},
      { sha: other },
      {},
      'E_REVISION_MISMATCH',
      new RegExp(`is of commit ${other}, not ${sha}`),
    ],
    [
      'of another attempt than its name says',
      {},
      { attempt: 2 },
      {},
      'E_RECORD',
      /says attempt "2", not "1"/,
    ],
    ['of an attempt to come', {}, {}, { attempt: 3 }, 'E_RECORD', /is of attempt 3, and this is attempt 1/],
    ['taken from another job', {}, { job: 'job-elsewhere' }, {}, 'E_RECORD', /made by another job/],
    ['of no job', {}, { job: undefined }, {}, 'E_RECORD', /made by another job/],
    [
      'that says nothing of its run',
      { run: undefined },
      {},
      {},
      'E_RECORD',
      /names no run, names no repository, names no attempt/,
    ],
    [
      'of another image',
      { image: 'quay.io/evil/app' },
      {},
      {},
      'E_RECORD',
      /says image "quay.io\/evil\/app"/,
    ],
    [
      'of another platform than its name says',
      { platform: 'linux/arm64' },
      {},
      {},
      'E_RECORD',
      /says platform "linux-arm64", not "linux-amd64"/,
    ],
    ['of another schema', { schema: 2 }, {}, {}, 'E_RECORD', /schema/],
    [
      'of a digest that is not there',
      { digest: `sha256:${'0'.repeat(64)}` },
      {},
      {},
      'E_RECORD',
      /v1-amd64 holds sha256:/,
    ],
  ])('%s', async (_, over, run, how, code, message) => {
    await withRegistry({}, async (registry) => {
      const { 'linux/amd64': first, ...three } = addLegs(registry);
      all(registry, three);
      if (first !== undefined) leg(registry, first, 'linux/amd64', over, run, how);
      const error = await rejection(fanIn(registry, { handover: 'artifact' }));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
      expect(error.hint).toMatch(/run|version/);
      expect(writes(registry)).toEqual([]);
    });
  });

  test('one that was deleted and made again, for another image of this very commit', async () => {
    await withRegistry({}, async (registry) => {
      const images = addLegs(registry);
      all(registry, images);
      service.delete(service.artifacts.find(({ name }) => name.includes('linux-amd64'))?.name ?? '');
      const debug = addLegs(registry, ['linux/amd64'], { run: { Env: ['DEBUG=1'] } }, 'debug')['linux/amd64'];
      if (debug === undefined) throw new Error('no image');
      leg(registry, debug, 'linux/amd64', {}, {}, { job: 'job-intruder' });
      const error = await rejection(fanIn(registry));
      expect(error.code).toBe('E_RECORD');
      expect(error.message).toContain(
        `says ${debug.manifest.digest}, and ${registry.host}/${path}:v1-amd64 holds`,
      );
      expect(writes(registry)).toEqual([]);
    });
  });

  test('one that was deleted and made again for an image of another commit', async () => {
    await withRegistry({}, async (registry) => {
      all(registry, addLegs(registry, four.slice(1)));
      const old = addLegs(registry, ['linux/amd64'], { labels: { [revision]: other } })['linux/amd64'];
      if (old === undefined) throw new Error('no image');
      leg(registry, old, 'linux/amd64');
      expect(await rejection(fanIn(registry))).toMatchObject({ code: 'E_REVISION_MISMATCH' });
    });
  });

  test.each<[string, Over, Over, string | undefined]>([
    ['of a later attempt: it counts, with auto', { attempt: 2 }, {}, undefined],
    ['of the same attempt', { attempt: 1 }, {}, 'E_RECORD'],
    ['of another run', { attempt: 2, id: '8' }, {}, 'E_RECORD'],
    ['of another commit', { attempt: 2, sha: 'b'.repeat(40) }, {}, 'E_RECORD'],
    ['of a later attempt, with artifact', { attempt: 2 }, { handover: 'artifact' }, 'E_RECORD'],
  ])('a leg pushed again, and its record stands beside the image: %s', async (_, run, inputs, code) => {
    await withRegistry({}, async (registry) => {
      all(registry, addLegs(registry));
      const labels = { [revision]: sha };
      const again = buildImage({ platform: 'linux/s390x', labels, run: { Env: ['A=2'] } });
      addToRegistry(registry, path, again, 'v1-s390x');
      const said = { id: '7', sha, repository: 'acme/app', ...run };
      const record = Buffer.from(recordOf(registry, again, { pushed: true, run: said }));
      const { manifest, blobs } = recordArtifact(record, again.manifest);
      for (const { bytes } of blobs) registry.addBlob(path, bytes);
      registry.addManifest(path, manifest);
      const work = fanIn(registry, inputs as Record<string, string>, { GITHUB_RUN_ATTEMPT: '2' });
      if (code !== undefined) {
        expect(await rejection(work)).toMatchObject({ code });
        return;
      }
      const { lines } = await work;
      expect(digestsIn(registry).at(-1)).toBe(again.manifest.digest);
      expect(lines).toContainEqual(
        expect.stringMatching(/linux-s390x\.1 is left aside: the record beside \S+:v1-s390x is newer$/),
      );
    });
  });

  test('two jobs that made the same platform are two images of it', async () => {
    await withRegistry({}, async (registry) => {
      const images = addLegs(registry);
      all(registry, images);
      const twin = addLegs(registry, ['linux/amd64'], { run: { Env: ['A=2'] } }, 'twin')['linux/amd64'];
      if (twin === undefined) throw new Error('no image');
      leg(registry, twin, 'linux/amd64', {}, {}, { job: 'job-twin', upload: 2 });
      const error = await rejection(fanIn(registry, { 'arch-tag': 'none', handover: 'artifact' }));
      expect(error.code).toBe('E_PLATFORM_DUPLICATE');
    });
  });

  test('several are told at once, the set first', async () => {
    await withRegistry({}, async (registry) => {
      const { 'linux/amd64': a, 'linux/arm64': b, 'linux/ppc64le': c } = addLegs(registry);
      if (a === undefined || b === undefined || c === undefined) throw new Error('no image');
      leg(registry, a, 'linux/amd64', {}, { id: '6' });
      leg(registry, b, 'linux/arm64', {}, { repository: 'evil/app' });
      leg(registry, c, 'linux/ppc64le');
      const error = await rejection(fanIn(registry, { handover: 'artifact' }));
      expect(error.code).toBe('E_PLATFORM_MISSING');
      expect(error.message).toMatch(/^linux\/s390x is missing from the artifacts of this run\. E_RECORD: /);
      expect(error.message).toContain('says run "6"');
      expect(error.message).toContain('evil/app');
    });
  });

  test('a tag that a run for another commit has taken by now does no harm: the digest stands', async () => {
    await withRegistry({}, async (registry) => {
      const images = addLegs(registry);
      all(registry, images);
      addLegs(registry, ['linux/amd64'], { labels: { [revision]: other } });
      const { lines } = await fanIn(registry);
      expect(digestsIn(registry)[0]).toBe(images['linux/amd64']?.manifest.digest);
      expect(lines.join('\n')).toContain(`is of commit ${other} by now`);
    });
  });

  test('a tag that is gone is told, and the digest stands', async () => {
    await withRegistry({}, async (registry) => {
      all(registry, addLegs(registry, four, {}, 'elsewhere'));
      const { warnings } = await fanIn(registry);
      expect(warnings).toHaveLength(4);
      expect(warnings[0]).toContain('v1-amd64 is not there, so that the record in');
      expect(platformsIn(published(registry))).toEqual(four);
    });
  });
});

describe('legs that did not push', () => {
  test('of a pull request are told of, and nothing is published', async () => {
    await withRegistry({}, async (registry) => {
      for (const [platform, image] of Object.entries(addLegs(registry, four, {}, 'elsewhere')))
        leg(registry, image, platform, { pushed: false });
      registry.clearRequests();
      const { result } = await fanIn(registry, {}, { GITHUB_EVENT_NAME: 'pull_request' });
      expect(result.text).toContain(
        'No leg pushed (linux/amd64, linux/arm64, linux/ppc64le, linux/s390x were built)',
      );
      expect(registry.requests).toEqual([]);
    });
  });

  test('and one that may be missing is told as missing', async () => {
    await withRegistry({}, async (registry) => {
      for (const [platform, image] of Object.entries(addLegs(registry, ['linux/amd64'], {}, 'elsewhere')))
        leg(registry, image, platform, { pushed: false });
      const event = { GITHUB_EVENT_NAME: 'pull_request' };
      const { result } = await fanIn(registry, { platforms: 'linux/amd64, linux/s390x?' }, event);
      expect(result.text).toBe('No leg pushed (linux/amd64 was built), so nothing is published.');
      expect(result.outputs['missing-platforms']).toEqual(['linux/s390x']);
    });
  });

  test('and one that failed is missed', async () => {
    await withRegistry({}, async (registry) => {
      for (const [platform, image] of Object.entries(addLegs(registry, four.slice(1), {}, 'elsewhere')))
        leg(registry, image, platform, { pushed: false });
      const error = await rejection(fanIn(registry, {}, { GITHUB_EVENT_NAME: 'pull_request' }));
      expect(error.code).toBe('E_PLATFORM_MISSING');
      expect(error.message).toContain('linux/amd64');
    });
  });

  test('and all of them failed: they are missed where the service was asked, and not where it gives no answer', async () => {
    await withRegistry({}, async (registry) => {
      const event = { GITHUB_EVENT_NAME: 'pull_request' };
      expect(await rejection(fanIn(registry, {}, event))).toMatchObject({
        code: 'E_PLATFORM_MISSING',
        message:
          'linux/amd64, linux/arm64, linux/ppc64le, linux/s390x are missing from the artifacts of this run and the arch tags (looked for: v1-amd64, v1-arm64, v1-ppc64le, v1-s390x)',
      });
      service.fail({ on: 'ListArtifacts', how: 503, times: 99 });
      const { result } = await fanIn(registry, {}, event);
      expect(result.text).toContain('No leg has pushed its arch tag for this pull request');
    });
  });

  test('among legs that did are an error', async () => {
    await withRegistry({}, async (registry) => {
      const { 'linux/amd64': first, ...three } = addLegs(registry);
      all(registry, three);
      if (first !== undefined) leg(registry, first, 'linux/amd64', { pushed: false });
      const error = await rejection(fanIn(registry));
      expect(error.code).toBe('E_RECORD');
      expect(error.message).toContain('linux/amd64 was built and not pushed, and other legs pushed');
    });
  });
});

describe('arch tags that are new in each attempt', () => {
  const template = {
    'arch-tag': '{tag}-{arch}-{run}-{attempt}',
    handover: 'registry',
    platforms: 'linux/amd64, linux/s390x',
  };
  const third = { GITHUB_RUN_ATTEMPT: '3' };

  test('a leg that was run again is merged with its sibling of an earlier attempt, the newest one', async () => {
    await withRegistry({}, async (registry) => {
      const make = (platform: string, name: string): Fixture => {
        const image = buildImage({ platform, labels: { [revision]: sha }, run: { Env: [`NAME=${name}`] } });
        addToRegistry(registry, path, image, name);
        return image;
      };
      make('linux/amd64', 'v1-amd64-7-1');
      const amd64 = make('linux/amd64', 'v1-amd64-7-2');
      make('linux/s390x', 'v1-s390x-7-1');
      const s390x = make('linux/s390x', 'v1-s390x-7-3');
      const { lines } = await fanIn(registry, template, third);
      expect(digestsIn(registry)).toEqual([amd64.manifest.digest, s390x.manifest.digest]);
      expect(lines).toContainEqual(
        'arch tag v1-amd64-7-3 for linux/amd64 is not there: v1-amd64-7-2 is taken, of an earlier attempt',
      );
    });
  });

  test('where no attempt has pushed, it says that it has looked for each', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, buildImage({ labels: { [revision]: sha } }), 'v1-amd64-7-1');
      const error = await rejection(fanIn(registry, template, third));
      expect([error.code, error.message]).toEqual([
        'E_PLATFORM_MISSING',
        'linux/s390x is missing from the arch tags (looked for: v1-amd64-7-3, v1-s390x-7-3, and those of earlier attempts)',
      ]);
    });
  });

  test('one of another commit is none of this run', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, path, buildImage({ labels: { [revision]: 'a'.repeat(40) } }), 'v1-amd64-7-1');
      const image = buildImage({ platform: 'linux/s390x', labels: { [revision]: sha } });
      addToRegistry(registry, path, image, 'v1-s390x-7-3');
      expect(await rejection(fanIn(registry, template, third))).toMatchObject({
        code: 'E_REVISION_MISMATCH',
      });
    });
  });
});

describe('where there is no artifact service', () => {
  test('auto says so and takes the arch tags', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry);
      const { lines } = await fanIn(registry, {}, { GITHUB_SERVER_URL: 'https://ghes.acme.example' });
      expect(lines[0]).toBe(
        'legs are looked for by their arch tags: there is no artifact service here: GitHub Enterprise Server has none that current clients can use',
      );
      expect(service.requests).toEqual([]);
    });
  });

  test.each<[ServiceFault['on'], ServiceFault['how'], RegExp]>([
    [
      'ListArtifacts',
      403,
      /^E_GITHUB: the list of artifacts: \S+ answers 403; the arch tags in the registry are looked/,
    ],
    [
      'ListArtifacts',
      'reset',
      /^E_NETWORK: the list of artifacts: .*; the arch tags in the registry are looked/,
    ],
    ['GetSignedArtifactURL', 404, /^E_GITHUB: artifact "\S+": \S+ answers 404; its arch tag in the registry/],
    ['GET blob', 500, /^E_GITHUB: artifact "\S+": \S+ answers 500; its arch tag in the registry/],
  ])('or one that answers %s with %s: auto warns, and takes the arch tags', async (on, how, warning) => {
    await withRegistry({}, async (registry) => {
      all(registry, addLegs(registry));
      service.fail({ on, how, times: 99 });
      const { warnings } = await fanIn(registry);
      expect(platformsIn(published(registry))).toEqual(four);
      expect(warnings.length).toBe(on === 'ListArtifacts' ? 1 : 4);
      for (const each of warnings) expect(each).toMatch(warning);
    });
  });

  test('or one that does not answer: arch tags of another commit do not count, and artifact takes none', async () => {
    await withRegistry({}, async (registry) => {
      addLegs(registry, four, { labels: { [revision]: 'a'.repeat(40) } });
      service.fail({ on: 'ListArtifacts', how: 503, times: 99 });
      expect(await rejection(fanIn(registry))).toMatchObject({ code: 'E_REVISION_MISMATCH' });
      expect(await rejection(fanIn(registry, { handover: 'artifact' }))).toMatchObject({ code: 'E_GITHUB' });
      expect(await rejection(fanIn(registry, { 'arch-tag': 'none' }))).toMatchObject({ code: 'E_GITHUB' });
      expect(writes(registry)).toEqual([]);
    });
  });

  test('what was made again and is no record is never replaced by the arch tag', async () => {
    await withRegistry({}, async (registry) => {
      all(registry, addLegs(registry));
      const [artifact] = service.artifacts;
      if (artifact === undefined) throw new Error('nothing was handed over');
      artifact.bytes = Buffer.from('something else');
      expect(await rejection(fanIn(registry))).toMatchObject({ code: 'E_DIGEST_MISMATCH' });
    });
  });

  test('artifact is an error that names the way out', async () => {
    await withRegistry({}, async (registry) => {
      const error = await rejection(fanIn(registry, { handover: 'artifact' }, { ACTIONS_RUNTIME_TOKEN: '' }));
      expect(error.code).toBe('E_UNSUPPORTED');
      expect(registry.requests).toEqual([]);
    });
  });
});
