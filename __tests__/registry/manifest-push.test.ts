import { describe, expect, test } from '@jest/globals';
import { digestOf } from '../../src/oci/digest.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { failureOf, repositoryOf, someManifest, startServer, testClient } from './harness.ts';

const manifest = someManifest();
const start = (options: Parameters<typeof startFakeRegistry>[0] = {}) =>
  startFakeRegistry({ checkBlobs: false, ...options });

test('one request: the exact bytes under their own type', async () => {
  await using fake = await start();
  await using context = testClient();
  expect(await context.client.putManifest(repositoryOf(fake.host), 'v1', manifest)).toEqual({
    subjectHandled: false,
  });
  expect(fake.manifest('acme/app', 'v1')?.bytes).toEqual(manifest.bytes);
  expect(fake.requests.map(({ method, headers }) => [method, headers['content-type']])).toEqual([
    ['PUT', manifest.mediaType],
  ]);
});

test.each([200, 201, 202, 204])('%s is success', async (status) => {
  await using fake = await start();
  fake.fail({ method: 'PUT' }, { kind: 'status', status });
  await using context = testClient();
  await context.client.putManifest(repositoryOf(fake.host), 'v1', manifest);
});

test('a subject that was taken care of is told', async () => {
  await using fake = await start();
  const subject = { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.bytes.byteLength };
  const bytes = Buffer.from(
    JSON.stringify({ ...JSON.parse(Buffer.from(manifest.bytes).toString()), subject }),
  );
  await using context = testClient();
  const referrer = { bytes, digest: digestOf(bytes), mediaType: manifest.mediaType };
  expect(await context.client.putManifest(repositoryOf(fake.host), referrer.digest, referrer)).toEqual({
    subjectHandled: true,
  });
});

describe('nothing is sent', () => {
  test.each([
    ['that is over 4 MiB', { ...manifest, bytes: Buffer.alloc(4 * 1024 * 1024 + 1) }, 'v1', 'E_MANIFEST'],
    ['whose digest is another', { ...manifest, bytes: Buffer.from('{}') }, 'v1', 'E_DIGEST_MISMATCH'],
    ['to a digest that is not its own', manifest, someManifest('other').digest, 'E_DIGEST_MISMATCH'],
  ])('%s', async (_name, what, reference, code) => {
    await using context = testClient();
    expect(
      await failureOf(context.client.putManifest(repositoryOf('quay.io'), reference, what)),
    ).toMatchObject({ code });
    expect(context.client.requests).toEqual([]);
  });
});

describe('a lost answer', () => {
  test.each([
    ['reset', { kind: 'lost-answer' }],
    ['closed', { kind: 'lost-answer', fin: true }],
    ['504', { kind: 'lost-behind', status: 504 }],
    ['502', { kind: 'lost-behind', status: 502 }],
  ] as const)('%s: it looks before it sends again', async (_name, fault) => {
    await using fake = await start();
    fake.fail({ method: 'PUT' }, fault);
    await using context = testClient();
    await context.client.putManifest(repositoryOf(fake.host), 'v1', manifest);
    expect(fake.requests.map(({ method }) => method)).toEqual(['PUT', 'GET']);
  });

  test('also when it had never arrived', async () => {
    await using fake = await start();
    fake.fail({ method: 'PUT' }, { kind: 'reset' });
    await using context = testClient();
    await context.client.putManifest(repositoryOf(fake.host), 'v1', manifest);
    expect(fake.requests.map(({ method }) => method)).toEqual(['PUT', 'GET', 'PUT']);
    expect(fake.manifest('acme/app', 'v1')?.digest).toBe(manifest.digest);
  });

  test('where the tag holds another one, it is sent again', async () => {
    await using fake = await start();
    fake.addManifest('acme/app', someManifest('before'), 'v1');
    fake.fail({ method: 'PUT' }, { kind: 'reset' });
    await using context = testClient();
    await context.client.putManifest(repositoryOf(fake.host), 'v1', manifest);
    expect(fake.manifest('acme/app', 'v1')?.digest).toBe(manifest.digest);
  });

  test('who may not look sends it again', async () => {
    await using fake = await start();
    fake.fail({ method: 'PUT' }, { kind: 'lost-answer' });
    fake.fail({ method: 'GET' }, { kind: 'answer', status: 403 });
    await using context = testClient();
    await context.client.putManifest(repositoryOf(fake.host), 'v1', manifest);
    expect(fake.requests.map(({ method }) => method)).toEqual(['PUT', 'GET', 'PUT']);
  });

  test('a 429 is no lost answer', async () => {
    await using fake = await start();
    fake.fail({ method: 'PUT' }, { kind: 'answer', status: 429, headers: { 'retry-after': '2' } });
    await using context = testClient();
    await context.client.putManifest(repositoryOf(fake.host), 'v1', manifest);
    expect(fake.requests.map(({ method }) => method)).toEqual(['PUT', 'PUT']);
  });
});

