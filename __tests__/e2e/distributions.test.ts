import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { access, chmod, copyFile, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ImageConfig } from '../../src/oci/config.ts';
import type { Descriptor } from '../../src/oci/descriptor.ts';
import { DigestStream, digestOf, type Digest } from '../../src/oci/digest.ts';
import { mediaTypes } from '../../src/oci/media-types.ts';
import { parsePlatform } from '../../src/platform/platform.ts';
import { judgeContent, readContent, type ContentVerdict } from '../../src/verify/content/content.ts';
import { filesMatching } from '../../src/verify/content/globs.ts';
import { LayerStore } from '../../src/verify/content/layer-store.ts';
import type { ProvenImage } from '../../src/verify/source.ts';
import { temporaryFolder, type Folder } from './support/folders.ts';
import { succeed } from './support/processes.ts';
import { architectureNames, root as checkout, type Architecture } from './support/tools.ts';

type Run = Pick<ImageConfig, 'entrypoint' | 'cmd' | 'env' | 'workingDir'>;

interface Layer {
  readonly file: string;
  readonly digest: Digest;
}

/** What an image starts, how, and the program that this ends at. */
interface Started {
  readonly run: Run;
  /** From the root, links resolved. */
  readonly program: (machine: Architecture) => string;
}

const installed = execFileSync(
  'bash',
  [path.join(checkout, 'scripts/install-test-tools.sh'), '--distributions-folder'],
  { encoding: 'utf8' },
).trim();
/** Debian's own words for them, in paths. */
const debian = { amd64: 'amd64', arm64: 'arm64', ppc64le: 'ppc64el', s390x: 's390x' } as const;
const jvm = (machine: Architecture): string => `usr/lib/jvm/java-17-openjdk-${debian[machine]}`;
const java = (machine: Architecture): string => `${jvm(machine)}/bin/java`;
const python = (): string => 'usr/bin/python3.11';

let scratch: Folder;
const bases = new Map<Architecture, Layer>();
const files = new Map<string, string>();
/** One for all tests: each root is read once, as in a merge of many images. */
const store = new LayerStore(({ digest }) => createReadStream(files.get(digest) ?? ''));

beforeAll(async () => {
  scratch = await temporaryFolder();
  for (const machine of architectureNames) {
    const folder = path.join(installed, 'roots', machine);
    await access(folder).catch((cause: unknown) => {
      throw new Error(`${folder} is missing; run scripts/install-test-tools.sh --distributions as root`, {
        cause,
      });
    });
    bases.set(machine, await pack(folder));
  }
}, 300_000);
afterAll(async () => scratch[Symbol.asyncDispose]());

async function pack(folder: string): Promise<Layer> {
  const file = path.join(scratch.path, `${Math.random()}.tar`);
  await succeed('tar', ['--create', '--file', file, '--numeric-owner', '--directory', folder, '.']);
  const stream = new DigestStream();
  for await (const chunk of createReadStream(file)) stream.update(chunk as Buffer);
  const digest = stream.digest();
  files.set(digest, file);
  return { file, digest };
}

async function newTree(): Promise<string> {
  const folder = path.join(scratch.path, `tree-${Math.random()}`);
  await mkdir(folder);
  return folder;
}

/** A layer of these files: text, or a path of this machine to be copied. */
async function layerOf(
  content: Readonly<Record<string, string | { readonly copy: string } | { readonly link: string }>>,
): Promise<Layer> {
  const tree = await newTree();
  for (const [name, what] of Object.entries(content)) {
    const file = path.join(tree, name);
    await mkdir(path.dirname(file), { recursive: true });
    if (typeof what === 'string') await writeFile(file, what, { mode: 0o755 });
    else if ('link' in what) await symlink(what.link, file);
    else {
      await copyFile(what.copy, file);
      await chmod(file, 0o755);
    }
  }
  return pack(tree);
}

async function verdictOf(
  machine: Architecture,
  layers: readonly Layer[],
  run: Run,
  allow: readonly string[] = [],
): Promise<ContentVerdict> {
  const described: Descriptor[] = [];
  for (const { file, digest } of layers)
    described.push({ mediaType: mediaTypes.ociLayer, digest, size: (await stat(file)).size });
  const platform = parsePlatform(`linux/${machine}`);
  const config = { mediaType: mediaTypes.ociConfig, digest: digestOf(Buffer.from('{}')), size: 2 };
  const image: ProvenImage = {
    descriptor: { ...config, mediaType: mediaTypes.ociManifest },
    bytes: { bytes: Buffer.from('{}'), digest: config.digest, mediaType: mediaTypes.ociManifest },
    said: undefined,
    manifest: { kind: 'image', mediaType: mediaTypes.ociManifest, config, layers: described },
    config: {
      os: 'linux',
      architecture: machine,
      labels: {},
      diffIds: layers.map(({ digest }) => digest),
      ...run,
    },
    platform,
  };
  return judgeContent(platform, await readContent(image, store, filesMatching(allow)), 'it');
}

