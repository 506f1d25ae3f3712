import { createHash } from 'node:crypto';
import { CodedError, quote, show, toCodedError } from '../errors.ts';
import type { Log } from '../log.ts';
import { Field, parseFields } from '../oci/schema.ts';
import type { ArtifactService } from './artifact-service.ts';
import type { HttpAnswer, HttpRequest, SendHttp } from './http.ts';

/** One artifact of this run, as the service lists it. */
export interface ListedArtifact {
  /** Grows with time. */
  readonly id: bigint;
  readonly name: string;
  /** What the service calls the job that made it. */
  readonly job: string;
  /** Of the zip, where the service says so: `sha256:...` */
  readonly digest: string | undefined;
}

export interface ArtifactDeps {
  readonly send: SendHttp;
  readonly log: Log;
  readonly sleep: (ms: number) => Promise<void>;
}

const maxListBytes = 4 * 1024 * 1024;
/** The service lists no more of one run. */
export const maxListed = 1000;
/** A record is at most 16 KiB; the rest is what a zip has around a file. */
const maxZipBytes = 64 * 1024;
const attempts = 5;
const longestRetryAfterMs = 60_000;
const outage = 'see https://www.githubstatus.com and run it again, or let handover be registry';

/**
 * Reads the artifacts of this run, into memory. @actions/artifact, which makes them, unpacks to a folder by the names in
 * the zip, reads however much there is, and does not tell which job made an artifact; so that reading is done here, with
 * its requests. https://github.com/actions/toolkit/tree/main/packages/artifact
 */
export class Artifacts {
  readonly #service: ArtifactService;
  readonly #deps: ArtifactDeps;

  constructor(service: ArtifactService, deps: ArtifactDeps) {
    this.#service = service;
    this.#deps = deps;
  }

  /** All artifacts of the run, of each of its attempts. @throws E_GITHUB, E_NETWORK */
  async list(): Promise<ListedArtifact[]> {
    const what = 'the list of artifacts';
    return this.#patiently(what, async () => {
      const root = await this.#call(what, 'ListArtifacts', this.#ids(this.#service.job));
      return root.get('artifacts').optional((all) => all.items(10 * maxListed).map(readListed)) ?? [];
    });
  }

  /** The bytes of its zip. @throws E_RECORD for one that no record is in, E_GITHUB, E_NETWORK */
  async read({ name, job, digest }: ListedArtifact): Promise<Uint8Array> {
    const where = `artifact ${quote(name)}`;
    // A signed address may be over before a later try.
    return this.#patiently(where, async () => {
      const signed = await this.#call(where, 'GetSignedArtifactURL', { ...this.#ids(job), name });
      const url = this.#signedUrl(either(signed, 'signed_url'));
      const zip = await this.#send(where, { method: 'GET', url, headers: {}, maxBytes: maxZipBytes });
      const found = `sha256:${createHash('sha256').update(zip).digest('hex')}`;
      if (digest === undefined || digest === found) return zip;
      throw new CodedError('E_DIGEST_MISMATCH', `${where} was to be ${show(digest)}, and is ${found}`, {
        hint: 'run that leg again, and see which job made this artifact',
      });
    });
  }

  #ids(job: string): Record<string, string> {
    return { workflow_run_backend_id: this.#service.run, workflow_job_run_backend_id: job };
  }

  /** https://twitchtv.github.io/twirp/docs/routing.html */
  async #call(what: string, method: string, message: Readonly<Record<string, string>>): Promise<Field> {
    const { origin, token } = this.#service;
    const url = new URL(`/twirp/github.actions.results.api.v1.ArtifactService/${method}`, origin);
    const answer = await this.#send(what, {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: Buffer.from(JSON.stringify(message)),
      maxBytes: maxListBytes,
    });
    try {
      return parseFields(answer, `${what}, as ${url.host} tells it,`, { code: 'E_GITHUB' });
    } catch (cause) {
      // A page of some gateway, most likely; the service itself answers in JSON.
      throw new Passing('E_GITHUB', toCodedError(cause).message, { hint: outage, cause });
    }
  }

  async #send(what: string, request: HttpRequest): Promise<Uint8Array> {
    const answer = await this.#answer(what, request);
    if (answer.status !== 200) throw refusal(what, request, answer);
    if (answer.body !== undefined) return answer.body;
    throw new CodedError('E_RECORD', `${what} is larger than ${request.maxBytes} bytes`, {
      hint: 'it is not what a leg handed over; run that leg again, and see which job made this artifact',
    });
  }

  async #answer(what: string, request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#deps.send(request);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Passing('E_NETWORK', `${what}: ${request.url.host} gives no answer: ${show(why)}`, {
        hint: 'let the runner reach that host, or let handover be registry',
        cause: error,
      });
    }
  }

  #signedUrl(field: Field): URL {
    const text = field.string();
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw field.error('is not a web address');
    const signature = url.searchParams.get('sig') ?? '';
    for (const secret of new Set([signature, encodeURIComponent(signature)])) {
      if (secret !== '') this.#deps.log.secret(secret);
    }
    return url;
  }

  async #patiently<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Passing) || attempt === attempts) throw error;
        const ms = Math.max(error.retryAfterMs ?? 0, 1000 * 2 ** (attempt - 1));
        this.#deps.log.info(
          `${error.message}; trying ${what} again in ${ms / 1000} s (${attempt} of ${attempts})`,
        );
        await this.#deps.sleep(ms);
      }
    }
  }
}

