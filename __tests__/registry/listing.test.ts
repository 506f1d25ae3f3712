import { describe, expect, test } from '@jest/globals';
import { digestOf, type Digest } from '../../src/oci/digest.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { failureOf, repositoryOf, someManifest, startServer, testClient } from './harness.ts';

describe('listTags', () => {
  test('all pages', async () => {
    await using fake = await startFakeRegistry({ tagsPage: 3 });
    const tags = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const tag of tags) fake.addManifest('acme/app', someManifest(), tag);
    await using context = testClient();
    expect(await context.client.listTags(repositoryOf(fake.host))).toEqual(tags);
    expect(fake.requests).toHaveLength(3);
    expect(fake.requests[0]?.query.get('n')).toBe('1000');
  });

  test('a repository that is not there has none', async () => {
    await using fake = await startFakeRegistry();
    await using context = testClient();
    expect(await context.client.listTags(repositoryOf(fake.host))).toEqual([]);
  });

  test.each([
    ['null', '{"name":"acme/app","tags":null}', []],
    ['nothing at all', '{"name":"acme/app"}', []],
    ['the same twice', '{"tags":["a","b","a"]}', ['a', 'b']],
  ])('%s', async (_name, body, expected) => {
    await using server = await startServer((_request, response) => response.writeHead(200).end(body));
    await using context = testClient();
    expect(await context.client.listTags(server.repository)).toEqual(expected);
  });

  test.each([
    '{"tags":["a b"]}',
    '{"tags":["../x"]}',
    '{"tags":[1]}',
    '{"tags":"a"}',
    '[]',
    'a',
    '{"tags":[],"tags":["a"]}',
  ])('%s is refused', async (body) => {
    await using server = await startServer((_request, response) => response.writeHead(200).end(body));
    await using context = testClient();
    expect(await failureOf(context.client.listTags(server.repository))).toMatchObject({ code: 'E_REGISTRY' });
  });

  test.each([
    ['another origin', '<http://127.0.0.1:1/v2/acme/app/tags/list?last=a>; rel="next"', 'is on another host'],
    ['a scheme of its own', '<file:///etc/passwd>; rel="next"', 'is on another host'],
    ['itself', '</v2/acme/app/tags/list?n=1000>; rel="next"', 'is one that was read before'],
    ['no URL', '<http://>; rel="next"', 'is not a URL'],
  ])('a next page that is %s', async (_name, link, why) => {
    await using server = await startServer((_request, response) =>
      response.writeHead(200, { link }).end('{"tags":["a"]}'),
    );
    await using context = testClient();
    const error = await failureOf(context.client.listTags(server.repository));
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toContain(why);
    expect(server.requests).toHaveLength(1);
  });

  test('pages without end', async () => {
    let page = 0;
    await using server = await startServer((_request, response) => {
      page += 1;
      response
        .writeHead(200, { link: `</v2/acme/app/tags/list?page=${page}>; rel="next"` })
        .end('{"tags":["a"]}');
    });
    await using context = testClient();
    const error = await failureOf(context.client.listTags(server.repository));
    expect(error.message).toContain('is one more than the 100 that are read');
    expect(server.requests).toHaveLength(100);
  });

  test.each([
    ['<?last=b>; rel=next', 2],
    ['</v2/acme/app/tags/list?last=b>; foo="bar"; rel="prev next"', 2],
    ['<x>; rel="prev", <?last=b>; rel="next"', 2],
    ['</v2/other>; rel="prev"', 1],
    ['</v2/other>; rel="nextish"', 1],
    ['junk', 1],
  ])('Link: %s', async (link, requests) => {
    await using server = await startServer((request, response) =>
      response.writeHead(200, request.url?.includes('last=b') === true ? {} : { link }).end('{"tags":["a"]}'),
    );
    await using context = testClient();
    await context.client.listTags(server.repository);
    expect(server.requests).toHaveLength(requests);
  });
});

