import { request as requestHttp, type Agent, type IncomingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { startFakeRegistry, type FakeRegistry, type FakeRegistryOptions } from '../support/fake-registry.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** False where the connection ended before the body did. */
  readonly whole: boolean;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Default: a connection of its own. */
  readonly agent?: Agent;
  readonly ca?: string;
  /** Milliseconds after which we leave; what came until then is the answer. */
  readonly patience?: number;
}

/**
 * One request with nothing added to it and nothing hidden: no redirect followed, no body decoded, a broken answer
 * returned as far as it came. Rejects where no answer came at all.
 */
export function ask(
  url: string,
  { method = 'GET', headers = {}, body, agent, ca, patience }: Question = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.startsWith('https:') ? requestHttps : requestHttp;
    const asked = request(
      url,
      { method, headers, agent: agent ?? false, ...(ca !== undefined && { ca }) },
      (answer) => {
        // From here on what breaks is told by the answer.
        asked.off('error', reject).on('error', () => undefined);
        const chunks: Buffer[] = [];
        const done = (): void => {
          const { statusCode = 0, complete } = answer;
          resolve({
            status: statusCode,
            headers: answer.headers,
            body: Buffer.concat(chunks),
            whole: complete,
          });
        };
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('end', done);
        answer.once('error', done);
      },
    );
    asked.once('error', reject);
    if (patience !== undefined) setTimeout(() => asked.destroy(new Error('out of patience')), patience);
    asked.end(body);
  });
}

/** A registry for as long as `use` takes, and a way to ask it by path. */
export async function withRegistry(
  options: FakeRegistryOptions,
  use: (registry: FakeRegistry, at: (path: string, question?: Question) => Promise<Answer>) => Promise<void>,
): Promise<void> {
  await using registry = await startFakeRegistry(options);
  await use(registry, (path, question) => ask(new URL(path, registry.url).href, question));
}

/** The error codes of a refusal. */
export function codes(answer: Answer): string[] {
  return (JSON.parse(answer.body.toString()) as { errors: { code: string }[] }).errors.map(
    (error) => error.code,
  );
}
