import { availableParallelism } from 'node:os';
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import { Slots } from '../../slots.ts';
import { defaultCaps, readLayer, ReadBudget, type ReadCaps, type ReadLayer } from './read-layer.ts';

/** Opens a layer's blob as it is stored; the stream checks digest and size itself. */
export type OpenLayer = (descriptor: Descriptor) => AsyncIterable<Uint8Array>;

/** Inflated bytes that one command reads by default. */
export const defaultReadBudget = 16 * 1024 * 1024 * 1024;

/** Of what is kept of layers that were read, in bytes: a few hundred base images. */
const maxKeptBytes = 32 * 1024 * 1024;
/** Each layer at a time takes memory, and Node inflates four at a time. */
const maxAtOnce = 4;
/** The next image's layers are read while the last one's are put together. */
const imagesAtOnce = 2;

/**
 * The layers of one command: those that platforms share are read once, and as many at a time as there are processors, since
 * inflating is what takes the time.
 */
export class LayerStore {
  /** How many layers are read at a time. */
  readonly atOnce: number;
  readonly #open: OpenLayer;
  readonly #budget: ReadBudget;
  readonly #caps: ReadCaps;
  readonly #layers: Slots;
  readonly #images = new Slots(imagesAtOnce);
  readonly #read = new Map<string, Promise<ReadLayer>>();
  readonly #kept = new Map<string, number>();
  #keptBytes = 0;

  constructor(
    open: OpenLayer,
    budgetBytes = defaultReadBudget,
    caps = defaultCaps,
    atOnce = Math.min(availableParallelism(), maxAtOnce),
  ) {
    this.#open = open;
    this.#budget = new ReadBudget(budgetBytes);
    this.#caps = caps;
    this.atOnce = Math.max(1, atOnce);
    this.#layers = new Slots(this.atOnce);
  }

  /** Does an image's work when it is its turn: what is held of images that are not finished would add up. */
  async forImage<T>(work: () => Promise<T>): Promise<T> {
    return this.#images.run(work);
  }

  /** @throws E_LAYER, and what the stream throws. */
  async read(descriptor: Descriptor, diffId: Digest | undefined): Promise<ReadLayer> {
    const { mediaType, digest, size, urls = [] } = descriptor;
    const key = [mediaType, digest, size, diffId, urls.length > 0].join(' ');
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const reading = this.#layers.run(async () =>
      readLayer(descriptor, diffId, () => this.#open(descriptor), this.#budget, this.#caps),
    );
    this.#read.set(key, reading);
    const layer = await reading;
    if ('changes' in layer) this.#keep(key, layer.changes.bytes + layer.whiteouts.bytes);
    return layer;
  }

  /** Lets go of the layers that were read first, once there are too many; they would be read again. */
  #keep(key: string, bytes: number): void {
    this.#kept.set(key, bytes);
    this.#keptBytes += bytes;
    for (const [oldest, its] of this.#kept) {
      if (this.#keptBytes <= maxKeptBytes) return;
      this.#kept.delete(oldest);
      this.#read.delete(oldest);
      this.#keptBytes -= its;
    }
  }
}