describe('what the registry made of it', () => {
  test('other bytes are a failure', async () => {
    const kept = Buffer.from(
      JSON.stringify(JSON.parse(Buffer.from(manifest.bytes).toString()), undefined, 2),
    );
    await using server = await startServer((request, response) => {
      request.resume();
      if (request.method === 'PUT')
        response.writeHead(201, { 'docker-content-digest': digestOf(kept) }).end();
      else response.writeHead(200, { 'content-type': manifest.mediaType }).end(kept);
    });
    await using context = testClient();
    const error = await failureOf(context.client.putManifest(server.repository, 'v1', manifest));
    expect(error).toMatchObject({ code: 'E_DIGEST_MISMATCH' });
    expect(error.message).toContain(
      `was pushed as ${manifest.digest}, and the registry made ${digestOf(kept)} of it`,
    );
  });

  test('a wrong header over the right bytes is none', async () => {
    await using fake = await start();
    fake.fail(
      { method: 'PUT' },
      { kind: 'headers', headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } },
    );
    await using context = testClient();
    await context.client.putManifest(repositoryOf(fake.host), 'v1', manifest);
    expect(fake.requests.map(({ method }) => method)).toEqual(['PUT', 'GET']);
  });
});

describe('a registry that does not see what was just written', () => {
  const child = someManifest('child');
  const listed = { mediaType: child.mediaType, digest: child.digest, size: child.bytes.byteLength };
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [listed] }));
  const list = { bytes, digest: digestOf(bytes), mediaType: 'application/vnd.oci.image.index.v1+json' };
  const refusal = (status: number, code: string) =>
    ({
      kind: 'answer',
      status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ errors: [{ code, message: 'not known to this replica' }] }),
    }) as const;
  const words: [number, string][] = [
    [400, 'MANIFEST_BLOB_UNKNOWN'],
    [400, 'MANIFEST_UNKNOWN'],
    [404, 'MANIFEST_UNKNOWN'],
  ];

  test.each(words)('is given time: %s %s', async (status, code) => {
    await using fake = await start();
    await using context = testClient();
    const repository = repositoryOf(fake.host);
    await context.client.putManifest(repository, child.digest, child);
    for (let times = 0; times < 6; times++) fake.fail({ method: 'PUT' }, refusal(status, code));
    await context.client.putManifest(repository, list.digest, list);
    expect(fake.manifest('acme/app', list.digest)?.bytes).toEqual(list.bytes);
    expect(context.log.lines.join('\n')).toContain('it lists what was just written: trying again in');
  });

  test.each(words)('is given five minutes, and then told: %s %s', async (status, code) => {
    await using fake = await start();
    await using context = testClient();
    const repository = repositoryOf(fake.host);
    await context.client.putManifest(repository, child.digest, child);
    fake.fail({ method: 'PUT' }, refusal(status, code), Infinity);
    const error = await failureOf(context.client.putManifest(repository, list.digest, list));
    expect(error.message).toContain(code);
    expect(context.clock.now).toBeGreaterThanOrEqual(300_000);
    expect(context.clock.now).toBeLessThan(330_000);
  });

  test.each(words)('has no time for what somebody else wrote: %s %s', async (status, code) => {
    await using fake = await start();
    await using context = testClient();
    fake.addManifest('acme/app', child);
    fake.fail({ method: 'PUT' }, refusal(status, code), Infinity);
    const error = await failureOf(context.client.putManifest(repositoryOf(fake.host), list.digest, list));
    expect(error.message).toContain(code);
    expect(context.clock.now).toBeLessThan(10_000);
  });
});

