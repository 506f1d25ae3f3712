import { CodedError, quote } from '../../errors.ts';
import type { Descriptor } from '../../oci/descriptor.ts';
import { DigestStream, digestAlgorithm, type Digest } from '../../oci/digest.ts';
import { ChangeList } from './change-list.ts';
import { CannotInflate, inflate, InflateError, magicBytes, packingOf, type Packing } from './inflate.ts';
import { changeOf } from './layer.ts';
import { TarWalker } from './tar.ts';

/** What one read may cost; counted while reading, since sizes in headers are claims. */
export interface ReadCaps {
  /** Members of one layer. */
  readonly maxEntries: number;
  /** A layer that inflates to more than this many times its size is no layer. */
  readonly maxRatio: number;
  /** Empty database files and logs make small layers inflate a lot; below this many bytes that is harmless. */
  readonly ratioFloor: number;
}

export const defaultCaps: ReadCaps = {
  maxEntries: 1_000_000,
  maxRatio: 200,
  ratioFloor: 64 * 1024 * 1024,
};

/** Of the packed changes of one layer, in bytes: a million names of 25 letters each. */
const maxChangeBytes = 32 * 1024 * 1024;

/** Inflated bytes that may still be read by all readers together. */
export class ReadBudget {
  /** What it was at the start. */
  readonly bytes: number;
  #left: number;

  /** @param bytes Infinity for no bound */
  constructor(bytes: number) {
    this.bytes = bytes;
    this.#left = bytes;
  }

  get spent(): boolean {
    return this.#left <= 0;
  }

  /** @returns false where there are not so many left, and none from then on */
  take(bytes: number): boolean {
    const isEnough = bytes <= this.#left;
    this.#left = isEnough ? this.#left - bytes : 0;
    return isEnough;
  }
}

/** What a layer does to the layers below. */
export interface LayerChanges {
  /** Of its inflated bytes, as they were read. */
  readonly diffId: Digest;
  readonly whiteouts: ChangeList;
  readonly changes: ChangeList;
  /** What is odd about it, and taken by some runtimes only. */
  readonly warning?: string;
}

/** A layer that was not read, or not to its end. */
export interface UnreadLayer {
  /** Why, with the layer's name. */
  readonly unread: string;
  /** Where the {@link ReadBudget} is why. */
  readonly overBudget?: {
    readonly layer: string;
    /** Inflated bytes of it that were read. */
    readonly read: number;
    /** The whole budget. */
    readonly budget: number;
  };
}

/** A layer as it was read, or why it was not. */
export type ReadLayer = LayerChanges | UnreadLayer;

interface LayerKind {
  readonly packing: Packing;
  /** Runtimes fetch it from elsewhere, where its descriptor says so: Windows base layers. */
  readonly foreign: boolean;
  /** Runtimes trust the media type instead of looking. */
  readonly exact: boolean;
}

const oci = /^application\/vnd\.oci\.image\.layer\.(nondistributable\.)?v1\.tar(?:\+(gzip|zstd))?$/;
const docker = /^application\/vnd\.docker\.image\.rootfs\.(foreign\.)?diff\.tar(?:\.(gzip|zstd))?$/;

/** What a layer's media type says of it; undefined for kinds that can't be read, such as encrypted ones. */
function layerKind(mediaType: string): LayerKind | undefined {
  const match = oci.exec(mediaType) ?? docker.exec(mediaType);
  if (match === null) return undefined;
  const packing = (match[2] as Packing | undefined) ?? 'none';
  return {
    packing,
    foreign: match[1] !== undefined,
    exact: packing === 'none' && mediaType.startsWith('application/vnd.oci.'),
  };
}

/** Thrown to stop a read whose budget is spent; never leaves this file. */
class BudgetSpent extends Error {}

/**
 * Reads a layer as a stream: inflated, its diffID checked, its tar walked. Nothing is unpacked.
 * How it is packed is told from its bytes, as runtimes do; a media type that says another thing is told.
 * @param blob the compressed bytes; who gives them checks their digest and size
 * @throws E_LAYER for bytes that are no layer, over a cap, or not what the config's diffID says
 */
export async function readLayer(
  descriptor: Descriptor,
  diffId: Digest | undefined,
  blob: () => AsyncIterable<Uint8Array>,
  budget: ReadBudget,
  caps: ReadCaps = defaultCaps,
): Promise<ReadLayer> {
  const name = `layer ${descriptor.digest}`;
  const kind = layerKind(descriptor.mediaType);
  if (kind === undefined) return { unread: `${name} is ${quote(descriptor.mediaType)}` };
  if (kind.foreign && (descriptor.urls?.length ?? 0) > 0)
    return { unread: `${name} is kept outside the registry` };
  if (budget.spent) return overBudget(name, budget, 0);
  const { layer, packing } = await readLayerBytes(
    { name, size: descriptor.size, diffId },
    blob(),
    budget,
    caps,
  );
  return 'unread' in layer ? layer : { ...layer, ...warningOf(name, kind, packing) };
}

/** What is known of a layer before it is read. */
export interface LayerClaim {
  /** For messages. */
  readonly name: string;
  /** As it is stored, in bytes. */
  readonly size: number;
  readonly diffId: Digest | undefined;
}

