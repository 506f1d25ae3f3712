import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../../errors.ts';
import { formatPlatform, type Platform } from '../../platform/platform.ts';
import type { EngineOptions } from '../options.ts';
import { childEnvironment } from '../process/environment.ts';
import type { ExecResult } from '../process/exec.ts';
import { lastLines } from '../process/output.ts';
import { spawnExec } from '../process/process.ts';
import { findTool } from '../process/tools.ts';
import { binfmtFolder, isUsable, lookUpEmulation, type Emulation, type LookUpEmulation } from './binfmt.ts';
import { emulationCure, qemuName } from './mode.ts';
import { probeProgram } from './probe.ts';

/**
 * The image that installs QEMU where the distribution has no package: QEMU 10.2.3, for every architecture. By digest, since it is run
 * with all rights of the machine. https://github.com/tonistiigi/binfmt
 */
export const binfmtImage =
  'docker.io/tonistiigi/binfmt:qemu-v10.2.3-68@sha256:400a4873b838d1b89194d982c45e5fb3cda4593fbfd7e08a02e76b03b21166f0';

export interface SetupOptions extends Pick<EngineOptions, 'env' | 'log' | 'signal' | 'exec'> {
  readonly lookUpEmulation?: LookUpEmulation;
  /** Runs a container with the engine's own command, where it is one that can. */
  readonly runPrivileged?: (image: string, args: readonly string[]) => Promise<ExecResult>;
  /** False where the engine is on another machine: then only a container reaches that one's kernel. */
  readonly local: boolean;
  /** Of this process; default: the real one. */
  readonly uid?: number | undefined;
  /** Default: the kernel's. */
  readonly root?: string;
}

/** What one way came to: done, or why not. */
type Attempt = { readonly done: string } | { readonly why: string };

const installMs = 600_000;

/**
 * Makes the kernel run programs of this platform, in the ways that the host allows: an interpreter that is on disk is registered, the
 * distribution's package is installed, or a pinned image is run. What is registered stays: binfmt_misc is the whole machine's, and
 * another job may have begun to use it.
 * @returns what was done, for a person
 * @throws E_UNSUPPORTED with what each way came to
 */
export async function setUpEmulation(platform: Platform, options: SetupOptions): Promise<string> {
  const target = formatPlatform(platform);
  const setup = new Setup(platform, options);
  const ways: (() => Promise<Attempt>)[] = [
    ...(options.local ? [() => setup.fromDisk(), () => setup.fromPackages()] : []),
    () => setup.fromImage(),
  ];
  const reasons: string[] = [];
  for (const way of ways) {
    options.signal?.throwIfAborted();
    const attempt = await way();
    if ('done' in attempt) {
      options.log.info(
        `${attempt.done}. It stays when this leg ends, since binfmt_misc is the whole machine's and another job may use it by then`,
      );
      return attempt.done;
    }
    reasons.push(attempt.why);
  }
  throw new CodedError(
    'E_UNSUPPORTED',
    `setup-emulation could not install emulation of ${target}: ${reasons.join('; ')}`,
    { hint: emulationCure(platform) },
  );
}

class Setup {
  readonly #platform: Platform;
  readonly #options: SetupOptions;
  readonly #root: string;

  constructor(platform: Platform, options: SetupOptions) {
    this.#platform = platform;
    this.#options = options;
    this.#root = options.root ?? binfmtFolder;
  }

