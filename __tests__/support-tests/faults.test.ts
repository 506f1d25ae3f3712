import { describe, expect, test } from '@jest/globals';
import { Agent } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { digestOf } from '../../src/oci/digest.ts';
import { manifestAccept, mediaTypes } from '../../src/oci/media-types.ts';
import {
  startFakeRegistry,
  type FakeRegistry,
  type FakeRegistryOptions,
  type Fault,
} from '../support/fake-registry.ts';
import { addToRegistry, buildImage } from '../support/images.ts';
import { ask, type Answer, type Question } from './ask.ts';

const image = buildImage();
const { bytes } = image.manifest;
const blob = Buffer.from('0123456789'.repeat(100));
const blobDigest = digestOf(blob);

async function withFault(
  fault: Fault,
  use: (registry: FakeRegistry) => Promise<void>,
  options: FakeRegistryOptions = {},
): Promise<void> {
  await using registry = await startFakeRegistry({ checkBlobs: false, ...options });
  addToRegistry(registry, 'a', image, 'v1');
  registry.addBlob('a', blob);
  registry.fail(() => true, fault);
  await use(registry);
}

function getTag(registry: FakeRegistry, question: Question = {}): Promise<Answer> {
  return ask(`${registry.url}/v2/a/manifests/v1`, { headers: { accept: manifestAccept }, ...question });
}

function putTag(registry: FakeRegistry, tag = 'new', body = bytes): Promise<Answer> {
  const headers = { 'content-type': mediaTypes.ociManifest };
  return ask(`${registry.url}/v2/a/manifests/${tag}`, { method: 'PUT', body, headers });
}

describe('what comes back of a GET', () => {
  test.each<[string, Fault, Partial<Answer>]>([
    [
      'an HTML page',
      { kind: 'answer', status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' },
      { status: 200, body: Buffer.from('<html>') },
    ],
    ['a rate limit', { kind: 'answer', status: 429, headers: { 'Retry-After': '2' } }, { status: 429 }],
    [
      'a half body',
      { kind: 'truncate', bytes: 7 },
      { status: 200, body: Buffer.from(bytes.subarray(0, 7)), whole: false },
    ],
    [
      'a half chunked body',
      { kind: 'truncate', bytes: 7, chunked: true },
      { body: Buffer.from(bytes.subarray(0, 7)), whole: false },
    ],
    ['other bytes', { kind: 'body', body: 'x' }, { body: Buffer.from('x'), whole: true }],
    ['a flood', { kind: 'flood', bytes: 200_000 }, { body: Buffer.alloc(200_000, ' '), whole: true }],
    ['another status', { kind: 'status', status: 203 }, { status: 203, body: Buffer.from(bytes) }],
    ['404 for what was just written', { kind: 'stale' }, { status: 404 }],
    ['one byte at a time', { kind: 'drip', milliseconds: 0.01 }, { body: Buffer.from(bytes), whole: true }],
    ['a gateway', { kind: 'lost-behind', status: 502 }, { status: 502 }],
    ['a late gateway', { kind: 'delay', milliseconds: 5, refused: true }, { status: 504 }],
    ['a late answer', { kind: 'delay', milliseconds: 5 }, { status: 200, whole: true }],
  ])('%s', async (_, fault, expected) => {
    await withFault(fault, async (registry) => {
      expect(await getTag(registry)).toMatchObject(expected);
      expect(registry.requests[0]?.fault).toBe(fault.kind);
      expect((await getTag(registry)).body).toEqual(Buffer.from(bytes));
    });
  });

  test('one byte differs', async () => {
    await withFault({ kind: 'corrupt' }, async (registry) => {
      const { body, headers } = await getTag(registry);
      expect(headers['docker-content-digest']).toBe(image.manifest.digest);
      expect(body.filter((byte, at) => byte !== bytes[at])).toHaveLength(1);
    });
  });

  test('the same document in other bytes', async () => {
    await withFault({ kind: 'reserialise' }, async (registry) => {
      const { body } = await getTag(registry);
      expect(JSON.parse(body.toString())).toEqual(JSON.parse(Buffer.from(bytes).toString()));
      expect(body.equals(bytes)).toBe(false);
    });
  });

  test('encoded twice', async () => {
    await withFault({ kind: 'encode', encodings: 2 }, async (registry) => {
      const { body, headers } = await getTag(registry);
      expect(headers['content-encoding']).toBe('gzip, gzip');
      expect(gunzipSync(gunzipSync(body))).toEqual(Buffer.from(bytes));
    });
  });

  test('headers set and taken out', async () => {
    const headers = { 'Content-Type': 'text/plain', 'docker-content-digest': undefined };
    await withFault({ kind: 'headers', headers }, async (registry) => {
      const answer = await getTag(registry);
      expect(answer.headers['content-type']).toBe('text/plain');
      expect(answer.headers).not.toHaveProperty('docker-content-digest');
    });
  });

  test('a Range that is not seen', async () => {
    await withFault({ kind: 'ignore-range' }, async (registry) => {
      const answer = await ask(`${registry.url}/v2/a/blobs/${blobDigest}`, {
        headers: { range: 'bytes=1-2' },
      });
      expect([answer.status, answer.body.length]).toEqual([200, blob.length]);
    });
  });

  test('401 with the challenge of the registry', async () => {
    await withFault({ kind: 'unauthorized', error: 'insufficient_scope' }, async (registry) => {
      const answer = await getTag(registry);
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toContain(
        'scope="repository:a:pull",error="insufficient_scope"',
      );
    });
  });

  test.each<Fault>([
    { kind: 'reset' },
    { kind: 'reset', fin: true },
    { kind: 'lost-answer' },
    { kind: 'raw', bytes: 'no HTTP\r\n\r\n' },
  ])('nothing: %j', async (fault) => {
    await withFault(fault, async (registry) => {
      await expect(getTag(registry)).rejects.toThrow();
      expect(registry.requestLines()).toEqual(['GET /v2/a/manifests/v1 (cut)']);
    });
  });

  test.each<Fault>([{ kind: 'silence' }, { kind: 'silence', refused: true }])(
    'silence: %j',
    async (fault) => {
      await withFault(fault, async (registry) => {
        await expect(getTag(registry, { patience: 30 })).rejects.toThrow('out of patience');
      });
    },
  );

  test('a start and then nothing', async () => {
    await withFault({ kind: 'stall', bytes: 5 }, async (registry) => {
      const answer = await getTag(registry, { patience: 50 });
      expect([answer.status, answer.body.length, answer.whole]).toEqual([200, 5, false]);
    });
  });

  test('a body without end, until the client leaves', async () => {
    await withFault({ kind: 'flood', bytes: Infinity }, async (registry) => {
      const answer = await getTag(registry, { patience: 50 });
      expect(answer.whole).toBe(false);
      expect(answer.body.length).toBeGreaterThan(100_000);
    });
  });

  test('a connection that was given up while it was idle', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    await withFault({ kind: 'close-after' }, async (registry) => {
      expect((await getTag(registry, { agent })).status).toBe(200);
      await expect(getTag(registry, { agent })).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect((await getTag(registry, { agent })).status).toBe(200);
      expect(registry.requests.map((request) => request.connection)).toEqual([1, 1, 2]);
    });
    agent.destroy();
  });
});

