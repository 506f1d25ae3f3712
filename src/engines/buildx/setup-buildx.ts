import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CodedError, quote, show } from '../../errors.ts';
import type { SetupInput } from '../../inputs/setup.ts';
import type { Log } from '../../log.ts';
import { architectureOfUname } from '../../platform/architectures.ts';
import { childEnvironment } from '../process/environment.ts';
import type { Exec } from '../process/exec.ts';
import { spawnExec } from '../process/process.ts';
import { findTool } from '../process/tools.ts';
import { buildxPins, type ToolArch } from './setup-pins.ts';

export interface SetupOptions {
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** An existing folder of this leg alone, for where there is no tool cache that we may write to. */
  readonly temp: string;
  /** One try to get a file. @throws E_NOT_FOUND, E_DENIED, E_RATE_LIMITED, E_NETWORK, E_TIMEOUT */
  readonly download: (url: URL) => AsyncIterable<Uint8Array>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Default: real processes. */
  readonly exec?: Exec;
}

/** Names another place than GitHub's releases: `<address>/v0.30.1/buildx-v0.30.1.linux-s390x`. */
export const addressVariable = 'NATIVE_MULTIARCH_BUILDX_URL';

const standardAddress = 'https://github.com/docker/buildx/releases/download';
const maxProgramBytes = 300 * 1024 * 1024;
const maxChecksumsBytes = 1024 * 1024;
const waitsMs = [2000, 8000];
const arches: readonly ToolArch[] = ['amd64', 'arm64', 'ppc64le', 's390x', 'riscv64'];

/**
 * buildx of this version for this machine, from the tool cache or downloaded into it, its SHA-256 checked in either case before it is
 * run. Where the tool cache is not ours to write to, it lies in a temporary folder.
 * @returns the program's absolute path
 * @throws E_INPUT for a version that nobody pinned; E_UNSUPPORTED for a machine that buildx is not released for; E_DIGEST_MISMATCH;
 * E_NOT_FOUND, E_DENIED, E_RATE_LIMITED, E_NETWORK, E_TIMEOUT; E_ENGINE where it does not run
 */
export async function setUpBuildx(wanted: SetupInput, options: SetupOptions): Promise<string> {
  const arch = await machineOf(options);
  const { version } = wanted;
  const url = new URL(`buildx-v${version}.linux-${arch}`, releaseOf(version, options.env));
  const sha256 = await checksumOf(wanted, arch, url, options);
  const cached = cacheFolder(options.env, version, arch);
  const found = cached && (await foundIn(cached, sha256, options.log));
  const program = found ?? (await install({ url, sha256, maxBytes: maxProgramBytes }, cached, options));
  await tryOut(program, options);
  return program;
}

/** As a child of this process sees it: Node may be emulated, and what it starts may not. */
async function machineOf({ env, exec = spawnExec }: SetupOptions): Promise<ToolArch> {
  const uname = await findTool('uname', env['PATH']);
  if (uname === undefined)
    throw new CodedError('E_ENGINE_MISSING', 'there is no uname on PATH', { hint: 'install coreutils' });
  const { stdout } = await exec(uname, ['-m'], { env: childEnvironment(env), timeoutMs: 10_000 });
  const arch = arches.find((one) => one === architectureOfUname(stdout.trim()));
  if (arch !== undefined) return arch;
  throw new CodedError('E_UNSUPPORTED', `setup: buildx is not installed on ${quote(stdout.trim(), 40)}`, {
    hint: `it is released for ${arches.join(', ')}; leave setup out`,
  });
}

function releaseOf(version: string, env: SetupOptions['env']): URL {
  const address = env[addressVariable] ?? '';
  const base = address === '' ? standardAddress : address.replace(/\/+$/u, '');
  if (URL.canParse(base) && /^https?:\/\/[^/@]+(?:\/|$)/u.test(base)) return new URL(`${base}/v${version}/`);
  const shown = base.includes('@') ? 'holds a user' : `is ${quote(base, 200)}`;
  throw new CodedError('E_INPUT', `${addressVariable} ${shown}`, {
    hint: 'it is the address of a folder, http:// or https://, without user and password',
  });
}

async function checksumOf(
  { version, checksums }: SetupInput,
  arch: ToolArch,
  program: URL,
  options: SetupOptions,
): Promise<string> {
  if (checksums === undefined) {
    const known = Object.hasOwn(buildxPins, version) ? buildxPins[version]?.[arch] : undefined;
    if (known !== undefined) return known;
    throw new CodedError('E_INPUT', `setup: nobody here knows the SHA-256 of buildx ${version}`, {
      hint: `use ${Object.keys(buildxPins).join(', ')}; or write buildx@${version} sha256:<SHA-256 of the checksums.txt of that release>`,
    });
  }
  const url = new URL('checksums.txt', program);
  const file = program.pathname.slice(program.pathname.lastIndexOf('/') + 1);
  const list = join(await mkdtemp(join(options.temp, 'buildx-')), 'checksums.txt');
  await fetchFile({ url, sha256: checksums, maxBytes: maxChecksumsBytes }, list, options);
  const line = (await readFile(list, 'utf8'))
    .split('\n')
    .find((each) => each.replace(/^\S+\s+\*?/u, '').trim() === file);
  const found = /^([0-9a-f]{64})\s/u.exec(line ?? '')?.[1];
  if (found !== undefined) return found;
  throw new CodedError('E_NOT_FOUND', `${url.href} has no ${file}`, {
    hint: 'choose another version of buildx',
  });
}

