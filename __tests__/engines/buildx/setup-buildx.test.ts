/// <reference lib="esnext.disposable" />
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createPlain, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTls } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Exec } from '../../../src/engines/process/exec.ts';
import { spawnExec } from '../../../src/engines/process/process.ts';
import { setUpBuildx } from '../../../src/engines/buildx/setup-buildx.ts';
import { buildxPins } from '../../../src/engines/buildx/setup-pins.ts';
import { CodedError } from '../../../src/errors.ts';
import type { SetupInput } from '../../../src/inputs/setup.ts';
import { downloader } from '../../../src/registry/download.ts';
import { defaultLimits } from '../../../src/registry/limits.ts';
import { makeCertificate } from '../../support/fake-registry/certificate.js';
import { recordingLog, temporaryFolder } from '../support/scripted.ts';

type Handler = (request: IncomingMessage, response: ServerResponse, asked: number) => void;

interface Releases extends AsyncDisposable {
  readonly url: string;
  /** Paths, in the order in which they were asked for. */
  readonly asked: string[];
}

/** A host that holds files of releases: what `answer` does not, it answers with the file under that path, or 404. */
async function startReleases(
  files: Readonly<Record<string, string>>,
  answer?: Handler,
  tls?: { readonly certificate: string; readonly key: string },
): Promise<Releases> {
  const asked: string[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { url = '' } = request;
    asked.push(url);
    answer?.(request, response, asked.length);
    if (response.headersSent || response.destroyed || response.writableEnded) return;
    const file = Object.hasOwn(files, url) ? files[url] : undefined;
    response.writeHead(file === undefined ? 404 : 200).end(file);
  };
  const server =
    tls === undefined ? createPlain(handle) : createTls({ cert: tls.certificate, key: tls.key }, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http${tls === undefined ? '' : 's'}://localhost:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const program = '#!/bin/sh\necho github.com/docker/buildx v9.9.9 fake\n';
const names = ['amd64', 'arm64', 'ppc64le', 's390x', 'riscv64'].map((arch) => `buildx-v9.9.9.linux-${arch}`);
const checksums = names.map((name) => `${sha256(program)} *${name}\n`).join('');
const wanted: SetupInput = { tool: 'buildx', version: '9.9.9', checksums: sha256(checksums) };

function release(base = ''): Record<string, string> {
  return Object.fromEntries([
    [`${base}/v9.9.9/checksums.txt`, checksums],
    ...names.map((name) => [`${base}/v9.9.9/${name}`, program] as const),
  ]);
}

/** uname says that it is this machine; all else is real. */
function machine(uname: string): Exec {
  return async (tool, args, options) =>
    path.basename(tool) === 'uname'
      ? { code: 0, stdout: `${uname}\n`, stderr: '' }
      : spawnExec(tool, args, options);
}

interface Given {
  readonly url: string;
  readonly input?: SetupInput;
  readonly uname?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cache?: string;
  readonly caCertificate?: string;
  readonly rateMs?: number;
}

async function setUp({
  url,
  input = wanted,
  uname = 'x86_64',
  env,
  cache,
  caCertificate,
  rateMs = 60_000,
}: Given) {
  const temp = temporaryFolder();
  const { log, lines } = recordingLog();
  const waited: number[] = [];
  const shown = {
    PATH: process.env['PATH'],
    NATIVE_MULTIARCH_BUILDX_URL: url,
    RUNNER_TOOL_CACHE: cache,
    ...env,
  };
  const done = setUpBuildx(input, {
    log,
    env: shown,
    temp,
    exec: machine(uname),
    sleep: (ms) => {
      waited.push(ms);
      return Promise.resolve();
    },
    download: downloader({
      env: shown,
      signal: new AbortController().signal,
      limits: { ...defaultLimits, rateMs },
      ...(caCertificate !== undefined && { caCertificate }),
    }),
  });
  const result = await done.then(
    (at) => ({ at, error: undefined }),
    (error: unknown) => {
      if (error instanceof CodedError) return { at: undefined, error };
      throw error;
    },
  );
  return { ...result, temp, lines, waited };
}

describe('buildx is downloaded', () => {
  test.each([
    ['x86_64', 'amd64'],
    ['aarch64', 'arm64'],
    ['ppc64le', 'ppc64le'],
    ['s390x', 's390x'],
    ['riscv64', 'riscv64'],
  ])('on %s as %s into the tool cache, where it is found again', async (uname, arch) => {
    await using releases = await startReleases(release());
    const cache = temporaryFolder();
    const folder = path.join(cache, 'buildx/9.9.9', arch);
    const first = await setUp({ url: releases.url, uname, cache });
    expect(first.at).toBe(path.join(folder, 'buildx'));
    expect(releases.asked).toEqual(['/v9.9.9/checksums.txt', `/v9.9.9/buildx-v9.9.9.linux-${arch}`]);
    expect((await stat(path.join(folder, 'buildx'))).mode & 0o777).toBe(0o755);
    expect((await readdir(path.dirname(folder))).toSorted()).toEqual([arch, `${arch}.complete`]);
    expect(first.lines.join('\n')).toContain('setup: github.com/docker/buildx v9.9.9 fake');

    const again = await setUp({ url: releases.url, uname, cache });
    expect(again.at).toBe(first.at);
    expect(releases.asked.slice(2)).toEqual(['/v9.9.9/checksums.txt']);
  });

  test('from a mirror whose address has a path, with and without a slash at its end', async () => {
    await using releases = await startReleases(release('/github/docker/buildx'));
    for (const end of ['', '/', '//'])
      expect((await setUp({ url: `${releases.url}/github/docker/buildx${end}` })).at).toContain('/buildx');
  });

  test('from where the address sends us on, as GitHub does', async () => {
    await using store = await startReleases({ '/objects/1?sig=a%2Fb': checksums, '/objects/2': program });
    await using releases = await startReleases({}, (request, response) => {
      const to = request.url?.endsWith('.txt') === true ? '1?sig=a%2Fb' : '2';
      response.writeHead(302, { location: `${store.url}/objects/${to}` }).end();
    });
    expect((await setUp({ url: releases.url })).at).toContain('/buildx');
    expect(store.asked).toEqual(['/objects/1?sig=a%2Fb', '/objects/2']);
  });

  test('after an answer of 503, a connection that broke, and a file that was cut', async () => {
    await using releases = await startReleases(release(), (_request, response, asked) => {
      if (asked === 1) response.writeHead(503).end();
      if (asked === 2) response.destroy();
      if (asked === 4) response.writeHead(200, { 'content-length': '1000' }).write('#!');
      if (asked === 4) response.destroy();
    });
    const { at, waited, temp } = await setUp({ url: releases.url });
    expect(await readFile(at ?? '', 'utf8')).toBe(program);
    expect(waited).toEqual([2000, 8000, 2000]);
    expect(at?.startsWith(temp)).toBe(true);
  });

  test('over TLS with an authority that was given', async () => {
    const { ca, certificate, key } = makeCertificate(
      ['localhost'],
      new Date(Date.now() - 60_000),
      new Date(Date.now() + 3_600_000),
    );
    await using releases = await startReleases(release(), undefined, { certificate, key });
    expect((await setUp({ url: releases.url, caCertificate: ca })).at).toContain('/buildx');
    const { error } = await setUp({ url: releases.url });
    expect(error).toMatchObject({ code: 'E_NETWORK', hint: 'give its authority as ca-certificate' });
    expect(error?.message).toContain('has a certificate that is not to be trusted');
  });
});

describe('nothing is run', () => {
  test.each([
    ['other bytes', 'echo bad'],
    ['half of them', program.slice(0, 20)],
    ['none', ''],
  ])('of a file with %s, and nothing is kept', async (_name, text) => {
    const cache = temporaryFolder();
    const ran = path.join(cache, 'ran');
    const files = { ...release(), '/v9.9.9/buildx-v9.9.9.linux-amd64': `${text}${text && `; : > ${ran}`}` };
    await using releases = await startReleases(files);
    const { error, waited, temp } = await setUp({ url: releases.url, cache });
    expect(error).toMatchObject({ code: 'E_DIGEST_MISMATCH' });
    expect(error?.message).toContain(`${sha256(program)} was pinned`);
    expect(waited).toEqual([]);
    expect(await readdir(cache)).toEqual([]);
    const left = await readdir(temp, { recursive: true });
    expect(left.filter((name) => path.basename(name) === 'buildx')).toEqual([]);
  });

  test('where the list of checksums is another, or lacks this machine', async () => {
    const own = checksums.replaceAll(sha256(program), sha256('bad'));
    await using other = await startReleases({ ...release(), '/v9.9.9/checksums.txt': own });
    expect((await setUp({ url: other.url })).error).toMatchObject({ code: 'E_DIGEST_MISMATCH' });
    const short = checksums
      .split('\n')
      .filter((line) => !line.endsWith('s390x'))
      .join('\n');
    await using lacking = await startReleases({ ...release(), '/v9.9.9/checksums.txt': short });
    const input = { ...wanted, checksums: sha256(short) };
    expect((await setUp({ url: lacking.url, input, uname: 's390x' })).error).toMatchObject({
      code: 'E_NOT_FOUND',
      message: expect.stringContaining('has no buildx-v9.9.9.linux-s390x'),
    });
  });

  test('of a version that nobody pinned; nobody is asked', async () => {
    await using releases = await startReleases(release());
    const { error } = await setUp({ url: releases.url, input: { tool: 'buildx', version: '9.9.9' } });
    expect(error).toMatchObject({ code: 'E_INPUT', hint: expect.stringContaining('0.30.1') });
    expect(error?.hint).toContain('buildx@9.9.9 sha256:');
    expect(releases.asked).toEqual([]);
  });

  test('of a pinned version that a mirror has in other bytes', async () => {
    const { amd64 = '' } = buildxPins['0.30.1'] ?? {};
    await using releases = await startReleases({ '/v0.30.1/buildx-v0.30.1.linux-amd64': program });
    const { error } = await setUp({ url: releases.url, input: { tool: 'buildx', version: '0.30.1' } });
    expect(error).toMatchObject({
      code: 'E_DIGEST_MISMATCH',
      message: expect.stringContaining(`${amd64} was pinned`),
      hint: expect.stringContaining('a mirror has to hold the very files'),
    });
    expect(releases.asked).toEqual(['/v0.30.1/buildx-v0.30.1.linux-amd64']);
  });

  test('on a machine that it is not released for', async () => {
    const { error } = await setUp({ url: 'http://localhost:1', uname: 'mips64' });
    expect(error).toMatchObject({ code: 'E_UNSUPPORTED', message: expect.stringContaining('mips64') });
  });

  test.each([
    'ftp://mirror.example',
    'mirror.example/buildx',
    'https://user:word@mirror.example',
    'https://',
  ])('from %s, which is no address of a folder', async (url) => {
    expect((await setUp({ url })).error).toMatchObject({ code: 'E_INPUT' });
  });

  test('that does not start: what it said, and where to look', async () => {
    const broken = '#!/nowhere/sh\n';
    const sums = `${sha256(broken)}  ${names[0] ?? ''}\n`;
    const files = { '/v9.9.9/checksums.txt': sums, '/v9.9.9/buildx-v9.9.9.linux-amd64': broken };
    await using releases = await startReleases(files);
    const input = { ...wanted, checksums: sha256(sums) };
    expect((await setUp({ url: releases.url, input })).error).toMatchObject({
      code: 'E_ENGINE',
      message: expect.stringContaining('was installed and does not run'),
      hint: expect.stringContaining('noexec'),
    });
  });
});

describe('what the host says is told', () => {
  test.each([
    [404, 'E_NOT_FOUND', []],
    [410, 'E_NOT_FOUND', []],
    [403, 'E_DENIED', []],
    [429, 'E_RATE_LIMITED', [2000, 8000]],
    [500, 'E_NETWORK', [2000, 8000]],
    [503, 'E_NETWORK', [2000, 8000]],
  ])('%d as %s', async (status, code, waits) => {
    await using releases = await startReleases({}, (_request, response) => {
      response.writeHead(status).end('<html>');
    });
    const { error, waited } = await setUp({ url: releases.url });
    expect(error).toMatchObject({ code, message: expect.stringContaining(`answers ${status}`) });
    expect(waited).toEqual(waits);
  });

  test('nobody there: the cure names the mirror', async () => {
    const { error, waited } = await setUp({ url: 'http://localhost:1/releases' });
    expect(error).toMatchObject({
      code: 'E_NETWORK',
      message: expect.stringContaining('localhost:1 cannot be reached'),
      hint: expect.stringMatching(/or use a mirror, whose address is given in NATIVE_MULTIARCH_BUILDX_URL$/),
    });
    expect(waited).toEqual([2000, 8000]);
  });

  test('a host that drips', async () => {
    await using releases = await startReleases({}, (_request, response) => {
      response.writeHead(200).write('x');
    });
    expect((await setUp({ url: releases.url, rateMs: 50 })).error).toMatchObject({
      code: 'E_TIMEOUT',
      message: expect.stringContaining('answers too slowly'),
    });
  });

  test.each([
    ['for ever', (port: string) => `http://localhost:${port}/again`, 'E_NETWORK', 'sends us on more than'],
    ['to a file', () => 'file:///etc/passwd', 'E_REGISTRY', 'sends us on to file:'],
  ])('sent on %s', async (_name, location, code, message) => {
    await using releases = await startReleases({}, (request, response) => {
      const port = request.headers.host?.split(':')[1] ?? '';
      response.writeHead(302, { location: location(port) }).end();
    });
    expect((await setUp({ url: releases.url })).error).toMatchObject({
      code,
      message: expect.stringContaining(message),
    });
  });

  test('a file that does not end', async () => {
    await using releases = await startReleases({}, (_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(64 * 1024)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    expect((await setUp({ url: releases.url })).error).toMatchObject({
      code: 'E_DIGEST_MISMATCH',
      message: expect.stringContaining('has more than 1048576 bytes'),
    });
  });
});

describe('the tool cache', () => {
  const input = wanted;

  async function cacheWith(text: string): Promise<{ cache: string; folder: string }> {
    const cache = temporaryFolder();
    const folder = path.join(cache, 'buildx/9.9.9/amd64');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'buildx'), text, { mode: 0o755 });
    return { cache, folder };
  }

  test('what is damaged there is told, left, and not used; each leg has its own then', async () => {
    const { cache, folder } = await cacheWith('#!/bin/sh\nexit 0\n');
    await using releases = await startReleases(release());
    for (const _ of [1, 2]) {
      const { at, temp, lines } = await setUp({ url: releases.url, input, cache });
      expect(at?.startsWith(temp)).toBe(true);
      expect(lines.join('\n')).toContain(`${folder}/buildx is not the buildx that was pinned`);
      expect(await readdir(path.dirname(folder))).toEqual(['amd64']);
    }
    expect(await readFile(path.join(folder, 'buildx'), 'utf8')).toBe('#!/bin/sh\nexit 0\n');
  });

  test('an empty folder there, which a leg may have left, is taken', async () => {
    const cache = temporaryFolder();
    const folder = path.join(cache, 'buildx/9.9.9/amd64');
    await mkdir(folder, { recursive: true });
    await using releases = await startReleases(release());
    expect((await setUp({ url: releases.url, input, cache })).at).toBe(path.join(folder, 'buildx'));
  });

  test('a cache that is a file, or none at all: the leg has its own', async () => {
    const file = path.join(temporaryFolder({ file: '' }), 'file');
    await using releases = await startReleases(release());
    for (const cache of [file, '']) {
      const { at, temp } = await setUp({ url: releases.url, input, cache });
      expect(at?.startsWith(temp)).toBe(true);
    }
  });

  test('on another file system than the leg: the same, and nothing beside it', async () => {
    const cache = await mkdtemp('/dev/shm/setup-test-');
    try {
      await using releases = await startReleases(release());
      const { at } = await setUp({ url: releases.url, input, cache });
      expect(at).toBe(path.join(cache, 'buildx/9.9.9/amd64/buildx'));
      expect((await stat(path.dirname(at ?? ''))).mode & 0o777).toBe(0o755);
      expect((await readdir(path.join(cache, 'buildx/9.9.9'))).toSorted()).toEqual([
        'amd64',
        'amd64.complete',
      ]);
    } finally {
      await rm(cache, { recursive: true });
    }
  });

  test('two legs at once get the same, and one copy is kept', async () => {
    const cache = temporaryFolder();
    await using releases = await startReleases(release());
    const both = await Promise.all([1, 2].map(async () => setUp({ url: releases.url, input, cache })));
    for (const { at } of both) expect(await readFile(at ?? '', 'utf8')).toBe(program);
    expect((await readdir(path.join(cache, 'buildx/9.9.9'))).toSorted()).toEqual(['amd64', 'amd64.complete']);
  });

  test('without a way to any host, what is there under the right name and is not right is not taken', async () => {
    const cache = temporaryFolder({ 'buildx/0.30.1/amd64/buildx': program });
    const pinned = { tool: 'buildx', version: '0.30.1' } as const;
    const { error, lines } = await setUp({ url: 'http://localhost:1', input: pinned, cache });
    expect(error).toMatchObject({ code: 'E_NETWORK' });
    expect(lines.join('\n')).toContain('is not the buildx that was pinned');
  });
});