describe('what a manifest PUT leaves behind', () => {
  const here = { new: image.manifest.digest };

  test.each<[string, Fault, object]>([
    ['refused', { kind: 'answer', status: 503 }, {}],
    ['reset before the body', { kind: 'reset' }, {}],
    ['reset in the body', { kind: 'reset-upload', after: 20 }, {}],
    ['told and not kept', { kind: 'not-committed' }, {}],
    ['kept and not told', { kind: 'lost-answer' }, here],
    ['kept, and a gateway gives up', { kind: 'lost-behind', status: 504 }, here],
  ])('%s', async (_, fault, left) => {
    await withFault(fault, async (registry) => {
      const answer = await putTag(registry).catch(() => undefined);
      const { v1: _v1, ...tags } = registry.tags('a');
      expect(tags).toEqual(left);
      expect(answer?.status).toBe(
        { answer: 503, 'not-committed': 201, 'lost-behind': 504 }[fault.kind as 'answer'],
      );
    });
  });

  test('other bytes under the digest that the client knows', async () => {
    await withFault({ kind: 'reserialise' }, async (registry) => {
      const answer = await putTag(registry);
      expect([answer.status, answer.headers['docker-content-digest']]).toEqual([201, image.manifest.digest]);
      expect(registry.tags('a')).toMatchObject(here);
      expect(digestOf(registry.manifest('a', 'new')?.bytes ?? Buffer.of())).not.toBe(image.manifest.digest);
    });
  });

  test('a read that lags sees the digest before', async () => {
    await withFault({ kind: 'headers', headers: {} }, async (registry) => {
      await putTag(registry, 'v1', buildImage({ platform: 'linux/arm64' }).manifest.bytes);
      registry.fail({ method: 'GET' }, { kind: 'stale' });
      expect((await getTag(registry)).headers['docker-content-digest']).toBe(image.manifest.digest);
      expect((await getTag(registry)).headers['docker-content-digest']).not.toBe(image.manifest.digest);
    });
  });
});