describe('a tag that may not move', () => {
  test.each(['ecr', 'harbor'] as const)('%s: ours is there already', async (style) => {
    await using fake = await start({ immutableTags: { pattern: /^v/, style } });
    fake.addManifest('acme/app', manifest, 'v1');
    await using context = testClient();
    await context.client.putManifest(repositoryOf(fake.host), 'v1', manifest);
  });

  test.each(['ecr', 'harbor'] as const)('%s: another one is', async (style) => {
    await using fake = await start({ immutableTags: { pattern: /^v/, style } });
    const held = someManifest('before');
    fake.addManifest('acme/app', held, 'v1');
    await using context = testClient();
    const error = await failureOf(context.client.putManifest(repositoryOf(fake.host), 'v1', manifest));
    expect(error).toMatchObject({ code: 'E_TAG_IMMUTABLE' });
    expect(error.message).toContain(`is immutable and holds ${held.digest}, not ${manifest.digest}`);
  });

  test.each<[string, number, string]>([
    [
      'ECR',
      400,
      `{"errors":[{"code":"TAG_INVALID","message":"The image tag 'v1' already exists in the 'app' repository and cannot be overwritten because the repository is immutable."}]}`,
    ],
    ['ECR, older', 400, `{"errors":[{"code":"ImageTagAlreadyExistsException","message":"tag exists"}]}`],
    [
      'Harbor',
      412,
      '{"errors":[{"code":"PRECONDITION","message":"Failed to process request due to \'app:v1\' configured as immutable."}]}',
    ],
    ['Quay', 409, '{"errors":[{"code":"TAG_IMMUTABLE","detail":{},"message":"Tag is immutable"}]}'],
    ['Artifactory', 403, '{"errors":[{"code":"DENIED","message":"Immutable tag v1 cannot be overwritten"}]}'],
  ])('in the words of %s', async (_name, status, body) => {
    await using server = await startServer((request, response) => {
      request.resume();
      if (request.method === 'PUT')
        response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      else response.writeHead(200, { 'content-type': manifest.mediaType }).end(someManifest('before').bytes);
    });
    await using context = testClient();
    expect(await failureOf(context.client.putManifest(server.repository, 'v1', manifest))).toMatchObject({
      code: 'E_TAG_IMMUTABLE',
    });
    // That will not change, so it is not tried again.
    expect(context.clock.slept).toEqual([]);
  });
});

describe('refusals', () => {
  test.each<[string, number, string, string, RegExp, number]>([
    [
      'GHCR',
      403,
      '{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}',
      'E_DENIED',
      /allow|may do this/,
      1,
    ],
    [
      'ECR',
      404,
      '{"errors":[{"code":"NAME_UNKNOWN","message":"The repository with name \'acme/app\' does not exist in the registry with id \'123456789012\'"}]}',
      'E_NOT_FOUND',
      /create the repository/,
      1,
    ],
    [
      'distribution',
      400,
      '{"errors":[{"code":"MANIFEST_INVALID","message":"manifest invalid"}]}',
      'E_REGISTRY',
      /ask whoever runs/,
      1,
    ],
    [
      'Harbor, quota',
      412,
      '{"errors":[{"code":"PRECONDITION","message":"Quota exceeded when processing the request of adding 1 MiB of storage resource"}]}',
      'E_REGISTRY',
      /quota/,
      1,
    ],
    [
      'Azure, a replica',
      404,
      '{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown to registry","detail":"sha256:1"}]}',
      'E_NOT_FOUND',
      /create/,
      3,
    ],
    ['a conflict', 409, '{}', 'E_REGISTRY', /run it again later/, 3],
    [
      'nginx',
      413,
      '<html><head><title>413 Request Entity Too Large</title></head></html>',
      'E_REGISTRY',
      /4 MiB/,
      1,
    ],
  ])('%s, %s', async (_name, status, body, code, hint, attempts) => {
    await using server = await startServer((request, response) => {
      request.resume().on('end', () => response.writeHead(status).end(body));
    });
    await using context = testClient();
    const error = await failureOf(context.client.putManifest(server.repository, 'v1', manifest));
    expect(error).toMatchObject({ code, status });
    expect(error.hint ?? '').toMatch(hint);
    expect(server.requests.map((line) => line.slice(0, 3))).toEqual(Array(attempts).fill('PUT'));
  });

  test.each([
    [['v1', 'v1.2'], 3],
    [['v1', 'v1.2', 'v1.2.3', 'latest'], 7],
  ])('one manifest under %j at once that Quay finds invalid is pushed again alone', async (tags, pushes) => {
    let underWay = 0;
    await using server = await startServer((request, response) => {
      underWay += 1;
      const raced = underWay > 1;
      request.resume();
      setTimeout(() => {
        underWay -= 1;
        if (raced)
          response
            .writeHead(400)
            .end('{"errors":[{"code":"MANIFEST_INVALID","message":"manifest invalid"}]}');
        else response.writeHead(201).end();
      }, 20);
    });
    await using context = testClient();
    await context.client.headManifest(server.repository, 'v0').catch(() => undefined);
    await Promise.all(tags.map((tag) => context.client.putManifest(server.repository, tag, manifest)));
    expect(server.requests.filter((line) => line.startsWith('PUT'))).toHaveLength(pushes);
  });
});