describe('listReferrers', () => {
  const subject = someManifest();

  function referrer(artifactType: string): { bytes: Buffer; digest: Digest; mediaType: string } {
    const json = JSON.parse(Buffer.from(someManifest(artifactType).bytes).toString()) as object;
    const bytes = Buffer.from(
      JSON.stringify({
        ...json,
        artifactType,
        subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.byteLength },
      }),
    );
    return { bytes, digest: digestOf(bytes), mediaType: subject.mediaType };
  }

  test('by the API, one request', async () => {
    await using fake = await startFakeRegistry({ checkBlobs: false });
    fake.addManifest('acme/app', subject);
    const [one, two] = [referrer('application/one'), referrer('application/two')];
    await using context = testClient();
    for (const manifest of [one, two])
      await context.client.putManifest(repositoryOf(fake.host), manifest.digest, manifest);
    fake.clearRequests();
    const all = await context.client.listReferrers(repositoryOf(fake.host), subject.digest);
    expect(all.map(({ digest }) => digest).sort()).toEqual([one.digest, two.digest].sort());
    const some = await context.client.listReferrers(
      repositoryOf(fake.host),
      subject.digest,
      'application/two',
    );
    expect(some.map(({ digest }) => digest)).toEqual([two.digest]);
    expect(fake.requests).toHaveLength(2);
  });

  test('by the tag schema where there is no API', async () => {
    await using fake = await startFakeRegistry({ referrers: false });
    const one = referrer('application/one');
    const index = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.index.v1+json',
        manifests: [
          {
            mediaType: one.mediaType,
            digest: one.digest,
            size: one.bytes.byteLength,
            artifactType: 'application/one',
          },
        ],
      }),
    );
    const tag = subject.digest.replace(':', '-');
    fake.addManifest('acme/app', { bytes: index, mediaType: 'application/vnd.oci.image.index.v1+json' }, tag);
    await using context = testClient();
    const found = await context.client.listReferrers(
      repositoryOf(fake.host),
      subject.digest,
      'application/one',
    );
    expect(found.map(({ digest }) => digest)).toEqual([one.digest]);
    expect(await context.client.listReferrers(repositoryOf(fake.host), one.digest)).toEqual([]);
  });

  test.each([
    [404, 'text/html', '<html>no such page</html>'],
    [200, 'text/html', '<html>a user interface</html>'],
    [405, 'application/json', '{}'],
    [400, 'application/json', '{}'],
  ])('%s %s is no API', async (status, type, body) => {
    await using server = await startServer((request, response) => {
      if (request.url?.includes('/referrers/') === true)
        response.writeHead(status, { 'content-type': type }).end(body);
      else response.writeHead(404).end();
    });
    await using context = testClient();
    expect(await context.client.listReferrers(server.repository, subject.digest)).toEqual([]);
    expect(server.requests).toHaveLength(2);
  });

  const page = (count: number): string =>
    JSON.stringify({
      schemaVersion: 2,
      manifests: Array.from({ length: count }, (_, at) => ({
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: `sha256:${String(at).padStart(64, '0')}`,
        size: 1,
      })),
    });

  test.each([
    ['a page that is named and not there', 404, page(1), /a page of them is missing/],
    ['more than can be used', 200, page(6_000), /more than 10000/],
  ])('%s is an error, and no shorter list', async (_what, status, second, message) => {
    await using server = await startServer((request, response) => {
      const isFirst = request.url?.endsWith('?n=2') !== true;
      const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
      if (isFirst) response.writeHead(200, { ...headers, link: `<${request.url ?? ''}?n=2>; rel="next"` });
      else response.writeHead(status, headers);
      response.end(isFirst ? page(6_000) : second);
    });
    await using context = testClient();
    const error = await failureOf(context.client.listReferrers(server.repository, subject.digest));
    expect(error).toMatchObject({ code: 'E_REGISTRY' });
    expect(error.message).toMatch(message);
  });
});
