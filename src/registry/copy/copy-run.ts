import { CodedError, joinErrors, quote } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { ContentDescriptor, Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { ManifestBytes } from '../../oci/manifest-bytes.ts';
import type { Slots } from '../../slots.ts';
import type { CopySource, CopyTarget } from './content.ts';
import { contentsOf } from './contents.ts';
import type { Progress } from './progress.ts';

/** What was done. Counts are of this copy; what another one did at the same time is counted there. */
export interface CopySummary {
  /** Manifests that were written, referrers included. */
  readonly manifests: number;
  /** Manifests that were there, and so all that they refer to. */
  readonly present: number;
  /** Blobs that were there or were mounted. */
  readonly adopted: number;
  /** Blobs that were sent, and their bytes. */
  readonly sent: number;
  readonly sentBytes: number;
  /** Layers that are to be had from their `urls` alone, and were left out. */
  readonly foreign: number;
  /** Referrers of what was copied, at any depth; 0 where they were not asked for. */
  readonly referrers: number;
}

export interface RunDependencies {
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly known: ReadonlyMap<Digest, ManifestBytes>;
  /** Ask for each manifest first whether it is there. */
  readonly lookFirst: boolean;
  readonly log: Log;
  readonly slots: Slots;
  readonly progress: Progress;
  /** Blobs and manifests on their way to any target, by target and digest: what several copies share is sent once. */
  readonly underWay: Map<string, Promise<unknown>>;
  readonly signal: AbortSignal | undefined;
}

/** An index in an index in an index: nobody means more than that. */
const maxDepth = 4;

/** One copy of one tree: blobs before the manifest that names them, children before parents. */
export class CopyRun {
  readonly done = { manifests: 0, present: 0, adopted: 0, sent: 0, sentBytes: 0, foreign: 0, referrers: 0 };
  readonly #dependencies: RunDependencies;
  readonly #failures = new Set<unknown>();
  /** Aborted by the first failure and by the caller: nothing more is begun, and what is under way ends. */
  readonly #stop = new AbortController();
  readonly #stopped = new Stopped();

  constructor(dependencies: RunDependencies) {
    this.#dependencies = dependencies;
  }

  /** Runs `work` to its end; of several failures all are told. @throws the signal's reason where that ended it. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.#dependencies;
    const abort = () => {
      this.#stop.abort(this.#stopped);
    };
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      this.#failures.add(error);
      throw joined([...this.#failures].filter((failure) => !(failure instanceof Stopped)));
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Brings a manifest with all below it. @returns false where it was there. */
  async bring(digest: Digest, size: number | undefined, depth = 0): Promise<boolean> {
    return this.#once(digest, async () => {
      const { target, lookFirst } = this.#dependencies;
      if (lookFirst && (await target.hasManifest(digest))) {
        this.done.present += 1;
        return false;
      }
      await this.bringManifest(await this.read(digest, size), depth);
      return true;
    });
  }

  /** {@link bring}, of bytes that are here, and without a look whether they are there. @returns what the target said. */
  async bringManifest(manifest: ManifestBytes, depth = 0): Promise<{ readonly subjectHandled: boolean }> {
    if (depth > maxDepth) {
      throw new CodedError('E_MANIFEST', `${manifest.digest} is nested more than ${maxDepth} levels deep`, {
        hint: 'copy the images themselves',
      });
    }
    const contents = contentsOf(manifest);
    for (const layer of contents.foreign) this.#tellForeign(layer);
    await this.all([
      ...contents.manifests.map(({ digest, size }) => this.bring(digest, size, depth + 1)),
      ...contents.unknown.map((entry) => this.#bringUnknown(entry, depth + 1)),
      ...contents.blobs.map((blob) => this.#blob(blob)),
    ]);
    this.#stop.signal.throwIfAborted();
    const result = await this.#dependencies.target.put(manifest.digest, manifest);
    this.done.manifests += 1;
    return result;
  }

  /** @throws E_NOT_FOUND */
  async read(digest: Digest, size: number | undefined): Promise<ManifestBytes> {
    const { source, known } = this.#dependencies;
    const manifest = known.get(digest) ?? (await source.manifest(digest, size));
    if (manifest !== undefined) return manifest;
    throw new CodedError('E_NOT_FOUND', `${source.name} has no manifest ${digest}`, {
      hint: 'it may have been cleaned up, or never been pushed: push it again',
    });
  }

  /** All of it, to the end; the first failure stops what is left. */
  async all(work: readonly Promise<unknown>[]): Promise<void> {
    const watched = work.map(async (each) => {
      try {
        await each;
      } catch (error) {
        this.#failures.add(error);
        this.#stop.abort(this.#stopped);
      }
    });
    await Promise.all(watched);
    this.#stop.signal.throwIfAborted();
  }

  /** An index may list what is no manifest: some tools put blobs there. */
  async #bringUnknown(entry: Descriptor, depth: number): Promise<void> {
    const { source } = this.#dependencies;
    const isJson = entry.mediaType.endsWith('+json');
    const manifest = isJson ? await source.manifest(entry.digest, entry.size) : undefined;
    if (manifest === undefined) await this.#blob(entry);
    else await this.#once(entry.digest, () => this.bringManifest(manifest, depth));
  }

  async #blob(blob: ContentDescriptor): Promise<void> {
    await this.#once(blob.digest, async () => {
      const { target, slots, progress } = this.#dependencies;
      this.#stop.signal.throwIfAborted();
      if (await target.adopt(blob)) {
        this.done.adopted += 1;
        return;
      }
      progress.plan(blob);
      await slots.run(() => this.#send(blob));
      progress.done(blob);
      this.done.sent += 1;
      this.done.sentBytes += blob.size;
    });
  }

  /** Bytes that were changed on the way are asked for once more before the source is given up. */
  async #send(blob: ContentDescriptor): Promise<void> {
    const { target, log } = this.#dependencies;
    this.#stop.signal.throwIfAborted();
    const open = () => this.#read(blob);
    try {
      await target.upload(blob, open);
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      const { cause } = error;
      if (!(cause instanceof CodedError) || cause.code !== 'E_DIGEST_MISMATCH') throw cause;
      log.info(`${cause.message}; copying it once more`);
      await target.upload(blob, open).catch((again: unknown) => {
        throw again instanceof SourceFailure ? again.cause : again;
      });
    }
  }

  /** What the source throws is wrapped, so that no target takes it for a failure of its own and tries again. */
  async *#read(blob: ContentDescriptor): AsyncGenerator<Uint8Array> {
    const { source, progress } = this.#dependencies;
    let bytes = 0;
    try {
      for await (const chunk of source.stream(blob)) {
        this.#stop.signal.throwIfAborted();
        bytes += chunk.byteLength;
        progress.passed(blob, bytes);
        yield chunk;
      }
    } catch (error) {
      throw new SourceFailure(error);
    }
  }

  /** Runs `work` for this digest unless it was done, or is being done, for the same target. */
  async #once<T>(digest: Digest, work: () => Promise<T>): Promise<T> {
    const { underWay, target } = this.#dependencies;
    const key = `${target.name}@${digest}`;
    for (;;) {
      const before = underWay.get(key) as Promise<T> | undefined;
      if (before === undefined) break;
      try {
        return await before;
      } catch (error) {
        // Another copy began it and had to stop; this one has not.
        if (!(error instanceof Stopped) || this.#stop.signal.aborted) throw error;
      }
    }
    const now = work();
    underWay.set(key, now);
    now.catch(() => underWay.delete(key));
    return now;
  }

  #tellForeign({ digest, mediaType, urls = [] }: Descriptor): void {
    const { log, source } = this.#dependencies;
    this.done.foreign += 1;
    log.warning(
      `${source.name}: the layer ${digest} (${mediaType}) is not copied: whoever pulls the image gets it from ${quote(urls[0] ?? '')}`,
    );
  }
}

/** Something else failed first, or the caller has had enough. */
class Stopped extends Error {
  override readonly name = 'Stopped' as const;
}

class SourceFailure extends Error {
  override readonly name = 'SourceFailure' as const;
  constructor(cause: unknown) {
    super('the source failed', { cause });
  }
}

function joined(failures: readonly unknown[]): unknown {
  const coded = failures.filter((failure) => failure instanceof CodedError);
  const [bug] = failures.filter((failure) => !(failure instanceof CodedError));
  return bug ?? joinErrors(coded);
}
