/// <reference lib="esnext.disposable" />
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One artifact as the service keeps it. */
export interface StoredArtifact {
  readonly id: number;
  readonly name: string;
  /** Backend IDs, as a token has them. */
  readonly run: string;
  readonly job: string;
  bytes: Uint8Array;
  hash: string | undefined;
  finalized: boolean;
}

type Method =
  'CreateArtifact' | 'FinalizeArtifact' | 'ListArtifacts' | 'GetSignedArtifactURL' | 'DeleteArtifact';

/** What goes wrong with the next requests of one kind. */
export interface ServiceFault {
  readonly on: Method | 'PUT blob' | 'GET blob';
  /** A status; `reset`: the connection breaks before anything is done; `lost`: after all was done. */
  readonly how: number | 'reset' | 'lost' | 'garbage';
  /** How often; default once. */
  readonly times?: number;
  readonly retryAfter?: number;
}

export interface ResultsService extends AsyncDisposable {
  /** ACTIONS_RESULTS_URL */
  readonly url: string;
  /** An ACTIONS_RUNTIME_TOKEN of one job of one run. */
  token(run: string, job: string): string;
  /** What a runner gives to an action in such a job. */
  env(run: string, job: string): Record<string, string>;
  readonly artifacts: StoredArtifact[];
  /** `CreateArtifact 200`, in the order in which they were answered. */
  readonly requests: string[];
  fail(fault: ServiceFault): void;
  /** Puts a finished artifact there, as some other job may. @returns the same */
  put(run: string, job: string, name: string, bytes: Uint8Array): StoredArtifact;
  delete(name: string): void;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly url: URL;
}

/** Fields of the protocol that a message may have; the real service refuses others as well. */
const fields: Readonly<Record<Method, readonly string[]>> = {
  CreateArtifact: ['name', 'expires_at', 'version', 'mime_type'],
  FinalizeArtifact: ['name', 'size', 'hash'],
  ListArtifacts: ['name_filter', 'id_filter'],
  GetSignedArtifactURL: ['name'],
  DeleteArtifact: ['name'],
};

class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * The artifact part of GitHub's results service, and the blob storage behind it, as @actions/artifact 6 talks to them: Twirp
 * in JSON with the fields of the protocol, and Azure's Put Block, Put Block List and Get Blob.
 * https://github.com/actions/toolkit/tree/main/packages/artifact/src/generated/results/api/v1
 */
class Service {
  readonly artifacts: StoredArtifact[] = [];
  readonly requests: string[] = [];
  readonly #blocks = new Map<number, Map<string, Buffer>>();
  readonly #faults: { fault: ServiceFault; left: number }[] = [];
  readonly #signature = randomUUID();
  #lastId = 1_000;
  origin = '';

  fail(fault: ServiceFault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  add(run: string, job: string, name: string, bytes: Uint8Array, finalized: boolean): StoredArtifact {
    const hash = finalized ? `sha256:${createHash('sha256').update(bytes).digest('hex')}` : undefined;
    const id = (this.#lastId += 1);
    const made = { id, name, run, job, bytes, hash, finalized };
    this.artifacts.push(made);
    return made;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const url = new URL(request.url ?? '/', this.origin);
    const exchange = { request, response, body: Buffer.concat(parts), url };
    const method = /^\/twirp\/github\.actions\.results\.api\.v1\.ArtifactService\/(\w+)$/.exec(
      url.pathname,
    )?.[1];
    const kind = (method ?? `${request.method ?? ''} blob`) as ServiceFault['on'];
    const fault = this.#nextFault(kind);
    if (fault !== undefined && fault.how !== 'lost') {
      this.requests.push(`${kind} ${fault.how}`);
      this.#refuse(exchange, fault);
      return;
    }
    try {
      const answer = method === undefined ? this.#blob(exchange) : this.#call(method as Method, exchange);
      this.requests.push(`${kind} ${fault === undefined ? answer.status : 'lost'}`);
      if (fault !== undefined) request.socket.destroy();
      else response.writeHead(answer.status, answer.headers).end(answer.body);
    } catch (error) {
      const status = error instanceof Refusal ? error.status : 500;
      this.requests.push(`${kind} ${status}`);
      const text = JSON.stringify({
        code: 'refused',
        msg: String(error instanceof Error ? error.message : error),
      });
      response.writeHead(status, { 'content-type': 'application/json' }).end(text);
    }
  }

  #nextFault(kind: ServiceFault['on']): ServiceFault | undefined {
    const next = this.#faults.find(({ fault, left }) => fault.on === kind && left > 0);
    if (next !== undefined) next.left -= 1;
    return next?.fault;
  }

  #refuse({ request, response }: Exchange, { how, retryAfter }: ServiceFault): void {
    if (how === 'reset') request.socket.destroy();
    else if (how === 'garbage') response.writeHead(200).end('<html>');
    else {
      const wait = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
      response.writeHead(Number(how), wait).end(JSON.stringify({ code: 'unavailable', msg: 'not now' }));
    }
  }