function base(machine: Architecture): Layer {
  const layer = bases.get(machine);
  if (layer === undefined) throw new Error(`no root of ${machine}`);
  return layer;
}

function file(machine: Architecture, name: string): string {
  return path.join(installed, 'roots', machine, name);
}

function goProgram(machine: Architecture, mode: 'exe' | 'pie' = 'exe'): string {
  return path.join(installed, 'go', `${machine}-${mode}`);
}

function other(machine: Architecture): Architecture {
  return machine === 's390x' ? 'amd64' : 's390x';
}

const sound = (machine: Architecture): ContentVerdict => ({ found: machine, errors: [], warnings: [] });

/** What application layers bring along, in the ways of well-known base images. */
async function application(machine: Architecture): Promise<Layer> {
  return layerOf({
    // As Red Hat's images have it; Debian's is made when a package is set up, which nobody does here.
    'usr/bin/sh': { link: 'bash' },
    'opt/java/openjdk': { link: `/${jvm(machine)}` },
    'app/app.jar': 'PK\u0003\u0004',
    'opt/venv/bin/python3': { link: '/usr/bin/python3' },
    'opt/venv/bin/python': { link: 'python3' },
    'opt/venv/bin/gunicorn': '#!/opt/venv/bin/python3\nimport sys\n',
    'app/manage.py': '#!/usr/bin/env -S python3 -u\n',
    'usr/local/bin/docker-entrypoint.sh': '#!/bin/sh\nset -e\nexec "$@"\n',
    'usr/local/bin/npm': { link: '../lib/node_modules/npm/bin/npm-cli.js' },
    'usr/local/lib/node_modules/npm/bin/npm-cli.js': '#!/usr/bin/env node\n',
    'app/server': { copy: goProgram(machine) },
    'app/current': { link: 'releases/7' },
    'app/releases/7/run': { link: '../../server' },
    'entry.bash': '#! /bin/bash -e\nexec tini -- "$@"\n',
  });
}

const node = (): string => 'usr/bin/node';
const openjdk = ['PATH=/opt/java/openjdk/bin:/usr/local/bin:/usr/bin:/bin', 'JAVA_HOME=/opt/java/openjdk'];
const venv = ['PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin'];

const images: Readonly<Record<string, Started>> = {
  'Java, through PATH and a link to its home': {
    run: { cmd: ['java', '-jar', '/app/app.jar'], env: openjdk },
    program: java,
  },
  'Java behind tini': {
    run: {
      entrypoint: ['/usr/bin/tini', '-g', '--'],
      cmd: ['java', '-jar', 'app.jar'],
      env: openjdk,
      workingDir: '/app',
    },
    program: java,
  },
  'Java in a shell line': {
    run: { entrypoint: ['sh', '-c', 'cd /app && exec java $JAVA_OPTS -jar app.jar'], env: openjdk },
    program: java,
  },
  'a Python script of a virtual environment': {
    run: { cmd: ['gunicorn', 'app:app'], env: venv },
    program: python,
  },
  'a Python script with env -S': {
    run: { cmd: ['./manage.py', 'run'], workingDir: '/app' },
    program: python,
  },
  'Python behind dumb-init': {
    run: { entrypoint: ['dumb-init', '--'], cmd: ['/opt/venv/bin/python', '-m', 'app'] },
    program: python,
  },
  'Node.js, as its own image starts it': {
    run: { entrypoint: ['docker-entrypoint.sh'], cmd: ['node', 'server.js'] },
    program: node,
  },
  'npm, through a link to a script': { run: { cmd: ['npm', 'start'] }, program: node },
  'Rust behind a link': {
    run: { entrypoint: ['fdfind'], cmd: ['.'] },
    program: () => 'usr/lib/cargo/bin/fd',
  },
  'Rust behind Go: gosu': {
    run: { entrypoint: ['docker-entrypoint.sh'], cmd: ['gosu', 'nobody', 'rg', 'x'] },
    program: () => 'usr/bin/rg',
  },
  'gosu itself': { run: { cmd: ['gosu', '--version'] }, program: () => 'usr/sbin/gosu' },
  'Go through two links': {
    run: { entrypoint: ['/app/current/run'] },
    program: () => 'app/server',
  },
  'a bash script that starts the rest': {
    run: { entrypoint: ['/entry.bash'], cmd: ['/app/server'] },
    program: () => 'app/server',
  },
  'busybox, whatever /bin is': { run: { cmd: ['/bin/busybox', 'sh'] }, program: () => 'usr/bin/busybox' },
  'a shell through /bin -> usr/bin': { run: { cmd: ['/bin/sh'] }, program: () => 'usr/bin/bash' },
};