  async fromDisk(): Promise<Attempt> {
    const qemu = qemuName(this.#platform);
    const interpreter = await this.#interpreter(qemu);
    if (interpreter === undefined) return { why: `there is no static qemu-${qemu} on PATH` };
    let found = await this.#lookUp();
    if (found.kind === 'unknown') {
      const failed = await this.#mount();
      if (failed !== undefined) return { why: failed };
      found = await this.#lookUp();
    }
    if (found.kind === 'registered' && !found.enabled && found.flags.includes('F')) {
      const failed = await this.#write(found.name, '1');
      return failed === undefined ? { done: `switched ${found.name} on` } : { why: failed };
    }
    const name = found.kind === 'registered' ? `native-multiarch-${qemu}` : `qemu-${qemu}`;
    const failed = await this.#write('register', registration(name, this.#platform, interpreter));
    if (failed !== undefined) return { why: failed };
    return this.#proven(`registered ${interpreter} in binfmt_misc as ${name} with flag F`);
  }

  async fromPackages(): Promise<Attempt> {
    const prefix = await this.#privilege();
    if (prefix === undefined) return { why: 'packages need root, or a sudo that asks for no password' };
    for (const [manager, ...commands] of packageManagers) {
      if ((await this.#tool(manager)) === undefined) continue;
      for (const args of commands) {
        const result = await this.#run([...prefix, ...noQuestions, manager, ...args]);
        if (result.code !== 0)
          return {
            why: `${manager} ${args.join(' ')} failed: ${lastLines(`${result.stdout}\n${result.stderr}`, 2, 300)}`,
          };
      }
      const done = await this.#proven(`installed ${commands.at(-1)?.at(-1) ?? ''} with ${manager}`);
      // Where neither systemd nor binfmt-support runs, as in a container, a package registers nothing by itself.
      return 'done' in done ? done : this.fromDisk();
    }
    return { why: 'there is no apt-get, dnf or zypper on PATH' };
  }

  async fromImage(): Promise<Attempt> {
    const { runPrivileged } = this.#options;
    if (runPrivileged === undefined) return { why: 'this engine runs no containers that could install it' };
    const { architecture } = this.#platform;
    const result = await runPrivileged(binfmtImage, ['--install', architecture]);
    if (result.code !== 0)
      return { why: `${binfmtImage} failed: ${lastLines(`${result.stdout}\n${result.stderr}`, 2, 300)}` };
    return this.#proven(`installed QEMU for ${architecture} from ${binfmtImage}`);
  }

  /** Nothing is done until the kernel says so itself, where it can be asked. */
  async #proven(done: string): Promise<Attempt> {
    if (!this.#options.local) return { done };
    const found = await this.#lookUp();
    return found.kind === 'unknown' || isUsable(found)
      ? { done }
      : { why: `${done}, and the kernel has no emulation that containers can use all the same` };
  }

  #lookUp(): Promise<Emulation> {
    const { lookUpEmulation: ask = (architecture: string) => lookUpEmulation(architecture, this.#root) } =
      this.#options;
    return ask(this.#platform.architecture);
  }

  async #interpreter(qemu: string): Promise<string | undefined> {
    for (const name of [`qemu-${qemu}-static`, `qemu-${qemu}`]) {
      const found = await this.#tool(name);
      if (found !== undefined && (await isStatic(found))) return found;
    }
    return undefined;
  }

  /** Gives why it could not be mounted. */
  async #mount(): Promise<string | undefined> {
    const prefix = await this.#privilege();
    if (prefix === undefined) return 'to mount binfmt_misc takes root';
    const result = await this.#run([...prefix, 'mount', '-t', 'binfmt_misc', 'binfmt_misc', this.#root]);
    return result.code === 0
      ? undefined
      : `binfmt_misc can't be mounted: ${lastLines(result.stderr, 1, 200)}`;
  }

  /** Gives why it could not be written. */
  async #write(file: string, text: string): Promise<string | undefined> {
    const path = join(this.#root, file);
    const prefix = await this.#privilege();
    if (prefix === undefined) return `to write ${path} takes root`;
    if (prefix.length > 0) {
      const result = await this.#run([...prefix, 'tee', path], text);
      return result.code === 0 ? undefined : `${path} can't be written: ${lastLines(result.stderr, 1, 200)}`;
    }
    try {
      await writeFile(path, text);
      return undefined;
    } catch (error) {
      return `${path} can't be written: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  /** What stands before a command that needs root; undefined where there is no way to be root. */
  async #privilege(): Promise<readonly string[] | undefined> {
    const { uid = process.getuid?.() } = this.#options;
    if (uid === 0) return [];
    if ((await this.#tool('sudo')) === undefined) return undefined;
    return (await this.#run(['sudo', '-n', 'true'])).code === 0 ? ['sudo', '-n'] : undefined;
  }

  #tool(name: string): Promise<string | undefined> {
    return findTool(name, this.#options.env['PATH']);
  }

  async #run([name = '', ...args]: readonly string[], input?: string): Promise<ExecResult> {
    const { env, log, signal, exec = spawnExec } = this.#options;
    const tool = await this.#tool(name);
    if (tool === undefined) return { code: 127, stdout: '', stderr: `there is no ${name} on PATH` };
    log.debug(`${tool} ${args.join(' ')}`);
    return exec(tool, args, {
      env: childEnvironment(env),
      timeoutMs: installMs,
      ...(signal !== undefined && { signal }),
      ...(input !== undefined && { input }),
    });
  }
}

/** Before a package manager; sudo drops variables, so `env` sets it behind it. */
const noQuestions = ['env', 'DEBIAN_FRONTEND=noninteractive'];

/** How each distribution installs QEMU's user emulation. */
const packageManagers: readonly (readonly [string, ...(readonly (readonly string[])[])])[] = [
  ['apt-get', ['update', '-q'], ['install', '-q', '-y', '--no-install-recommends', 'qemu-user-static']],
  ['dnf', ['install', '-y', 'qemu-user-static']],
  ['zypper', ['--non-interactive', 'install', 'qemu-linux-user']],
];

/**
 * The line that registers an interpreter for every program of a machine, static or not. Flag F: the kernel opens it now, so that it is
 * there in containers too. https://docs.kernel.org/admin-guide/binfmt-misc.html
 */
export function registration(name: string, platform: Platform, interpreter: string): string {
  const program = probeProgram(platform.architecture);
  if (program === undefined) {
    throw new CodedError(
      'E_UNSUPPORTED',
      `setup-emulation knows no programs of ${formatPlatform(platform)}`,
      {
        hint: emulationCure(platform),
      },
    );
  }
  const magic = program.subarray(0, 20);
  const mask = Buffer.alloc(20, 0xff);
  mask[7] = 0; // The system that it was made for.
  mask[magic[5] === 1 ? 16 : 17] = 0xfe; // An executable (2) or a shared object (3), which position-independent programs are.
  const escaped = (bytes: Buffer): string =>
    [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
  return `:${name}:M::${escaped(magic)}:${escaped(mask)}:${interpreter}:F`;
}

/** Whether a program needs no loader, which would be missing in a container. https://refspecs.linuxfoundation.org/elf/gabi4+/ch5.pheader.html */
async function isStatic(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer: head, bytesRead } = await file.read(Buffer.alloc(8192), 0, 8192, 0);
    if (bytesRead < 64 || head.readUInt32BE(0) !== 0x7f454c46 || head[4] !== 2) return false;
    const little = head[5] === 1;
    const u16 = (at: number): number => (little ? head.readUInt16LE(at) : head.readUInt16BE(at));
    const u32 = (at: number): number => (little ? head.readUInt32LE(at) : head.readUInt32BE(at));
    const start = little ? Number(head.readBigUInt64LE(32)) : Number(head.readBigUInt64BE(32));
    const [size, count] = [u16(54), u16(56)];
    if (size < 56 || start + size * count > bytesRead) return false;
    const interpreterHeader = 3;
    return !Array.from({ length: count }, (_, i) => u32(start + size * i)).includes(interpreterHeader);
  } finally {
    await file.close();
  }
}