  #call(method: Method, { request, body }: Exchange): Answer {
    const message = JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>;
    const known = ['workflow_run_backend_id', 'workflow_job_run_backend_id', ...fields[method]];
    const unknown = Object.keys(message).find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Refusal(400, `unknown field ${unknown}`);
    const [run, job] = [message['workflow_run_backend_id'], message['workflow_job_run_backend_id']].map(
      String,
    );
    const token = request.headers.authorization?.replace(/^Bearer /u, '') ?? '';
    if (run === undefined || job === undefined || !token.includes('.') || scopeOf(token)[1] !== run)
      throw new Refusal(403, 'this token is of another run');
    const answer = this.#answer(method, message, run, job, scopeOf(token)[2] === job);
    return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(answer) };
  }

  #answer(
    method: Method,
    message: Readonly<Record<string, unknown>>,
    run: string,
    job: string,
    isOwn: boolean,
  ): object {
    const name = String(message['name']);
    const here = this.artifacts.filter((one) => one.run === run);
    const named = here.find((one) => one.name === name && one.finalized);
    switch (method) {
      case 'CreateArtifact': {
        if (!isOwn) throw new Refusal(403, 'this token is of another job');
        if (here.some((one) => one.name === name))
          throw new Refusal(409, 'an artifact with this name already exists on the workflow run');
        return {
          ok: true,
          signed_upload_url: this.#signed(this.add(run, job, name, Buffer.alloc(0), false)),
        };
      }
      case 'FinalizeArtifact': {
        const own = here.find((one) => one.name === name && one.job === job);
        if (own === undefined || !isOwn) throw new Refusal(404, 'no such artifact');
        if (own.bytes.length !== Number(message['size'])) throw new Refusal(400, 'the size is another');
        own.hash = typeof message['hash'] === 'string' ? message['hash'] : undefined;
        own.finalized = true;
        return { ok: true, artifact_id: String(own.id) };
      }
      case 'ListArtifacts':
        return { artifacts: here.filter((one) => one.finalized).map(listed) };
      case 'GetSignedArtifactURL': {
        if (named?.job !== job) throw new Refusal(404, 'no such artifact');
        return { signed_url: this.#signed(named) };
      }
      case 'DeleteArtifact': {
        if (named === undefined) throw new Refusal(404, 'no such artifact');
        this.artifacts.splice(this.artifacts.indexOf(named), 1);
        return { ok: true, artifact_id: String(named.id) };
      }
    }
  }

  #signed({ id, name }: StoredArtifact): string {
    const query = new URLSearchParams({ se: '2099-01-01', sp: 'rw', sig: `${this.#signature}+/=` });
    return `${this.origin}/actions-results/${id}/${name}.zip?${query.toString()}`;
  }

  /** https://learn.microsoft.com/en-us/rest/api/storageservices/put-block-list */
  #blob({ request, body, url }: Exchange): Answer {
    const id = Number(url.pathname.split('/')[2]);
    const stored = this.artifacts.find((one) => one.id === id);
    if (url.searchParams.get('sig') !== `${this.#signature}+/=`)
      throw new Refusal(403, 'AuthenticationFailed');
    if (stored === undefined) throw new Refusal(404, 'BlobNotFound');
    if (request.method === 'GET')
      return { status: 200, headers: { 'content-type': 'application/zip' }, body: stored.bytes };
    const headers = {
      'x-ms-request-id': randomUUID(),
      etag: '"1"',
      'last-modified': new Date(0).toUTCString(),
    };
    if (url.searchParams.get('comp') === 'block') {
      const blocks = this.#blocks.get(id) ?? new Map<string, Buffer>();
      this.#blocks.set(id, blocks.set(url.searchParams.get('blockid') ?? '', body));
    } else if (url.searchParams.get('comp') === 'blocklist') {
      const ids = [...body.toString('utf8').matchAll(/<(?:Latest|Uncommitted)>([^<]*)</g)].map(
        ([, block]) => block ?? '',
      );
      stored.bytes = Buffer.concat(ids.map((block) => this.#blocks.get(id)?.get(block) ?? Buffer.alloc(0)));
    } else throw new Refusal(400, 'this is not how artifacts are uploaded');
    return { status: 201, headers, body: '' };
  }
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
}

function listed({ id, name, run, job, bytes, hash }: StoredArtifact): object {
  return {
    workflow_run_backend_id: run,
    workflow_job_run_backend_id: job,
    database_id: String(id),
    name,
    size: String(bytes.length),
    created_at: '2026-08-01T00:00:00Z',
    ...(hash !== undefined && { digest: hash }),
  };
}

function scopeOf(token: string): readonly string[] {
  const { scp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as {
    scp: string;
  };
  return scp.split(' ').at(-1)?.split(':') ?? [];
}

/** An ACTIONS_RUNTIME_TOKEN, signed by nobody. */
export function runtimeToken(run: string, job: string): string {
  const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
  const scp = `Actions.GenericRead:00000000 Actions.Results:${run}:${job}`;
  return `${part({ typ: 'JWT', alg: 'RS256' })}.${part({ scp, nameid: 'x' })}.c2lnbmVk`;
}

export async function startResultsService(): Promise<ResultsService> {
  const service = new Service();
  const server = createServer((request, response) => {
    void service.handle(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  service.origin = url.replace(/\/$/, '');
  return {
    url,
    token: runtimeToken,
    env: (run, job) => ({
      GITHUB_ACTIONS: 'true',
      ACTIONS_RESULTS_URL: url,
      ACTIONS_RUNTIME_TOKEN: runtimeToken(run, job),
    }),
    artifacts: service.artifacts,
    requests: service.requests,
    fail: (fault) => {
      service.fail(fault);
    },
    put: (run, job, name, bytes) => service.add(run, job, name, bytes, true),
    delete: (name) => {
      service.artifacts.splice(
        service.artifacts.findIndex((one) => one.name === name),
        1,
      );
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
