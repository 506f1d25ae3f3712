import { describe, expect, test } from '@jest/globals';
import { baseReader, type BaseFacts } from '../../src/commands/base-facts.ts';
import { checkBases, type BaseDeps, type FoundBase } from '../../src/commands/build-bases.ts';
import { replacementFor } from '../../src/commands/base-replacements.ts';
import type { BaseImage } from '../../src/dockerfile/dockerfile.ts';
import { CodedError, errorLine } from '../../src/errors.ts';
import { digestOf } from '../../src/oci/digest.ts';
import { formatReference, parseReference } from '../../src/oci/reference.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import type { FakeRegistry } from '../support/fake-registry.ts';
import { rejection } from '../support/failure.ts';
import { addToRegistry, buildAttestation, buildImage, buildIndex } from '../support/images.ts';
import { keptLog } from '../support/silent-log.ts';
import { withClient, withRegistry } from './support/scene.ts';

const file = '/work/Dockerfile';
const amd64 = buildImage();
const ppc64le = buildImage({ platform: 'linux/ppc64le' });
const s390x = buildImage({ platform: 'linux/s390x' });
const two = buildIndex([amd64, ppc64le, buildAttestation(amd64)]);
const three = buildIndex([amd64, ppc64le, s390x]);

function base(reference: string, over: Partial<BaseImage> & { for?: string } = {}): BaseImage {
  const { for: platform = 'linux/s390x', ...rest } = over;
  return {
    reference,
    line: 3,
    instruction: 'FROM',
    platform: parsePlatform(platform),
    isRoot: true,
    ...rest,
  };
}

/** What is said of these images, with the real client; `registry` keeps what it was asked. */
async function check(registry: FakeRegistry, bases: readonly BaseImage[], over: Partial<BaseDeps> = {}) {
  const log = keptLog();
  const found: FoundBase[] = [];
  let error: CodedError | undefined;
  await withClient(registry, {}, async (client) => {
    const deps: BaseDeps = { file, log, engine: { name: 'podman' }, read: baseReader(client), ...over };
    try {
      found.push(...(await checkBases(bases, deps)));
    } catch (thrown) {
      if (!(thrown instanceof CodedError)) throw thrown;
      error = thrown;
    }
  });
  return { found, error, lines: log.lines };
}