describe('what an upload leaves behind', () => {
  async function session(registry: FakeRegistry): Promise<string> {
    const start = await ask(`${registry.url}/v2/a/blobs/uploads/`, { method: 'POST' });
    return `${registry.url}${start.headers.location ?? ''}`;
  }

  test.each<[string, Fault, Question]>([
    ['reset', { kind: 'reset-upload', after: 300 }, {}],
    ['stalled', { kind: 'stall-upload', after: 300 }, { patience: 50 }],
  ])('a session that was %s goes on where it was', async (_, fault, question) => {
    await using registry = await startFakeRegistry();
    const location = await session(registry);
    registry.fail({ method: 'PATCH' }, fault);
    await expect(ask(location, { method: 'PATCH', body: blob, ...question })).rejects.toThrow();
    expect((await ask(location)).headers.range).toBe('0-299');
    await ask(location, { method: 'PATCH', body: blob.subarray(300) });
    expect((await ask(`${location}&digest=${blobDigest}`, { method: 'PUT' })).status).toBe(201);
    expect(registry.blob('a', blobDigest)).toEqual(blob);
  });

  test('a client that leaves in the middle leaves what it sent', async () => {
    await using registry = await startFakeRegistry();
    const location = await session(registry);
    const headers = { 'content-length': '2000' };
    await expect(ask(location, { method: 'PATCH', body: blob, headers, patience: 50 })).rejects.toThrow();
    expect((await ask(location)).headers.range).toBe('0-999');
  });

  test.each<[Fault, boolean]>([
    [{ kind: 'lost-answer' }, true],
    [{ kind: 'not-committed' }, false],
  ])('a commit with %j', async (fault, kept) => {
    await using registry = await startFakeRegistry();
    const location = await session(registry);
    registry.fail({ method: 'PUT' }, fault);
    await ask(`${location}&digest=${blobDigest}`, { method: 'PUT', body: blob }).catch(() => undefined);
    expect(registry.blob('a', blobDigest) !== undefined).toBe(kept);
  });
});

describe('which requests meet a fault', () => {
  test('the queue first, then the plan', async () => {
    await using registry = await startFakeRegistry({
      faults: ({ number }) => (number === 3 ? { kind: 'answer', status: 503 } : undefined),
    });
    registry.fail({ method: 'GET', path: /tags/, service: 'registry' }, { kind: 'answer', status: 429 }, 2);
    const get = async (path: string): Promise<number> => (await ask(`${registry.url}${path}`)).status;
    expect(await get('/v2/')).toBe(200);
    expect(await get('/v2/a/tags/list')).toBe(429);
    expect(await get('/v2/')).toBe(503);
    expect(await get('/v2/a/tags/list')).toBe(429);
    expect(await get('/v2/a/tags/list')).toBe(404);
  });
});

describe('the log', () => {
  test('counts rounds, and what was under way at once', async () => {
    await using registry = await startFakeRegistry({ latency: 20 });
    const ping = (): Promise<Answer> => ask(`${registry.url}/v2/`);
    await ping();
    await Promise.all([ping(), ping(), ping(), ping()]);
    await ping();
    expect([registry.requests.length, registry.rounds(), registry.concurrency()]).toEqual([6, 3, 4]);
    registry.clearRequests();
    expect([registry.requests.length, registry.rounds(), registry.concurrency()]).toEqual([0, 0, 0]);
  });

  test('tells bytes, headers and query, with random parts shown as <id>', async () => {
    await using registry = await startFakeRegistry();
    const start = await ask(`${registry.url}/v2/a/blobs/uploads/`, {
      method: 'POST',
      headers: { 'user-agent': 'me' },
    });
    await ask(`${registry.url}${start.headers.location ?? ''}`, { method: 'PATCH', body: blob });
    expect(registry.requests[1]).toMatchObject({ received: blob.length, status: 202, sent: 0 });
    expect(registry.requests[0]?.headers['user-agent']).toBe('me');
    expect(registry.requestLines()).toEqual([
      'POST /v2/a/blobs/uploads/ 202',
      'PATCH /v2/a/blobs/uploads/<id>?_state=<id> 202',
    ]);
  });
});
