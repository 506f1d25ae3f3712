import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createRegistryClient,
  type CredentialSource,
  type RegistryClient,
  type RegistryOptions,
} from '../../src/registry/client.ts';
import type { AddressClass } from '../../src/registry/address.ts';
import type { Clock } from '../../src/registry/clock.ts';
import type { Credential } from '../../src/registry/credentials.ts';
import { systemNetwork, type Network } from '../../src/registry/lookup.ts';
import { digestOf } from '../../src/oci/digest.ts';
import type { ManifestBytes } from '../../src/oci/manifest-bytes.ts';
import { parseRepository, type Repository } from '../../src/oci/reference.ts';
import { memoryLog, type MemoryLog } from '../support/memory-log.ts';

/** A clock whose sleeps are over at once, and moves by what was slept. */
export interface FakeClock extends Clock {
  readonly slept: readonly number[];
  now: number;
}

export function fakeClock(wall = Date.parse('2026-01-01T00:00:00Z')): FakeClock {
  const slept: number[] = [];
  return {
    slept,
    now: 0,
    monotonic() {
      return this.now;
    },
    wall() {
      return wall + this.now;
    },
    async sleep(milliseconds, signal) {
      signal.throwIfAborted();
      slept.push(milliseconds);
      // Others who sleep shorter wake before.
      await new Promise((resolve) => setImmediate(resolve));
      this.now += milliseconds;
    },
  };
}

export interface TestClient extends AsyncDisposable {
  readonly client: RegistryClient;
  readonly log: MemoryLog;
  readonly clock: FakeClock;
}

/** A client whose waits take no time and whose jitter is the middle. */
export function testClient(options: Partial<RegistryOptions> = {}): TestClient {
  const log = memoryLog();
  const clock = fakeClock();
  const client = createRegistryClient({
    credentials: credentials({}),
    log,
    clock,
    random: () => 0.5,
    ...options,
  });
  return {
    client,
    log,
    clock,
    [Symbol.asyncDispose]: () => {
      client.close();
      return Promise.resolve();
    },
  };
}

/**
 * A network in which these names lead to this machine, as if it were a place of these classes; all else is as it is. So
 * the rules for other machines are tested where there is only one.
 */
export function networkOf(places: Readonly<Record<string, AddressClass>>): Network {
  let place: AddressClass | undefined;
  return {
    resolve: (name, options, callback) => {
      place = places[name];
      if (place === undefined) systemNetwork.resolve(name, options, callback);
      else callback(null, [{ address: '127.0.0.1', family: 4 }]);
    },
    classify: (address) => place ?? systemNetwork.classify(address),
  };
}

/** Credentials by registry, asked for exactly. */
export function credentials(byRegistry: Readonly<Record<string, Credential>>): CredentialSource {
  return { get: (registry) => Promise.resolve(byRegistry[registry]) };
}

export function basic(username = 'alice', password = 'secret-password'): Credential {
  return { kind: 'basic', username, password, origin: 'a test' };
}

export interface TestServer extends AsyncDisposable {
  readonly host: string;
  readonly repository: Repository;
  /** `GET /v2/acme/app/manifests/v1`, and with the scheme of Authorization behind it where there is one. */
  readonly requests: readonly string[];
}

/** A plain-HTTP server that does what `answer` says. */
export async function startServer(answer: RequestListener): Promise<TestServer> {
  const requests: string[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const scheme = request.headers.authorization?.split(' ')[0];
    requests.push([request.method, request.url, scheme].filter((part) => part !== undefined).join(' '));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const host = `127.0.0.1:${port}`;
  return {
    host,
    repository: parseRepository(`${host}/acme/app`),
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function repositoryOf(host: string, path = 'acme/app'): Repository {
  return parseRepository(`${host}/${path}`);
}

const ociManifest = 'application/vnd.oci.image.manifest.v1+json';

/** An image manifest that no blob stands behind; `mark` makes it another one. */
export function someManifest(mark = ''): ManifestBytes {
  const config = Buffer.from('{}');
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: ociManifest,
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf(config), size: 2 },
      layers: [],
      ...(mark !== '' && { annotations: { mark } }),
    }),
  );
  return { bytes, digest: digestOf(bytes), mediaType: ociManifest };
}

/** A source that yields these bytes in pieces. */
export function pieces(bytes: Uint8Array, length = 1000): () => AsyncIterable<Uint8Array> {
  return async function* () {
    for (let start = 0; start < bytes.byteLength; start += length) {
      await Promise.resolve();
      yield bytes.subarray(start, start + length);
    }
  };
}

/** Bytes that look like nothing, the same each time. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = 1; at < length; at += 1) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** What a promise was rejected with. */
export async function failureOf(
  work: Promise<unknown>,
): Promise<Error & { code?: string; hint?: string; status?: number }> {
  try {
    await work;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error('it was expected to fail, and did not');
}