describe('a base image', () => {
  test('that has the platform is found, with the digest of its list', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, 'acme/base', three, '1');
      const name = `${registry.host}/acme/base:1`;
      const { found, error, lines } = await check(registry, [base(name)]);
      expect(error).toBeUndefined();
      expect(lines).toEqual([]);
      expect(found).toEqual([{ reference: name, digest: three.manifest.digest }]);
      expect(registry.requestLines()).toEqual(['GET /v2/acme/base/manifests/1 200']);
    });
  });

  test('that lacks it is refused, with the line, the platforms that there are, and the place', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, 'acme/base', two, 'latest');
      const { error } = await check(registry, [base(`${registry.host}/acme/base`)]);
      expect(error && errorLine(error)).toBe(
        `E_BASE_PLATFORM: line 3: FROM ${registry.host}/acme/base has no linux/s390x, only linux/amd64, linux/ppc64le; ` +
          'choose a base image that has linux/s390x; a stage that only makes files for it can be FROM --platform=$BUILDPLATFORM',
      );
      expect(error?.place).toEqual({ file, line: 3 });
    });
  });

  test('is asked for once, whatever number of lines and platforms need it', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, 'acme/base', three, '1');
      const name = `${registry.host}/acme/base:1`;
      const { found } = await check(registry, [
        base(name),
        base(name, { line: 5, for: 'linux/amd64' }),
        base(name, { line: 9, instruction: 'COPY --from', isRoot: false }),
      ]);
      expect(found).toHaveLength(1);
      expect(registry.requestLines()).toHaveLength(1);
    });
  });

  test('all that are wrong are told at once', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, 'acme/base', two, '1');
      const { error } = await check(registry, [
        base(`${registry.host}/acme/base:1`),
        base(`${registry.host}/acme/none:1`, { line: 7, instruction: 'RUN --mount' }),
      ]);
      expect(error?.code).toBe('E_BASE_PLATFORM');
      expect(error?.message).toContain(
        `E_NOT_FOUND: line 7: RUN --mount ${registry.host}/acme/none:1 is not there: ${registry.host} has no ${registry.host}/acme/none:1`,
      );
    });
  });

  test('by its digest is looked up by that', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, 'acme/base', three, '1');
      const name = `${registry.host}/acme/base:1@${three.manifest.digest}`;
      const { found } = await check(registry, [base(name)]);
      expect(found).toEqual([{ reference: name, digest: three.manifest.digest }]);
      expect(registry.requestLines()[0]).toContain(`/manifests/${three.manifest.digest} `);
    });
  });

  test('of one platform alone says in its config which', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, 'acme/base', ppc64le, '1');
      const name = `${registry.host}/acme/base:1`;
      const good = await check(registry, [base(name, { for: 'linux/ppc64le' })]);
      expect(good.found).toHaveLength(1);
      const { error } = await check(registry, [base(name)]);
      expect(error?.message).toBe(`line 3: FROM ${name} has no linux/s390x, only linux/ppc64le`);
    });
  });

  test("of one platform alone is the engine's to judge where only files are taken from it", async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, 'acme/data', amd64, '1');
      const name = `${registry.host}/acme/data:1`;
      const { error, lines } = await check(registry, [
        base(name, { instruction: 'COPY --from', isRoot: false }),
      ]);
      expect(error).toBeUndefined();
      expect(lines).toEqual([
        `line 3: COPY --from ${name} has no linux/s390x, only linux/amd64; podman decides`,
      ]);
    });
  });

  test('with an entry that does not say its platform may have it', async () => {
    await withRegistry({}, async (registry) => {
      const { platform: _, ...silent } = s390x.descriptor;
      const list = buildIndex([amd64, s390x], { entries: [amd64.descriptor, silent] });
      addToRegistry(registry, 'acme/base', list, '1');
      const { error, lines } = await check(registry, [base(`${registry.host}/acme/base:1`)]);
      expect(error).toBeUndefined();
      expect(lines[0]).toContain('has no linux/s390x, only linux/amd64; podman decides');
    });
  });

  test.each([
    ['linux/amd64', 'linux/amd64/v3', true],
    ['linux/386', 'linux/amd64', true],
    ['linux/arm64', 'linux/arm64', true],
    ['linux/arm/v7', 'linux/arm64', true],
    ['linux/arm/v7', 'linux/arm/v6', true],
    ['linux/amd64', 'linux/386', false],
    ['windows/amd64', 'linux/amd64', false],
    ['linux/ppc64le', 'linux/s390x', false],
  ])('of %s for %s: an engine may take it: %s', async (offered, wanted, taken) => {
    const read = () => Promise.resolve(facts([offered]));
    const work = checkBases([base('quay.io/a/b', { for: wanted })], {
      file,
      log: keptLog(),
      engine: { name: 'docker' },
      read,
    });
    if (taken) expect(await work).toHaveLength(1);
    else expect(await rejection(work)).toMatchObject({ code: 'E_BASE_PLATFORM' });
  });
});

function facts(platforms: readonly string[]): BaseFacts {
  return {
    digest: digestOf(Buffer.from('it')),
    isIndex: true,
    isComplete: true,
    platforms: platforms.map(parsePlatform),
  };
}