/** A failure that time may heal. */
class Passing extends CodedError {
  readonly retryAfterMs: number | undefined;

  constructor(
    code: 'E_NETWORK' | 'E_GITHUB',
    message: string,
    details: { readonly hint: string; readonly cause?: unknown; readonly retryAfterMs?: number | undefined },
  ) {
    super(code, message, details);
    this.retryAfterMs = details.retryAfterMs;
  }
}

function refusal(what: string, request: HttpRequest, { status, retryAfter }: HttpAnswer): CodedError {
  const message = `${what}: ${request.url.host} answers ${status}`;
  const isRefused = status === 401 || status === 403;
  if (status === 408 || status === 429 || status >= 500) {
    return new Passing('E_GITHUB', message, { hint: outage, retryAfterMs: waitOf(retryAfter) });
  }
  // The storage wants nothing but a signed address, and the next try has a new one.
  if (isRefused && request.method === 'GET') {
    const hint =
      "see that this machine's clock is right and that no proxy changes addresses, or let handover be registry";
    return new Passing('E_GITHUB', message, { hint });
  }
  if (isRefused) {
    return new CodedError('E_GITHUB', message, {
      hint: 'the token that the runner gave to this job is not taken; run the job again, or let handover be registry',
    });
  }
  return new CodedError('E_GITHUB', message, {
    hint:
      status === 404
        ? 'run that leg again, so that its record is there, or let handover be registry'
        : 'see what stands between this runner and that host, or let handover be registry',
  });
}

/** Seconds; a date is as good as nothing. */
function waitOf(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/u.test(retryAfter)
    ? Math.min(Number(retryAfter) * 1000, longestRetryAfterMs)
    : undefined;
}

/** Twirp's JSON has names as in the protocol; other writers of it turn them into camel case. */
function either(message: Field, name: string): Field {
  const field = message.get(name);
  return field.absent
    ? message.get(name.replace(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase()))
    : field;
}

function readListed(artifact: Field): ListedArtifact {
  const id = either(artifact, 'database_id');
  // 64 bits, which JSON of protocol buffers has as a string.
  const text = typeof id.value === 'number' ? String(id.value) : id.string({ maxLength: 20 });
  if (!/^\d{1,20}$/u.test(text)) throw id.error('is not a number');
  return {
    id: BigInt(text),
    name: artifact.get('name').string({ maxLength: 1024 }),
    job: either(artifact, 'workflow_job_run_backend_id').string({ maxLength: 200 }),
    digest: artifact.get('digest').optional((digest) => digest.string({ maxLength: 200 })),
  };
}
