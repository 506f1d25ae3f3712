/// <reference lib="esnext.disposable" />
import { createHash, randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { SecretInput } from '../../../src/inputs/build-lists.ts';
import { run } from './processes.ts';
import type { Registry } from './registry.ts';
import { architectureNames, busybox } from './tools.ts';

/** Secrets of all three kinds, new in each run, and everything that was said about them. */
export interface Secrets {
  readonly inputs: readonly SecretInput[];
  readonly env: Readonly<Record<string, string>>;
  /** The path of the one that is in a file. */
  readonly file: string;
  readonly values: Readonly<Record<'value' | 'environment' | 'file', string>>;
}

/** The value has several lines, as keys have. */
export async function makeSecrets(folder: string): Promise<Secrets> {
  const word = (): string => randomBytes(18).toString('base64url');
  const values = {
    value: `-----BEGIN\n${word()}\n${word()} "quoted", with = and commas\n-----END\n`,
    environment: word(),
    file: `${word()}\n`,
  };
  const file = path.join(folder, 'secret-file');
  await writeFile(file, values.file, { mode: 0o600 });
  return {
    values,
    env: { LEG_TOKEN: values.environment, LEG_KEY: values.value },
    file,
    inputs: [
      { id: 'value', from: { kind: 'value', value: values.value } },
      { id: 'environment', from: { kind: 'environment', variable: 'LEG_TOKEN' } },
      { id: 'file', from: { kind: 'file', path: file } },
    ],
  };
}

/** What a build must have seen of them, as sha256sum prints it. */
export function sums({ values }: Secrets): string {
  return ['environment', 'file', 'value']
    .map((id) => {
      const hash = createHash('sha256')
        .update(values[id as keyof typeof values])
        .digest('hex');
      return `${hash}  /run/secrets/${id}`;
    })
    .join('\n');
}

/** Every form in which a secret is looked for, by name. */
function needles({ values }: Secrets): [string, Buffer][] {
  return Object.entries(values).flatMap(([id, value]) =>
    value
      .split('\n')
      .filter((line) => line.length >= 16)
      .flatMap((line): [string, Buffer][] => {
        const bytes = Buffer.from(line);
        const encoded = [0, 1, 2].map((offset): [string, Buffer] => {
          // Without the characters at both ends, which hold bits of what stands beside it.
          const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
          return [`${id} in base64 at ${offset}`, Buffer.from(text.slice(offset === 0 ? 0 : 4, -4))];
        });
        return [[`${id} as it is`, bytes], [`${id} in hex`, Buffer.from(bytes.toString('hex'))], ...encoded];
      }),
  );
}

/** Where secrets are in these bytes; gzip members among them are looked into, and tar archives' members that are gzip. */
export function findSecrets(bytes: Buffer, secrets: Secrets): string[] {
  const unpacked = isGzip(bytes) ? gunzipSync(bytes) : bytes;
  const looked = [bytes, unpacked, ...gzipMembers(unpacked)];
  return needles(secrets).flatMap(([name, needle]) =>
    looked.some((each) => each.includes(needle)) ? [name] : [],
  );
}

function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

function gzipMembers(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at + 512 <= bytes.length;) {
    const name = bytes
      .subarray(at, at + 100)
      .toString('latin1')
      .replace(/\0.*$/s, '');
    const size = parseInt(bytes.subarray(at + 124, at + 136).toString('latin1'), 8);
    if (name === '' || Number.isNaN(size)) break;
    const body = bytes.subarray(at + 512, at + 512 + size);
    if (isGzip(body)) found.push(gunzipSync(body));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}

/** Everything that a registry holds of a repository, whatever refers to it, unpacked where it is packed. */
export async function storedBlobs(
  { dockerConfig }: Registry,
  repository: string,
): Promise<{ digest: string; bytes: Buffer }[]> {
  const root = path.join(dockerConfig, 'storage/docker/registry/v2');
  const kept = path.join(root, 'repositories', repository);
  const digests = new Set<string>();
  for (const folder of ['_layers/sha256', '_manifests/revisions/sha256'])
    for (const digest of await readdir(path.join(kept, folder))) digests.add(digest);
  return Promise.all(
    [...digests].map(async (digest) => {
      const bytes = await readFile(path.join(root, 'blobs/sha256', digest.slice(0, 2), digest, 'data'));
      return { digest, bytes: isGzip(bytes) ? gunzipSync(bytes) : bytes };
    }),
  );
}

const sources = 'COPY --from=two two /two\nCOPY --from=three three /three\n';

/** One Dockerfile with everything in it: secrets, contexts, arguments, a target and RUN steps. */
function dockerfile(contexts: boolean): string {
  return `FROM scratch AS base
ARG TARGETARCH
COPY busybox-\${TARGETARCH} /bin/busybox
RUN ["/bin/busybox", "mkdir", "-p", "/etc", "/tmp", "/found"]
FROM base AS wanted
ARG GREETING=none
${contexts ? sources : 'COPY two three /\n'}RUN --mount=type=secret,id=value --mount=type=secret,id=environment --mount=type=secret,id=file ["/bin/busybox", "sh", "-c", "/bin/busybox sha256sum /run/secrets/* > /found/sums; echo \\"$GREETING\\" > /found/greeting"]
ENTRYPOINT ["/bin/busybox"]
CMD ["cat", "/found/sums", "/found/greeting", "/two", "/three"]
FROM wanted AS other
RUN ["/bin/busybox", "false"]
`;
}

/** What the command of that image prints. */
export function printed(secrets: Secrets): string {
  return `${sums(secrets)}\nhello, you\ntwo\nthree`;
}

/** The folder of that Dockerfile, and one for each of its contexts. */
export async function writeFullContext(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'Dockerfile'), dockerfile(true));
  await writeFile(path.join(folder, 'Dockerfile.alone'), dockerfile(false));
  for (const name of ['two', 'three']) {
    await mkdir(path.join(folder, `context-${name}`), { recursive: true });
    for (const at of [`context-${name}/${name}`, name]) await writeFile(path.join(folder, at), `${name}\n`);
  }
  for (const name of architectureNames) await copyFile(busybox(name), path.join(folder, `busybox-${name}`));
}