describe('what the engine can do all the same', () => {
  const lacking = [base('quay.io/acme/base:1')];
  const never = () => Promise.reject(new Error('not asked for'));

  test('an image in its own store is not looked for', async () => {
    const asked: string[] = [];
    const engine: BaseDeps['engine'] = {
      name: 'docker',
      hasImage: (reference, platform) => {
        asked.push(`${reference} ${platform.architecture}`);
        return Promise.resolve(true);
      },
    };
    const deps = { file, log: keptLog(), engine };
    expect(await checkBases(lacking, { ...deps, read: never })).toEqual([]);
    expect(asked).toEqual(['quay.io/acme/base:1 s390x']);
    // Unless the newest is wanted.
    const read = () => Promise.resolve(facts(['linux/s390x']));
    expect(await checkBases(lacking, { ...deps, read, pull: true })).toHaveLength(1);
  });

  test.each([
    new CodedError('E_NETWORK', 'quay.io was not reached', { hint: 'check the way' }),
    new CodedError('E_RATE_LIMITED', 'quay.io asks for fewer requests'),
    new CodedError('E_UNAUTHORIZED', 'quay.io does not know us'),
    new CodedError('E_DENIED', 'quay.io does not let us pull'),
    new CodedError('E_TIMEOUT', 'no answer'),
    new CodedError('E_REGISTRY', 'quay.io failed'),
    new CodedError('E_MANIFEST', 'it is no image'),
  ])('%s', async (error) => {
    const log = keptLog();
    const read = () => Promise.reject(error);
    expect(await checkBases(lacking, { file, log, engine: { name: 'podman' }, read })).toEqual([]);
    expect(log.lines).toEqual([
      `line 3: FROM quay.io/acme/base:1 could not be checked, and podman decides: ${errorLine(error)}`,
    ]);
  });

  test('but a run that is stopped stops, and a bug stays one', async () => {
    for (const error of [new CodedError('E_CANCELLED', 'stopped'), new TypeError('x')]) {
      const read = () => Promise.reject(error);
      const work = checkBases(lacking, { file, log: keptLog(), engine: { name: 'podman' }, read });
      await expect(work).rejects.toMatchObject({
        code: error instanceof CodedError ? 'E_CANCELLED' : 'E_INTERNAL',
      });
    }
  });

  test('a registry that is not there costs a line', async () => {
    await withRegistry({}, async (registry) => {
      const { error, lines } = await check(registry, [base('localhost:1/acme/base:1')]);
      expect(error).toBeUndefined();
      expect(lines.at(-1)).toMatch(
        /^line 3: FROM localhost:1\/acme\/base:1 could not be checked, and podman decides: E_NETWORK: /,
      );
    });
  });

  test('a name that only the engine can complete', async () => {
    const log = keptLog();
    const engine: BaseDeps['engine'] = { name: 'podman', pullSource: () => Promise.resolve(undefined) };
    expect(await checkBases([base('fedora')], { file, log, engine, read: never })).toEqual([]);
    expect(log.lines).toEqual([
      'line 3: FROM fedora was not looked for, since only podman knows from which registry it comes',
    ]);
  });

  test('a name that it completes is looked for under the full one', async () => {
    const engine: BaseDeps['engine'] = {
      name: 'podman',
      pullSource: () => Promise.resolve({ name: 'registry.fedoraproject.org/fedora:42', isMirrored: false }),
    };
    const asked: string[] = [];
    const read: BaseDeps['read'] = (reference) => {
      asked.push(formatReference(reference));
      return Promise.resolve(facts(['linux/s390x']));
    };
    const found = await checkBases([base('fedora:42')], { file, log: keptLog(), engine, read });
    expect(asked).toEqual(['registry.fedoraproject.org/fedora:42']);
    expect(found[0]?.reference).toBe('registry.fedoraproject.org/fedora:42');
  });

  test('what is missing may be in a mirror, what lacks a platform lacks it there too', async () => {
    const log = keptLog();
    const engine: BaseDeps['engine'] = {
      name: 'docker',
      pullSource: (name) => Promise.resolve({ name, isMirrored: true }),
    };
    const deps = { file, log, engine };
    expect(await checkBases(lacking, { ...deps, read: () => Promise.resolve(undefined) })).toEqual([]);
    expect(log.lines[0]).toMatch(/; a mirror of docker may have it$/);
    const work = checkBases(lacking, { ...deps, read: () => Promise.resolve(facts(['linux/amd64'])) });
    expect(await rejection(work)).toMatchObject({ code: 'E_BASE_PLATFORM' });
  });

  test('more images than anybody has are not all asked for, and few at once', async () => {
    let now = 0;
    let most = 0;
    const read: BaseDeps['read'] = async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return facts(['linux/s390x']);
    };
    const log = keptLog();
    const bases = Array.from({ length: 80 }, (_, index) => base(`quay.io/a/b${index}`));
    expect(await checkBases(bases, { file, log, engine: { name: 'docker' }, read })).toHaveLength(64);
    expect(most).toBe(8);
    expect(log.lines).toEqual(['only the first 64 of 80 base images are asked for']);
  });
});