/** The folders of the runner's tool cache: `<cache>/<tool>/<version>/<architecture>`, complete where a file beside it says so. */
function cacheFolder(env: SetupOptions['env'], version: string, arch: string): string | undefined {
  const root = env['RUNNER_TOOL_CACHE'] ?? '';
  return root === '' ? undefined : join(root, 'buildx', version, arch);
}

async function foundIn(folder: string, expected: string, log: Log): Promise<string | undefined> {
  const program = join(folder, 'buildx');
  try {
    const digest = await digestOfFile(program);
    if (digest === expected) return program;
    log.warning(
      `${program} is not the buildx that was pinned (SHA-256 ${digest}): it is left where it is and not used`,
    );
  } catch {
    // Not there, or not ours to read: it is downloaded.
  }
  return undefined;
}

async function digestOfFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Into the leg's own folder, and from there, once it is known to be the right one, into the tool cache where that goes. */
async function install(wanted: Download, cached: string | undefined, options: SetupOptions): Promise<string> {
  const folder = await mkdtemp(join(options.temp, 'buildx-'));
  const program = join(folder, 'buildx');
  await fetchFile(wanted, program, options);
  await chmod(program, 0o755);
  if (cached === undefined || !(await keep(folder, cached))) return program;
  options.log.info(`buildx is kept in the tool cache, at ${cached}`);
  return join(cached, 'buildx');
}

/** @returns false where another leg was faster, something else is there, or the tool cache is not ours to write to or full. */
async function keep(folder: string, cached: string): Promise<boolean> {
  const beside = `${cached}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(dirname(cached), { recursive: true });
    await chmod(folder, 0o755);
    await move(folder, cached, beside);
  } catch {
    return false;
  }
  // For others who look: what we find there is read whole before it is believed.
  await writeFile(`${cached}.complete`, '').catch(() => undefined);
  return true;
}

/** Whole or not at all, also from one file system to another. */
async function move(folder: string, target: string, beside: string): Promise<void> {
  try {
    await rename(folder, target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    try {
      await cp(folder, beside, { recursive: true });
      await rename(beside, target);
    } catch (failed) {
      await rm(beside, { recursive: true, force: true });
      throw failed;
    }
  }
}

/** A file of a release, and what it has to be. */
interface Download {
  readonly url: URL;
  readonly sha256: string;
  readonly maxBytes: number;
}

async function fetchFile(
  wanted: Download,
  path: string,
  { download, sleep, log }: SetupOptions,
): Promise<void> {
  const { url } = wanted;
  for (let attempt = 0; ; attempt++) {
    try {
      log.info(`downloading ${url.href}`);
      await writeChecked(download(url), path, wanted);
      return;
    } catch (error) {
      const waitMs = waitsMs[attempt];
      const mayPass =
        error instanceof CodedError && ['E_NETWORK', 'E_TIMEOUT', 'E_RATE_LIMITED'].includes(error.code);
      if (!mayPass || waitMs === undefined) throw withMirror(error);
      log.info(`${show(error.message, 300)}; trying again in ${waitMs / 1000} s`);
      await sleep(waitMs);
    }
  }
}

/** A hint that ends in "use a mirror" is told how to. */
function withMirror(error: unknown): unknown {
  if (!(error instanceof CodedError) || error.hint?.endsWith('a mirror') !== true) return error;
  const hint = `${error.hint}, whose address is given in ${addressVariable}`;
  return new CodedError(error.code, error.message, { hint, cause: error });
}

async function writeChecked(
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  { url, sha256, maxBytes }: Download,
): Promise<void> {
  const hash = createHash('sha256');
  let size = 0;
  const checked = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      size += chunk.byteLength;
      if (size > maxBytes)
        throw new CodedError('E_DIGEST_MISMATCH', `${url.href} has more than ${maxBytes} bytes`, {
          hint: 'that is not what was pinned: check the address',
        });
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(Readable.from(checked()), createWriteStream(path, { mode: 0o600 }));
  const digest = hash.digest('hex');
  if (digest === sha256) return;
  await rm(path, { force: true });
  throw new CodedError(
    'E_DIGEST_MISMATCH',
    `${url.href} has the SHA-256 ${digest} (${size} bytes), and ${sha256} was pinned`,
    { hint: 'nothing of it was run; a mirror has to hold the very files of the release' },
  );
}

async function tryOut(program: string, { env, exec = spawnExec, log }: SetupOptions): Promise<void> {
  const failed = (why: string): CodedError =>
    new CodedError('E_ENGINE', `${program} was installed and does not run: ${show(why, 300)}`, {
      hint: 'see whether its folder is mounted noexec; RUNNER_TOOL_CACHE and RUNNER_TEMP name others',
    });
  const answer = await exec(program, ['version'], { env: childEnvironment(env), timeoutMs: 60_000 }).catch(
    (error: unknown) => {
      throw failed(error instanceof Error ? error.message : String(error));
    },
  );
  if (answer.code !== 0) throw failed(answer.stderr);
  log.info(`setup: ${show(answer.stdout.trim(), 200)}`);
}
