import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { CodedError, errorLine } from '../../errors.ts';
import { formatPlatform, type Platform } from '../../platform/platform.ts';
import { PodmanEngine } from '../containers/podman.ts';
import { DockerEngine } from '../docker/docker.ts';
import type { BuiltImage, RunOptions } from '../engine.ts';
import type { EngineOptions } from '../options.ts';
import type { ExecResult } from '../process/exec.ts';
import { lastLines } from '../process/output.ts';
import { Session } from '../process/session.ts';
import type { ServiceOptions } from '../smoke/service.ts';
import { chunks, layoutArchive } from './layout-archive.ts';
import type { StoredLayout } from './stored-layout.ts';
import { padding, tarHeader } from './tar.ts';

const maxInspections = 6;
/** What podman says of any image while another process of this user's is writing the same one, or another, into its store. */
const halfWritten = /locating item named "manifest" for image|layer not known/u;

/**
 * Runs images that no engine built, by Docker or podman: the very bytes are loaded, and the loaded image is the one whose config
 * has the digest that will be pushed.
 */
export class ImageRunner {
  readonly #engine: DockerEngine | PodmanEngine;
  readonly #session: Session;

  private constructor(engine: DockerEngine | PodmanEngine, session: Session) {
    this.#engine = engine;
    this.#session = session;
  }

  /**
   * The first of Docker and podman that runs programs of this platform here, found out by running one.
   * @throws E_UNSUPPORTED with the reasons of both
   */
  static async find(platform: Platform, options: EngineOptions): Promise<ImageRunner> {
    const reasons: string[] = [];
    for (const Kind of [DockerEngine, PodmanEngine]) {
      const engine = new Kind(options);
      try {
        await engine.preflight(platform, 'emulate');
        return new ImageRunner(engine, new Session(engine.name, engine.name, options));
      } catch (error) {
        await engine.close();
        if (!(error instanceof CodedError) || options.signal?.aborted === true) throw error;
        reasons.push(errorLine(error));
      }
    }
    throw new CodedError(
      'E_UNSUPPORTED',
      `a smoke test needs Docker or podman on this machine, to run ${formatPlatform(platform)}: ${reasons.join(' | ')}`,
      {
        hint: 'leave smoke-test out, install one of them, or test on the target machine with "verify --smoke-test"',
      },
    );
  }

  /** Loads the image, runs the command in it, and removes it. @throws as {@link Engine.run} does; E_ENGINE where it can't be loaded */
  async run(image: StoredLayout, options: RunOptions): Promise<void> {
    await this.#loaded(image, async (loaded) => this.#engine.run(loaded, options));
  }

  /** The same, started as a service. @throws as {@link Engine.serve} does */
  async serve(image: StoredLayout, options: ServiceOptions): Promise<void> {
    await this.#loaded(image, async (loaded) => this.#engine.serve(loaded, options));
  }

  async #loaded(image: StoredLayout, work: (loaded: BuiltImage) => Promise<void>): Promise<void> {
    const name = `localhost/native-multiarch:${this.#session.uniqueId()}`;
    await this.#session.note('image', name);
    const loaded: BuiltImage = { engine: this.#engine.name, id: name, name };
    try {
      await this.#load(image, name);
      await work(loaded);
    } finally {
      await this.#engine.remove(loaded);
      await this.#session.strike(name);
    }
  }

  async #load({ runnable, blobs }: StoredLayout, name: string): Promise<void> {
    const { manifest, image } = runnable;
    const own = new Set([image.config, ...image.layers].map(({ digest }) => digest));
    const index = [
      {
        Config: blobPath(image.config.digest),
        RepoTags: [name],
        Layers: image.layers.map(({ digest }) => blobPath(digest)),
      },
    ];
    const file = join(await this.#session.folder(), `${this.#session.uniqueId()}.tar`);
    const archive = async function* (): AsyncGenerator<Uint8Array, void, undefined> {
      const bytes = Buffer.from(JSON.stringify(index));
      yield tarHeader({ path: 'manifest.json', kind: 'file', mode: 0o644, size: bytes.length }, 0);
      yield* chunks(bytes);
      yield padding(bytes.length);
      yield* layoutArchive(
        manifest,
        blobs.filter(({ digest }) => own.has(digest)),
        // By which podman, and containerd's store of Docker, name what they load; Docker's own store reads manifest.json.
        { 'org.opencontainers.image.ref.name': name, 'io.containerd.image.name': name },
      );
    };
    try {
      await pipeline(Readable.from(archive()), createWriteStream(file, { mode: 0o600 }));
      const loaded = await this.#session.ask(['load', '--input', file], { timeoutMs: 600_000 });
      if (loaded.code !== 0) throw this.#session.failure(loaded, { doing: 'ask' });
    } finally {
      await rm(file, { force: true });
    }
    await this.#checkLoaded(name, [image.config.digest, manifest.digest]);
  }

  /** An engine's id of an image is the digest of its config, or with containerd's store of its manifest. */
  async #checkLoaded(name: string, expected: readonly string[]): Promise<void> {
    const answer = await this.#inspect(name);
    const id = answer.stdout.trim().replace(/^(?:sha256:)?/u, 'sha256:');
    if (answer.code === 0 && expected.includes(id)) return;
    throw new CodedError(
      'E_ENGINE',
      `${this.#engine.name} loaded another image than the one that was built: ${lastLines(`${answer.stdout}\n${answer.stderr}`, 1, 200)}`,
      { hint: 'leave smoke-test out, and test with "verify --smoke-test" what was pushed' },
    );
  }

  async #inspect(name: string): Promise<ExecResult> {
    const { sleep = delay } = this.#session.options;
    for (let tries = 1; ; tries++) {
      const answer = await this.#session.ask(['image', 'inspect', '--format', '{{.Id}}', name]);
      if (answer.code === 0 || tries === maxInspections || !halfWritten.test(answer.stderr)) return answer;
      await sleep(200 * tries);
    }
  }

  /** Ends the engine that was found. */
  async close(): Promise<void> {
    await this.#engine.close();
    await this.#session.close();
  }
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
