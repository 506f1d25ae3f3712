import type { ExecResult } from '../process/exec.ts';
import type { Session } from '../process/session.ts';
import { padding, tarEnd, tarHeader } from '../stored/tar.ts';
import type { Command, ServiceContainer } from './service.ts';

/** What Docker and podman are told in their own words. */
export interface ServiceWords {
  /** Runs the image's own program under that name, and removes the container. */
  readonly run: () => Promise<ExecResult>;
  /** Before the subcommand. */
  readonly global: () => readonly string[];
  /** Of `import`. */
  readonly importing: readonly string[];
  /** Of `run`, for the programs of ours. */
  readonly beside: () => readonly string[];
}

const program = 'relay';
const importMs = 120_000;

/** A service in a container of Docker or podman. What asks it runs in a container of its own, which has the network of the first. */
export class NamedService implements ServiceContainer {
  readonly #session: Session;
  readonly #name: string;
  readonly #words: ServiceWords;
  #relay: Promise<ExecResult> | undefined;
  #asked = 0;

  constructor(session: Session, name: string, words: ServiceWords) {
    this.#session = session;
    this.#name = name;
    this.#words = words;
  }

  run(): Promise<ExecResult> {
    return this.#words.run();
  }

  async isUp(): Promise<boolean> {
    const question = ['container', 'inspect', '--format', '{{.State.Running}}', this.#name];
    return (await this.#session.ask(question)).stdout.trim() === 'true';
  }

  async beside(relay: Buffer, input: string, timeoutMs: number): Promise<ExecResult> {
    this.#relay ??= this.#import(relay);
    const imported = await this.#relay;
    if (imported.code !== 0) throw this.#session.failure(imported, { doing: 'ask' });
    this.#asked += 1;
    const name = `${this.#name}-${this.#asked}`;
    const flags = ['--rm', '--interactive', '--name', name, '--network', `container:${this.#name}`];
    await this.#session.note('container', name);
    let isDone = false;
    try {
      const args = [...this.#words.global(), 'run', ...flags, '--pull', 'never', ...this.#words.beside()];
      const result = await this.#session.ask([...args, this.#image, `/${program}`], { input, timeoutMs });
      isDone = result.ended === undefined;
      return result;
    } finally {
      // Its command was ended, and not the container.
      if (!isDone) await this.#removeContainer(name);
      await this.#session.strike(name);
    }
  }

  async inside(command: Command, timeoutMs: number): Promise<ExecResult> {
    return this.#session.ask([...this.#words.global(), 'exec', this.#name, ...command], { timeoutMs });
  }

  async remove(): Promise<void> {
    await this.#removeContainer(this.#name);
    if (this.#relay === undefined) return;
    await this.#session.ask(['image', 'rm', this.#image], { evenIfAborted: true });
    await this.#session.strike(this.#image);
  }

  /** One that is gone already is what was wanted. */
  async #removeContainer(name: string): Promise<void> {
    await this.#session.ask(['rm', '--force', name], { evenIfAborted: true });
  }

  get #image(): string {
    return `localhost/native-multiarch:${this.#name.slice(this.#name.lastIndexOf('-') + 1)}-${program}`;
  }

  /** An image of one file, which needs neither a build nor a pull. */
  async #import(relay: Buffer): Promise<ExecResult> {
    await this.#session.note('image', this.#image);
    const header = tarHeader({ path: program, kind: 'file', mode: 0o755, size: relay.length }, 0);
    const input = Buffer.concat([header, relay, padding(relay.length), tarEnd]);
    const args = ['import', ...this.#words.importing, '-', this.#image];
    // What podman keeps in files meanwhile goes with ours, should this process be killed.
    const env = { TMPDIR: await this.#session.folder() };
    return this.#session.ask(args, { input, timeoutMs: importMs, env });
  }
}