describe('what only Docker keeps of the image that is built upon', () => {
  const Healthcheck = { Test: ['CMD', '/check'] };
  const docker = buildImage({ platform: 'linux/s390x', run: { Healthcheck, Shell: ['/bin/bash', '-c'] } });
  const none = buildImage({ platform: 'linux/s390x', run: { Healthcheck: { Test: ['NONE'] } } });
  const list = buildIndex([amd64, docker]);
  const inherited = async (image: typeof list, over: Partial<BaseDeps>, of: Partial<BaseImage> = {}) => {
    let said: readonly string[] | undefined;
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, 'acme/base', image, '1');
      const { found } = await check(registry, [base(`${registry.host}/acme/base:1`, of)], over);
      said = found[0]?.inherited?.map((each) => each.replace(registry.host, 'host'));
    });
    return said;
  };
  const both = ['HEALTHCHECK (line 3: of FROM host/acme/base:1)', 'SHELL (line 3: of FROM host/acme/base:1)'];

  test.each([
    ['one image', docker, { asksInherited: true }, {}, both],
    ['an entry of a list', list, { asksInherited: true }, {}, both],
    ['not where the engine keeps it', list, {}, {}, undefined],
    [
      'not of an image that files are copied from',
      list,
      { asksInherited: true },
      { isRoot: false },
      undefined,
    ],
    ['not NONE', none, { asksInherited: true }, {}, undefined],
  ])('%s', async (_, image, over, of, expected) => {
    expect(await inherited(image, over, of)).toEqual(expected);
  });

  test('of a base that is named twice it is told once', async () => {
    await withRegistry({}, async (registry) => {
      addToRegistry(registry, 'acme/base', docker, '1');
      const name = `${registry.host}/acme/base:1`;
      const bases = [base(name), base(name, { isRoot: false, line: 5 })];
      const { found } = await check(registry, bases, { asksInherited: true });
      expect(found).toHaveLength(1);
      expect(found[0]?.inherited).toHaveLength(2);
    });
  });
});

describe('the cure', () => {
  test.each([
    ['node:24', 's390x', 'node:24-trixie'],
    ['node:lts-slim', 's390x', 'node:lts-trixie-slim'],
    ['node:22-bookworm', 's390x', 'node:22-trixie'],
    ['node:24-alpine3.22', 'ppc64le', 'node:24-trixie-slim'],
    ['python:3.13-slim-bookworm', 's390x', 'python:3.13-slim-trixie'],
    ['golang:1.24-bookworm', 's390x', 'golang:1.24-trixie'],
    ['rust:1.90-alpine3.22', 's390x', 'rust:1.90-slim-trixie'],
    ['openjdk:21-jdk', 's390x', 'eclipse-temurin:21'],
    ['mysql:9', 'ppc64le', 'mariadb:lts'],
    ['node:24', 'ppc64le', undefined],
    ['quay.io/a/node:24', 's390x', undefined],
    ['alpine', 's390x', undefined],
  ])('for %s on %s is %s', (image, architecture, use) => {
    const found = replacementFor(parseReference(image), parsePlatform(`linux/${architecture}`));
    expect(found && formatReference(found)).toBe(use === undefined ? undefined : `docker.io/library/${use}`);
  });

  const hint = async (read: BaseDeps['read']): Promise<string | undefined> => {
    const work = checkBases([base('node:24')], { file, log: keptLog(), engine: { name: 'docker' }, read });
    return (await rejection(work)).hint;
  };

  test('is told when it has the platform', async () => {
    const read: BaseDeps['read'] = ({ tag }) =>
      Promise.resolve(facts([tag === '24' ? 'linux/amd64' : 'linux/s390x']));
    expect(await hint(read)).toBe('use node:24-trixie, which has it');
  });

  test('and not when it has not, or can not be asked', async () => {
    const general = /^choose a base image that has linux\/s390x; /;
    expect(await hint(() => Promise.resolve(facts(['linux/amd64'])))).toMatch(general);
    const shy: BaseDeps['read'] = ({ tag }) =>
      tag === '24'
        ? Promise.resolve(facts(['linux/amd64']))
        : Promise.reject(new CodedError('E_NETWORK', 'gone'));
    expect(await hint(shy)).toMatch(general);
  });
});