describe.each(architectureNames)("a distribution's files for %s", (machine) => {
  let own: Layer;
  beforeAll(async () => {
    own = await application(machine);
  });

  test.each(Object.entries(images))('%s', async (_, { run, program }) => {
    const layers = [base(machine), own];
    expect(await verdictOf(machine, layers, run)).toEqual(sound(machine));
    for (const lie of architectureNames.filter((each) => each !== machine)) {
      const { found, errors } = await verdictOf(lie, layers, run);
      expect([found, errors[0]?.code]).toEqual([machine, 'E_CONTENT_MISMATCH']);
    }
    // One program of another machine in the place of the one that is started, as a wrong COPY --from leaves it.
    const name = program(machine);
    const foreign = await layerOf({ [name]: { copy: goProgram(other(machine)) } });
    const { found, errors } = await verdictOf(machine, [...layers, foreign], run);
    expect([found, errors[0]?.code]).toEqual([other(machine), 'E_CONTENT_MISMATCH']);
    expect(errors[0]?.message).toContain(`/${name} is ${other(machine)}`);
  });

  test('no foreign program in all of its packages', async () => {
    const { found, errors, warnings } = await verdictOf(machine, [base(machine)], {});
    expect({ found, errors, warnings }).toEqual({
      found: `${machine} (no entry point found)`,
      errors: [],
      warnings: [],
    });
  });

  test('Go alone, FROM scratch', async () => {
    // For s390x Go makes position-independent programs with the help of a C compiler only.
    for (const mode of machine === 's390x' ? (['exe'] as const) : (['exe', 'pie'] as const)) {
      const layers = [await layerOf({ hello: { copy: goProgram(machine, mode) } })];
      expect(await verdictOf(machine, layers, { entrypoint: ['/hello'] })).toEqual(sound(machine));
      expect((await verdictOf(other(machine), layers, { entrypoint: ['/hello'] })).errors).toHaveLength(1);
    }
  });

  test('a wheel for another machine is a warning, which a glob silences', async () => {
    const compiled = 'numpy/core/_multiarray_umath.cpython-311';
    const tags = { amd64: 'x86_64', arm64: 'aarch64', ppc64le: 'powerpc64le', s390x: 's390x' };
    const wheel = (of: Architecture): string =>
      file(of, `usr/lib/python3/dist-packages/${compiled}-${tags[of]}-linux-gnu.so`);
    const site = 'opt/venv/lib/python3.11/site-packages';
    const right = await layerOf({ [`${site}/${compiled}.so`]: { copy: wheel(machine) } });
    const run = { cmd: ['gunicorn'], env: venv };
    expect(await verdictOf(machine, [base(machine), own, right], run)).toEqual(sound(machine));
    const wrong = await layerOf({ [`${site}/${compiled}.so`]: { copy: wheel(other(machine)) } });
    const layers = [base(machine), own, right, wrong];
    const { found, errors, warnings } = await verdictOf(machine, layers, run);
    expect([found, errors]).toEqual([machine, []]);
    expect(warnings).toEqual([
      `it also holds 1 program for ${other(machine)}, such as /${site}/${compiled}.so`,
    ]);
    expect(await verdictOf(machine, layers, run, [`/${site}/**/*.so`])).toEqual(sound(machine));
  });

  test('an image of wheels alone, for another machine, has no program of its own', async () => {
    const layers = [
      await layerOf({ 'lib/libstdc++.so.6': { copy: file(other(machine), await library(machine)) } }),
    ];
    expect((await verdictOf(machine, layers, {})).errors[0]?.code).toBe('E_CONTENT_MISMATCH');
  });
});

/** Of the other machine's root: which file libstdc++ is there. */
async function library(machine: Architecture): Promise<string> {
  const triplets = { amd64: 'x86_64', arm64: 'aarch64', ppc64le: 'powerpc64le', s390x: 's390x' };
  const name = `usr/lib/${triplets[other(machine)]}-linux-gnu/libstdc++.so.6`;
  await readFile(file(other(machine), name));
  return name;
}
