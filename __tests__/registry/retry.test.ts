import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { systemNetwork, type Network } from '../../src/registry/lookup.ts';
import { startFakeRegistry } from '../support/fake-registry.ts';
import { failureOf, repositoryOf, someManifest, startServer, testClient } from './harness.ts';

/** Serves `failures` refusals, and then a 404, which is an answer. */
async function attemptsAt(status: number, headers: Record<string, string> = {}, body = '', failures = 100) {
  let count = 0;
  await using server = await startServer((_request, response) => {
    count += 1;
    if (count > failures) response.writeHead(404).end();
    else response.writeHead(status, headers).end(body);
  });
  await using context = testClient();
  const error = await context.client.getManifest(server.repository, 'v1').then(
    () => undefined,
    (thrown: unknown) => thrown as Error & { code: string },
  );
  return { count, error, slept: context.clock.slept, lines: context.log.lines, host: server.host };
}

describe('which answers are worth another attempt', () => {
  test.each<[string, number, number, string, string]>([
    ['a timeout', 408, 7, 'E_REGISTRY', ''],
    [
      'Docker Hub',
      429,
      7,
      'E_RATE_LIMITED',
      '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit"}]}',
    ],
    ['Docker Hub, plain', 429, 7, 'E_RATE_LIMITED', 'Too Many Requests (HAP429).\n'],
    [
      'GHCR',
      429,
      7,
      'E_RATE_LIMITED',
      '{"errors":[{"code":"TOOMANYREQUESTS","message":"retry-after: 12.5ms, allowed: 2000/minute"}]}',
    ],
    [
      'GHCR, secondary',
      403,
      7,
      'E_RATE_LIMITED',
      '{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}',
    ],
    ['ECR', 429, 7, 'E_RATE_LIMITED', '{"errors":[{"code":"TOOMANYREQUESTS","message":"Rate exceeded"}]}'],
    ['a client that left, to nginx', 499, 7, 'E_REGISTRY', ''],
    ['distribution', 500, 7, 'E_REGISTRY', '{"errors":[{"code":"UNKNOWN","message":"unknown error"}]}'],
    ['a gateway', 502, 7, 'E_REGISTRY', '<html><head><title>502 Bad Gateway</title></head></html>'],
    ['Quay', 503, 7, 'E_REGISTRY', '<html>Service Unavailable</html>'],
    ['a gateway that waited', 504, 7, 'E_REGISTRY', ''],
    ['Cloudflare', 520, 7, 'E_REGISTRY', ''],
    ['Cloudflare', 522, 7, 'E_REGISTRY', 'error code: 522'],
    ['Cloudflare', 524, 7, 'E_REGISTRY', ''],
    ['never written', 501, 1, 'E_REGISTRY', ''],
    [
      'a bad request',
      400,
      1,
      'E_REGISTRY',
      '{"errors":[{"code":"NAME_INVALID","message":"invalid repository name"}]}',
    ],
    [
      'a denial',
      403,
      1,
      'E_DENIED',
      '{"errors":[{"code":"DENIED","message":"requested access to the resource is denied"}]}',
    ],
    ['Artifactory', 403, 1, 'E_DENIED', '{"errors":[{"status":403,"message":"Forbidden"}]}'],
    ['a teapot', 418, 1, 'E_REGISTRY', ''],
    ['the law', 451, 1, 'E_REGISTRY', ''],
    ['conflict while reading', 409, 1, 'E_REGISTRY', ''],
  ])('%s, %s: %s attempts, %s', async (_name, status, attempts, code, body) => {
    const { count, error } = await attemptsAt(status, { 'content-type': 'application/json' }, body);
    expect(count).toBe(attempts);
    expect(error).toMatchObject({ code });
    if (attempts > 1) expect(error?.message).toMatch(/\(tried 7 times in /);
  });
});

describe('how long it waits', () => {
  test('a Retry-After is obeyed, with a little jitter on top', async () => {
    const { slept, error } = await attemptsAt(429, { 'retry-after': '7' }, '', 1);
    expect(error).toBeUndefined();
    expect(slept).toEqual([7_500]);
  });

  test('a date as well, by the clock of its writer', async () => {
    const headers = { date: 'Thu, 01 Jan 2026 10:00:00 GMT', 'retry-after': 'Thu, 01 Jan 2026 10:00:20 GMT' };
    expect((await attemptsAt(503, headers, '', 1)).slept).toEqual([20_500]);
  });

  test('without one it doubles, with full jitter', async () => {
    expect((await attemptsAt(500)).slept).toEqual([550, 1_050, 2_050, 4_050, 8_050, 15_050]);
  });

  test('each wait is told, with its reason', async () => {
    const { lines, host } = await attemptsAt(503, { 'retry-after': '2' }, 'busy', 1);
    expect(lines).toEqual([
      `GET manifest ${host}/acme/app:v1: 503 Service Unavailable, busy; trying again in 2.3 s (2 of 7)`,
    ]);
  });
});

describe('one refusal is a refusal for all', () => {
  test('others wait at the gate, say so, and then go one after the other', async () => {
    let refused = false;
    await using server = await startServer((request, response) => {
      const refuse = !refused && request.url?.endsWith('/slow') === true;
      refused ||= refuse;
      response.writeHead(refuse ? 429 : 404, refuse ? { 'retry-after': '10' } : {}).end();
    });
    await using context = testClient();
    const first = context.client.headManifest(server.repository, 'slow');
    while (!context.log.lines.some((line) => line.includes('limits its rate'))) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all([
      first,
      ...['a', 'b'].map((tag) => context.client.headManifest(server.repository, tag)),
    ]);
    expect(server.requests.slice(0, 2)).toEqual([
      'HEAD /v2/acme/app/manifests/slow',
      expect.stringMatching('HEAD /v2/acme/app/manifests/'),
    ]);
    expect(context.log.lines).toContain(
      `${server.host} limits its rate: at most 5 requests a second from now on`,
    );
  });

  test('a request that has not been told itself says on whose behalf it waits', async () => {
    let arrived = 0;
    await using server = await startServer((_request, response) => {
      arrived += 1;
      response.writeHead(arrived === 2 ? 429 : 404, arrived === 2 ? { 'retry-after': '30' } : {}).end();
    });
    await using context = testClient();
    await context.client.headManifest(server.repository, 'first');
    let proceed: () => void = () => undefined;
    const paused = new Promise<void>((resolve) => (proceed = resolve));
    const sleep = context.clock.sleep.bind(context.clock);
    context.clock.sleep = async (milliseconds, signal) => {
      await paused;
      await sleep(milliseconds, signal);
    };
    const refused = context.client.headManifest(server.repository, 'refused');
    while (arrived < 2 || context.log.lines.length < 2)
      await new Promise((resolve) => setTimeout(resolve, 1));
    const waiting = context.client.headManifest(server.repository, 'waiting');
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(arrived).toBe(2);
    proceed();
    await Promise.all([refused, waiting]);
    expect(context.log.lines).toContain(
      `HEAD manifest ${server.host}/acme/app:waiting: waiting 31 s because ${server.host} told another request 429 Too Many Requests`,
    );
  });
});

describe('the budget of a client', () => {
  test('no more than 60 retries, whoever needs them', async () => {
    await using server = await startServer((_request, response) => response.writeHead(500).end());
    await using context = testClient();
    const errors = [];
    for (let n = 0; n < 12; n += 1)
      errors.push(await failureOf(context.client.headManifest(server.repository, `t${n}`)));
    expect(server.requests).toHaveLength(60 + 12);
    expect(errors.at(-1)?.message).toContain('all 60 retries of this run are used up');
  });

  test('no more than 15 minutes of waiting', async () => {
    await using server = await startServer((_request, response) =>
      response.writeHead(429, { 'retry-after': '100000' }).end(),
    );
    await using context = testClient();
    const error = await failureOf(context.client.headManifest(server.repository, 'v1'));
    expect(context.clock.slept).toEqual([300_000, 300_000, 300_000]);
    expect(error).toMatchObject({ code: 'E_RATE_LIMITED' });
    expect(error.message).toContain('waiting 300 s more would be over the 900 s of this run');
  });
});

/** What a name ends with that DNS has this to say of, and how long that took. */
async function unresolvable(code: string) {
  const network: Network = {
    ...systemNetwork,
    resolve: (name, _options, callback) => {
      callback(Object.assign(new Error(`getaddrinfo ${code} ${name}`), { code }), []);
    },
  };
  await using context = testClient({ network });
  const error = await failureOf(context.client.headManifest(repositoryOf('registry.test'), 'v1'));
  return { code: error.code, message: error.message, ms: context.clock.now };
}

describe('connections that fail', () => {
  test('a reset is retried on a new connection', async () => {
    await using fake = await startFakeRegistry();
    fake.fail({}, { kind: 'reset' }, 2);
    await using context = testClient();
    expect(await context.client.headManifest(repositoryOf(fake.host), 'v1')).toBeUndefined();
    expect(fake.requests).toHaveLength(3);
  });

  test('an idle connection that the server closed costs no wait and no retry', async () => {
    await using fake = await startFakeRegistry();
    await using context = testClient();
    await context.client.headManifest(repositoryOf(fake.host), 'v1');
    fake.fail({}, { kind: 'reset' });
    await context.client.headManifest(repositoryOf(fake.host), 'v1');
    expect(context.clock.slept).toEqual([]);
    fake.fail({}, { kind: 'reset' }, 2);
    await context.client.headManifest(repositoryOf(fake.host), 'v1');
    expect(context.clock.slept).toHaveLength(1);
  });

  test('a port that nobody listens at: four attempts within ten seconds, and the host in the error', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await using context = testClient();
    const error = await failureOf(context.client.headManifest(repositoryOf(`127.0.0.1:${port}`), 'v1'));
    expect(error).toMatchObject({ code: 'E_NETWORK' });
    expect(error.message).toContain(`127.0.0.1:${port} cannot be reached`);
    expect(error.hint).toContain('check host and port');
    expect(context.client.requests).toHaveLength(4);
    expect(context.clock.now).toBeLessThan(10_000);
  });

  test('a name that is not there: three attempts within 15 seconds', async () => {
    const error = await unresolvable('ENOTFOUND');
    expect(error).toMatchObject({ code: 'E_NETWORK' });
    expect(error.message).toContain('registry.test cannot be resolved');
    expect(error.message).toContain('tried 3 times');
    expect(error.ms).toBeLessThan(15_000);
  });

  test('a DNS that does not answer: the whole policy', async () => {
    expect((await unresolvable('EAI_AGAIN')).message).toContain('tried 7 times');
  });

  test('something that is no HTTP is asked once', async () => {
    await using fake = await startFakeRegistry();
    fake.fail({}, { kind: 'raw', bytes: 'SSH-2.0-OpenSSH_9.2\r\n' }, 100);
    await using context = testClient();
    expect(await failureOf(context.client.headManifest(repositoryOf(fake.host), 'v1'))).toMatchObject({
      code: 'E_REGISTRY',
    });
    expect(fake.requests).toHaveLength(1);
  });

  test.each(['truncate', 'stall'] as const)(
    'a document that is not whole (%s) is read again',
    async (kind) => {
      await using fake = await startFakeRegistry();
      fake.addManifest('acme/app', someManifest(), 'v1');
      fake.fail({}, { kind, bytes: 20 });
      await using context = testClient({ limits: { documentMs: 50 } });
      expect((await context.client.getManifest(repositoryOf(fake.host), 'v1'))?.digest).toBe(
        someManifest().digest,
      );
      expect(fake.requests).toHaveLength(2);
    },
  );
});