/**
 * {@link readLayer}, for bytes that come without a descriptor.
 * @returns with how they are packed; undefined where there are none
 */
export async function readLayerBytes(
  claim: LayerClaim,
  blob: AsyncIterable<Uint8Array>,
  budget: ReadBudget,
  caps: ReadCaps = defaultCaps,
): Promise<{ readonly layer: ReadLayer; readonly packing: Packing | undefined }> {
  const { name } = claim;
  const reading = new LayerReading(claim, budget, caps);
  const source = blob[Symbol.asyncIterator]();
  let packing: Packing | undefined;
  try {
    const start = await startOf(source);
    packing = start.length === 0 ? undefined : packingOf(start);
    await inflate(packing ?? 'none', withStart(start, source), (bytes) => {
      reading.take(bytes);
    });
    return { layer: reading.finish(), packing };
  } catch (error) {
    if (error instanceof BudgetSpent) return { layer: overBudget(name, budget, reading.inflated), packing };
    if (error instanceof CannotInflate) return { layer: { unread: `${name} ${error.message}` }, packing };
    if (!(error instanceof InflateError)) throw error;
    throw new CodedError('E_LAYER', `${name} can't be inflated: ${error.message}`, {
      hint: 'it is damaged; build and push that image again',
      cause: error,
    });
  } finally {
    await source.return?.();
  }
}

function overBudget(layer: string, { bytes: budget }: ReadBudget, read: number): UnreadLayer {
  return { unread: `${layer}: the budget for reading is spent`, overBudget: { layer, read, budget } };
}

/** One layer's inflated bytes, as they come. */
class LayerReading {
  readonly #whiteouts = new ChangeList();
  readonly #changes = new ChangeList();
  readonly #claim: LayerClaim;
  readonly #budget: ReadBudget;
  readonly #caps: ReadCaps;
  readonly #digest: DigestStream;
  readonly #walker: TarWalker;
  #inflated = 0;

  constructor(claim: LayerClaim, budget: ReadBudget, caps: ReadCaps) {
    const { name, diffId } = claim;
    this.#claim = claim;
    this.#budget = budget;
    this.#caps = caps;
    this.#digest = new DigestStream(diffId === undefined ? 'sha256' : digestAlgorithm(diffId));
    this.#walker = new TarWalker(name, caps, (entry) => {
      const found = changeOf(entry);
      if (found === undefined) return;
      const [parts, change] = found;
      const isWhiteout = change.kind === 'removed' || change.kind === 'emptied';
      (isWhiteout ? this.#whiteouts : this.#changes).add(parts, change);
      if (this.#whiteouts.bytes + this.#changes.bytes > maxChangeBytes) {
        throw this.#tooMuch(`has more than ${maxChangeBytes} bytes of names`);
      }
    });
  }

  take(bytes: Buffer): void {
    if (!this.#budget.take(bytes.length)) throw new BudgetSpent();
    this.#inflated += bytes.length;
    const { maxRatio, ratioFloor } = this.#caps;
    const { size } = this.#claim;
    if (this.#inflated > ratioFloor && this.#inflated > size * maxRatio) {
      throw this.#tooMuch(`of ${size} bytes inflates to more than ${maxRatio} times that`);
    }
    this.#digest.update(bytes);
    this.#walker.write(bytes);
  }

  /** Bytes that were read. */
  get inflated(): number {
    return this.#inflated;
  }

  finish(): LayerChanges {
    this.#walker.end();
    const { name, diffId } = this.#claim;
    const found = this.#digest.digest();
    if (diffId !== undefined && found !== diffId) throw otherDiffId(name, found, diffId);
    return { diffId: found, whiteouts: this.#whiteouts, changes: this.#changes };
  }

  #tooMuch(problem: string): CodedError {
    return new CodedError('E_LAYER', `${this.#claim.name} ${problem}`, {
      hint: 'that is how decompression bombs look; see what is in the image',
    });
  }
}

/** The error about a layer that is not the one that its image's config names. */
export function otherDiffId(name: string, found: Digest, said: Digest): CodedError {
  return new CodedError('E_LAYER', `${name} inflates to ${found}, the config says ${said}`, {
    hint: 'runtimes refuse such an image; build and push it again',
  });
}

/** A stream's first bytes: enough to tell how it is packed, where there are as many. */
async function startOf(source: AsyncIterator<Uint8Array>): Promise<Uint8Array> {
  let start: Uint8Array = new Uint8Array(0);
  while (start.length < magicBytes) {
    const next = await source.next();
    if (next.done === true) break;
    start = start.length === 0 ? next.value : Buffer.concat([start, next.value]);
  }
  return start;
}

async function* withStart(
  start: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield start;
  yield* { [Symbol.asyncIterator]: () => rest };
}

function warningOf(
  name: string,
  { packing: said, exact }: LayerKind,
  packing: Packing | undefined,
): { readonly warning?: string } {
  if (said === packing || packing === undefined) return {};
  const words = { none: 'a plain tar archive', gzip: 'gzip', zstd: 'zstd', xz: 'xz', bzip2: 'bzip2' };
  const who = exact ? 'containerd refuses it' : 'some runtimes may refuse it';
  return { warning: `${name} is ${words[packing]}, its media type says ${words[said]}: ${who}` };
}