/** Watches what every process of this machine shows to everybody else: its arguments. */
export class ArgumentWatch implements AsyncDisposable {
  readonly #seen = new Set<string>();
  #going = true;
  readonly #done: Promise<void>;

  constructor() {
    this.#done = this.#watch();
  }

  async #watch(): Promise<void> {
    while (this.#going) {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      for (const pid of pids) {
        const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
        if (line !== '') this.#seen.add(line);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#going = false;
    await this.#done;
  }

  text(): Buffer {
    return Buffer.from([...this.#seen].join('\n'));
  }
}

/** A folder for PATH with a program that writes down its arguments, and then is the real one. */
export async function recorder(folder: string, program: string): Promise<{ path: string; log: string }> {
  const own = await mkdtemp(path.join(folder, 'recorder-'));
  const log = path.join(own, 'arguments');
  const script = path.join(own, path.basename(program));
  await writeFile(script, `#!/bin/sh\nprintf '%s\\n' "$@" >> '${log}'\nexec '${program}' "$@"\n`);
  await chmod(script, 0o755);
  return { path: own, log };
}

/** Files under these folders with a secret in them as it is. */
export async function filesWithSecrets(folders: readonly string[], secrets: Secrets): Promise<string[]> {
  const words = Object.values(secrets.values).flatMap((value) =>
    value.split('\n').filter((line) => line.length >= 16),
  );
  const args = ['-rlF', '-D', 'skip', ...words.flatMap((word) => ['-e', word]), ...folders];
  return (await run('/usr/bin/grep', args)).stdout.split('\n').filter((line) => line !== '');
}
